"""Tasks in the journal's lines."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.cli.lines import summary, worth_a_line

TASK = "arn:aws:ecs:us-east-1:000000000000:task/default/0"
DEFINITION = "arn:aws:ecs:us-east-1:000000000000:task-definition/zip:3"
BUS = "arn:aws:events:us-east-1:000000000000:event-bus/default"


def hop(kind: str, source: str, target: str, outcome: str = "ok", **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "source": source, "target": target, "outcome": outcome, "took": 0.0, **fields}


def test_a_run_says_how_it_ended_and_how_long_it_took() -> None:
    shown = summary(hop("task-run", DEFINITION, TASK, "exit 3", took=1.5), color=False)
    assert shown == "▶ task-run task-definition/zip:3 → task/default/0  exit 3  1.5 s"


@pytest.mark.parametrize(
    ("source", "outcome", "worth"),
    [(TASK, "ok", True), (TASK, "no-rule", False), ("client", "no-rule", True), (BUS, "no-rule", True)],
)
def test_news_that_nobody_has_asked_for(source: str, outcome: str, worth: bool) -> None:
    assert worth_a_line(hop("event", source, BUS, outcome)) is worth
