"""Wait states and the limits of Tasks.  Texts: recorded from AWS."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.asl.errors import QUERY_EVALUATION_ERROR, RUNTIME
from emulator.asl.timestamps import parse_timestamp
from emulator.asl.timing import TaskLimits, credentials, task_limits, wake_at
from tests.pure.asl.support import fails, visit

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


@pytest.mark.parametrize(
    ("fields", "data", "at"),
    [
        ({"Seconds": 10}, {}, 110.0),
        ({"Seconds": 0}, {}, 100.0),
        ({"SecondsPath": "$.p"}, {"p": 3}, 103.0),
        ({"Timestamp": "1970-01-01T00:05:00Z"}, {}, 300.0),
        ({"TimestampPath": "$.p"}, {"p": "1970-01-01T01:05:00.5+01:00"}, 300.5),
        ({"QueryLanguage": "JSONata", "Seconds": "{% $states.input.p * 2 %}"}, {"p": 3}, 106.0),
    ],
)
def test_when_a_wait_goes_on(fields: dict[str, Any], data: Any, at: float) -> None:
    assert wake_at(visit({"Type": "Wait", **fields}, data), 100.0) == at


@pytest.mark.parametrize(
    ("fields", "value", "cause"),
    [
        ({"SecondsPath": "$.p"}, -1, "The SecondsPath parameter references a negative value: $.p == -1"),
        ({"SecondsPath": "$.p"}, 1.5, "The SecondsPath parameter cannot be parsed as a long value: $.p == 1.5"),
        ({"SecondsPath": "$.x"}, 1, "The SecondsPath parameter does not reference an input value: $.x"),
        (
            {"TimestampPath": "$.p"},
            "2016-12-05T21:29:29",
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: "
            "$.p == 2016-12-05T21:29:29",
        ),
    ],
)
def test_bad_waits(fields: dict[str, Any], value: Any, cause: str) -> None:
    fails(lambda: wake_at(visit({"Type": "Wait", **fields}, {"p": value}), 0.0), RUNTIME, cause)


def test_a_bad_jsonata_timestamp() -> None:
    here = visit(
        {"Type": "Wait", "QueryLanguage": "JSONata", "Timestamp": "{% $states.input %}"}, "2016-13-05T21:29:29Z"
    )
    fails(
        lambda: wake_at(here, 0.0),
        QUERY_EVALUATION_ERROR,
        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: "
        "2016-13-05T21:29:29Z",
    )


@pytest.mark.parametrize(
    "text",
    [
        "05-12-2016T21:29:29Z",
        "2016-12-05 21:29:29Z",
        "2016-12-05T21:29:29",
        "2016-13-05T21:29:29Z",
        "2016-12-05T25:29:29Z",
        "",
        5,
        None,
    ],
)
def test_what_is_no_timestamp(text: Any) -> None:
    assert parse_timestamp(text) is None


def test_task_limits() -> None:
    task = {"Type": "Task", "Resource": FUNCTION}
    assert task_limits(visit(task)) == TaskLimits(None, None)
    assert task_limits(visit({**task, "TimeoutSeconds": 9, "HeartbeatSecondsPath": "$.h"}, {"h": 2})) == TaskLimits(
        9, 2
    )
    asked = {**task, "QueryLanguage": "JSONata", "TimeoutSeconds": "{% $t %}"}
    assert task_limits(visit(asked, {}, {"t": 4})) == TaskLimits(4, None)
    fails(
        lambda: task_limits(visit({**task, "TimeoutSecondsPath": "$.NoSuch"})),
        RUNTIME,
        "Invalid path '$.NoSuch' : No results for path: $['NoSuch']",
    )


def test_credentials_are_evaluated() -> None:
    role = {"Type": "Task", "Resource": FUNCTION, "Credentials": {"RoleArn.$": "$.role"}}
    assert credentials(visit(role, {"role": "arn:r"})) == {"roleArn": "arn:r"}
