"""The checks of SendMessage."""

import hashlib

import pytest

from emulator.core.errors import AwsError
from emulator.services.sqs.sending import Rules, read_draft

STANDARD = Rules()
FIFO = Rules(fifo=True)
STRING = {"DataType": "String", "StringValue": "v"}


def refusal(params, rules=STANDARD):
    with pytest.raises(AwsError) as caught:
        read_draft(params, rules)
    return caught.value.code, caught.value.message


def test_empty_body():
    expected = ("MissingRequiredParameterException", "The request must contain the parameter MessageBody.")
    assert refusal({"MessageBody": ""}) == expected


def test_size_limit_is_inclusive_and_counts_attributes():
    rules = Rules(max_size=1024)
    attributes = {"k": STRING}  # 1 + 6 + 1 bytes
    assert read_draft({"MessageBody": "x" * 1016, "MessageAttributes": attributes}, rules).attributes == attributes
    assert refusal({"MessageBody": "x" * 1017, "MessageAttributes": attributes}, rules) == (
        "InvalidParameterValueException",
        "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    )


def test_size_limit_can_be_relaxed():
    assert read_draft({"MessageBody": "x" * 2000}, Rules(max_size=1024, limits=False)).body == "x" * 2000


def test_size_comes_before_characters():
    code, _ = refusal({"MessageBody": "\x00" * 2000}, Rules(max_size=1024))
    assert code == "InvalidParameterValueException"


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_sqs_refuses(character):
    code, message = refusal({"MessageBody": f"a{character}b"})
    assert code == "InvalidMessageContents"
    assert message.startswith("Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | ")


@pytest.mark.parametrize("body", ["\t\n\r \ud7ff\ue000\ufffd", "\U00010000\U0010ffff", "\x7f", '"&quot;\r'])
def test_characters_that_sqs_takes(body):
    assert read_draft({"MessageBody": body}, Rules()).body == body


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("n", {"DataType": "String.foo", "StringValue": "v"}),
        ("n", {"DataType": "Number.int", "StringValue": "1"}),
        ("n", {"DataType": "Binary.png", "BinaryValue": b"1"}),
        ("é_-.x1", STRING),
        ("n" * 256, STRING),
    ],
)
def test_valid_attributes(name, attribute):
    draft = read_draft({"MessageBody": "b", "MessageAttributes": {name: attribute}}, Rules())
    assert draft.attributes == {name: attribute}


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("n" * 257, STRING),
        ("a b", STRING),
        ("AWS.x", STRING),
        ("amazon.x", STRING),
        (".x", STRING),
        ("x.", STRING),
        ("x", {"DataType": "Float", "StringValue": "1"}),
        ("x", {"DataType": "", "StringValue": "1"}),
        ("x", {"DataType": "String." + "y" * 250, "StringValue": "1"}),
        ("x", {"DataType": "String", "StringValue": "\x01"}),
        ("x", {"DataType": "Binary", "BinaryValue": b""}),
    ],
)
def test_invalid_attributes(name, attribute):
    code, _ = refusal({"MessageBody": "b", "MessageAttributes": {name: attribute}})
    assert code in ("InvalidParameterValueException", "InvalidMessageContents")


def test_empty_string_attribute():
    params = {"MessageBody": "b", "MessageAttributes": {"ErrorDetails": {"DataType": "String", "StringValue": ""}}}
    text = "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'."
    assert refusal(params) == ("InvalidParameterValueException", text)


@pytest.mark.parametrize("name", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("value", ["", "a b", "é", "x" * 129])
def test_ids_have_an_alphabet_on_standard_queues_too(name, value):
    reason = f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
    expected = ("InvalidParameterValueException", f"Value {value} for parameter {name} is invalid. Reason: {reason}")
    assert refusal({"MessageBody": "b", name: value}) == expected


def test_all_punctuation_is_allowed_in_ids():
    group = "09AZaz!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    assert read_draft({"MessageBody": "b", "MessageGroupId": group}, Rules()).group == group


@pytest.mark.parametrize("delay", [-1, 901])
def test_delay_out_of_range(delay):
    code, _ = refusal({"MessageBody": "b", "DelaySeconds": delay})
    assert code == "InvalidParameterValueException"


def test_fifo_takes_no_delay_of_its_own_but_zero():
    ids = {"MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    assert read_draft(ids | {"DelaySeconds": 0}, FIFO).delay is None
    assert refusal(ids | {"DelaySeconds": 2}, FIFO)[1] == (
        "Value 2 for parameter DelaySeconds is invalid. "
        "Reason: The request include parameter that is not valid for this queue type."
    )


def test_fifo_needs_a_group_and_an_id():
    group = ("MissingRequiredParameterException", "The request must contain the parameter MessageGroupId.")
    assert refusal({"MessageBody": "b"}, FIFO) == group
    assert refusal({"MessageBody": "b", "MessageGroupId": "g"}, FIFO) == (
        "InvalidParameterValueException",
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    )


def test_content_hash_is_the_deduplication_id_unless_one_is_given():
    rules = Rules(fifo=True, content_based=True)
    params = {"MessageBody": "b", "MessageGroupId": "g"}
    assert read_draft(params, rules).deduplication == hashlib.sha256(b"b").hexdigest()
    assert read_draft(params | {"MessageDeduplicationId": "d"}, rules).deduplication == "d"


def test_standard_queues_refuse_deduplication_ids():
    code, _ = refusal({"MessageBody": "b", "MessageDeduplicationId": "d"})
    assert code == "InvalidParameterValueException"


def test_trace_header_comes_from_the_request_unless_the_system_attribute_is_given():
    system = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=own"}}
    assert read_draft({"MessageBody": "b"}, Rules(), "Root=request").trace_header == "Root=request"
    draft = read_draft({"MessageBody": "b", "MessageSystemAttributes": system}, Rules(), "Root=request")
    assert draft.trace_header == "Root=own"


def test_other_system_attributes_are_refused():
    params = {"MessageBody": "b", "MessageSystemAttributes": {"SenderId": STRING}}
    assert refusal(params)[0] == "InvalidParameterValueException"
