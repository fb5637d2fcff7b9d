"""Templates and path parameters on one record (AWS docs, "Amazon EventBridge Pipes input transformation")."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.errors import AwsError
from emulator.patterns.input_template import UndeliverablePayload
from emulator.patterns.payload_path import MISSING
from emulator.services.pipes.pipe import changed
from emulator.services.pipes.record import Record, check_template

RECORD = {"messageId": "m", "body": '{"id":7,"tags":["a","b"],"name":"Ada"}', "attributes": {"n": "1"}}


def reserved(name: str) -> Any:
    return {"aws.pipes.pipe-name": "p"}.get(name, MISSING)


@pytest.mark.parametrize(
    ("template", "shaped"),
    [
        (None, RECORD),
        ("", RECORD),
        ("<$.body.id>", 7),
        ("<$.body.tags>", ["a", "b"]),
        ("<$.body.tags[1]>", "b"),
        ('{"a": "<$.body.name>-<$.attributes.n>"}', {"a": "Ada-1"}),
        ('{"a": <$.none>}', {"a": ""}),
        ('"<aws.pipes.pipe-name>"', "p"),
        ("<aws.pipes.event>", RECORD),
        ("<aws.pipes.event.json>", RECORD | {"body": {"id": 7, "tags": ["a", "b"], "name": "Ada"}}),
    ],
)
def test_templates(template: str | None, shaped: Any) -> None:
    assert json.loads(Record(RECORD).text(template, reserved)) == shaped


@pytest.mark.parametrize("template", ["{<$.body>}", "{", '"a" "b"', "<$.body.id> <$.body.id>"])
def test_what_gives_no_json_is_undeliverable(template: str) -> None:
    with pytest.raises(UndeliverablePayload):
        Record(RECORD).text(template, reserved)


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ("$.body.id", "7"),
        ("$.body.name", "Ada"),
        ("$.none", ""),
        ("$100", "$100"),
        ("plain", "plain"),
        ({"a": ["$.messageId", 5]}, {"a": ["m", 5]}),
    ],
)
def test_parameters(given: Any, filled: Any) -> None:
    assert Record(RECORD).filled(given) == filled


@given(
    st.text(st.sampled_from('<>$.[]"{}\\ abody0:,\n')) | st.text(),
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ),
)
def test_any_template_on_any_record_is_json_or_refused(template: str, value: Any) -> None:
    with suppress(AwsError, UndeliverablePayload):
        check_template(template, "TargetParameters")
        json.loads(Record(value).text(template, reserved))


def test_an_update_replaces_part_by_part() -> None:
    old = {
        "Description": "d",
        "TargetParameters": {"InputTemplate": "<$.a>", "SqsQueueParameters": {"MessageGroupId": "g"}},
    }
    new = changed(old, {"TargetParameters": {"SqsQueueParameters": {"MessageDeduplicationId": "i"}}})
    assert new == {
        "Description": "d",
        "TargetParameters": {"InputTemplate": "<$.a>", "SqsQueueParameters": {"MessageDeduplicationId": "i"}},
    }
