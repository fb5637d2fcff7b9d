"""Real histories as a story: its timeline, and the way through the state machine."""

from __future__ import annotations

import json
from typing import Any

from emulator.asl.drawing import path_of
from emulator.asl.story import Branch, read_story
from emulator.asl.timeline import timeline
from tests.inprocess.stepfunctions.stepfunctions_world import START, World, in_world, task


def call(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in task(**fields).items() if name != "End" or "Next" not in fields}


async def story_of(world: World, execution: str) -> Branch:
    return read_story(await world.history(execution))


def told(story: Branch, everything: bool = False) -> list[str]:
    """Lines without data: when, how deep, what, how long."""
    rows = []
    for line in timeline(story, everything):
        took = "" if line.took is None else f" {round(line.took, 3):g}"
        rows.append(f"{round(line.at - START, 3):g} {'. ' * line.depth}{line.text}{took}")
    return rows


def test_retries_and_a_catch() -> None:
    async def story(world: World) -> None:
        def fail(event: Any) -> Any:
            raise ValueError("no")

        world.function = fail
        retry = [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 10, "MaxAttempts": 1}]
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
        states = {
            "Call": call(Retry=retry, Catch=catch, Next="Never"),
            "Never": {"Type": "Fail"},
            "Caught": {"Type": "Wait", "Seconds": 5, "End": True},
        }
        execution = await world.execute(states, seconds=20)
        found = await story_of(world, execution)
        cause = json.dumps({"errorMessage": "no", "errorType": "ValueError"})
        assert told(found) == [
            "0 Call  Task  2 attempts 10",
            f"0 . ✕ ValueError: {cause}",
            "10 Caught  Wait 5",
        ]
        path = path_of(found, ended=True, failed=False)
        assert path.steps == {("", "Call"), ("Call", "Caught"), ("Caught", "")}
        assert not path.failed

    in_world(story)


def test_branches_and_items() -> None:
    async def story(world: World) -> None:
        one = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3, "End": True}}}
        each = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "Q"}, "Q": {"Type": "Pass", "End": True}}}
        inner = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": each, "End": True}
        two = {"StartAt": "Each", "States": {"Each": inner}}
        states = {
            "Both": {"Type": "Parallel", "Branches": [one, two], "Next": "Last"},
            "Last": {"Type": "Pass", "End": True},
        }
        execution = await world.execute(states, {"items": [1, 2]}, seconds=5)
        found = await story_of(world, execution)
        item = ["0 . . . . P  Pass 0", "0 . . . . Q  Pass 0"]
        assert told(found) == [
            "0 Both  Parallel 3",
            *("0 . branch 1", "0 . . W  Wait 3"),
            *("0 . branch 2", "0 . . Each  Map 0"),
            *("0 . . . item 0", *item, "0 . . . item 1", *item),
            "3 Last  Pass 0",
        ]
        path = path_of(found, ended=True, failed=False)
        assert {("Both", "Last"), ("", "W"), ("", "Each"), ("P", "Q"), ("Last", "")} <= path.steps

    in_world(story)


def test_many_items_are_told_in_short() -> None:
    async def story(world: World) -> None:
        each = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
        execution = await world.execute({"Each": {"Type": "Map", "ItemProcessor": each, "End": True}}, list(range(9)))
        found = await story_of(world, execution)
        assert told(found)[-1] == "0 . … 4 more (--all shows them)"
        assert told(found, everything=True)[-2:] == ["0 . item 8", "0 . . P  Pass 0"]

    in_world(story)


def test_items_that_wait_for_others_stand_beside_them() -> None:
    async def story(world: World) -> None:
        each = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "End": True}}}
        some = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": each, "End": True}
        found = await story_of(world, await world.execute({"Each": some}, [1, 2], seconds=10))
        assert told(found) == [
            "0 Each  Map 10",
            *("0 . item 0", "0 . . W  Wait 5"),
            *("5 . item 1", "5 . . W  Wait 5"),
        ]

    in_world(story)


def test_a_loop_and_an_end_in_failure() -> None:
    async def story(world: World) -> None:
        again = [{"Variable": "$.n", "NumericLessThan": 2, "Next": "Add"}]
        states = {
            "More?": {"Type": "Choice", "Choices": again, "Default": "Boom"},
            "Add": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "More?"},
            "Boom": {"Type": "Fail", "Error": "E"},
        }
        execution = await world.execute(states, {"n": 0})
        found = await story_of(world, execution)
        assert [visit.name for visit in found.visits] == ["More?", "Add", "More?", "Add", "More?", "Boom"]
        path = path_of(found, ended=False, failed=True)
        assert path.failed == {"Boom"}
        assert path.steps == {("", "More?"), ("More?", "Add"), ("Add", "More?"), ("More?", "Boom")}

    in_world(story)


def test_a_state_that_goes_on() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"W": {"Type": "Wait", "Seconds": 60, "End": True}})
        found = await story_of(world, execution)
        (visit,) = found.visits
        assert (visit.left, visit.failed) == (None, False)
        assert path_of(found, ended=False, failed=False).steps == {("", "W")}

    in_world(story)
