"""What a message must be like."""

import pytest

from emulator.core.errors import AwsError
from emulator.services.sns.draft import check_attributes, check_fifo, read_draft, size_of
from emulator.services.sns.endpoints import check_endpoint, is_phone_number

VALUE = "ParameterValueInvalid"
NO_DEFAULT = "Message Structure - No default entry in JSON message body"
A = "The message attribute 'a' "
EMPTY = A + "must contain non-empty message attribute value for message attribute type 'String'."
BAD_TYPE = (
    A + "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
)


def refusal(fn, *args, **kwargs):
    with pytest.raises(AwsError) as caught:
        fn(*args, **kwargs)
    return caught.value.code, caught.value.message


def invalid(text):
    return "InvalidParameter", f"Invalid parameter: {text}"


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"Message": ""}, "Empty message"),
        ({"Message": "m", "Subject": ""}, "Subject"),
        ({"Message": "m", "Subject": "x" * 101}, "Subject"),
        ({"Message": "m", "Subject": "a\nb"}, "Subject"),
        ({"Message": "x" * 262_145}, "Message too long"),
        ({"Message": "é" * 131_073}, "Message too long"),
        ({"Message": "{", "MessageStructure": "json"}, "Message Structure - JSON message body failed to parse"),
        ({"Message": '{"sqs":"x"}', "MessageStructure": "json"}, NO_DEFAULT),
        ({"Message": '{"default":5}', "MessageStructure": "json"}, NO_DEFAULT),
    ],
)
def test_refused_messages(params, text):
    assert refusal(read_draft, params) == invalid(text)


def test_attributes_count_for_the_size():
    attributes = {"a": {"DataType": "String", "StringValue": "xy"}}
    assert size_of("m", attributes) == 1 + 1 + 6 + 2
    assert read_draft({"Message": "m" * (262_144 - 9), "MessageAttributes": attributes})
    long = {"Message": "m" * (262_144 - 8), "MessageAttributes": attributes}
    assert refusal(read_draft, long) == invalid("Message too long")


def test_each_protocol_has_its_text():
    message = '{"default":"d","sqs":"q","http":5,"default":"e"}'
    draft = read_draft({"Message": message, "MessageStructure": "json"})
    assert [draft.text_for(protocol) for protocol in ("sqs", "http", "lambda")] == ["q", "e", "e"]
    assert draft.message == message


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ({"DataType": "String"}, (VALUE, EMPTY)),
        ({"DataType": "String", "StringValue": ""}, (VALUE, EMPTY)),
        ({"DataType": "String", "BinaryValue": b"x"}, (VALUE, A + "with type 'String' must use field 'String'.")),
        ({"DataType": "Number", "BinaryValue": b"x"}, (VALUE, A + "with type 'Number' must use field 'String'.")),
        ({"DataType": "Binary", "StringValue": "x"}, (VALUE, A + "with type 'Binary' must use field 'Binary'.")),
        ({"DataType": "Strange", "StringValue": "x"}, (VALUE, BAD_TYPE)),
        ({"DataType": "", "StringValue": "x"}, (VALUE, BAD_TYPE)),
    ],
)
def test_attribute_values(attribute, expected):
    assert refusal(check_attributes, {"a": attribute}) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x" * 257, "Length of message attribute name must be less than 256 bytes."),
        (
            "a^b",
            "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. "
            "Can only include alphanumeric characters, hyphens, underscores, or dots.",
        ),
        (".a", "Invalid message attribute name starting with character '.' was found."),
        ("a.", "Invalid message attribute name ending with character '.' was found."),
        ("a..b", "Message attribute name can not have successive '.' character."),
    ],
)
def test_attribute_names(name, text):
    assert refusal(check_attributes, {name: {"DataType": "String", "StringValue": "x"}}) == (VALUE, text)


def test_attributes_need_a_type():
    text = (
        "1 validation error detected: Value null at '{}messageAttributes.a.member.dataType' failed to satisfy "
        "constraint: Member must not be null"
    )
    attributes = {"a": {"StringValue": "x"}}
    assert refusal(check_attributes, attributes) == ("ValidationError", text.format(""))
    path = "publishBatchRequestEntries.1.member."
    assert refusal(check_attributes, attributes, path) == ("ValidationError", text.format(path))


@pytest.mark.parametrize("kind", ["String", "String.Array", "String.x", "Number", "Number.int"])
def test_types(kind):
    check_attributes({"a": {"DataType": kind, "StringValue": "5"}})


def test_fifo_members():
    plain = read_draft({"Message": "m"})
    grouped = read_draft({"Message": "m", "MessageGroupId": "g"})
    both = read_draft({"Message": "m", "MessageGroupId": "g", "MessageDeduplicationId": "d"})
    assert refusal(check_fifo, plain, True, True) == invalid("The MessageGroupId parameter is required for FIFO topics")
    assert refusal(check_fifo, grouped, True, False) == invalid(
        "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )
    assert refusal(check_fifo, both, False, False) == invalid(
        "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for "
        "this topic type"
    )
    check_fifo(grouped, True, True)
    check_fifo(both, True, False)
    check_fifo(grouped, False, False)


QUEUE = "arn:aws:sqs:us-east-1:000000000000:q"


@pytest.mark.parametrize(
    ("protocol", "endpoint", "text"),
    [
        ("ftp", "x", "Amazon SNS does not support this protocol string: ftp"),
        ("sqs", "http://localhost:4566/000000000000/q", "SQS endpoint ARN"),
        ("sqs", "arn:aws:sqs:q", "SQS endpoint ARN"),
        (
            "sqs",
            QUEUE + ".fifo",
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
        ),
    ],
)
def test_refused_endpoints(protocol, endpoint, text):
    assert refusal(check_endpoint, protocol, endpoint, False) == invalid(text)


@pytest.mark.parametrize("number", ["+1a234", "+1--234", "+1234.", "/1234", ""])
def test_refused_phone_numbers(number):
    assert not is_phone_number(number)
    if number:
        assert refusal(check_endpoint, "sms", number, False) == ("InvalidParameter", f"Invalid SMS endpoint: {number}")


@pytest.mark.parametrize("number", ["+15551234567", "+1-555-123-4567", "+1.555.1234567"])
def test_phone_numbers(number):
    check_endpoint("sms", number, False)


def test_what_cannot_be_delivered_is_refused_by_name():
    for protocol in ("application", "firehose"):
        code, message = refusal(check_endpoint, protocol, "arn:aws:sns:us-east-1:000000000000:app/x", False)
        assert code == "InvalidParameter"
        assert protocol in message


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [("http", "https://host/"), ("http", "host"), ("https", "http://host"), ("http", "http://"), ("email", "nobody")],
)
def test_endpoints_must_fit_their_protocol(protocol, endpoint):
    assert refusal(check_endpoint, protocol, endpoint, False)[0] == "InvalidParameter"


def test_standard_queues_may_subscribe_to_fifo_topics():
    check_endpoint("sqs", QUEUE, True)
    check_endpoint("sqs", QUEUE + ".fifo", True)
