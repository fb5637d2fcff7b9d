"""What targets receive; bodies and texts recorded from AWS unless a test says otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.core.errors import AwsError
from emulator.patterns.input_transformer import UndeliverablePayload, render, validate_input

EVENT = {
    "version": "0",
    "id": "e-1",
    "detail-type": "t",
    "source": "app",
    "account": "111111111111",
    "time": "2022-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {
        "command": "update-account",
        "payload": {"acc_id": "0a787ecb-4015", "sf_id": "baz"},
        "listsingle": ["HIGH"],
        "listmulti": ["ACTIVE", "INACTIVE"],
        "valid": True,
        "said": 'he "said"',
        "nothing": None,
    },
}
PATHS = {
    "userId": "$.detail.payload.acc_id",
    "payload": "$.detail.payload",
    "systemstring": "$.detail.awsAccountId",
    "listsingle": "$.detail.listsingle",
    "listmulti": "$.detail.listmulti",
    "valid": "$.detail.valid",
    "detail-type": "$.detail-type",
    "timestamp": "$.time",
    "said": "$.detail.said",
    "nothing": "$.detail.nothing",
    "first": "$.detail.listmulti[0]",
    "all": "$.detail.listmulti[*]",
}


def rendered(target: dict[str, Any]) -> str:
    return render(
        target,
        EVENT,
        rule_arn="arn:aws:events:us-east-1:111111111111:rule/r",
        rule_name="r",
        ingestion_time="2022-01-01T00:00:01Z",
    )


def transformed(template: str) -> str:
    return rendered({"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": template}})


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ('{"id" : <userId>}', '{"id":"0a787ecb-4015"}'),
        ('{"id" : "<userId>"}', '{"id":"0a787ecb-4015"}'),
        (
            '{"method": "PUT", "path": "users-service/users/<userId>", "bod": <payload>}',
            '{"method":"PUT","path":"users-service/users/0a787ecb-4015",'
            '"bod":{"acc_id":"0a787ecb-4015","sf_id":"baz"}}',
        ),
        (
            '{"multi_replacement": "users/<userId>/second/<userId>"}',
            '{"multi_replacement":"users/0a787ecb-4015/second/0a787ecb-4015"}',
        ),
        (
            '{"path": "users-service/users/<userId>", "bod": [<userId>, "hardcoded"]}',
            '{"path":"users-service/users/0a787ecb-4015","bod":["0a787ecb-4015","hardcoded"]}',
        ),
        ('{"singlelistitem": <listsingle>}', '{"singlelistitem":["HIGH"]}'),
        (
            '{"detailType": <detail-type>,  "time": <timestamp>, "command": <systemstring>}',
            '{"detailType":"t","time":"2022-01-01T00:00:00Z","command":""}',
        ),
        ('{"valid": <valid>, "nothing": <nothing>}', '{"valid":true,"nothing":null}'),
        ('{"text": "<systemstring>|<valid>"}', '{"text":"|true"}'),
        ('{"first": <first>, "all": <all>}', '{"first":"ACTIVE","all":["ACTIVE","INACTIVE"]}'),
        ('{"kept": "a \\"quoted\\" <userId>"}', '{"kept":"a \\"quoted\\" 0a787ecb-4015"}'),
    ],
)
def test_json_templates(template: str, body: str) -> None:
    assert json.loads(transformed(template)) == json.loads(body)


@pytest.mark.parametrize(
    ("template", "body"),
    [
        (
            '"Payload of <payload> with path users-service/users/<userId> and <userId>"',
            '"Payload of {acc_id:0a787ecb-4015,sf_id:baz} with path users-service/users/0a787ecb-4015'
            ' and 0a787ecb-4015"',
        ),
        ('"<listsingle> single list item"', '"[HIGH] single list item"'),
        ('"<listmulti> multiple list items"', '"[ACTIVE,INACTIVE] multiple list items"'),
        ('"a <systemstring> b"', '"a  b"'),
        ('"Command is <valid>!"', '"Command is true!"'),
        ('"one <userId>"\n"two {[<valid>"', '"one 0a787ecb-4015"\n"two {[true"'),
    ],
)
def test_string_templates(template: str, body: str) -> None:
    assert transformed(template) == body


@pytest.mark.parametrize(
    "template",
    [
        '{"payload": "<payload>"}',
        '{"singlelistitem": "<listsingle>"}',
        '{"not_valid": "users/<payload>", "bod": <payload>}',
        '{"said": "<said>"}',
        '"<said>"',
    ],
)
def test_what_is_no_json_is_not_delivered(template: str) -> None:
    with pytest.raises(UndeliverablePayload):
        transformed(template)


def test_reserved_variables() -> None:
    template = (
        '{"arn": <aws.events.rule-arn>, "name": "<aws.events.rule-name>", "event": <aws.events.event>,'
        ' "all": <aws.events.event.json>, "at": <aws.events.event.ingestion-time>}'
    )
    body = json.loads(transformed(template))
    assert body["arn"] == "arn:aws:events:us-east-1:111111111111:rule/r"
    assert body["name"] == "r"
    assert body["all"] == EVENT
    assert body["at"] == "2022-01-01T00:00:01Z"
    assert body["event"].keys() == {
        *("id", "account", "detailType", "time", "source", "region", "resources", "version"),
    }


def test_without_settings_the_event_is_sent_compact() -> None:
    assert rendered({}) == json.dumps(EVENT, separators=(",", ":"))


def test_input_is_sent_verbatim() -> None:
    assert rendered({"Input": '{ "a" : 1 }'}) == '{ "a" : 1 }'


def test_input_path() -> None:
    assert rendered({"InputPath": "$.detail.payload.sf_id"}) == '"baz"'
    assert rendered({"InputPath": "$.detail.payload"}) == '{"acc_id":"0a787ecb-4015","sf_id":"baz"}'
    assert json.loads(rendered({"InputPath": "$"})) == EVENT


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"Input": "{}", "InputPath": "$"},
            "Only one of Input, InputPath, or InputTransformer must be provided for target x.",
        ),
        ({"InputPath": "detail"}, "InputPath for target x is invalid."),
        ({"InputPath": "$['detail']"}, "InputPath for target x is invalid."),
        (
            {"InputTransformer": {"InputPathsMap": {"a": "detail"}, "InputTemplate": "{}"}},
            "InputPath for target x is invalid.",
        ),
        (
            {"InputTransformer": {"InputPathsMap": {"a": "$.a"}, "InputTemplate": '{"a":<a>,"b":<b>}'}},
            "InputTemplate for target x contains invalid placeholder b.",
        ),
        (
            {"InputTransformer": {"InputTemplate": '"<aws.events.event.json>"'}},
            "InputTemplate for target x contains placeholder aws.events.event.json valid only for JSON template.",
        ),
    ],
)
def test_wrong_settings(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(AwsError) as caught:
        validate_input({"Id": "x", "Arn": "arn:aws:sqs:us-east-1:111111111111:q", **settings})
    assert (caught.value.code, caught.value.message) == ("ValidationException", text)


@pytest.mark.parametrize(
    ("settings", "start"),
    [
        ({"Input": "{"}, "JSON syntax error in input for target x"),
        (
            {"InputTransformer": {"InputPathsMap": {"aws.events.rule-arn": "$.a"}, "InputTemplate": "{}"}},
            "1 validation error detected: ",
        ),
        (
            {"InputTransformer": {"InputPathsMap": {f"n{n}": "$" for n in range(101)}, "InputTemplate": "{}"}},
            "1 validation error detected: ",
        ),
    ],
)
def test_wrong_settings_whose_text_is_known_in_part(settings: dict[str, Any], start: str) -> None:
    with pytest.raises(AwsError) as caught:
        validate_input({"Id": "x", "Arn": "arn:aws:sqs:us-east-1:111111111111:q", **settings})
    assert caught.value.code == "ValidationException"
    assert str(caught.value.message).startswith(start)


def test_a_bus_takes_the_event_as_it_is() -> None:
    bus = {"Id": "x", "Arn": "arn:aws:events:us-east-1:111111111111:event-bus/b"}
    validate_input(bus)
    with pytest.raises(AwsError):
        validate_input({**bus, "Input": "{}"})


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"Input": '"text"'},
        {"InputPath": "$.no.such.field"},
        {"InputTransformer": {"InputPathsMap": {"a": "$.detail-type"}, "InputTemplate": '"<a> <aws.events.event>"'}},
    ],
)
def test_right_settings(settings: dict[str, Any]) -> None:
    validate_input({"Id": "x", "Arn": "arn:aws:sqs:us-east-1:111111111111:q", **settings})
