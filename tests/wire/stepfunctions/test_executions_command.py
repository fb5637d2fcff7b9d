"""``emulator executions`` and ``emulator execution``."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.testing import Stack
from tests.wire.stepfunctions.world import machine

STACK = (
    Stack()
    .state_machine("fine", definition=machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Succeed"}))
    .state_machine("bad", definition=machine(A={"Type": "Fail", "Error": "E", "Cause": "because"}))
    .state_machine("fast", type="EXPRESS", definition=machine(A={"Type": "Pass", "End": True}))
)
pytestmark = pytest.mark.aws_stack(STACK)


@pytest.fixture
def run(aws_stack: Any) -> Any:
    def command(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--endpoint", aws_stack.url])

    return command


def started(machines: Any, machine: str, name: str, data: Any = None) -> str:
    arn = machines.states.start_execution(
        stateMachineArn=machines._arns[machine], name=name, input=json.dumps(data or {})
    )["executionArn"]
    machines.ended(arn)
    return str(arn)


def test_the_list(machines, run):
    assert "no executions" in run("executions").output
    started(machines, "fine", "one")
    started(machines, "bad", "two")
    rows = run("executions").output.splitlines()
    assert [row.split()[2:5] for row in rows] == [["FAILED", "bad", "two"], ["SUCCEEDED", "fine", "one"]]
    assert run("executions", "--machine", "fine").output.count("\n") == 1
    assert run("executions", "--status", "failed").output.split()[4] == "two"
    wrong = run("executions", "--machine", "fin")
    assert wrong.exit_code == 1
    assert "there is no state machine 'fin': bad, fast, fine." in wrong.output
    assert [one["name"] for one in json.loads(run("executions", "--json").output)] == ["two", "one"]


def test_one(machines, run):
    arn = started(machines, "fine", "order-1", {"n": 1})
    for text in ("order-1", "ord", arn):
        shown = run("execution", text).output
        assert shown.startswith("fine  order-1  SUCCEEDED")
        assert re.search(r'  A  Pass  \d+ ms  {"n":1} → {"n":1}', shown)
        assert "```mermaid\nflowchart TD\n" in shown
    drawing = run("execution", "order-1", "--mermaid").output
    assert drawing.startswith("flowchart TD\n")
    assert "class s1,s2 taken" in drawing
    document = json.loads(run("execution", "order-1", "--json").output)
    assert document["execution"]["status"] == "SUCCEEDED"
    assert document["events"][0]["type"] == "ExecutionStarted"


def test_one_that_failed(machines, run):
    started(machines, "bad", "order-2")
    shown = run("execution", "order-2").output
    assert "\nE: because\n" in shown
    assert "class s1 failed" in shown


def test_which_one(machines, run):
    for machine_name in ("fine", "bad"):
        started(machines, machine_name, "same")
    several = run("execution", "same")
    assert several.exit_code == 1
    assert "several are called so: bad:same, fine:same" in several.output
    assert "Express executions leave their history in logs only" in run("execution", "nothing").output
