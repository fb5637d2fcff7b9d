"""A function that is called again until it is done: SI-1 to SI-4."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.testing import Stack
from tests.wire.stepfunctions import work
from tests.wire.stepfunctions.world import machine, task


def loop(function: str, **fields: Any) -> dict[str, Any]:
    """The ``${…}`` is the older form of a function's Task: the ARN itself."""
    return machine(
        **{
            "Run": task(f"${{{function}.Arn}}", Next="Done?", **fields),
            "Done?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.IsCompleted", "BooleanEquals": True, "Next": "End"}],
                "Default": "Run",
            },
            "End": {"Type": "Succeed"},
        }
    )


RETRY = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}]
SLOW = {"timeout": 2, "environment": {"EMULATOR_VIRTUAL_SLEEP": "1"}}
STACK = (
    Stack()
    .function("iterate", work.iterate, timeout=30)
    .function("forgetful", work.forgetful)
    .function("slow", work.slow_once, **SLOW)
    .state_machine("iterator", definition=loop("iterate"))
    .state_machine("flagless", definition=loop("forgetful"))
    .state_machine("patient", definition=loop("slow", Retry=RETRY))
    .state_machine("hopeless", definition=loop("slow"))
)
pytestmark = pytest.mark.aws_stack(STACK)


def test_the_loop_ends_with_the_last_state_si_1(machines):
    execution = machines.start("iterator")
    found = machines.ended(execution)
    assert (found["status"], found["output"]) == ("SUCCEEDED", '{"cursor":100,"IsCompleted":true}')
    entered = [event["stateEnteredEventDetails"]["name"] for event in machines.history(execution)
               if event["type"] == "TaskStateEntered"]  # fmt: skip
    assert entered == ["Run"] * 3
    assert work.seen.calls == [
        {},
        {"cursor": 40, "IsCompleted": False},
        {"cursor": 80, "IsCompleted": False},
    ]


@pytest.mark.aws_stack(STACK, clock="manual")
def test_the_remaining_time_is_the_function_s_own_si_2(machines, aws_clock):
    machines.output("iterator")
    assert len(work.seen.remaining) == 3
    assert all(25_000 < left <= 30_000 for left in work.seen.remaining)


def test_a_flag_that_is_missing_si_3(machines):
    found = machines.run("flagless")
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
    assert "IsCompleted" in found["cause"]


def test_a_timeout_is_tried_again_with_the_same_input_si_4(machines):
    assert machines.output("patient", {"cursor": 7}) == {"IsCompleted": True}
    assert work.seen.calls == [{"cursor": 7}] * 2


def test_a_timeout_without_retry_si_4(machines):
    assert machines.run("hopeless")["status"] == "FAILED"
