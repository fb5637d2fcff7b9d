"""CloudWatch Logs' operations (AWS docs, CloudWatch Logs API reference)."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.core.clock import Clock
from emulator.core.courier import LogEvent
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.services.logs.service import SERVICE

START = 1_700_000_000.0
NOW = int(START * 1000)
DAY = 86_400_000


class Logs:
    def __init__(self) -> None:
        self.ground = Ground(clock=Clock("manual", START), seed=1)
        SERVICE.join(self.ground)

    def do(self, operation: str, **params: Any) -> Any:
        call = Call(self.ground, "123456789012", "us-east-1", "id", self.ground.new_cause())
        for module in SERVICE.api:
            if hasattr(module, operation):
                return getattr(module, operation)(call, params)
        raise LookupError(operation)

    def write(self, *messages: str, at: float = START, group: str = "/aws/lambda/f", stream: str = "s") -> None:
        events = [LogEvent(at + number, message) for number, message in enumerate(messages)]
        self.ground.courier.write_log("123456789012", "us-east-1", group, stream, events)

    def messages(self, **params: Any) -> list[str]:
        answer = self.do("filter_log_events", **({"logGroupName": "/aws/lambda/f"} | params))
        return [event["message"] for event in answer["events"]]


def refused(logs: Logs, operation: str, **params: Any) -> tuple[str, Any]:
    with pytest.raises(AwsError) as failure:
        logs.do(operation, **params)
    return failure.value.code, failure.value.message


def test_groups_and_streams_appear_with_what_is_written() -> None:
    logs = Logs()
    logs.write("a", "b")
    (group,) = logs.do("describe_log_groups", logGroupNamePrefix="/aws/lambda/")["logGroups"]
    assert group["logGroupName"] == "/aws/lambda/f"
    assert group["arn"] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f:*"
    assert group["logGroupArn"] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f"
    assert group["storedBytes"] == 2 * 27
    assert "retentionInDays" not in group
    (stream,) = logs.do("describe_log_streams", logGroupName="/aws/lambda/f")["logStreams"]
    assert stream["logStreamName"] == "s"
    assert (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) == (NOW, NOW + 1000)


def test_create_and_delete() -> None:
    logs = Logs()
    logs.do("create_log_group", logGroupName="g", tags={"a": "1"})
    assert refused(logs, "create_log_group", logGroupName="g") == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    logs.do("create_log_stream", logGroupName="g", logStreamName="s")
    code, _ = refused(logs, "create_log_stream", logGroupName="g", logStreamName="s")
    assert code == "ResourceAlreadyExistsException"
    logs.do("delete_log_stream", logGroupName="g", logStreamName="s")
    assert refused(logs, "delete_log_stream", logGroupName="g", logStreamName="s") == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
    logs.do("delete_log_group", logGroupName="g")
    assert refused(logs, "delete_log_group", logGroupName="g") == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )


def test_events_of_several_streams_are_merged_by_time() -> None:
    logs = Logs()
    logs.write("1", "3", stream="one")
    logs.write("2", "4", at=START + 0.5, stream="two")
    assert logs.messages() == ["1", "2", "3", "4"]
    assert logs.messages(logStreamNames=["two"]) == ["2", "4"]
    assert logs.messages(logStreamNamePrefix="o") == ["1", "3"]
    assert logs.messages(startTime=NOW + 500, endTime=NOW + 1000) == ["2", "3"]
    assert logs.messages(filterPattern="?1 ?4") == ["1", "4"]
    assert logs.messages(logGroupName=None, logGroupIdentifier=ARN) == ["1", "2", "3", "4"]


ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f"


def test_filter_pages() -> None:
    logs = Logs()
    logs.write(*map(str, range(5)))
    found, token = [], None
    while True:
        params = {"nextToken": token} if token else {}
        answer = logs.do("filter_log_events", logGroupName="/aws/lambda/f", limit=2, **params)
        found += [event["message"] for event in answer["events"]]
        token = answer.get("nextToken")
        if token is None:
            break
    assert found == ["0", "1", "2", "3", "4"]


def test_get_log_events_ends_with_the_same_token() -> None:
    logs = Logs()
    logs.write(*map(str, range(5)))
    where = {"logGroupName": "/aws/lambda/f", "logStreamName": "s"}
    latest = logs.do("get_log_events", limit=2, **where)
    assert [event["message"] for event in latest["events"]] == ["3", "4"]
    first = logs.do("get_log_events", limit=3, startFromHead=True, **where)
    assert [event["message"] for event in first["events"]] == ["0", "1", "2"]
    second = logs.do("get_log_events", limit=3, nextToken=first["nextForwardToken"], **where)
    assert [event["message"] for event in second["events"]] == ["3", "4"]
    end = logs.do("get_log_events", nextToken=second["nextForwardToken"], **where)
    assert end["events"] == []
    assert end["nextForwardToken"] == second["nextForwardToken"]
    back = logs.do("get_log_events", limit=2, nextToken=latest["nextBackwardToken"], **where)
    assert [event["message"] for event in back["events"]] == ["1", "2"]


def test_put_log_events() -> None:
    logs = Logs()
    logs.do("create_log_group", logGroupName="/aws/lambda/f")
    logs.do("create_log_stream", logGroupName="/aws/lambda/f", logStreamName="s")
    where = {"logGroupName": "/aws/lambda/f", "logStreamName": "s"}
    times = [NOW - 15 * DAY, NOW, NOW + 3 * 3_600_000]
    events = [{"timestamp": at, "message": str(number)} for number, at in enumerate(times)]
    answer = logs.do("put_log_events", logEvents=events, **where)
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 2, "tooOldLogEventEndIndex": 1}
    assert logs.messages() == ["1"]
    code, _ = refused(logs, "put_log_events", logEvents=[events[1], events[0]], **where)
    assert code == "InvalidParameterException"


def test_retention_hides_old_events() -> None:
    logs = Logs()
    logs.write("old", at=START - 2 * 86_400)
    logs.write("new")
    logs.do("put_retention_policy", logGroupName="/aws/lambda/f", retentionInDays=1)
    assert logs.messages() == ["new"]
    assert logs.do("describe_log_groups")["logGroups"][0]["retentionInDays"] == 1
    logs.do("delete_retention_policy", logGroupName="/aws/lambda/f")
    assert logs.messages() == ["old", "new"]
    code, _ = refused(logs, "put_retention_policy", logGroupName="/aws/lambda/f", retentionInDays=2)
    assert code == "InvalidParameterException"


def test_tags() -> None:
    logs = Logs()
    logs.do("create_log_group", logGroupName="/aws/lambda/f", tags={"a": "1"})
    logs.do("tag_resource", resourceArn=ARN, tags={"b": "2"})
    logs.do("untag_resource", resourceArn=ARN, tagKeys=["a"])
    assert logs.do("list_tags_for_resource", resourceArn=ARN) == {"tags": {"b": "2"}}


def test_descending_by_last_event() -> None:
    logs = Logs()
    logs.write("x", at=START, stream="b")
    logs.write("x", at=START + 5, stream="a")
    order = {"orderBy": "LastEventTime", "descending": True}
    streams = logs.do("describe_log_streams", logGroupName="/aws/lambda/f", **order)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["a", "b"]
