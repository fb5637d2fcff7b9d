"""Tasks: histories, retries, catching, timeouts, tokens, activities."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.core.errors import AwsError
from tests.inprocess.stepfunctions.stepfunctions_world import (
    FUNCTION,
    START,
    World,
    code_of,
    in_world,
    succeed,
    task,
)

SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
QUEUE = "http://sqs/q"


def callback(**more: Any) -> dict[str, Any]:
    body = {"token.$": "$$.Task.Token", "input.$": "$"}
    return task(SEND, Parameters={"QueueUrl": QUEUE, "MessageBody": body}, **more)


def with_queue(world: World) -> list[dict[str, Any]]:
    """Messages that the fake queue has got, as values."""
    got: list[dict[str, Any]] = []

    def send(params: dict[str, Any]) -> dict[str, Any]:
        got.append(json.loads(params["MessageBody"]))
        return {"MessageId": "m", "MD5OfMessageBody": "d"}

    world.answers["sqs:SendMessage"] = send
    return got


def test_a_function_by_its_arn() -> None:
    async def story(world: World) -> None:
        world.function = lambda event: {"doubled": event["n"] * 2}
        execution = await world.execute({"T": task()}, {"n": 2})
        assert await world.output(execution) == {"doubled": 4}
        assert await world.line(execution) == [
            "1<0 ExecutionStarted",
            "2<0 TaskStateEntered",
            "3<2 LambdaFunctionScheduled",
            "4<3 LambdaFunctionStarted",
            "5<4 LambdaFunctionSucceeded",
            "6<5 TaskStateExited",
            "7<6 ExecutionSucceeded",
        ]
        scheduled = (await world.history(execution))[2]["lambdaFunctionScheduledEventDetails"]
        assert scheduled == {"input": '{"n":2}', "inputDetails": {"truncated": False}, "resource": FUNCTION}

    in_world(story)


def test_retries_back_off_and_no_event_marks_them() -> None:
    async def story(world: World) -> None:
        failures = iter([ValueError("one"), ValueError("two")])

        def work(event: Any) -> Any:
            error = next(failures, None)
            if error:
                raise error
            return event

        world.function = work
        retry = [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 3, "BackoffRate": 2.0, "MaxAttempts": 2}]
        arguments = {"count.$": "$$.State.RetryCount"}
        execution = await world.execute({"T": task(Retry=retry, Parameters=arguments)}, seconds=9)
        assert world.invoked == [(0.0, {"count": 0}), (3.0, {"count": 1}), (9.0, {"count": 2})]
        assert await world.output(execution) == {"count": 2}
        assert (await world.line(execution))[4:8] == [
            "5<4 LambdaFunctionFailed",
            "6<5 LambdaFunctionScheduled",
            "7<6 LambdaFunctionStarted",
            "8<7 LambdaFunctionFailed",
        ]

    in_world(story)


def test_twenty_hours_of_retries() -> None:
    async def story(world: World) -> None:
        def fail(_event: Any) -> Any:
            raise ValueError("no")

        world.function = fail
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 7200, "BackoffRate": 1.0, "MaxAttempts": 10}]
        execution = await world.execute({"T": task(Retry=retry)}, seconds=72_000)
        found = await world.describe(execution)
        assert (found["status"], found["stopDate"]) == ("FAILED", START + 72_000)
        assert len(world.invoked) == 11

    in_world(story)


def test_a_caught_failure_goes_on_with_the_raw_input() -> None:
    async def story(world: World) -> None:
        def fail(_event: Any) -> Any:
            raise ValueError("no")

        world.function = fail
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "C", "ResultPath": "$.why"}]
        states = {"T": task(Catch=catch, InputPath="$.in"), "C": succeed()}
        execution = await world.execute(states, {"in": {"a": 1}})
        cause = json.dumps({"errorMessage": "no", "errorType": "ValueError"})
        assert await world.output(execution) == {"in": {"a": 1}, "why": {"Error": "ValueError", "Cause": cause}}

    in_world(story)


def test_a_task_that_takes_too_long() -> None:
    async def story(world: World) -> None:
        async def slow(event: Any) -> Any:
            await world.clock.sleep(60)
            return event

        world.function = slow
        catch = [{"ErrorEquals": ["States.Timeout"], "Next": "C"}]
        execution = await world.execute({"T": task(TimeoutSeconds=5, Catch=catch), "C": succeed()}, seconds=100)
        assert await world.output(execution) == {"Error": "States.Timeout", "Cause": ""}
        times = await world.times(execution)
        assert ("LambdaFunctionTimedOut", 5.0) in times
        assert times[-1] == ("ExecutionSucceeded", 5.0)

    in_world(story)


def test_a_callback_in_order() -> None:
    async def story(world: World) -> None:
        got = with_queue(world)
        execution = await world.execute({"T": callback()}, {"a": 1}, seconds=364 * 86_400)
        assert got[0]["input"] == {"a": 1}
        assert len(got[0]["token"]) >= 100
        assert (await world.describe(execution))["status"] == "RUNNING"
        await world.do("SendTaskSuccess", taskToken=got[0]["token"], output='{"ok":true}')
        await world.settle()
        assert await world.output(execution) == {"ok": True}
        assert (await world.describe(execution))["stopDate"] == START + 364 * 86_400
        assert (await world.line(execution))[2:7] == [
            "3<2 TaskScheduled",
            "4<3 TaskStarted",
            "5<4 TaskSubmitted",
            "6<5 TaskSucceeded",
            "7<6 TaskStateExited",
        ]

    in_world(story)


def test_an_answer_that_comes_before_the_service_has_answered() -> None:
    async def story(world: World) -> None:
        async def send(params: dict[str, Any]) -> dict[str, Any]:
            token = json.loads(params["MessageBody"])["token"]
            await world.do("SendTaskSuccess", taskToken=token, output="1")
            await world.clock.sleep(5)
            return {"MessageId": "m"}

        world.answers["sqs:SendMessage"] = send
        execution = await world.execute({"T": callback()}, seconds=5)
        assert await world.output(execution) == 1
        assert [kind for kind, _ in await world.times(execution)][4:6] == ["TaskSubmitted", "TaskSucceeded"]

    in_world(story)


def test_a_failure_by_token() -> None:
    async def story(world: World) -> None:
        got = with_queue(world)
        catch = [{"ErrorEquals": ["Broken"], "Next": "C"}]
        execution = await world.execute({"T": callback(Catch=catch), "C": succeed()})
        await world.do("SendTaskFailure", taskToken=got[0]["token"], error="Broken", cause="a wheel")
        await world.settle()
        assert await world.output(execution) == {"Error": "Broken", "Cause": "a wheel"}
        details = (await world.history(execution))[5]["taskFailedEventDetails"]
        assert details == {
            "resourceType": "sqs",
            "resource": "sendMessage.waitForTaskToken",
            "error": "Broken",
            "cause": "a wheel",
        }

    in_world(story)


def test_a_failure_without_a_name_is_caught_by_all() -> None:
    async def story(world: World) -> None:
        got = with_queue(world)
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]
        execution = await world.execute({"T": callback(Catch=catch), "C": succeed()})
        await world.do("SendTaskFailure", taskToken=got[0]["token"])
        await world.settle()
        assert await world.output(execution) == {"Error": None, "Cause": None}

    in_world(story)


@pytest.mark.parametrize("name", ["States.Timeout", "States.HeartbeatTimeout"])
def test_a_missed_heartbeat(name: str) -> None:
    async def story(world: World) -> None:
        got = with_queue(world)
        catch = [{"ErrorEquals": [name], "Next": "C"}]
        state = callback(TimeoutSeconds=7200, HeartbeatSeconds=600, Catch=catch)
        execution = await world.execute({"T": state, "C": succeed()})
        await world.clock.advance(599)
        await world.do("SendTaskHeartbeat", taskToken=got[0]["token"])
        await world.clock.advance(599)
        assert (await world.describe(execution))["status"] == "RUNNING"
        await world.clock.advance(1)
        assert await world.output(execution) == {"Error": "States.Timeout", "Cause": ""}
        assert ("TaskTimedOut", 1199.0) in await world.times(execution)

    in_world(story)


def test_the_timeout_comes_in_spite_of_heartbeats() -> None:
    async def story(world: World) -> None:
        got = with_queue(world)
        execution = await world.execute({"T": callback(TimeoutSeconds=10, HeartbeatSeconds=6)})
        await world.clock.advance(5)
        await world.do("SendTaskHeartbeat", taskToken=got[0]["token"])
        await world.clock.advance(5)
        found = await world.describe(execution)
        assert (found["status"], found["error"], found["stopDate"]) == ("FAILED", "States.Timeout", START + 10)
        assert "cause" not in found

    in_world(story)


def test_a_token_is_used_once() -> None:
    async def story(world: World) -> None:
        got = with_queue(world)
        await world.execute({"T": callback()})
        token = got[0]["token"]
        with pytest.raises(AwsError) as bad:
            await world.do("SendTaskSuccess", taskToken=token, output="not json")
        assert bad.value.code == "InvalidOutput"
        await world.do("SendTaskSuccess", taskToken=token, output="{}")
        with pytest.raises(AwsError) as again:
            await world.do("SendTaskSuccess", taskToken=token, output="{}")
        text = "Task Timed Out: 'Provided task does not exist anymore'"
        assert code_of(again.value) == ("TaskTimedOut", text)
        with pytest.raises(AwsError) as unknown:
            await world.do("SendTaskHeartbeat", taskToken="mine")
        assert code_of(unknown.value) == ("InvalidToken", "Invalid Token: 'Invalid token'")

    in_world(story)


def test_tokens_die_with_a_retry_and_with_the_execution() -> None:
    async def story(world: World) -> None:
        got = with_queue(world)
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}]
        execution = await world.execute({"T": callback(TimeoutSeconds=10, Retry=retry)}, seconds=11)
        assert len(got) == 2
        await world.do("StopExecution", executionArn=execution)
        await world.settle()
        for message in got:
            with pytest.raises(AwsError) as error:
                await world.do("SendTaskSuccess", taskToken=message["token"], output="{}")
            assert error.value.code == "TaskTimedOut"

    in_world(story)


def test_an_activity_and_its_worker() -> None:
    async def story(world: World) -> None:
        activity = (await world.do("CreateActivity", name="a"))["activityArn"]
        poll = world.clock.spawn(world.do("GetActivityTask", activityArn=activity, workerName="w"), "worker")
        execution = await world.execute({"T": task(activity, TimeoutSeconds=60, HeartbeatSeconds=10)}, {"n": 1})
        job = await poll
        assert job["input"] == '{"n":1}'
        await world.do("SendTaskSuccess", taskToken=job["taskToken"], output="2")
        await world.settle()
        assert await world.output(execution) == 2
        assert (await world.line(execution))[2:5] == [
            "3<2 ActivityScheduled",
            "4<3 ActivityStarted",
            "5<4 ActivitySucceeded",
        ]
        events = await world.history(execution)
        assert events[3]["activityStartedEventDetails"] == {"workerName": "w"}
        scheduled = events[2]["activityScheduledEventDetails"]
        assert (scheduled["timeoutInSeconds"], scheduled["heartbeatInSeconds"]) == (60, 10)

    in_world(story)


def test_a_poll_without_work_lasts_a_minute() -> None:
    async def story(world: World) -> None:
        activity = (await world.do("CreateActivity", name="a"))["activityArn"]
        poll = world.clock.spawn(world.do("GetActivityTask", activityArn=activity), "worker")
        await world.clock.advance(59.9)
        assert not poll.done()
        await world.clock.advance(0.1)
        assert await poll == {}

    in_world(story)


def test_a_deleted_activity() -> None:
    async def story(world: World) -> None:
        activity = (await world.do("CreateActivity", name="a"))["activityArn"]
        machine = await world.create({"StartAt": "T", "States": {"T": task(activity)}})
        await world.do("DeleteActivity", activityArn=activity)
        execution = await world.start(machine)
        found = await world.describe(execution)
        assert found["error"] == "States.Runtime"
        prefix = "An error occurred while executing the state 'T' (entered at the event id #2). "
        assert found["cause"] == f"{prefix}The activity {activity} does not exist."
        assert await world.line(execution) == [
            "1<0 ExecutionStarted",
            "2<0 TaskStateEntered",
            "3<2 ExecutionFailed",
        ]

    in_world(story)


def test_a_result_that_is_too_large() -> None:
    async def story(world: World) -> None:
        world.function = lambda event: "x" * 262_143
        execution = await world.execute({"T": task()})
        found = await world.describe(execution)
        assert found["error"] == "States.DataLimitExceeded"
        assert found["cause"] == (
            f"The state/task '{FUNCTION}' returned a result with a size exceeding the maximum number of bytes service "
            "limit."
        )

    in_world(story)
