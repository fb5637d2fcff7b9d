"""Parallel and inline Map: order, concurrency, failures, histories."""

from __future__ import annotations

from typing import Any

from tests.inprocess.stepfunctions.stepfunctions_world import World, in_world, succeed, task


def each(states: dict[str, Any], **more: Any) -> dict[str, Any]:
    processor = {"StartAt": next(iter(states)), "States": states}
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **more}


def parallel(*branches: dict[str, Any], **more: Any) -> dict[str, Any]:
    shown = [{"StartAt": next(iter(states)), "States": states} for states in branches]
    return {"Type": "Parallel", "Branches": shown, "End": True, **more}


def test_results_come_in_the_order_of_the_items() -> None:
    async def story(world: World) -> None:
        async def work(event: Any) -> Any:
            await world.clock.sleep(100 - event)
            return event * 10

        world.function = work
        execution = await world.execute({"M": each({"T": task()})}, [1, 2, 3], seconds=100)
        assert await world.output(execution) == [10, 20, 30]

    in_world(story)


def test_never_more_than_max_concurrency() -> None:
    async def story(world: World) -> None:
        running = most = 0

        async def work(event: Any) -> Any:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await world.clock.sleep(event)
            running -= 1
            return event

        world.function = work
        execution = await world.execute({"M": each({"T": task()}, MaxConcurrency=3)}, [5, 1, 1, 1, 5], seconds=60)
        assert await world.output(execution) == [5, 1, 1, 1, 5]
        assert most == 3

    in_world(story)


def test_the_history_of_two_items_one_at_a_time() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"M": each({"P": succeed()}, MaxConcurrency=1)}, ["a", "b"])
        assert await world.line(execution) == [
            "1<0 ExecutionStarted",
            "2<0 MapStateEntered",
            "3<2 MapStateStarted",
            "4<3 MapIterationStarted",
            "5<4 PassStateEntered",
            "6<5 PassStateExited",
            "7<6 MapIterationSucceeded",
            "8<6 MapIterationStarted",
            "9<8 PassStateEntered",
            "10<9 PassStateExited",
            "11<10 MapIterationSucceeded",
            "12<11 MapStateSucceeded",
            "13<11 MapStateExited",
            "14<13 ExecutionSucceeded",
        ]
        assert (await world.history(execution))[7]["mapIterationStartedEventDetails"] == {"name": "M", "index": 1}

    in_world(story)


def test_an_empty_list() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"M": each({"P": succeed()})}, [])
        assert await world.output(execution) == []
        assert (await world.line(execution))[2:5] == [
            "3<2 MapStateStarted",
            "4<3 MapStateSucceeded",
            "5<3 MapStateExited",
        ]

    in_world(story)


def test_one_timeout_stops_the_other_iterations() -> None:
    async def story(world: World) -> None:
        async def slow(event: Any) -> Any:
            await world.clock.sleep(60)

        world.function = slow
        state = each({"T": task(TimeoutSeconds=5)})
        execution = await world.execute({"M": state}, [1, 2], seconds=6)
        lines = await world.line(execution)
        assert lines[3:5] == ["4<3 MapIterationStarted", "5<3 MapIterationStarted"]
        failed = next(line for line in lines if "TimedOut" in line).split("<")[0]
        end = lines[-6:]
        kinds = [line.split(" ")[1] for line in end]
        assert kinds == [
            "MapIterationFailed",
            "TaskStateAborted",
            "MapIterationAborted",
            "TaskStateAborted",
            "MapStateFailed",
            "ExecutionFailed",
        ]
        assert {line.split(" ")[0].split("<")[1] for line in end[:5]} == {failed}
        found = await world.describe(execution)
        assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")

    in_world(story)


def test_a_retry_starts_all_items_again() -> None:
    async def story(world: World) -> None:
        retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 1}]
        state = each({"F": {"Type": "Fail", "Error": "E"}}, MaxConcurrency=1, Retry=retry)
        execution = await world.execute({"M": state}, [1], seconds=1)
        assert (await world.line(execution))[2:] == [
            "3<2 MapStateStarted",
            "4<3 MapIterationStarted",
            "5<4 FailStateEntered",
            "6<5 MapIterationFailed",
            "7<5 MapStateStarted",
            "8<7 MapIterationStarted",
            "9<8 FailStateEntered",
            "10<9 MapIterationFailed",
            "11<9 MapStateFailed",
            "12<11 ExecutionFailed",
        ]

    in_world(story)


def test_the_first_failing_branch_decides() -> None:
    async def story(world: World) -> None:
        wait = {"W": {"Type": "Wait", "Seconds": 60, "End": True}}
        fail = {"S": {"Type": "Wait", "Seconds": 1, "Next": "F"}, "F": {"Type": "Fail", "Error": "E", "Cause": "c"}}
        catch = [{"ErrorEquals": ["E"], "Next": "C"}]
        states = {"P": parallel(wait, fail, Catch=catch), "C": succeed()}
        execution = await world.execute(states, seconds=100)
        assert await world.output(execution) == {"Error": "E", "Cause": "c"}
        times = await world.times(execution)
        assert ("WaitStateAborted", 1.0) in times
        assert ("ParallelStateFailed", 1.0) in times
        assert times[-1] == ("ExecutionSucceeded", 1.0)

    in_world(story)


def test_branches_read_outer_variables_and_keep_their_own() -> None:
    async def story(world: World) -> None:
        def inner(name: str) -> dict[str, Any]:
            first = {"Type": "Pass", "Assign": {"mine": 1}, "Next": f"{name}2"}
            return {f"{name}1": first, f"{name}2": succeed(Parameters={"o.$": "$outer"})}

        states = {
            "S": {"Type": "Pass", "Assign": {"outer": 7}, "Next": "P"},
            "P": parallel(inner("A"), inner("B")),
        }
        execution = await world.execute(states)
        assert await world.output(execution) == [{"o": 7}, {"o": 7}]
        events = await world.history(execution)
        details = events[2]["stateExitedEventDetails"]
        assert details["assignedVariables"] == {"outer": "7"}
        assert details["assignedVariablesDetails"] == {"truncated": False}

    in_world(story)


def test_a_negative_max_concurrency_never_starts_an_item() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"M": each({"P": succeed()}, MaxConcurrency=-1)}, [1], seconds=3600)
        assert (await world.describe(execution))["status"] == "RUNNING"
        await world.do("StopExecution", executionArn=execution)

    in_world(story)


def test_ten_thousand_items_in_an_express_map() -> None:
    async def story(world: World) -> None:
        states = {"M": each({"P": succeed()})}
        machine = await world.create({"StartAt": "M", "States": states}, type="EXPRESS")
        data = "[" + ",".join(map(str, range(10_000))) + "]"
        answer = await world.do("StartSyncExecution", stateMachineArn=machine, input=data)
        assert answer["status"] == "SUCCEEDED"
        assert answer["output"] == data

    in_world(story)
