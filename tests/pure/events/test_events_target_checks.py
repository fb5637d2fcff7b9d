"""Whole-call errors of PutTargets."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.core.errors import AwsError
from emulator.services.events.target_checks import check_targets

QUEUE = "arn:aws:sqs:us-east-1:111111111111:q"
FIFO = QUEUE + ".fifo"
FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:f"
BUS = "arn:aws:events:us-east-1:111111111111:event-bus/b"
CLUSTER = "arn:aws:ecs:us-east-1:111111111111:cluster/c"
TOPIC = "arn:aws:sns:us-east-1:111111111111:t"
STATES = "arn:aws:states:us-east-1:111111111111:stateMachine:s"
ROLE = {"RoleArn": "arn:aws:iam::111111111111:role/r"}


def refusal(*targets: dict[str, Any], everything: bool = False) -> str:
    """The message for a call with these targets; ids are x, y, … unless given."""
    whole = [{"Id": name, "Arn": QUEUE, **target} for name, target in zip("xyz", targets, strict=False)]
    with pytest.raises(AwsError) as caught:
        check_targets(whole, lambda service: everything or service in ("lambda", "sqs", "events"))
    assert caught.value.code == "ValidationException"
    return str(caught.value.message)


def ecs(**parameters: Any) -> dict[str, Any]:
    return {"Arn": CLUSTER, **ROLE, "EcsParameters": {"TaskDefinitionArn": "td", **parameters}}


def network(subnets: int, groups: int) -> dict[str, Any]:
    return {
        "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["s"] * subnets, "SecurityGroups": ["g"] * groups}}
    }


def test_good_targets_pass() -> None:
    targets = [
        {"Id": "1", "Arn": FUNCTION, "Input": '{"a":1}'},
        {"Id": "2", "Arn": FIFO, "SqsParameters": {"MessageGroupId": "g"}, "InputPath": "$.detail"},
        {"Id": "3", "Arn": BUS, **ROLE, "DeadLetterConfig": {"Arn": QUEUE}},
        {"Id": "4", "Arn": FUNCTION + ":live", "SqsParameters": {"MessageGroupId": "g"}, "DeadLetterConfig": {}},
    ]
    check_targets(targets, lambda service: service in ("lambda", "sqs", "events"))


BAD_ARN = "Parameter ARN is not valid. Reason: Provided Arn is not in correct format."


@pytest.mark.parametrize("arn", ["", "q", "arn:aws:sqs", "arn:aws:s3:::bucket", "arn:aws:lambda:us-east-1:1:layer:l"])
def test_arns(arn: str) -> None:
    assert refusal({"Arn": arn}) == BAD_ARN


def test_one_id_twice() -> None:
    expected = "Parameter targets is not valid. Reason: More than one target with Id 'a' is provided."
    assert refusal({"Id": "a"}, {"Id": "a"}) == expected


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            {"Input": "{}", "InputPath": "$"},
            "Only one of Input, InputPath, or InputTransformer must be provided for target x.",
        ),
        ({"InputPath": "detail"}, "InputPath for target x is invalid."),
        ({"InputPath": "$.['detail']"}, "InputPath for target x is invalid."),
        (
            {"InputTransformer": {"InputTemplate": '"<a>"'}},
            "InputTemplate for target x contains invalid placeholder a.",
        ),
        (
            {"InputTransformer": {"InputTemplate": '"<aws.events.event.json>"'}},
            "InputTemplate for target x contains placeholder aws.events.event.json valid only for JSON template.",
        ),
        ({"Arn": FIFO}, "Parameter(s) SqsParameters must be specified for target: x."),
        ({"Arn": CLUSTER, **ROLE}, "Parameter(s) EcsParameters must be specified for target: x."),
        ({"EcsParameters": {"TaskDefinitionArn": "td"}}, "Parameter(s) EcsParameters not supported for target: x."),
        (
            {"KinesisParameters": {"PartitionKeyPath": "$"}},
            "Parameter(s) KinesisParameters not supported for target: x.",
        ),
        (
            ecs(LaunchType="FARGATE"),
            "Parameter NetworkConfiguration must be specified for target x when launch type is FARGATE",
        ),
        (ecs(TaskCount=11), "Parameter(s) TaskCount not valid for target: x."),
        (ecs(**network(17, 0)), "Parameter Subnets is not valid. Reason: size must be in between 1 and 16"),
        (ecs(**network(1, 6)), "Parameter SecurityGroups is not valid. Reason: size must be in between 0 and 5"),
        ({"Arn": BUS}, f"RoleArn is required for target {BUS}."),
        ({"Arn": STATES}, f"RoleArn is required for target {STATES}."),
        ({"DeadLetterConfig": {"Arn": TOPIC}}, "sns is not supported as a dead letter resource"),
        ({"DeadLetterConfig": {"Arn": FIFO}}, "SQS FIFO is not supported by Dead Letter Queues"),
    ],
)
def test_messages(target: dict[str, Any], message: str) -> None:
    assert refusal(target) == message


def test_input_that_is_not_json() -> None:
    assert refusal({"Input": "not json"}).startswith("JSON syntax error in input for target x")


def test_a_bus_takes_events_as_they_are() -> None:
    message = refusal({"Arn": BUS, **ROLE, "Input": "{}"})
    assert message.startswith("Modifying the input for target x is not supported")


def test_services_without_deliveries_are_refused_by_name() -> None:
    assert refusal({"Arn": TOPIC}) == "Targets of service 'sns' are not supported by this emulator yet (x)."
    destination = "arn:aws:events:us-east-1:111111111111:api-destination/d/1"
    assert "'api-destination'" in refusal({"Arn": destination, **ROLE})


def test_reference_ids_of_tasks_are_refused_by_name() -> None:
    assert "EcsParameters.ReferenceId is not supported" in refusal(ecs(ReferenceId="r"), everything=True)


def test_the_second_target_is_looked_at_too() -> None:
    assert refusal({}, {"Arn": "nonsense"}) == BAD_ARN
