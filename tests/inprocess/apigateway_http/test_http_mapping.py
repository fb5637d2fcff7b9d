"""Parameter mapping, HTTP_PROXY and first-class integrations."""

import json

import pytest
from apigateway_http_world import ACCOUNT, REGION, in_world

from emulator.core.errors import AwsError
from emulator.http_out import HttpAnswer, HttpFailedError
from emulator.services.apigateway.http import backends


class Backend:
    """What HTTP_PROXY calls; ``answer`` may be an exception."""

    def __init__(self, monkeypatch):
        self.calls = []
        self.answer = HttpAnswer(200, (("Content-Type", "text/plain"),), b"body")
        monkeypatch.setattr(backends, "send_request", self._answer)

    async def _answer(self, ground, method, url, **options):
        headers = {name.lower(): value for name, value in options["headers"]}
        self.calls.append((method, url, headers, options["query"], options["body"]))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def backend(monkeypatch):
    return Backend(monkeypatch)


def proxy(uri="http://backend.example/base/{proxy}", **more):
    return {"IntegrationType": "HTTP_PROXY", "IntegrationUri": uri, "IntegrationMethod": "ANY", **more}


def test_http_proxy(backend):
    @in_world
    async def run(world):
        w = world()
        api = w.api()
        w.route(api, "ANY /x/{proxy+}", integration=proxy())
        headers = {"X-A": "1", "Connection": "close"}
        answer = await w.call(api, "PUT", "/x/a%20b/c?q=1", headers, b"hi", trace="1-65f1c2a3-0123456789abcdef01234567")
        assert (answer.status, answer.text, answer.headers["content-type"]) == (200, "body", "text/plain")
        method, url, sent, query, body = backend.calls[0]
        assert (method, url) == ("PUT", "http://backend.example/base/a%20b/c")
        assert (query, body) == ([("q", "1")], b"hi")
        assert sent["x-a"] == "1"
        assert "connection" not in sent
        assert sent["x-amzn-trace-id"].startswith("Root=1-65f1c2a3-0123456789abcdef01234567;Parent=")

    run()


def test_http_proxy_that_cannot_be_reached(backend):
    @in_world
    async def run(world):
        w = world()
        api = w.api()
        w.route(api, "GET /", integration=proxy("http://backend.example/"))
        backend.answer = HttpFailedError("refused")
        assert (await w.call(api)).status == 503

    run()


def test_request_parameters(backend):
    @in_world
    async def run(world):
        w = world()
        api = w.api(variables={"stage": "blue"})
        mapping = {
            "append:header.x-many": "$request.querystring.q",
            "overwrite:header.x-old": "new",
            "remove:header.x-gone": "''",
            "append:header.x-context": "$context.identity.sourceIp",
            "append:header.x-stage": "$stageVariables.stage",
            "append:header.x-body": "$request.body.user.name",
            "append:header.x-missing": "$request.body.none",
            "append:header.x-two": "${request.path.a} ${request.path.b}",
            "append:querystring.id": "com.$request.path.a.x",
            "remove:querystring.q": "''",
            "overwrite:path": "/changed/$request.path.b",
        }
        w.route(api, "POST /{a}/{b}", integration=proxy("http://backend.example/base", RequestParameters=mapping))
        headers = {"X-Many": "1", "x-old": "old", "x-gone": "1"}
        await w.call(api, "POST", "/one/two?q=7", headers, json.dumps({"user": {"name": "Ada"}}).encode())
        _, url, sent, query, _ = backend.calls[0]
        assert url == "http://backend.example/changed/two"
        assert query[0][0] == "id"
        assert sent["x-old"] == "new"
        assert "x-gone" not in sent
        assert "x-missing" not in sent
        assert (sent["x-context"], sent["x-stage"], sent["x-body"]) == ("203.0.113.7", "blue", "Ada")
        assert sent["x-two"] == "one two"

    run()


def test_response_parameters(backend):
    @in_world
    async def run(world):
        w = world()
        api = w.api()
        mapping = {
            "200": {"overwrite:statuscode": "201", "append:header.x-id": "$context.requestId"},
            "404": {"append:header.x-error": "$response.body.error", "remove:header.x-gone": "''"},
        }
        w.route(api, "GET /", integration=proxy("http://backend.example/", ResponseParameters=mapping))
        first = await w.call(api)
        assert first.status == 201
        assert first.headers["x-id"] == first.headers["apigw-requestid"]
        backend.answer = HttpAnswer(404, (("x-gone", "1"), ("x-kept", "1")), b'{"error":"none"}')
        second = await w.call(api)
        assert (second.status, second.headers["x-error"], second.headers["x-kept"]) == (404, "none", "1")
        assert "x-gone" not in second.headers

    run()


