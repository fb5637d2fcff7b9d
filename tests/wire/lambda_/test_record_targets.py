"""Records of a function in its own process on their way to a queue, a topic, a function and a bus, through the SDK.

All cases, in process: ``tests/inprocess/lambda_/test_lambda_record_matrix.py``.
"""

import json

import pytest

STACK = {
    "functions": {
        "work": {"handler": "work.handler", "code": "handlers", "dead_letter": "dead", "timeout": 1},
        "catcher": {"handler": "work.echo", "code": "handlers", "on_success": "caught"},
    },
    "queues": {name: {} for name in ("q", "caught", "from-bus", "from-topic", "raw", "dead")},
    "topics": {"t": {"subscriptions": [{"endpoint": "from-topic"}, {"endpoint": "raw", "raw": True}]}},
    "buses": {"b": {}},
    "rules": {"r": {"bus": "b", "pattern": {"source": ["lambda"]}, "target": "from-bus"}},
}
TARGETS = ("queue:q", "topic:t", "function:catcher", "bus:b")
UNWRAPPED = {
    "q": lambda body: body,
    "raw": lambda body: body,
    "from-topic": lambda body: json.loads(body["Message"]),
    "from-bus": lambda body: body["detail"],
    "caught": lambda body: body["responsePayload"],
}


@pytest.fixture
def records(aws_stack, aws_client):
    """Takes what lies in all queues, as records by queue."""
    sqs = aws_client("sqs")

    def take(name, **params):
        url = aws_stack.attributes[name]["QueueUrl"]
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **params).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def read(name):
        return [UNWRAPPED[name](json.loads(message["Body"])) for message in take(name)]

    read.raw = take
    return read


@pytest.mark.aws_stack(STACK, runtime="worker")
@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("return", None),
        ("kill", "RequestId: {} Error: Runtime exited with error: signal: killed"),
        ("spin", "RequestId: {} Error: Task timed out after 1.00 seconds"),
    ],
    ids=["return", "kill", "spin"],
)
def test_one_record_for_each_target(aws_stack, aws_client, aws_clock, records, what, error):
    client = aws_client("lambda")
    ids = []
    for target in TARGETS:
        sides = {side: {"Destination": aws_stack.attributes[target]["Arn"]} for side in ("OnSuccess", "OnFailure")}
        client.put_function_event_invoke_config(
            FunctionName="work", DestinationConfig=sides, MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60
        )
        answer = client.invoke(FunctionName="work", InvocationType="Event", Payload=json.dumps({"do": what}))
        ids.append(answer["ResponseMetadata"]["RequestId"])
        aws_clock.run_until_idle()
        if what == "spin":
            break  # takes a real second
    wanted = dict(zip(("q", "from-topic", "caught", "from-bus"), ids, strict=False))
    if "from-topic" in wanted:
        wanted["raw"] = wanted["from-topic"]
    for name, request_id in wanted.items():
        (record,) = records(name)
        context = record["requestContext"]
        assert (context["requestId"], context["approximateInvokeCount"]) == (request_id, 1)
        assert context["condition"] == ("Success" if error is None else "RetriesExhausted")
        assert record["requestPayload"] == {"do": what}
        text = error and error.format(request_id)
        assert (
            record["responsePayload"] == "done" if error is None else record["responsePayload"]["errorMessage"] == text
        )
    letters = records.raw("dead", MessageAttributeNames=["All"])
    assert [json.loads(letter["Body"]) for letter in letters] == ([] if error is None else [{"do": what}] * len(ids))
    for letter, request_id in zip(letters, ids, strict=False):
        attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
        assert attributes == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": error.format(request_id)}
