"""Histories in CloudWatch Logs (AWS docs, "Using CloudWatch Logs to log execution history")."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from emulator.core.courier import LogEvent
from tests.inprocess.stepfunctions.stepfunctions_world import ACCOUNT, REGION, START, World, in_world

GROUP = "/aws/vendedlogs/states/M"
GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}:*"
FAILS = {
    "StartAt": "A",
    "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Fail", "Error": "E", "Cause": "C"}},
}
ALL = [
    *("ExecutionStarted", "PassStateEntered", "PassStateExited", "FailStateEntered", "ExecutionFailed"),
]


async def logged(world: World, kind: str = "STANDARD", **logging: Any) -> tuple[set[str], list[Any]]:
    """Streams and lines of an execution that fails."""
    streams: set[str] = set()
    lines: list[Any] = []

    def sink(account: str, region: str, group: str, stream: str, events: Sequence[LogEvent]) -> None:
        assert (account, region, group) == (ACCOUNT, REGION, GROUP)
        streams.add(stream)
        lines.extend(json.loads(event.message) for event in events)

    world.ground.courier.register_logs(sink)
    world.answers["logs:DescribeLogGroups"] = lambda params: {"logGroups": [{"logGroupName": GROUP}]}
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP_ARN}}]
    configuration = {"destinations": destinations, **logging}
    machine = await world.create(FAILS, type=kind, loggingConfiguration=configuration)
    await world.start(machine, {"secret": 1})
    return streams, lines


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
@pytest.mark.parametrize(
    ("level", "types"),
    [("ALL", ALL), ("ERROR", ["FailStateEntered", "ExecutionFailed"]), ("FATAL", ["ExecutionFailed"]), ("OFF", [])],
)
def test_levels(level: str, types: list[str], kind: str) -> None:
    async def story(world: World) -> None:
        streams, lines = await logged(world, kind, level=level)
        assert [line["type"] for line in lines] == types
        assert len(streams) == bool(types)

    in_world(story)


def test_a_line() -> None:
    async def story(world: World) -> None:
        (stream,), lines = await logged(world, level="ALL", includeExecutionData=True)
        assert stream.startswith("states/M/2023-11-14-22-13/")
        first, second = lines[:2]
        arn = first.pop("execution_arn")
        assert arn.startswith(f"arn:aws:states:{REGION}:{ACCOUNT}:execution:M:")
        details = {
            "input": '{"secret":1}',
            "inputDetails": {"truncated": False},
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r",
        }
        assert first == {
            "id": "1",
            "type": "ExecutionStarted",
            "details": details,
            "previous_event_id": "0",
            "event_timestamp": str(round(START * 1000)),
            "redrive_count": "0",
        }
        # The first state comes after event 0, as in every history.
        assert (second["id"], second["previous_event_id"], second["details"]["name"]) == ("2", "0", "A")

    in_world(story)


def test_without_data() -> None:
    async def story(world: World) -> None:
        _, lines = await logged(world, level="ALL")
        assert "secret" not in json.dumps(lines)

    in_world(story)