# First-class integrations


def first_class(subtype, **parameters):
    return {"IntegrationType": "AWS_PROXY", "IntegrationSubtype": subtype, "RequestParameters": parameters}


@in_world
async def test_put_events(world):
    w = world()
    w.operations["events:PutEvents"] = lambda params: {"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}
    api = w.api()
    parameters = {
        "Detail": "$request.body",
        "DetailType": "$request.body.type",
        "Source": "com.mycompany.$request.path.source",
        "Time": "2023-11-14T22:13:20Z",
        "Resources": "a, b",
        "EventBusName": "shop",
        "Region": "eu-west-1",
    }
    w.route(api, "POST /{source}", integration=first_class("EventBridge-PutEvents", **parameters))
    body = b'{"type":"made","n":1}'
    answer = await w.call(api, "POST", "/orders", {"content-type": "application/json"}, body)
    assert (answer.status, json.loads(answer.body)) == (200, {"Entries": [{"EventId": "e-1"}], "FailedEntryCount": 0})
    entry = {
        "Detail": body.decode(),
        "DetailType": "made",
        "Source": "com.mycompany.orders",
        "Time": 1_700_000_000.0,
        "Resources": ["a", "b"],
        "EventBusName": "shop",
    }
    assert w.calls == [("events", "PutEvents", {"Entries": [entry]}, ACCOUNT, "eu-west-1")]
    assert w.hops("integrate")[0].outcome == "ok"


@in_world
async def test_send_message(world):
    w = world()
    w.operations["sqs:SendMessage"] = lambda params: {"MessageId": "m-1", "MD5OfMessageBody": "d"}
    api = w.api()
    url = "http://localhost/q"
    parameters = {
        "QueueUrl": url,
        "MessageBody": "$request.body.task",
        "DelaySeconds": "$request.querystring.delay",
        "MessageAttributes": '{"a":{"DataType":"String","StringValue":"b"}}',
        "MessageGroupId": "$request.header.group",
    }
    w.route(api, "POST /", integration=first_class("SQS-SendMessage", **parameters))
    answer = await w.call(api, "POST", "/?delay=5", {}, b'{"task":{"id":1}}')
    assert answer.status == 200
    assert "m-1" in answer.text
    attributes = {"a": {"DataType": "String", "StringValue": "b"}}
    sent = {"QueueUrl": url, "MessageBody": '{"id":1}', "DelaySeconds": 5, "MessageAttributes": attributes}
    assert w.calls == [("sqs", "SendMessage", sent, ACCOUNT, REGION)]


@in_world
async def test_start_execution(world):
    w = world()
    w.operations["stepfunctions:StartExecution"] = lambda params: {"executionArn": "arn", "startDate": 1_700_000_000.5}
    api = w.api()
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
    parameters = {"StateMachineArn": machine, "Input": "$request.body"}
    w.route(api, "POST /", integration=first_class("StepFunctions-StartExecution", **parameters))
    answer = await w.call(api, "POST", "/", {}, b'{"a":1}')
    assert (answer.status, json.loads(answer.body)) == (200, {"executionArn": "arn", "startDate": 1_700_000_000.5})
    assert w.calls[0][2] == {"stateMachineArn": machine, "input": '{"a":1}'}


@in_world
async def test_an_error_of_the_service(world):
    w = world()

    def refuse(params):
        raise AwsError("QueueDoesNotExist", "The specified queue does not exist.")

    w.operations["sqs:SendMessage"] = refuse
    api = w.api()
    parameters = {"QueueUrl": "http://localhost/q", "MessageBody": "x", "DelaySeconds": "$request.querystring.d"}
    w.route(api, "POST /", integration=first_class("SQS-SendMessage", **parameters))
    assert 400 <= (await w.call(api, "POST", "/")).status < 500
    assert (await w.call(api, "POST", "/?d=soon")).status == 400


@in_world
async def test_what_first_class_integrations_need(world):
    w = world()
    w.operations["sqs:SendMessage"] = None
    api = w.api()

    def refusal(subtype, **parameters):
        return w.refusal("create_integration", ApiId=api, **first_class(subtype, **parameters))

    for refused in (
        refusal("SQS-SendMessage", QueueUrl="x"),
        refusal("SQS-SendMessage", QueueUrl="x", MessageBody="y", Color="z"),
        refusal("SQS-SendMessage", QueueUrl="x", MessageBody="$request.body[?(@.a)]"),
        refusal("EventBridge-PutEvents", Detail="{}", DetailType="t", Source="s"),
    ):
        assert refused[0] == "BadRequestException"
