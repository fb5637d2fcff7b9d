"""A task that waits for somebody's answer: SC-1 to SC-8."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from emulator.testing import Stack
from tests.wire.stepfunctions import work
from tests.wire.stepfunctions.world import machine, task


def ask(queue: str, **fields: Any) -> dict[str, Any]:
    parameters = {
        "QueueUrl": f"${{{queue}.QueueUrl}}",
        "MessageBody": {"token.$": "$$.Task.Token", "input.$": "$"},
    }
    return task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Parameters=parameters, **fields)


def caught(error: str, **limits: Any) -> dict[str, Any]:
    catch = [{"ErrorEquals": [error], "Next": "Caught"}]
    return machine(Ask=ask("asked", Catch=catch, **limits), Caught={"Type": "Pass", "End": True})


STACK = (
    Stack()
    .queue("asked")
    .queue("orders")
    .function("approve", work.approve)
    .mapping("approvals", queue="orders", function="approve")
    .state_machine("ask", definition=machine(Ask=ask("asked")))
    .state_machine("caught", definition=caught("TooExpensive"))
    .state_machine("beats", definition=machine(Ask=ask("asked", HeartbeatSeconds=600)))
    .state_machine("beats_caught", definition=caught("States.HeartbeatTimeout", HeartbeatSeconds=600))
    .state_machine("both", definition=machine(Ask=ask("asked", HeartbeatSeconds=600, TimeoutSeconds=900)))
    .state_machine("order", definition=machine(Ask=ask("orders")))
)
pytestmark = pytest.mark.aws_stack(STACK, clock="manual")


@pytest.fixture
def question(aws_client, aws_stack):
    """Receives the message of a task that waits; its body."""
    sqs, url = aws_client("sqs"), aws_stack.attributes["asked"]["QueueUrl"]

    def receive() -> dict[str, Any]:
        messages: list[Any] = []
        while not messages:
            messages = sqs.receive_message(QueueUrl=url).get("Messages", [])
        body: dict[str, Any] = json.loads(messages[0]["Body"])
        return body

    return receive


def test_the_answer_becomes_the_result_sc_1(machines, question):
    execution = machines.start("ask", {"amount": 20})
    asked = question()
    assert asked["input"] == {"amount": 20}
    assert machines.status(execution) == "RUNNING"
    machines.states.send_task_success(taskToken=asked["token"], output='{"approved": true}')
    found = machines.ended(execution)
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"approved": True})


def test_a_failure_is_the_execution_s_sc_2(machines, question):
    execution = machines.start("ask")
    machines.states.send_task_failure(taskToken=question()["token"], error="TooExpensive", cause="more than 1000")
    found = machines.ended(execution)
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "TooExpensive", "more than 1000")


def test_a_failure_that_is_caught_sc_2(machines, question):
    execution = machines.start("caught")
    machines.states.send_task_failure(taskToken=question()["token"], error="TooExpensive", cause="more than 1000")
    assert json.loads(machines.ended(execution)["output"]) == {"Error": "TooExpensive", "Cause": "more than 1000"}


def test_heartbeats_keep_it_alive_sc_3(machines, question, aws_clock):
    execution = machines.start("beats")
    token = question()["token"]
    for _ in range(3):
        aws_clock.advance(599)
        machines.states.send_task_heartbeat(taskToken=token)
    aws_clock.advance(599)
    assert machines.status(execution) == "RUNNING"
    aws_clock.advance(1)
    found = machines.found(execution)
    assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")
    assert (found["stopDate"] - found["startDate"]).total_seconds() == pytest.approx(4 * 599 + 1)


def test_a_missed_heartbeat_is_caught_sc_3(machines, question, aws_clock):
    execution = machines.start("beats_caught")
    question()
    aws_clock.advance(600)
    assert machines.status(execution) == "SUCCEEDED"


@pytest.mark.aws_stack(STACK, clock="auto")
def test_a_missed_heartbeat_needs_no_ten_minutes_sc_3(machines):
    began = time.monotonic()
    found = machines.run("beats")
    assert time.monotonic() - began < 10
    assert found["error"] == "States.Timeout"
    assert 600 <= (found["stopDate"] - found["startDate"]).total_seconds() < 602


def test_the_timeout_comes_in_spite_of_heartbeats_sc_4(machines, question, aws_clock):
    execution = machines.start("both")
    token = question()["token"]
    aws_clock.advance(500)
    machines.states.send_task_heartbeat(taskToken=token)
    aws_clock.advance(399)
    assert machines.status(execution) == "RUNNING"
    aws_clock.advance(1)
    found = machines.found(execution)
    assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")


def test_a_token_counts_once_sc_5(machines, question, aws_clock):
    errors = machines.states.exceptions
    execution = machines.start("ask")
    token = question()["token"]
    with pytest.raises(errors.InvalidOutput):
        machines.states.send_task_success(taskToken=token, output="no JSON")
    machines.states.send_task_success(taskToken=token, output="1")
    for _ in range(2):
        with pytest.raises((errors.TaskTimedOut, errors.InvalidToken)):
            machines.states.send_task_success(taskToken=token, output="2")
    assert machines.ended(execution)["output"] == "1"
    with pytest.raises(errors.InvalidToken):
        machines.states.send_task_success(taskToken="nothing", output="1")


def test_a_token_after_the_timeout_sc_5(machines, question, aws_clock):
    execution = machines.start("both")
    token = question()["token"]
    aws_clock.advance(600)
    assert machines.status(execution) == "FAILED"
    with pytest.raises((machines.states.exceptions.TaskTimedOut, machines.states.exceptions.InvalidToken)):
        machines.states.send_task_success(taskToken=token, output="1")
    assert machines.status(execution) == "FAILED"


@pytest.mark.aws_stack(STACK, clock="auto")
def test_a_function_at_the_queue_answers_sc_6(machines):
    began = time.monotonic()
    assert machines.output("order", {"amount": 20}) == {"approved": 20}
    assert time.monotonic() - began < 2


def test_a_year_is_no_hurry_sc_7(machines, question, aws_clock):
    execution = machines.start("ask")
    token = question()["token"]
    aws_clock.advance(364 * 86_400)
    assert machines.status(execution) == "RUNNING"
    machines.states.send_task_success(taskToken=token, output="1")
    assert machines.ended(execution)["status"] == "SUCCEEDED"


def test_an_answer_to_a_stopped_execution_sc_8(machines, question):
    execution = machines.start("ask")
    token = question()["token"]
    machines.states.stop_execution(executionArn=execution)
    with pytest.raises((machines.states.exceptions.TaskTimedOut, machines.states.exceptions.InvalidToken)):
        machines.states.send_task_success(taskToken=token, output="1")
    assert machines.status(execution) == "ABORTED"
