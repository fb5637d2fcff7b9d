"""State machines and activities: what their short forms stand for, and what wrong ones are told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.stack import Stack, StackError, deploy
from emulator.stack.deploy import prepare

ACCOUNT, REGION = "000000000000", "eu-west-1"
ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/emulator"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def send(queue_url: str) -> dict[str, Any]:
    """One state that sends a message."""
    parameters = {"QueueUrl": queue_url, "MessageBody": "m"}
    state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters, "End": True}
    return {"StartAt": "A", "States": {"A": state}}


def stack(directory: Path | None = None, **sections: Any) -> Stack:
    return Stack.from_document(sections, directory or Path(__file__).parent, "stack.toml")


def created(given: Stack, operation: str = "CreateStateMachine") -> list[dict[str, Any]]:
    """The parameters of every call of an operation."""
    calls: list[dict[str, Any]] = []

    async def run(service: str, called: str, params: dict[str, Any]) -> dict[str, Any]:
        if called == operation:
            calls.append(params)
        return {"QueueUrl": "http://host/q"} if called == "CreateQueue" else {}

    asyncio.run(deploy(given, run, account=ACCOUNT, region=REGION, base_url=""))
    return calls


def told(directory: Path | None = None, **sections: Any) -> str:
    with pytest.raises(StackError) as caught:
        prepare(stack(directory, **sections), ACCOUNT, REGION)
    return str(caught.value)


def test_a_table() -> None:
    (params,) = created(stack(state_machines={"m": {"definition": PASS, "type": "EXPRESS", "tags": {"a": "b"}}}))
    assert json.loads(params.pop("definition")) == PASS
    tags = [{"key": "a", "value": "b"}]
    assert params == {"name": "m", "roleArn": ROLE, "type": "EXPRESS", "tags": tags}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.asl.json", json.dumps(PASS)),
        ("m.asl.yaml", "StartAt: A\nStates:\n  A:\n    Type: Pass\n    End: true\n"),
    ],
)
def test_a_file(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    (short,) = created(stack(tmp_path, state_machines={"m": name}))
    (long,) = created(stack(tmp_path, state_machines={"m": {"DefinitionUri": name}}))
    assert short == long
    assert json.loads(short["definition"]) == PASS


def test_what_is_filled_in() -> None:
    """Substitutions, attributes of resources, and nothing else."""
    definition = send("${Url}")
    definition["States"]["A"]["Comment"] = "${q.Arn} ${neither.nor} ${AWS::Region}"
    machine = {"definition": definition, "substitutions": {"Url": "${q.QueueUrl}"}}
    (params,) = created(stack(queues={"q": {}}, state_machines={"m": machine}))
    state = json.loads(params["definition"])["States"]["A"]
    assert state["Parameters"]["QueueUrl"] == "http://host/q"
    assert state["Comment"] == f"arn:aws:sqs:{REGION}:{ACCOUNT}:q ${{neither.nor}} {REGION}"


def test_a_rule_starts_one() -> None:
    rule = {"pattern": {"source": ["s"]}, "target": "m"}
    (params,) = created(stack(state_machines={"m": {"definition": PASS}}, rules={"r": rule}), "PutTargets")
    assert params["Targets"] == [{"Id": "Target0", "Arn": ARN, "RoleArn": ROLE}]


def test_an_activity() -> None:
    assert created(stack(activities={"a": {"tags": {"x": "y"}}}), "CreateActivity") == [
        {"name": "a", "tags": [{"key": "x", "value": "y"}]}
    ]


def test_from_python() -> None:
    (params,) = created(Stack().state_machine("m", definition=PASS).activity("a"))
    assert params["name"] == "m"


@pytest.mark.parametrize(
    ("machine", "problem"),
    [
        ({}, "state_machines.m.definition: a state machine needs one definition"),
        ({"definition": PASS, "DefinitionString": "{}"}, "state_machines.m.DefinitionString: a state machine needs"),
        ({"definition": 3}, "state_machines.m.definition: expected a file's name, or the definition as a table, got 3"),
        ({"definition": "no.json"}, "state_machines.m.definition: there is no file"),
        ({"definition": PASS, "tpye": "EXPRESS"}, "state_machines.m.tpye: unknown key. Did you mean 'type'?"),
        ({"definition": PASS, "type": 3}, "state_machines.m.type: expected a text, got 3."),
        ({"definition": PASS, "role": 3}, "state_machines.m.role: expected a text, got 3."),
        (
            {"definition": {**PASS, "StartAt": "B"}},
            "state_machines.m.definition: Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET",
        ),
        ({"definition": PASS, "substitutions": {"A": "${x.Arn}"}}, "state_machines.m.substitutions.A: there is no"),
    ],
)
def test_wrong_ones(machine: dict[str, Any], problem: str) -> None:
    assert told(state_machines={"m": machine}).startswith(f"stack.toml: {problem}")


def test_a_rule_with_a_name_that_is_no_machine() -> None:
    rule = {"pattern": {"source": ["s"]}, "target": "machin"}
    text = told(state_machines={"machine": {"definition": PASS}}, rules={"r": rule})
    assert text.endswith("'machin' here. Did you mean 'machine'?")


def test_no_yaml(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("a: [")
    assert "m.yaml is no YAML" in told(tmp_path, state_machines={"m": "m.yaml"})
