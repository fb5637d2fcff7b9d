"""Any valid definition comes to an end, with a history that hangs together; nothing fails inside the emulator."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inprocess.stepfunctions.stepfunctions_world import START, World, in_world

ENDS = ("SUCCEEDED", "FAILED")


@st.composite
def workflows(draw: st.DrawFn, names: Any, depth: int = 2) -> dict[str, Any]:
    """A line of states; ``names`` gives names that are new in the whole definition."""
    count = draw(st.integers(1, 4))
    line = [f"S{next(names)}" for _ in range(count)]
    states: dict[str, Any] = {}
    for index, name in enumerate(line):
        following = line[index + 1] if index + 1 < count else None
        states[name] = draw(_state(names, depth, following))
    return {"StartAt": line[0], "States": states}


@st.composite
def _state(draw: st.DrawFn, names: Any, depth: int, following: str | None) -> dict[str, Any]:
    kinds = (
        ["Pass", "Wait"] + (["Parallel", "Map"] if depth else []) + (["Fail", "Succeed"] if following is None else [])
    )
    kind = draw(st.sampled_from(kinds))
    state: dict[str, Any] = {"Type": kind}
    if kind == "Fail":
        return state | {"Error": "E"}
    if kind == "Succeed":
        return state
    state |= {"Next": following} if following else {"End": True}
    if kind == "Pass":
        state |= draw(
            st.sampled_from([{}, {"Result": [1, 2]}, {"ResultPath": None}, {"Assign": {f"v{next(names)}": 1}}])
        )
    elif kind == "Wait":
        state["Seconds"] = draw(st.integers(0, 90))
    elif kind == "Parallel":
        state["Branches"] = draw(st.lists(workflows(names, depth - 1), min_size=1, max_size=3))
    else:
        state["ItemsPath"] = "$$.Execution.Input"
        state["ItemProcessor"] = draw(workflows(names, depth - 1))
        state["MaxConcurrency"] = draw(st.integers(0, 2))
    if kind in ("Parallel", "Map") and draw(st.booleans()):
        state["Retry"] = [{"ErrorEquals": ["E"], "MaxAttempts": draw(st.integers(0, 2))}]
    if kind in ("Parallel", "Map") and following and draw(st.booleans()):
        state["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": following}]
    return state


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    return draw(workflows(itertools.count()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definition=definitions())
def test_every_execution_ends_and_its_history_holds_together(definition: dict[str, Any]) -> None:
    async def story(world: World) -> None:
        faults: list[str] = []
        world.clock.on_fault = lambda where, error: faults.append(f"{where}: {error!r}")
        execution = await world.start(await world.create(definition), [1, 2, 3])
        await world.clock.advance(100_000)
        found = await world.describe(execution)
        assert found["status"] in ENDS, found
        assert "emulator" not in found.get("cause", "")
        assert faults == []
        events = await world.history(execution)
        assert [event["id"] for event in events] == list(range(1, len(events) + 1))
        assert all(0 <= event["previousEventId"] < event["id"] for event in events)
        assert all(first["timestamp"] <= second["timestamp"] for first, second in itertools.pairwise(events))
        assert events[0]["type"] == "ExecutionStarted"
        assert [event["type"] for event in events if event["type"].startswith("Execution")][-1] == events[-1]["type"]
        assert events[-1]["timestamp"] == found["stopDate"] >= START

    in_world(story)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definition=definitions(), seconds=st.integers(0, 200))
def test_a_stop_at_any_moment_leaves_nothing_behind(definition: dict[str, Any], seconds: int) -> None:
    async def story(world: World) -> None:
        execution = await world.start(await world.create(definition), [1, 2, 3])
        await world.clock.advance(seconds)
        await world.do("StopExecution", executionArn=execution)
        await world.settle()
        length = len(await world.history(execution))
        await world.clock.advance(10_000)
        assert len(await world.history(execution)) == length
        assert (await world.describe(execution))["status"] in (*ENDS, "ABORTED")
        assert world.clock.status()["timers"] == 0
        assert world.clock.units() == []

    in_world(story)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definition=definitions())
def test_redrives_end_as_well(definition: dict[str, Any]) -> None:
    async def story(world: World) -> None:
        execution = await world.start(await world.create(definition), [1, 2, 3])
        await world.do("StopExecution", executionArn=execution)
        if (await world.describe(execution))["status"] != "ABORTED":
            return
        await world.do("RedriveExecution", executionArn=execution)
        await world.clock.advance(100_000)
        found = await world.describe(execution)
        assert found["status"] in ENDS, found
        assert "emulator" not in found.get("cause", "")

    in_world(story)
