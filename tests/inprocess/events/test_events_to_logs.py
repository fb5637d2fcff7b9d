"""Rules whose target is a log group (AWS docs, "CloudWatch Logs as a target": a stream for each event)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from events_world import START, World, arn, run

from emulator.services.logs.service import SERVICE as LOGS
from emulator.services.logs.store import LogsStore

GROUP = arn("logs", "log-group:/aws/events/seen")
EVENT = {"Source": "s", "DetailType": "d", "Detail": '{"a":1}', "Time": START - 60}


def world(*groups: str) -> World:
    w = World()
    LOGS.join(w.ground)
    for group in groups:
        w.call().store(LogsStore).group_for(group, 0)
    return w


def logged(w: World) -> list[tuple[int, str]]:
    """Time and text of every log event."""
    store = w.call().store(LogsStore)
    return [(e.timestamp, e.message) for g in store.groups.values() for s in g.streams.values() for e in s.events]


@pytest.mark.parametrize("target", [GROUP, f"{GROUP}:*"])
def test_a_log_event_for_each_event_at_its_time(target: str) -> None:
    async def main() -> None:
        w = world("/aws/events/seen")
        w.rule("r", '{"source":["s"]}', target)
        w.do("put_events", Entries=[EVENT, EVENT])
        await w.ground.clock.quiet()
        (at, text), _ = logged(w)
        assert (at, json.loads(text)["detail"]) == (1_699_999_940_000, {"a": 1})
        assert len(w.call().store(LogsStore).groups["/aws/events/seen"].streams) == 2

    run(main)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"timestamp": 1600000000000, "message": "source <s>"}', [(1_600_000_000_000, "source s")]),
        ('{"timestamp": 1600000000000, "message": {"s": <s>}}', [(1_600_000_000_000, '{"s":"s"}')]),
        ('{"timestamp": "<t>", "message": "at an instant"}', [(1_699_999_940_000, "at an instant")]),
        ('{"timestamp": "never", "message": "no time"}', []),
        ('{"message": "no time"}', []),
        ('"text"', []),
    ],
)
def test_a_transformer_says_time_and_text(template: str, expected: list[Any]) -> None:
    async def main() -> None:
        w = world("/aws/events/seen")
        transformer = {"InputPathsMap": {"s": "$.source", "t": "$.time"}, "InputTemplate": template}
        w.rule("r", '{"source":["s"]}', {"Arn": GROUP, "InputTransformer": transformer})
        w.do("put_events", Entries=[EVENT])
        await w.ground.clock.quiet()
        assert logged(w) == expected

    run(main)


def test_a_group_that_does_not_exist_is_not_made() -> None:
    async def main() -> None:
        w = world()
        w.rule("r", '{"source":["s"]}', GROUP)
        w.do("put_events", Entries=[EVENT])
        await w.ground.clock.quiet()
        assert logged(w) == []
        assert [hop.detail["code"] for hop in w.ground.journal if hop.kind == "dead-letter"] == ["NO_RESOURCE"]

    run(main)
