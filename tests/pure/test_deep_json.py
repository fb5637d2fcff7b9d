"""JSON from outside that is nested too deeply is bad JSON everywhere, and nobody's traceback."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from emulator.asl.errors import StatesError
from emulator.asl.intrinsic_functions import string_to_json
from emulator.asl.intrinsics import IntrinsicError
from emulator.asl.jackson import JsonSyntaxError
from emulator.asl.jackson import read_json as read_states_json
from emulator.asl.limits import check_size
from emulator.core.errors import AwsError
from emulator.core.jsontext import MAX_DEPTH
from emulator.patterns.exact_numbers import parse_event
from emulator.polling.batch_response import failed_items
from emulator.services.apigateway.documents import read_json
from emulator.services.lambda_.payload import read_payload
from emulator.services.lambda_.records import error_message, json_text
from emulator.services.lambda_.url_result import answered
from emulator.services.logs.filter_pattern import compile_pattern
from emulator.services.sqs.attributes import read_changes
from emulator.services.sqs.move_task import read_task_handle
from emulator.services.stepfunctions.integrations.api_gateway import json_or_text
from emulator.templates.values import parse_json as parse_template_json

DEPTHS = [MAX_DEPTH + 1, 700, 3_000, 100_000]
depths = pytest.mark.parametrize("depth", DEPTHS)


def nested(depth: int) -> str:
    return '{"a":' * depth + "[]" + "}" * depth if depth % 2 else "[" * depth + "]" * depth


@depths
@pytest.mark.parametrize(
    ("read", "error"),
    [
        (parse_event, ValueError),
        (read_json, ValueError),
        (parse_template_json, ValueError),
        (read_states_json, JsonSyntaxError),
        (string_to_json, IntrinsicError),
        (lambda text: read_payload(text.encode()), AwsError),
        (lambda text: read_changes({"Policy": text}, False), AwsError),
        (lambda text: read_changes({"RedrivePolicy": text}, False), AwsError),
        (lambda text: read_changes({"RedriveAllowPolicy": text}, False), AwsError),
        (lambda text: read_task_handle(base64.b64encode(text.encode()).decode()), AwsError),
    ],
)
def test_it_is_refused(read: Callable[[str], Any], error: type[Exception], depth: int) -> None:
    with pytest.raises(error):
        read(nested(depth))


def test_the_word_of_lambda_for_it() -> None:
    with pytest.raises(AwsError, match="Could not parse request body into json") as refused:
        read_payload(nested(MAX_DEPTH + 1).encode())
    assert refused.value.code == "InvalidRequestContentException"
    assert read_payload(nested(MAX_DEPTH).encode()) == nested(MAX_DEPTH).encode()


@depths
def test_a_result_that_nobody_can_read_is_text(depth: int) -> None:
    text = nested(depth)
    result = text.encode()
    assert failed_items(result, None, True, ["1", "2"]) == {"1", "2"}
    assert json.loads(json_text(result)) == text
    assert error_message(result) == ""
    assert (answered(result).status, answered(result).body) == (200, result)
    assert json_or_text(text) == text
    assert not compile_pattern('{ $.a = "x" }')(text)


def test_data_of_a_state_machine_that_grow_by_themselves() -> None:
    value: Any = {}
    for _ in range(MAX_DEPTH - 1):
        value = {"x": value}
    check_size(value, "A")
    for _ in range(2_000):
        value = {"x": value}
    with pytest.raises(StatesError) as failure:
        check_size(value, "A")
    assert failure.value.error == "States.Runtime"
