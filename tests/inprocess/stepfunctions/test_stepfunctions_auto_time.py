"""Waits in ``auto`` time: what nobody answers times out in a moment, what somebody works on has real time."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from emulator.core import outside
from emulator.core.errors import AwsError
from tests.inprocess.stepfunctions.stepfunctions_world import START, World, in_world, task

HEARTBEAT = 600
YEAR_LESS_A_DAY = 364 * 86_400


def token_state(**limits: Any) -> dict[str, Any]:
    arguments = {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}
    return task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Parameters=arguments, **limits)


WAITS = pytest.mark.parametrize(
    ("limits", "after"),
    [
        ({"HeartbeatSeconds": HEARTBEAT}, HEARTBEAT),
        ({"TimeoutSeconds": YEAR_LESS_A_DAY}, YEAR_LESS_A_DAY),
        ({"TimeoutSeconds": YEAR_LESS_A_DAY, "HeartbeatSeconds": HEARTBEAT}, HEARTBEAT),
    ],
)


async def _start(world: World, tokens: list[str], *, mode: str = "auto", **limits: Any) -> str:
    def send(params: dict[str, Any]) -> dict[str, Any]:
        tokens.append(json.loads(params["MessageBody"])["token"])
        return {"MessageId": "m"}

    world.answers["sqs:SendMessage"] = send
    world.clock.configure(mode)
    return await world.execute({"T": token_state(**(limits or {"HeartbeatSeconds": HEARTBEAT}))})


async def _real(world: World, seconds: float, meanwhile: Callable[[], Awaitable[Any]] | None = None) -> None:
    """Let real seconds pass, the house idle but for ``meanwhile``, again and again."""
    done: list[bool] = []
    world.clock.real_later(seconds, lambda: done.append(True))
    while not done:
        await world.clock.pause(1)
        if meanwhile is not None:
            await meanwhile()


@WAITS
def test_a_token_that_nobody_answers_at_its_instant(limits: dict[str, int], after: int) -> None:
    async def story(world: World) -> None:
        execution = await _start(world, [], mode="manual", **limits)
        await world.clock.advance(after - 0.001)
        assert (await world.describe(execution))["status"] == "RUNNING"
        await world.clock.advance(0.001)
        found = await world.describe(execution)
        assert (found["error"], found["stopDate"]) == ("States.Timeout", START + after)

    in_world(story)


def test_an_answer_after_364_days() -> None:
    async def story(world: World) -> None:
        tokens: list[str] = []
        execution = await _start(world, tokens, mode="manual", TimeoutSeconds=YEAR_LESS_A_DAY + 1)
        await world.clock.advance(YEAR_LESS_A_DAY)
        await world.do("SendTaskSuccess", taskToken=tokens[0], output="1")
        await world.settle()
        found = await world.describe(execution)
        assert (found["status"], found["stopDate"]) == ("SUCCEEDED", START + YEAR_LESS_A_DAY)

    in_world(story)


@WAITS
def test_a_token_that_nobody_answers(limits: dict[str, int], after: int) -> None:
    async def story(world: World) -> None:
        execution = await _start(world, [], **limits)
        began = world.clock.real()
        while (found := await world.describe(execution))["status"] == "RUNNING":
            await world.clock.pause(1)
        assert world.clock.real() - began < 10  # and not as long as the wait
        assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")
        assert START + after <= found["stopDate"] < START + after + 2

    in_world(story)


@pytest.mark.parametrize("mode", ["auto", "manual"])
def test_twenty_hours_of_retries(mode: str) -> None:
    async def story(world: World) -> None:
        def fail(params: dict[str, Any]) -> Any:
            calls.append(round(world.clock.now() - START))
            raise AwsError("Boom", "not yet")

        calls: list[int] = []
        world.answers["sqs:SendMessage"] = fail
        world.clock.configure(mode)
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 36_000, "BackoffRate": 1, "MaxAttempts": 2}]
        state = task("arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody": "m"}, Retry=retry)
        execution = await world.execute({"T": state})
        if mode == "manual":
            await world.clock.advance(72_000)
        while (await world.describe(execution))["status"] == "RUNNING":
            await world.clock.pause(1)
        assert calls == [0, 36_000, 72_000]

    in_world(story)


def test_a_client_that_is_at_work_has_time_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SILENCE", 0.1)

    async def work(world: World) -> None:
        world.clock.contact()

    async def story(world: World) -> None:
        tokens: list[str] = []
        execution = await _start(world, tokens)
        await _real(world, 0.3, lambda: work(world))
        assert (await world.describe(execution))["status"] == "RUNNING"
        await world.do("SendTaskSuccess", taskToken=tokens[0], output="1")
        await world.settle()
        assert await world.output(execution) == 1

    in_world(story)


def test_work_without_end_does_not_keep_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SILENCE", 0.1)
    monkeypatch.setattr(outside, "PATIENCE", 0.3)

    async def story(world: World) -> None:
        async def touch() -> None:
            await world.clock.pause(1)
            if world.clock.real() - touched[-1] > 0.02:
                world.clock.contact(0.1)
                touched.append(world.clock.real())

        touched = [world.clock.real()]
        execution = await _start(world, [])
        await _real(world, 0.8, touch)
        assert (await world.describe(execution))["status"] == "FAILED"

    in_world(story)


def test_a_client_that_sends_a_heartbeat_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SILENCE", 0.1)
    monkeypatch.setattr(outside, "PATIENCE", 0.5)

    async def story(world: World) -> None:
        tokens: list[str] = []
        execution = await _start(world, tokens)
        await world.do("SendTaskHeartbeat", taskToken=tokens[0])
        await _real(world, 0.3)
        assert (await world.describe(execution))["status"] == "RUNNING"
        await _real(world, 0.6)
        found = await world.describe(execution)
        assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")

    in_world(story)
