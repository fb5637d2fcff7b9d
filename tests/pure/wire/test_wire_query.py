"""The Query protocol of a service whose model no longer describes it (SQS), and of one whose model does (SNS)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from wire_oracle import REQUEST_ID, form

from emulator.core.errors import AwsError
from emulator.wire import WireError, WireRequest, answer, parse

SQS = {"Version": "2012-11-05"}
DECLARATION = '<?xml version="1.0"?>'


def _sqs(action: str, **params: str) -> dict[str, Any]:
    return parse(form(Action=action, **SQS, **params)).params


def _answer(action: str, result: dict[str, Any], **params: str) -> str:
    return answer(parse(form(Action=action, **SQS, **params)), result, REQUEST_ID).body.decode()


def test_create_queue() -> None:
    params = _sqs(
        "CreateQueue",
        QueueName="q",
        Attribute__1__Name="DelaySeconds",
        Attribute__1__Value="5",
        Attribute__2__Name="FifoQueue",
        Attribute__2__Value="true",
        Tag__1__Key="a",
        Tag__1__Value="",
    )
    assert params == {"QueueName": "q", "Attributes": {"DelaySeconds": "5", "FifoQueue": "true"}, "tags": {"a": ""}}


def test_an_entry_without_its_name_is_refused() -> None:
    attribute = {"MessageAttribute__1__Value__DataType": "String", "MessageAttribute__1__Value__StringValue": "x"}
    with pytest.raises(AwsError, match="without Name"):
        _sqs("SendMessage", QueueUrl="q", MessageBody="b", **attribute)


def test_receive_message() -> None:
    params = _sqs(
        "ReceiveMessage",
        QueueUrl="u",
        MaxNumberOfMessages="10",
        AttributeName__1="All",
        MessageSystemAttributeName__1="SenderId",
        MessageSystemAttributeName__2="SentTimestamp",
        MessageAttributeName__1="a.*",
    )
    assert params == {
        "QueueUrl": "u",
        "MaxNumberOfMessages": 10,
        "AttributeNames": ["All"],
        "MessageSystemAttributeNames": ["SenderId", "SentTimestamp"],
        "MessageAttributeNames": ["a.*"],
    }


def test_send_message_batch_with_attributes() -> None:
    entry = "SendMessageBatchRequestEntry__{}__{}"
    params = _sqs(
        "SendMessageBatch",
        QueueUrl="u",
        **{
            entry.format(2, "Id"): "two",
            entry.format(2, "MessageBody"): "b2",
            entry.format(1, "Id"): "one",
            entry.format(1, "MessageBody"): "b1",
            entry.format(1, "DelaySeconds"): "3",
            entry.format(1, "MessageAttribute__1__Name"): "a",
            entry.format(1, "MessageAttribute__1__Value__DataType"): "Binary",
            entry.format(1, "MessageAttribute__1__Value__BinaryValue"): "AP8=",
            entry.format(1, "MessageSystemAttribute__1__Name"): "AWSTraceHeader",
            entry.format(1, "MessageSystemAttribute__1__Value__DataType"): "String",
            entry.format(1, "MessageSystemAttribute__1__Value__StringValue"): "t",
        },
    )
    assert params["Entries"] == [
        {
            "Id": "one",
            "MessageBody": "b1",
            "DelaySeconds": 3,
            "MessageAttributes": {"a": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}},
            "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "t"}},
        },
        {"Id": "two", "MessageBody": "b2"},
    ]


@pytest.mark.parametrize(
    ("action", "given", "expected"),
    [
        (
            "DeleteMessageBatch",
            {"DeleteMessageBatchRequestEntry__1__Id": "a", "DeleteMessageBatchRequestEntry__1__ReceiptHandle": "r"},
            {"Entries": [{"Id": "a", "ReceiptHandle": "r"}]},
        ),
        (
            "ChangeMessageVisibilityBatch",
            {"ChangeMessageVisibilityBatchRequestEntry__1__VisibilityTimeout": "0"},
            {"Entries": [{"VisibilityTimeout": 0}]},
        ),
        ("TagQueue", {"Tag__1__Key": "k", "Tag__1__Value": "v"}, {"Tags": {"k": "v"}}),
        ("UntagQueue", {"TagKey__1": "k"}, {"TagKeys": ["k"]}),
        (
            "AddPermission",
            {"Label": "l", "AWSAccountId__1": "1", "ActionName__1": "SendMessage"},
            {"Label": "l", "AWSAccountIds": ["1"], "Actions": ["SendMessage"]},
        ),
        ("GetQueueAttributes", {"AttributeName__1": "All"}, {"AttributeNames": ["All"]}),
    ],
)
def test_names_of_lists_and_maps(action: str, given: dict[str, str], expected: dict[str, Any]) -> None:
    assert _sqs(action, **given) == expected


def test_a_received_message_in_xml() -> None:
    message = {
        "MessageId": "m",
        "Body": 'a\r\n"<&',
        "Attributes": {"SenderId": "s"},
        "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}},
    }
    text = _answer("ReceiveMessage", {"Messages": [message]}, QueueUrl="u")
    assert text == (
        f'{DECLARATION}<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult>'
        "<Message><MessageId>m</MessageId><Body>a&#xD;\n&quot;&lt;&amp;</Body>"
        "<Attribute><Name>SenderId</Name><Value>s</Value></Attribute>"
        "<MessageAttribute><Name>k</Name><Value><StringValue>v</StringValue><DataType>String</DataType></Value>"
        "</MessageAttribute></Message></ReceiveMessageResult>"
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></ReceiveMessageResponse>"
    )
    body = ElementTree.fromstring(text).find(".//{*}Body")
    assert body is not None
    assert body.text == 'a\r\n"<&'


def test_no_message_is_an_empty_result() -> None:
    assert "<ReceiveMessageResult/>" in _answer("ReceiveMessage", {}, QueueUrl="u")


def test_an_action_without_output_answers_metadata_only() -> None:
    assert _answer("DeleteMessage", {}, QueueUrl="u", ReceiptHandle="r") == (
        f'{DECLARATION}<DeleteMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></DeleteMessageResponse>"
    )


def test_results_are_flat_lists() -> None:
    urls = _answer("ListQueues", {"QueueUrls": ["a", "b"]})
    assert "<ListQueuesResult><QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl></ListQueuesResult>" in urls
    sources = _answer("ListDeadLetterSourceQueues", {"queueUrls": ["a"]}, QueueUrl="u")
    assert "<ListDeadLetterSourceQueuesResult><QueueUrl>a</QueueUrl></ListDeadLetterSourceQueuesResult>" in sources
    tags = _answer("ListQueueTags", {"Tags": {"k": "v"}}, QueueUrl="u")
    assert "<Tag><Key>k</Key><Value>v</Value></Tag>" in tags
    batch = _answer(
        "SendMessageBatch",
        {"Successful": [{"Id": "a"}], "Failed": [{"Id": "b", "SenderFault": True, "Code": "c"}]},
        QueueUrl="u",
    )
    assert "<SendMessageBatchResultEntry><Id>a</Id></SendMessageBatchResultEntry>" in batch
    failed = "<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault><Code>c</Code></BatchResultErrorEntry>"
    assert failed in batch


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    text = _answer("ReceiveMessage", {"Messages": [{"Body": "a\x00\ud800\uffff"}]}, QueueUrl="u")
    ElementTree.fromstring(text)


def _on_queue(query: str = "", method: str = "POST", body: str = "", accept: str = "*/*") -> WireRequest:
    headers = {"content-type": "application/x-www-form-urlencoded", "host": "localhost:4566", "accept": accept}
    return WireRequest(method, "/000000000000/my-queue", query, headers, body.encode())


def test_the_path_is_the_queue() -> None:
    call = parse(_on_queue(body="Action=SendMessage&MessageBody=hi"))
    assert call.service == "sqs"
    assert call.params == {"MessageBody": "hi", "QueueUrl": "http://localhost:4566/000000000000/my-queue"}


def test_a_queue_url_parameter_wins_over_the_path() -> None:
    call = parse(_on_queue(body="Action=SendMessage&MessageBody=hi&QueueUrl=http%3A%2F%2Fh%2F1%2Fother"))
    assert call.params["QueueUrl"] == "http://h/1/other"


def test_get_with_a_query_string() -> None:
    call = parse(_on_queue("Action=GetQueueUrl&QueueName=other", method="GET"))
    assert (call.operation, call.params) == ("GetQueueUrl", {"QueueName": "other"})


@pytest.mark.parametrize("action", ["CreateQueue", "ListQueues", "FooBar"])
def test_actions_that_a_queues_path_refuses(action: str) -> None:
    with pytest.raises(WireError) as refused:
        parse(_on_queue(f"Action={action}&QueueName=q", method="GET"))
    response = refused.value.answer(REQUEST_ID)
    assert response.status == 400
    assert b"<Code>InvalidAction</Code>" in response.body
    assert f"<Message>The action {action} is not valid for this endpoint.</Message>".encode() in response.body


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_a_queues_path_without_action_is_unknown(accept: str) -> None:
    with pytest.raises(WireError) as refused:
        parse(_on_queue(method="GET", accept=accept))
    response = refused.value.answer(REQUEST_ID)
    assert (response.status, response.body) == (404, b"<UnknownOperationException/>")


def test_json_may_be_posted_to_the_queues_path() -> None:
    headers = {"x-amz-target": "AmazonSQS.SendMessage", "content-type": "application/x-amz-json-1.0"}
    call = parse(WireRequest("POST", "/000000000000/q", "", headers, b'{"QueueUrl":"u","MessageBody":"m"}'))
    assert call.params == {"QueueUrl": "u", "MessageBody": "m"}
    assert call.protocol.name == "json"


def test_sns_links_need_neither_version_nor_signature() -> None:
    query = "Action=ConfirmSubscription&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3At&Token=abc"
    call = parse(WireRequest("GET", "/", query, {}, b""))
    assert (call.service, call.operation) == ("sns", "ConfirmSubscription")
    assert call.params == {"TopicArn": "arn:aws:sns:eu-west-1:1:t", "Token": "abc"}


def test_sns_answer_as_documented() -> None:
    call = parse(form(Action="Publish", Version="2010-03-31", TopicArn="t", Message="m"))
    assert answer(call, {"MessageId": "i"}, "r").body.decode().removeprefix(DECLARATION) == (
        '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>i</MessageId>'
        "</PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>"
    )


def test_an_unknown_action_is_named() -> None:
    with pytest.raises(WireError) as refused:
        parse(form(Action="Explode", Version="2010-03-31"))
    assert b"<Code>InvalidAction</Code>" in refused.value.answer(REQUEST_ID).body
    assert refused.value.service == "sns"
    assert refused.value.operation == "Explode"
