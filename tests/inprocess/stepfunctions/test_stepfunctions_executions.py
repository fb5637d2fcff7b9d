"""Executions from start to end: statuses, exact instants, names, limits, status events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.core.errors import AwsError
from tests.inprocess.stepfunctions.stepfunctions_world import (
    ACCOUNT,
    REGION,
    ROLE,
    START,
    World,
    code_of,
    in_world,
    succeed,
    task,
)

WAIT = {"W": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Succeed"}}


def test_a_wait_takes_exactly_its_time() -> None:
    async def story(world: World) -> None:
        execution = await world.execute(WAIT, {"a": 1}, seconds=59.999)
        assert (await world.describe(execution))["status"] == "RUNNING"
        await world.clock.advance(0.001)
        found = await world.describe(execution)
        assert (found["status"], found["startDate"], found["stopDate"]) == ("SUCCEEDED", START, START + 60)
        assert found["redriveStatus"] == "NOT_REDRIVABLE"
        assert found["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
        assert await world.times(execution) == [
            ("ExecutionStarted", 0.0),
            ("WaitStateEntered", 0.0),
            ("WaitStateExited", 60.0),
            ("SucceedStateEntered", 60.0),
            ("SucceedStateExited", 60.0),
            ("ExecutionSucceeded", 60.0),
        ]
        assert (await world.line(execution))[:3] == [
            "1<0 ExecutionStarted",
            "2<0 WaitStateEntered",
            "3<2 WaitStateExited",
        ]

    in_world(story)


def test_a_year_of_waiting_is_one_timer() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"W": {"Type": "Wait", "Seconds": 31_449_600, "End": True}})
        await world.clock.advance(364 * 86_400)
        assert (await world.describe(execution))["stopDate"] == START + 364 * 86_400

    in_world(story)


def test_the_time_limit_of_an_execution() -> None:
    async def story(world: World) -> None:
        execution = await world.execute(WAIT, seconds=100, TimeoutSeconds=5)
        found = await world.describe(execution)
        assert (found["status"], found["stopDate"]) == ("TIMED_OUT", START + 5)
        assert "error" not in found
        last = (await world.history(execution))[-1]
        assert (last["type"], last["previousEventId"], last["timestamp"]) == ("ExecutionTimedOut", 0, START + 5)
        assert last["executionTimedOutEventDetails"] == {"error": "States.Timeout"}

    in_world(story)


def test_stop_writes_nothing_for_open_states() -> None:
    async def story(world: World) -> None:
        execution = await world.execute(WAIT)
        await world.clock.advance(10)
        answer = await world.do("StopExecution", executionArn=execution, error="E", cause="because")
        assert answer == {"stopDate": START + 10}
        await world.clock.advance(100)
        found = await world.describe(execution)
        assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "E", "because")
        assert await world.line(execution) == [
            "1<0 ExecutionStarted",
            "2<0 WaitStateEntered",
            "3<0 ExecutionAborted",
        ]

    in_world(story)


def test_the_same_order_again() -> None:
    async def story(world: World) -> None:
        machine = await world.create({"StartAt": "W", "States": WAIT})
        first = await world.do("StartExecution", stateMachineArn=machine, name="one", input='{"a": 1}')
        await world.clock.advance(1)
        assert await world.do("StartExecution", stateMachineArn=machine, name="one", input='{"a":1}') == first
        with pytest.raises(AwsError) as other:
            await world.do("StartExecution", stateMachineArn=machine, name="one", input='{"a": true}')
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:M:one"
        assert code_of(other.value) == ("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")
        await world.clock.advance(60)
        with pytest.raises(AwsError):
            await world.do("StartExecution", stateMachineArn=machine, name="one", input='{"a":1}')
        await world.clock.advance(90 * 86_400)
        again = await world.do("StartExecution", stateMachineArn=machine, name="one", input='{"a":1}')
        assert again["executionArn"] == arn

    in_world(story)


def test_a_deleted_machine_takes_its_executions_along() -> None:
    async def story(world: World) -> None:
        execution = await world.execute(WAIT)
        machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:M"
        await world.do("DeleteStateMachine", stateMachineArn=machine)
        with pytest.raises(AwsError) as error:
            await world.describe(execution)
        assert code_of(error.value) == ("ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution}'")
        await world.create({"StartAt": "W", "States": WAIT})
        assert await world.do("ListExecutions", stateMachineArn=machine) == {"executions": []}

    in_world(story)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "not some json",
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
            "'false')",
        ),
        ("{'not': 'json'", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
        ("", "Invalid execution input."),
    ],
)
def test_input_that_is_no_json(text: str, reason: str) -> None:
    async def story(world: World) -> None:
        machine = await world.create({"StartAt": "P", "States": {"P": succeed()}})
        with pytest.raises(AwsError) as error:
            await world.do("StartExecution", stateMachineArn=machine, input=text)
        message = f"Invalid State Machine Execution Input: '{reason}'"
        assert code_of(error.value) == ("InvalidExecutionInput", message)

    in_world(story)


def test_any_json_value_is_an_input() -> None:
    async def story(world: World) -> None:
        machine = await world.create({"StartAt": "P", "States": {"P": succeed()}})
        for value in (2, "some text", None, [1.5]):
            answer = await world.do("StartExecution", stateMachineArn=machine, input=json.dumps(value))
            await world.settle()
            assert await world.output(answer["executionArn"]) == value

    in_world(story)


@pytest.mark.parametrize("text", ["1e400", "[-1e999]", "NaN"])
def test_numbers_that_no_json_text_can_hold(text: str) -> None:
    """They would come out as Infinity or NaN, which no SDK reads again (RFC 8259, section 6)."""

    async def story(world: World) -> None:
        machine = await world.create({"StartAt": "P", "States": {"P": succeed()}})
        with pytest.raises(AwsError) as error:
            await world.do("StartExecution", stateMachineArn=machine, input=text)
        assert error.value.code == "InvalidExecutionInput"

    in_world(story)


def test_thousands_of_executions_wait_and_all_end_at_their_instant() -> None:
    async def story(world: World) -> None:
        states = {"W": {"Type": "Wait", "SecondsPath": "$.seconds", "End": True}}
        machine = await world.create({"StartAt": "W", "States": states})
        started = [
            await world.do("StartExecution", stateMachineArn=machine, input=json.dumps({"seconds": 3600 + number}))
            for number in range(2000)
        ]
        await world.settle()
        assert world.clock.status()["timers"] == 2000
        await world.clock.advance(3600 + 2000)
        for number, execution in enumerate(started):
            found = await world.describe(execution["executionArn"])
            assert (found["status"], found["stopDate"]) == ("SUCCEEDED", START + 3600 + number)
        assert world.clock.status()["timers"] == 0
        assert not world.clock.units()

    in_world(story)


def test_history_ends_at_25000_events() -> None:
    async def story(world: World) -> None:
        leave = {"Variable": "$.x", "IsPresent": True, "Next": "C"}
        states = {
            "A": {"Type": "Pass", "Next": "B"},
            "B": {"Type": "Choice", "Choices": [leave], "Default": "A"},
            "C": {"Type": "Succeed"},
        }
        execution = await world.execute(states)
        await world.clock.quiet()
        found = await world.describe(execution)
        assert found["status"] == "FAILED"
        assert found["error"] == "States.Runtime"
        assert found["cause"] == "The execution reached the maximum number of history events (25000)."
        answer = await world.do("GetExecutionHistory", executionArn=execution, reverseOrder=True, maxResults=2)
        assert [event["id"] for event in answer["events"]] == [25_000, 24_999]
        assert answer["events"][0]["type"] == "ExecutionFailed"

    in_world(story)


def test_pages_of_a_history_and_metadata_only() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"P": {"Type": "Pass", "Next": "Q"}, "Q": succeed()}, {"a": 1})
        seen: list[int] = []
        params: dict[str, Any] = {"executionArn": execution, "maxResults": 4}
        while True:
            answer = await world.do("GetExecutionHistory", **params)
            seen += [event["id"] for event in answer["events"]]
            if "nextToken" not in answer:
                break
            params["nextToken"] = answer["nextToken"]
        assert seen == [1, 2, 3, 4, 5, 6]
        bare = await world.do("GetExecutionHistory", executionArn=execution, includeExecutionData=False)
        assert bare["events"][1]["stateEnteredEventDetails"] == {"name": "P"}
        found = await world.do("DescribeExecution", executionArn=execution, includedData="METADATA_ONLY")
        assert "input" not in found
        assert "output" not in found
        with pytest.raises(AwsError) as error:
            await world.do("GetExecutionHistory", executionArn=execution, nextToken="nonsense")
        assert code_of(error.value) == ("InvalidToken", "Invalid Token: 'Invalid token'")

    in_world(story)


def test_status_changes_reach_the_default_bus() -> None:
    async def story(world: World) -> None:
        execution = await world.execute(WAIT, {"a": 1}, seconds=60)
        running, succeeded = world.events
        assert running["DetailType"] == "Step Functions Execution Status Change"
        assert running["Source"] == "aws.states"
        assert running["Resources"] == [execution]
        assert running["detail"]["status"] == "RUNNING"
        assert running["detail"]["stopDate"] is None
        assert running["detail"]["outputDetails"] is None
        detail = succeeded["detail"]
        assert (detail["status"], detail["input"], detail["output"]) == ("SUCCEEDED", '{"a": 1}', '{"a":1}')
        assert (detail["startDate"], detail["stopDate"]) == (START * 1000, (START + 60) * 1000)
        assert detail["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
        assert detail["stateMachineVersionArn"] is None

    in_world(story)


def test_express_executions() -> None:
    async def story(world: World) -> None:
        machine = await world.create({"StartAt": "P", "States": {"P": succeed(Result={"x": 1})}}, type="EXPRESS")
        answer = await world.do("StartSyncExecution", stateMachineArn=machine, name="e", input="{}")
        assert answer["executionArn"].startswith(f"arn:aws:states:{REGION}:{ACCOUNT}:express:M:e:")
        assert (answer["status"], answer["output"]) == ("SUCCEEDED", '{"x":1}')
        assert answer["billingDetails"] == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100}
        started = await world.do("StartExecution", stateMachineArn=machine)
        for operation in ("DescribeExecution", "GetExecutionHistory", "StopExecution"):
            with pytest.raises(AwsError) as error:
                await world.do(operation, executionArn=started["executionArn"])
            text = "Invalid Arn: 'Resource type not valid in this context: express'"
            assert code_of(error.value) == ("InvalidArn", text)
        with pytest.raises(AwsError) as listing:
            await world.do("ListExecutions", stateMachineArn=machine)
        text = "This operation is not supported by this type of state machine"
        assert code_of(listing.value) == ("StateMachineTypeNotSupported", text)
        assert world.events == []

    in_world(story)


def test_an_express_execution_ends_after_five_minutes() -> None:
    async def story(world: World) -> None:
        states = {"W": {"Type": "Wait", "Seconds": 600, "End": True}}
        machine = await world.create({"StartAt": "W", "States": states}, type="EXPRESS")
        answer = world.clock.spawn(world.do("StartSyncExecution", stateMachineArn=machine), "client")
        await world.clock.advance(601)
        assert ((await answer)["status"], (await answer)["stopDate"]) == ("TIMED_OUT", START + 300)

    in_world(story)


def test_an_express_failure_has_no_output_but_its_details() -> None:
    async def story(world: World) -> None:
        states = {"F": {"Type": "Fail", "Error": "E", "Cause": "because"}}
        machine = await world.create({"StartAt": "F", "States": states}, type="EXPRESS")
        answer = await world.do("StartSyncExecution", stateMachineArn=machine)
        assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "E", "because")
        assert "output" not in answer
        assert answer["outputDetails"] == {"included": True}

    in_world(story)


def test_delivered_events_start_executions() -> None:
    async def story(world: World) -> None:
        machine = await world.create({"StartAt": "P", "States": {"P": succeed()}})
        courier, cause = world.ground.courier, world.ground.new_cause()
        delivery = await courier.deliver(machine, '{"detail":{"k":1}}', source="rule", cause=cause)
        assert delivery.ok
        await world.settle()
        assert await world.output(delivery.result["executionArn"]) == {"detail": {"k": 1}}
        missing = await courier.deliver(f"{machine}X", "{}", source="rule", cause=cause)
        assert (missing.ok, missing.code) == (False, "NO_RESOURCE")

    in_world(story)


def test_the_journal_follows_the_states() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"P": {"Type": "Pass", "Next": "T"}, "T": task()})
        hops = [(hop.kind, hop.target) for hop in world.ground.journal if hop.source == execution]
        assert [hop for hop in hops if hop[0].startswith("state-")] == [
            ("state-enter", "P"),
            ("state-exit", "P"),
            ("state-enter", "T"),
            ("state-exit", "T"),
        ]
        kinds = [kind for kind, _ in hops]
        assert kinds.index("task-run") < kinds.index("state-exit", kinds.index("task-run"))
        assert len({hop.trace for hop in world.ground.journal if hop.source == execution}) == 1

    in_world(story)


def test_what_an_execution_runs_does_not_change() -> None:
    async def story(world: World) -> None:
        machine = await world.create({"StartAt": "W", "States": WAIT})
        execution = await world.start(machine)
        changed = {"StartAt": "F", "States": {"F": {"Type": "Fail"}}}
        await world.do("UpdateStateMachine", stateMachineArn=machine, definition=json.dumps(changed))
        await world.clock.advance(60)
        assert (await world.describe(execution))["status"] == "SUCCEEDED"
        then = await world.do("DescribeStateMachineForExecution", executionArn=execution)
        assert json.loads(then["definition"]) == {"StartAt": "W", "States": WAIT}
        assert (then["name"], then["roleArn"], then["updateDate"]) == ("M", ROLE, START)

    in_world(story)


def test_an_endless_express_loop_is_ended() -> None:
    async def story(world: World) -> None:
        states = {
            "A": {"Type": "Choice", "Choices": [{"Variable": "$", "IsString": True, "Next": "B"}], "Default": "A"},
            "B": {"Type": "Succeed"},
        }
        machine = await world.create({"StartAt": "A", "States": states}, type="EXPRESS")
        answer = await world.do("StartSyncExecution", stateMachineArn=machine)
        assert answer["status"] == "TIMED_OUT"

    in_world(story)
