"""A Map over items, each an invocation of a function: SM-1 to SM-5."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from emulator.testing import Stack
from tests.wire.stepfunctions import work
from tests.wire.stepfunctions.world import call, machine

RETRY = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2.0}]


def each(function: str, **fields: Any) -> dict[str, Any]:
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, **machine(Work=call(function, Retry=RETRY))}
    more = {} if "Next" in fields else {"End": True}
    return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, **more, **fields}


OLD_NAMES = {
    "Type": "Map",
    "ItemsPath": "$.items",
    "Parameters": {"index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value", "all.$": "$.items"},
    "Iterator": machine(Same={"Type": "Pass", "End": True}),
    "End": True,
}
NEW_NAMES = {
    **{name: OLD_NAMES[name] for name in ("Type", "ItemsPath", "End")},
    "ItemSelector": OLD_NAMES["Parameters"],
    "ItemProcessor": OLD_NAMES["Iterator"],
}
CAUGHT = machine(
    Each=each("work", Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], Next="Never"),
    Never={"Type": "Fail"},
    Caught={"Type": "Pass", "Result": "caught", "End": True},
)
STACK = (
    Stack()
    .function("work", work.work)
    .function("together", work.together)
    .function("last_first", work.last_first)
    .state_machine("three", definition=machine(Each=each("work", MaxConcurrency=3)))
    .state_machine("caught", definition=CAUGHT)
    .state_machine("backwards", definition=machine(Each=each("last_first")))
    .state_machine("three_at_once", definition=machine(Each=each("together", MaxConcurrency=3)))
    .state_machine("all_at_once", definition=machine(Each=each("together", MaxConcurrency=0)))
    .state_machine("unlimited", definition=machine(Each=each("together")))
    .state_machine("old_names", definition=machine(Each=OLD_NAMES))
    .state_machine("new_names", definition=machine(Each=NEW_NAMES))
)
pytestmark = pytest.mark.aws_stack(STACK)


def test_results_are_in_the_order_of_the_items_sm_1(machines):
    assert machines.output("three", {"items": list(range(1, 11))}) == [item**2 for item in range(1, 11)]


def test_whatever_the_order_in_which_they_end_sm_1(machines):
    work.seen.finished = {item: threading.Event() for item in range(1, 12)}
    work.seen.finished[11].set()
    assert machines.output("backwards", {"items": list(range(1, 11))}) == list(range(1, 11))


@pytest.mark.parametrize(("name", "at_once"), [("three_at_once", 3), ("all_at_once", 9), ("unlimited", 9)])
def test_how_many_work_at_once_sm_2(machines, name, at_once):
    work.seen.barrier = threading.Barrier(at_once)
    assert machines.output(name, {"items": list(range(9))}) == list(range(9))
    assert work.seen.peak == at_once


def test_an_item_that_fails_twice_sm_3(machines):
    items = [*range(2, 11), {"fails": 2, "item": 1}]
    assert machines.output("three", {"items": items}) == [*(item**2 for item in range(2, 11)), 1]
    assert len(work.seen.calls) == 12


def test_an_item_that_always_fails_sm_3(machines, aws_clock):
    items = [{"fails": -1, "item": 1}, *range(2, 11)]
    execution = machines.start("three", {"items": items})
    found = machines.ended(execution)
    assert (found["status"], found["error"]) == ("FAILED", "RuntimeError")
    types = machines.types(execution)
    assert "MapIterationFailed" in types
    assert types[-2:] == ["MapStateFailed", "ExecutionFailed"]
    assert work.seen.calls.count(items[0]) == 3


def test_a_caught_failure_goes_on_sm_3(machines):
    assert machines.output("caught", {"items": [{"fails": -1, "item": 1}]}) == "caught"


def test_no_items_sm_4(machines):
    assert machines.output("three", {"items": []}) == []


@pytest.mark.parametrize("name", ["old_names", "new_names"])
def test_index_and_value_sm_4(machines, name):
    items = ["a", "b"]
    expected = [{"index": index, "value": value, "all": items} for index, value in enumerate(items)]
    assert machines.output(name, {"items": items}) == expected


def test_the_history_sm_5(machines):
    execution = machines.start("three", {"items": [1, 2]})
    machines.ended(execution)
    events = machines.history(execution)
    types = [event["type"] for event in events]
    assert types[:3] == ["ExecutionStarted", "MapStateEntered", "MapStateStarted"]
    assert events[2]["mapStateStartedEventDetails"] == {"length": 2}
    for what in ("Started", "Succeeded"):
        details = f"mapIteration{what}EventDetails"
        indexes = {event[details]["index"] for event in events if event["type"] == f"MapIteration{what}"}
        assert indexes == {0, 1}
    assert types[-3:] == ["MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"]
