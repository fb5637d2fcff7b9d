"""Tokens in ``auto`` time: what nobody answers times out soon, what somebody works on has real time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.services.stepfunctions import answers
from tests.inprocess.stepfunctions.stepfunctions_world import START, World, in_world, task

STATE = task(
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters={"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
    HeartbeatSeconds=600,
)


async def _start(world: World, tokens: list[str]) -> str:
    def send(params: dict[str, Any]) -> dict[str, Any]:
        tokens.append(json.loads(params["MessageBody"])["token"])
        return {"MessageId": "m"}

    world.answers["sqs:SendMessage"] = send
    world.clock.configure("auto")
    return await world.execute({"T": STATE})


async def _real(world: World, seconds: float) -> None:
    """Let real seconds pass, the house idle."""
    done: list[bool] = []
    world.clock.real_later(seconds, lambda: done.append(True))
    while not done:
        await world.clock.pause(1)


def test_a_token_that_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PATIENCE", 0.05)

    async def story(world: World) -> None:
        execution = await _start(world, [])
        await _real(world, 0.5)
        found = await world.describe(execution)
        assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")
        assert START + 600 <= found["stopDate"] < START + 602

    in_world(story)


def test_a_token_that_a_client_works_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PATIENCE", 0.2)

    async def story(world: World) -> None:
        tokens: list[str] = []
        execution = await _start(world, tokens)
        await world.do("SendTaskHeartbeat", taskToken=tokens[0])
        await _real(world, 0.6)
        assert (await world.describe(execution))["status"] == "RUNNING"
        await world.do("SendTaskSuccess", taskToken=tokens[0], output="1")
        await world.settle()
        assert await world.output(execution) == 1

    in_world(story)
