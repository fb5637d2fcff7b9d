"""Hops as lines and traces as trees."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.cli.lines import duration, line, short, tree, worth_a_line

TRACE = "1-65a1b2c3-0123456789abcdef01234567"
ARN = "arn:aws:{}:us-east-1:000000000000:{}"
REPORT, QUEUE, RULE = (
    ARN.format("lambda", "function:report"),
    ARN.format("sqs", "notify"),
    ARN.format("events", "rule/b/r"),
)


def hop(number: int, kind: str, parent: int = 0, **fields: Any) -> dict[str, Any]:
    """A hop's view; ``at`` counts seconds by its number unless it is given."""
    when = f"2025-01-01T00:00:{number:02d}.000Z"
    common = {"trace": TRACE, "source": "", "target": "", "outcome": "ok", "at": when, "ended": when, "took": 0.0}
    return {**common, "id": f"{number:016x}", "parent": f"{parent:016x}" if parent else "", "kind": kind, **fields}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (REPORT, "report"),
        (REPORT + ":$LATEST", "report"),
        (REPORT + ":live", "report:live"),
        (QUEUE, "queue notify"),
        (RULE, "rule/b/r"),
        ("M0en2eVpSwMCFmw=", "M0en2eVpSwMCFmw="),
        ("arn:short", "arn:short"),
    ],
)
def test_the_speaking_part_of_a_name(name: str, shown: str) -> None:
    assert short(name) == shown


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0421, "42 ms"), (0.9999, "1 s"), (1.0, "1 s"), (1.54, "1.5 s"), (29.999, "30 s"), (180.04, "180 s")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (hop(1, "invoke", source=RULE, target=REPORT, attempt=1, took=0.042), "λ invoke      report  42 ms"),
        (hop(1, "invoke", target=REPORT, attempt=2, outcome="KeyError"), "λ invoke      report  attempt 2  KeyError"),
        (hop(1, "retry", source=REPORT, target=REPORT, attempt=2, detail={"wait": 60.0}),
         "↻ retry       report  in 60 s  attempt 2"),
        (hop(1, "retry", source=RULE, target=QUEUE, attempt=1, outcome="THROTTLING", detail={"seconds": 0}),
         "↻ retry       rule/b/r → queue notify  at once  attempt 1  THROTTLING"),
        (hop(1, "record", source=REPORT, target=QUEUE, attempt=3, payload='{"condition":"RetriesExhausted"}'),
         "▣ record      RetriesExhausted → queue notify"),
        (hop(1, "receive", source=QUEUE, target="poller", attempt=2), "▥ receive     queue notify  attempt 2"),
        (hop(1, "event", target=ARN.format("events", "event-bus/b"), outcome="no-rule", detail={"detail_type": "t"}),
         "✉ event       t → event-bus/b  no-rule"),
        (hop(1, "disconnect", source="c1", target="api/dev", outcome="1001", detail={"reason": "Going away"}),
         "✕ disconnect  c1 → api/dev  1001 Going away"),
        (hop(1, "api", source="client", target="sqs:SendMessage", outcome="QueueDoesNotExist", detail={"error": "no"}),
         "· api         sqs:SendMessage  QueueDoesNotExist  (no)"),
    ],
)  # fmt: skip
def test_lines(view: dict[str, Any], text: str) -> None:
    assert line(view, color=False) == f"00:00:01.000  234567  {text}"


def test_a_line_shows_when_a_hop_ended_and_as_much_payload_as_fits() -> None:
    view = hop(1, "frame-in", source="c1", payload='{"a":\n 1}', ended="2025-01-01T00:00:09.500Z")
    assert line(view, color=False, width=120) == '00:00:09.500  234567  → frame-in    c1  {"a": 1}'
    cut = line({**view, "payload": "x" * 100}, color=False, width=60)
    assert len(cut) == 60
    assert cut.endswith("x…")


def test_log_entries_keep_their_lines() -> None:
    text = line(hop(1, "log", source=REPORT, payload="first\n  second\n"), color=False)
    assert text.splitlines() == ["00:00:01.000  234567  │ report      first", " " * 22 + "│" + " " * 13 + "  second"]


def test_hops_that_repeat_their_neighbours_are_quiet_unless_they_fail() -> None:
    assert not worth_a_line(hop(1, "api"))
    assert worth_a_line(hop(1, "api", outcome="ValidationException"))
    assert not worth_a_line(hop(1, "result", outcome="KeyError"))
    assert not worth_a_line(hop(1, "enqueue", source=REPORT + ":$LATEST", target=QUEUE))
    assert worth_a_line(hop(1, "enqueue", source=RULE, target=QUEUE))


TASK = [
    hop(1, "frame-in", source="c1"),
    hop(2, "route", 1),
    hop(3, "event", 2, target="bus", detail={"detail_type": "t"}),
    hop(4, "invoke", 3, target=REPORT, attempt=1, outcome="KeyError"),
    hop(5, "log", 4, payload="[ERROR]\nTraceback"),
    hop(6, "result", 4, outcome="KeyError"),
    hop(7, "retry", 6, source=REPORT, target=REPORT, attempt=2, detail={"wait": 60}),
    hop(8, "invoke", 7, target=REPORT, attempt=2),
    hop(9, "publish", 8, source="inside"),
    hop(10, "result", 8),
    hop(11, "receive", 10, source=QUEUE, target="poller"),
]


def test_a_tree_shows_attempts_side_by_side() -> None:
    assert tree(TASK, color=False) == [
        "    0.000 s  → frame-in c1",
        "    2.000 s  └─ ✉ event t → bus",
        "    3.000 s     ├─ λ invoke report  attempt 1  KeyError",
        "                │     [ERROR]",
        "                │     Traceback",
        "    6.000 s     ├─ ↻ retry report  in 60 s  attempt 2",
        "    7.000 s     ├─ λ invoke report  attempt 2",
        "    8.000 s     │  └─ · publish inside",
        "   10.000 s     └─ ▥ receive queue notify",
    ]


def test_log_entries_can_be_cut() -> None:
    assert "                │     [ERROR] …" in tree(TASK, color=False, log_lines=1)


def test_the_whole_tree_is_as_deep_as_its_causes() -> None:
    lines = tree(TASK, color=False, everything=True)
    assert len(lines) == len(TASK)
    assert lines[-1].endswith("└─ ▥ receive queue notify")
    assert lines[-1].index("▥") > lines[3].index("λ")


def test_hops_whose_cause_is_gone_are_roots() -> None:
    assert [
        text[13:] for text in tree([hop(1, "match", 99, target="a"), hop(2, "match", target="b")], color=False)
    ] == [
        "≈ match a",
        "≈ match b",
    ]
    assert tree([]) == []
