"""Every sample that brings a client: the stack as it lies there, the client as it lies there, and the demo of it."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from emulator.cli import main
from emulator.cli.demo import samples
from emulator.cli.demo_client import distinct
from emulator.stack import Stack

SAMPLES = Path(__file__).parents[2] / "sample_tasks"
QUICK = ["recursion", "rest_polling", "rest_websocket", "step_functions", "task_manager", "webhook"]


@pytest.mark.parametrize("name", QUICK)
def test_the_client_is_content(aws_emulator: Any, aws_stack: Any, name: str) -> None:
    aws_emulator.run(aws_emulator.emulator.deploy(Stack.read(SAMPLES / name)))
    client = importlib.import_module(f"sample_tasks.{name}.client")
    assert client.main(aws_emulator.url) == 0


@pytest.mark.parametrize("name", samples())
def test_readmes_are_short_and_tell_how_to_start(name: str) -> None:
    text = (SAMPLES / name / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 25
    assert f"emulator up sample_tasks/{name}" in text


def test_all_samples_can_be_shown() -> None:
    stacks = {path.parent.name for path in SAMPLES.glob("*/stack.toml")}
    assert set(samples()) == stacks
    assert {"socket_tasks", *QUICK} <= stacks


def test_a_wrong_name_lists_them() -> None:
    done = CliRunner().invoke(main, ["demo", "webhok"])
    assert done.exit_code == 2
    assert f"there is no sample 'webhok': {', '.join(samples())}. Did you mean 'webhook'?" in done.output


def test_a_demo_tells_what_the_client_saw_and_what_happened() -> None:
    done = CliRunner().invoke(main, ["demo", "rest_polling", "--json"])
    assert done.exit_code == 0, done.output
    assert "POST /api/v1/report" in done.stderr
    traces = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [[hop["kind"] for hop in trace["hops"]] for trace in traces]
    assert any({"request", "write", "stream", "invoke"} <= set(found) for found in kinds)


def test_a_demo_that_needs_moto_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from emulator.fallthrough import library

    def missing(service: str) -> Any:
        raise library.missing(service)

    monkeypatch.setattr("emulator.fallthrough.bridge.load", missing)
    done = CliRunner().invoke(main, ["demo", "webhook"])
    assert done.exit_code == 1
    assert "tables.reports: NotImplemented: dynamodb is served by moto, which is not installed" in done.output
    assert "pip install 'aws-task-emulator[aws]'" in done.output


def hop(kind: str, target: str, outcome: str = "ok") -> dict[str, Any]:
    return {"kind": kind, "source": "", "target": target, "outcome": outcome}


def test_traces_that_tell_the_same_are_shown_once() -> None:
    poll, other = [hop("invoke", "read")], [hop("invoke", "read", "Unhandled")]
    assert distinct([poll, other, [dict(poll[0])], [dict(poll[0])]]) == [(poll, 2), (other, 0)]
