"""AWS's findings.  Texts, codes and locations: recorded from AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.asl.checks.resource import parse_resource
from emulator.asl.errors import invalid_definition_message
from emulator.asl.validate import diagnose, diagnose_state

PASS = {"Type": "Pass", "End": True}


def machine(*, top: dict[str, Any] | None = None, **states: Any) -> str:
    return json.dumps({"StartAt": next(iter(states)), "States": states, **(top or {})})


def message(definition: str, kind: str = "STANDARD") -> str:
    text = invalid_definition_message(diagnose(definition, kind))
    return text.removeprefix("Invalid State Machine Definition: '").removesuffix("'")


SCHEMA = "SCHEMA_VALIDATION_FAILED: "


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ('{"StartAt": "A"}', "These fields are required: [States] at /"),
        ("{}", "These fields are required: [States, StartAt] at /"),
        ('"x"', "Definition must be a valid JSON object"),
        (
            machine(X={"Type": "Nope"}),
            "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"
            " at /States/X/Type, MISSING_END_STATE: Workflow has no terminal state at null",
        ),
        (machine(X={"Type": "Parallel", "Branches": [], "End": True}), "Value cannot be empty at /States/X/Branches"),
        (
            machine(X={**PASS, "TimeoutSeconds": 5}),
            "Field 'TimeoutSeconds' is not supported at /States/X/TimeoutSeconds",
        ),
        (
            machine(X={**PASS, "Output": 5}),
            "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' "
            "QueryLanguage at /States/X/Output",
        ),
        (
            machine(X={**PASS, "Parameters": {"a": {"parsed.$": "no path"}}}),
            "The value for the field 'parsed.$' must be a valid JSONPath or a valid intrinsic function call at "
            "/States/X/Parameters",
        ),
        (
            machine(W={"Type": "Wait", "Timestamp": "2016-12-05 21:29:29Z", "End": True}),
            "String does not match RFC3339 timestamp at /States/W/Timestamp",
        ),
        (
            machine(Q={"Type": "Task", "Resource": "arn:aws:states:::dynamodb:query", "End": True}),
            "The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid "
            "resource ARN, or the resource is not available in this region. at /States/Q/Resource",
        ),
        (
            machine(X={**PASS, "QueryLanguage": "JSONPath"}, top={"QueryLanguage": "JSONata"}),
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/X",
        ),
    ],
)
def test_schema_findings(definition: str, text: str) -> None:
    assert message(definition) == SCHEMA + text


def test_a_rule_without_next() -> None:
    rule = {"Variable": "$.a", "IsNull": True}
    assert message(machine(C={"Type": "Choice", "Choices": [rule], "Default": "P"}, P=PASS)) == (
        SCHEMA + "These fields are required: [Next] at /States/C/Choices[0]"
    )


@pytest.mark.parametrize(
    ("states", "text"),
    [
        (
            {"pass1": {"Type": "Pass", "Next": "pass3"}, "pass2": PASS},
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, "
            'MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2',
        ),
        (
            {"A": {"Type": "Pass", "Next": "A"}},
            "MISSING_END_STATE: Workflow has no terminal state at null",
        ),
    ],
)
def test_graph_findings(states: dict[str, Any], text: str) -> None:
    assert message(machine(**states)) == text


@pytest.mark.parametrize(
    ("resource", "text"),
    [
        (
            "arn:aws:states:::states:startExecution.sync",
            "Express state machine does not support '.sync' service integration at /States/X/Resource",
        ),
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Express state machine does not support '.waitForTaskToken' service integration  at /States/X/Resource",
        ),
        (
            "arn:aws:states:us-east-1:123456789012:activity:a",
            "Express state machine does not support Activity ARN at /States/X/Resource",
        ),
    ],
)
def test_express_machines(resource: str, text: str) -> None:
    definition = machine(X={"Type": "Task", "Resource": resource, "End": True})
    assert message(definition, "EXPRESS") == SCHEMA + text
    assert diagnose(definition) == []


def test_not_json() -> None:
    (finding,) = diagnose("not a definition")
    where = '[Source: (String)"not a definition"; line: 1, column: 4]'
    text = (
        "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
        f"'false')\n at {where}"
    )
    assert finding.as_member() == {
        "severity": "ERROR",
        "code": "INVALID_JSON_DESCRIPTION",
        "message": text,
        "location": where,
    }
    assert message("not a definition") == f"INVALID_JSON_DESCRIPTION: {text}"


def test_members_of_a_finding() -> None:
    (finding,) = diagnose('{"States": {"A": {"Type": "Pass", "End": true}}}')
    assert finding.as_member() == {
        "severity": "ERROR",
        "code": "SCHEMA_VALIDATION_FAILED",
        "message": "These fields are required: [StartAt]",
        "location": "/",
    }


INNER = {"StartAt": "I", "States": {"I": PASS}}
TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}


@pytest.mark.parametrize(
    "state",
    [
        {**TASK, "Retry": [], "Catch": []},
        {**TASK, "Retry": [{"ErrorEquals": ["States.ALL"], "Comment": "c"}]},
        {**TASK, "Comment": "c", "Credentials": {"RoleArn": "r"}},
        {"Type": "Map", "Iterator": INNER, "End": True, "Label": "x", "MaxConcurrency": -1},
        {"Type": "Map", "ItemProcessor": INNER, "End": True, "ToleratedFailurePercentage": 5},
        {"Type": "Parallel", "Branches": [INNER], "End": True},
        {"Type": "Choice", "Choices": [{"Comment": "c", "Variable": "$.a", "IsNull": True, "Next": "X"}]},
    ],
)
def test_accepted_although_odd(state: dict[str, Any]) -> None:
    assert diagnose_state(json.dumps(state)) == []


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Pass"},
        {"Type": "Pass", "End": True, "Nope": 1},
        {"Type": "Wait", "End": True},
        {"Type": "Wait", "Seconds": 1, "SecondsPath": "$.a", "End": True},
        {**TASK, "TimeoutSeconds": 0},
        {**TASK, "Retry": [{"ErrorEquals": []}]},
        {**TASK, "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}]},
        {**TASK, "Retry": [{"ErrorEquals": ["A"], "IntervalSeconds": 5, "MaxDelaySeconds": 5}]},
        {**TASK, "ResultPath": "$..a"},
        {**TASK, "InputPath": "no"},
        {**TASK, "Credentials": {}},
        {**TASK, "Credentials": {"Role": "arn:aws:iam::123456789012:role/r"}},
        {**TASK, "Credentials": "arn:aws:iam::123456789012:role/r"},
        {**TASK, "TimeoutSeconds": 10, "HeartbeatSeconds": 10},
        {**TASK, "QueryLanguage": "JSONata", "Arguments": "{% 1 + %}"},
        {**TASK, "Assign": {"states": 1}},
        {**TASK, "Assign": {"not a name": 1}},
        {"Type": "Map", "End": True},
        {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": 1, "Next": "X"}]},
        {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": "a", "IsNull": True, "Next": "X"}]},
        {"Type": "Choice", "Choices": [{"Variable": "$..a", "IsNull": True, "Next": "X"}]},
    ],
)
def test_refused_whatever_the_words(state: dict[str, Any]) -> None:
    assert diagnose(machine(A=state))


def test_credentials_may_be_dynamic() -> None:
    """AWS docs, "Accessing resources in other AWS accounts"."""
    for credentials in ({"RoleArn": "arn:aws:iam::123456789012:role/r"}, {"RoleArn.$": "$.role"}):
        assert not diagnose(machine(A={**TASK, "Credentials": credentials}))
    asked = {"QueryLanguage": "JSONata", "Credentials": {"RoleArn": "{% $states.input.role %}"}}
    assert not diagnose(machine(A={**TASK, **asked}))


def test_an_inner_workflow_may_not_assign_what_exists_outside() -> None:
    branch = {"StartAt": "B", "States": {"B": {**PASS, "Assign": {"x": 2}}}}
    outer = {"Type": "Pass", "Assign": {"x": 1}, "Next": "P"}
    assert diagnose(machine(O=outer, P={"Type": "Parallel", "Branches": [branch], "End": True}))
    # Two branches may use the same name, and what comes after is not outside.
    after = {"Type": "Parallel", "Branches": [branch, {"StartAt": "C", "States": {"C": {**PASS, "Assign": {"x": 2}}}}]}
    assert diagnose(machine(P={**after, "Next": "E"}, E={**PASS, "Assign": {"x": 1}})) == []


def test_state_names_are_unique_in_the_whole_definition() -> None:
    inner = {"StartAt": "A", "States": {"A": PASS}}
    codes = [finding.code for finding in diagnose(machine(A={"Type": "Parallel", "Branches": [inner], "End": True}))]
    assert codes == ["DUPLICATE_STATE_NAME"]


@pytest.mark.parametrize(
    ("arn", "kind", "name", "pattern"),
    [
        (
            "arn:aws:lambda:us-east-1:123456789012:function:f:1",
            "lambda",
            "arn:aws:lambda:us-east-1:123456789012:function:f:1",
            "",
        ),
        ("arn:aws:states:::states:startExecution.sync:2", "optimized", "startExecution.sync:2", ".sync:2"),
        ("arn:aws:states:::aws-sdk:sfn:sendTaskSuccess", "aws-sdk", "sendTaskSuccess", ""),
        ("arn:aws:states:::http:invoke", "http", "invoke", ""),
    ],
)
def test_resources(arn: str, kind: str, name: str, pattern: str) -> None:
    resource = parse_resource(arn)
    assert resource is not None
    assert (resource.kind, resource.name, resource.pattern) == (kind, name, pattern)


@pytest.mark.parametrize(
    ("language", "state", "at"),
    [
        ("JSONata", {"Type": "Choice", "Choices": [{"Condition": True, "Variable": "$.a", "Next": "B"}]}, "Choices[0]"),
        ("JSONata", {"Type": "Choice", "Choices": [{"Condition": True, "IsNull": True, "Next": "B"}]}, "Choices[0]"),
        (
            "JSONata",
            {"Type": "Parallel", "Catch": [{"ErrorEquals": ["e"], "Next": "B", "ResultPath": "$"}]},
            "Catch[0]",
        ),
        ("JSONPath", {"Type": "Parallel", "Catch": [{"ErrorEquals": ["e"], "Next": "B", "Output": "x"}]}, "Catch[0]"),
        ("JSONata", {"Type": "Map", "ItemBatcher": {"MaxItemsPerBatchPath": "$.a"}}, "ItemBatcher"),
    ],
)
def test_fields_of_the_other_language_inside_a_state(language: str, state: dict[str, Any], at: str) -> None:
    other = "JSONPath" if language == "JSONata" else "JSONata"
    found = diagnose(machine(top={"QueryLanguage": language}, A=state, B={"Type": "Succeed"}), "STANDARD")
    foreign = [finding for finding in found if f"is only supported for the '{other}' QueryLanguage" in finding.message]
    assert [str(finding.location).rpartition("/")[0] for finding in foreign] == [f"/States/A/{at}"]
    assert foreign[0].message.startswith(f"The QueryLanguage is set to '{language}', but field '")
