"""Integrations of WebSocket APIs with AWS services (AWS docs; templates as in samples that AWS has published)."""

import json

import pytest
from apigateway_world import ACCOUNT, REGION, START, World, in_world

from emulator.core.errors import AwsError
from emulator.fallthrough.front import FallThrough
from emulator.server.operations import Operations
from emulator.services.sqs.service import SERVICE as SQS
from emulator.services.stepfunctions.service import SERVICE as STEP_FUNCTIONS

GATEWAY = f"arn:aws:apigateway:{REGION}"
QUEUE = f"{GATEWAY}:sqs:path/{ACCOUNT}/jobs"
PUT_ITEM = f"{GATEWAY}:dynamodb:action/PutItem"
START_EXECUTION = f"{GATEWAY}:states:action/StartExecution"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:Report"
FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
SEND = (
    "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$'))"
    "&MessageAttribute.1.Name=connectionId&MessageAttribute.1.Value.DataType=String"
    "&MessageAttribute.1.Value.StringValue=$context.connectionId"
)
RUN = (
    """#set($sfn_input=$util.escapeJavaScript($input.body).replaceAll("\\\\'","'"))"""
    """{"input":"{\\"data\\":$sfn_input, \\"ConnectionID\\":\\"$context.connectionId\\"}","""
    f""""stateMachineArn":"{MACHINE}"}}"""
)
PUT = """{"TableName":"Chat","Item":{"id":{"S":"$context.connectionId"},"text":{"S":"$input.path('$.text')"}}}"""
ENTRY = """{"Entries":[{"Source":"app","DetailType":"said","Detail":"$util.escapeJavaScript($input.body)"}]}"""
EVENT_HEADERS = """#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")
#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1")
"""


def asking(uri, template=None, **more):
    """An integration with a service."""
    given = {"RequestTemplates": {"$default": template}, "TemplateSelectionExpression": "\\$default"}
    return {"IntegrationType": "AWS", "IntegrationUri": uri, **(given if template else {}), **more}


def refusing(code, message):
    def refuse(params):
        raise AwsError(code, message)

    return refuse


async def talking(w, integration, responses=("$default",), **route):
    """A client of an API whose route ``a`` has this integration; ``responses`` are keys, or keys and templates."""
    api = w.api()
    w.route(api, "a", integration=integration, **route)
    made = w.integration_of(api, "a")
    for key in responses:
        template = {"ResponseTemplates": {"$default": responses[key]}} if isinstance(responses, dict) else {}
        w.op("create_integration_response", ApiId=api, IntegrationId=made, IntegrationResponseKey=key, **template)
    return await w.connect(api)


# Requests and answers


@in_world
async def test_a_message_goes_into_a_queue(world):
    w = world()
    w.operations["sqs:SendMessage"] = lambda params: {"MessageId": "m-1", "MD5OfMessageBody": "d"}
    client = await talking(w, asking(QUEUE, SEND, RequestParameters=FORM), two_way=True)
    await client.send('{"action": "a", "text": "b & c"}')
    [(service, operation, params, account, region)] = w.calls
    assert (service, operation, account, region) == ("sqs", "SendMessage", ACCOUNT, REGION)
    assert json.loads(params["MessageBody"]) == {"action": "a", "text": "b & c"}
    assert params["QueueUrl"].endswith(f"/{ACCOUNT}/jobs")
    who = client.connection.connection_id
    assert params["MessageAttributes"] == {"connectionId": {"DataType": "String", "StringValue": who}}
    [frame] = client.frames
    result = json.loads(frame)["SendMessageResponse"]["SendMessageResult"]
    assert (result["MessageId"], result["MD5OfMessageBody"]) == ("m-1", "d")


@in_world
async def test_an_execution_is_started(world):
    w = world()
    started = {"executionArn": "arn:x", "startDate": START}
    w.operations["stepfunctions:StartExecution"] = lambda params: started
    client = await talking(w, asking(START_EXECUTION, RUN), two_way=True)
    said = {"action": "a", "text": 'it\'s "quoted" / and\nnew'}
    await client.send(said)
    [(service, operation, params, *_)] = w.calls
    assert (service, operation, params["stateMachineArn"]) == ("stepfunctions", "StartExecution", MACHINE)
    assert json.loads(params["input"]) == {"data": said, "ConnectionID": client.connection.connection_id}
    assert [json.loads(frame) for frame in client.frames] == [started]


@pytest.mark.parametrize("template", [ENTRY, EVENT_HEADERS + ENTRY])
def test_events_with_and_without_override_headers(template):
    @in_world
    async def run(world):
        w = world()
        put = {"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}
        w.operations["events:PutEvents"] = lambda params: put
        client = await talking(w, asking(f"{GATEWAY}:events:action/PutEvents", template), two_way=True)
        await client.send('{"action": "a"}')
        assert w.calls[0][2] == {"Entries": [{"Source": "app", "DetailType": "said", "Detail": '{"action": "a"}'}]}
        assert [json.loads(frame) for frame in client.frames] == [put]

    run()


@in_world
async def test_an_item_is_put_and_the_answer_mapped(world):
    w = world()
    w.operations["dynamodb:PutItem"] = lambda params: {}
    client = await talking(w, asking(PUT_ITEM, PUT), {"/2\\d\\d/": '{"kept":"$context.messageId"}'}, two_way=True)
    await client.send({"action": "a", "text": "hello"})
    who = client.connection.connection_id
    assert w.calls[0][:2] == ("dynamodb", "PutItem")
    assert w.calls[0][2] == {"TableName": "Chat", "Item": {"id": {"S": who}, "text": {"S": "hello"}}}
    assert list(json.loads(client.frames[0])) == ["kept"]


@in_world
async def test_a_topic_by_form_and_by_parameters(world):
    w = world()
    w.operations["sns:Publish"] = lambda params: {"MessageId": "m-1"}
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:said"
    form = "TopicArn=$util.urlEncode('" + topic + "')&Message=$util.urlEncode($input.path('$.text'))"
    uri = f"{GATEWAY}:sns:action/Publish"
    query = {
        "integration.request.querystring.TopicArn": f"'{topic}'",
        "integration.request.querystring.Message": "route.request.body.text",
    }
    for integration in (asking(uri, form, RequestParameters=FORM), asking(uri, RequestParameters=query)):
        client = await talking(w, integration, two_way=True)
        await client.send({"action": "a", "text": "b & c"})
        assert w.calls.pop()[2] == {"TopicArn": topic, "Message": "b & c"}
        assert json.loads(client.frames[0])["PublishResponse"]["PublishResult"]["MessageId"] == "m-1"


@in_world
async def test_parameters_and_variables_in_the_uri(world):
    w = world()
    w.operations["sqs:SendMessage"] = lambda params: {"MessageId": "m-1"}
    uri = "arn:aws:apigateway:eu-west-1:sqs:path/${stageVariables.account}/{queue}"
    integration = asking(
        uri, SEND, RequestParameters=FORM | {"integration.request.path.queue": "route.request.body.to"}
    )
    client = await talking(w, integration)
    w.op("update_stage", ApiId=client.connection.api_id, StageName="dev", StageVariables={"account": ACCOUNT})
    await client.send({"action": "a", "to": "kitchen"})
    [(_, _, params, _, region)] = w.calls
    assert params["QueueUrl"].endswith(f"/{ACCOUNT}/kitchen")
    assert region == "eu-west-1"


@in_world
async def test_a_one_way_route_says_nothing(world):
    w = world()
    w.operations["dynamodb:PutItem"] = lambda params: {}
    client = await talking(w, asking(PUT_ITEM, PUT), ())
    await client.send({"action": "a", "text": "hello"})
    assert len(w.calls) == 1
    assert client.frames == []


# What goes wrong


@in_world
async def test_a_failing_service_is_mapped_by_its_status(world):
    w = world()
    w.operations["dynamodb:PutItem"] = refusing("ConditionalCheckFailedException", "The conditional request failed")
    responses = {"/2\\d\\d/": "fine", "/4\\d\\d/": "refused: $input.path('$.message')", "$default": "else"}
    client = await talking(w, asking(PUT_ITEM, PUT), responses, two_way=True)
    await client.send({"action": "a"})
    assert client.frames == ["refused: The conditional request failed"]
    w.operations["dynamodb:PutItem"] = refusing("InternalServerError", "Internal server error")
    await client.send({"action": "a"})
    assert client.frames[1:] == ["else"]


@in_world
async def test_without_a_template_the_services_own_error_is_the_answer(world):
    w = world()
    w.operations["dynamodb:PutItem"] = refusing("ResourceNotFoundException", "Requested resource not found")
    w.operations["sqs:SendMessage"] = refusing("QueueDoesNotExist", "The specified queue does not exist.")
    client = await talking(w, asking(PUT_ITEM, PUT), two_way=True)
    await client.send({"action": "a"})
    error = json.loads(client.frames[0])
    assert error["__type"].endswith("#ResourceNotFoundException")
    assert error["message"] == "Requested resource not found"
    client = await talking(w, asking(QUEUE, SEND, RequestParameters=FORM), two_way=True)
    await client.send({"action": "a"})
    assert json.loads(client.frames[0])["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"


@in_world
async def test_a_failing_service_is_no_affair_of_a_one_way_routes_client(world):
    w = world()
    w.operations["dynamodb:PutItem"] = refusing("ResourceNotFoundException", "Requested resource not found")
    client = await talking(w, asking(PUT_ITEM, PUT), ())
    await client.send({"action": "a"})
    assert len(w.calls) == 1
    assert client.frames == []


@in_world
async def test_unknown_services_and_actions_are_answers_too(world):
    w = world()
    responses = {"/[45]\\d\\d/": "refused"}
    for uri, template in (
        (f"{GATEWAY}:dynamodb:action/Nonsense", "{}"),
        (f"{GATEWAY}:nosuchthing:action/Do", "{}"),
        (PUT_ITEM, "no json"),
        (f"{GATEWAY}:states:path/what/ever", "{}"),
        (QUEUE, SEND),  # a form that is said to be JSON
    ):
        client = await talking(w, asking(uri, template), responses, two_way=True)
        await client.send({"action": "a"})
        assert client.frames == ["refused"], uri
    assert w.calls == []
    noted = w.hops("api")
    assert [hop.target for hop in noted[:3]] == ["dynamodb:Nonsense", "nosuchthing:Do", "dynamodb:PutItem"]
    assert [hop.source.rpartition("/")[2] for hop in noted] == ["a"] * 5
    assert not w.hops("fault")


@in_world
async def test_a_template_that_fails_asks_nobody(world):
    w = world()
    w.operations["dynamodb:PutItem"] = lambda params: {}
    client = await talking(w, asking(PUT_ITEM, '$util.parseJson("{")'), two_way=True)
    await client.send({"action": "a"})
    assert json.loads(client.frames[0])["message"] == "Internal server error"
    assert w.calls == []


@in_world
async def test_a_response_template_that_fails(world):
    w = world()
    w.operations["dynamodb:PutItem"] = lambda params: {}
    client = await talking(w, asking(PUT_ITEM, PUT), {"$default": '$util.parseJson("{")'}, two_way=True)
    await client.send({"action": "a"})
    assert json.loads(client.frames[0])["message"] == "Internal server error"
    assert len(w.calls) == 1


@in_world
async def test_what_is_no_base64_cannot_be_made_binary(world):
    w = world()
    w.operations["dynamodb:PutItem"] = lambda params: {}
    client = await talking(w, asking(PUT_ITEM, "%%%", ContentHandlingStrategy="CONVERT_TO_BINARY"))
    await client.send({"action": "a"})
    assert json.loads(client.frames[0])["message"] == "Internal server error"
    assert w.calls == []


@in_world
async def test_no_template_where_passthrough_forbids_it(world):
    w = world()
    w.operations["dynamodb:PutItem"] = lambda params: {}
    client = await talking(w, asking(PUT_ITEM, PassthroughBehavior="NEVER"))
    await client.send('{"TableName": "Chat", "Item": {}, "action": "a"}')
    assert len(client.frames) == 1
    assert w.calls == []


@in_world
async def test_without_a_template_the_message_is_the_request(world):
    w = world()
    w.operations["dynamodb:PutItem"] = lambda params: {}
    client = await talking(w, asking(PUT_ITEM), two_way=True)
    await client.send({"action": "a", "TableName": "Chat", "Item": {"id": {"S": "1"}}})
    assert w.calls[0][2] == {"TableName": "Chat", "Item": {"id": {"S": "1"}}}
    assert client.frames == ["{}"]


@in_world
async def test_a_late_answer_is_dropped(world):
    w = world()

    async def late(params):
        await w.ground.clock.sleep(60)
        return {"executionArn": "arn:x", "startDate": START}

    w.operations["stepfunctions:StartExecution"] = late
    client = await talking(w, asking(START_EXECUTION, RUN, TimeoutInMillis=1000), two_way=True)
    await client.send({"action": "a"})
    assert client.frames == []
    await w.ground.clock.advance(1)
    assert list(json.loads(client.frames[0])) == ["message", "connectionId", "requestId"]
    await w.ground.clock.advance(60)
    assert len(client.frames) == 1


# $connect and $disconnect


@in_world
async def test_connections_are_announced(world):
    w = world()
    w.operations["sqs:SendMessage"] = lambda params: {"MessageId": "m-1"}
    said = "Action=SendMessage&MessageBody=$context.eventType&MessageGroupId=$context.connectionId"
    api = w.api()
    for key in ("$connect", "$disconnect"):
        w.route(api, key, integration=asking(QUEUE, said, RequestParameters=FORM))
    client = await w.connect(api)
    assert client.status == 101
    who = client.connection.connection_id
    await client.leave()
    bodies = [(params["MessageBody"], params["MessageGroupId"]) for _, _, params, *_ in w.calls]
    assert bodies == [("CONNECT", who), ("DISCONNECT", who)]


@in_world
async def test_what_a_client_connects_with(world):
    w = world()
    w.operations["dynamodb:PutItem"] = lambda params: {}
    api = w.api()
    target = "integration.request.header.X-Amz-Target"
    room = {target: "route.request.querystring.target"}
    declared = {"route.request.querystring.target": {"Required": False}}
    w.route(api, "$connect", integration=asking(PUT_ITEM, PUT, RequestParameters=room), RequestParameters=declared)
    client = await w.connect(api, query="target=DynamoDB_20120810.PutItem")
    assert (client.status, len(w.calls)) == (101, 1)
    client = await w.connect(api, query="target=DynamoDB_20120810.Nonsense")
    assert (client.status, len(w.calls)) == (400, 1)


@in_world
async def test_a_service_that_refuses_ends_the_handshake(world):
    w = world()
    w.operations["dynamodb:PutItem"] = refusing("ConditionalCheckFailedException", "The conditional request failed")
    api = w.api()
    w.route(api, "$connect", integration=asking(PUT_ITEM, PUT))
    client = await w.connect(api)
    assert client.status == 400
    assert w.connections() == []


# The control plane


@pytest.mark.parametrize("uri", [QUEUE, PUT_ITEM, f"{GATEWAY}:account.s3:path/bucket/key"])
def test_an_integration_with_a_service(uri):
    w = World()
    made = w.op("create_integration", ApiId=w.api(), **asking(uri))
    assert (made["IntegrationUri"], made["IntegrationMethod"]) == (uri, "POST")


def test_uris_that_are_none():
    w = World()
    api = w.api()
    for uri in (f"{GATEWAY}:sqs", f"{GATEWAY}:sqs:queue/jobs", f"{GATEWAY}:lambda:path/2015-03-31/functions", "sqs"):
        assert w.refusal("create_integration", ApiId=api, **asking(uri))[0] == "BadRequestException"
    verb = w.refusal("create_integration", ApiId=api, **asking(QUEUE, IntegrationMethod="SEND"))
    assert verb[0] == "BadRequestException"
    proxy = w.refusal("create_integration", ApiId=api, **asking(QUEUE, IntegrationType="AWS_PROXY"))
    assert proxy[0] == "BadRequestException"


# With the services themselves


@in_world
async def test_from_the_frame_to_queue_and_execution(world):
    w = world()
    fallthrough = FallThrough(w.ground)
    for service in (SQS, STEP_FUNCTIONS):
        service.join(w.ground)
    w.ground.courier.register_operations(Operations(w.ground, (SQS, STEP_FUNCTIONS), fallthrough))

    async def do(service, operation, **params):
        cause = w.ground.new_cause()
        return await w.ground.courier.call(service, operation, params, account=ACCOUNT, region=REGION, cause=cause)

    url = (await do("sqs", "CreateQueue", QueueName="jobs"))["QueueUrl"]
    machine = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}})
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    await do("stepfunctions", "CreateStateMachine", name="Report", definition=machine, roleArn=role)
    queued = await talking(w, asking(QUEUE, SEND, RequestParameters=FORM), two_way=True)
    await queued.send({"action": "a", "text": "hello"})
    [message] = (await do("sqs", "ReceiveMessage", QueueUrl=url, MessageAttributeNames=["All"]))["Messages"]
    assert json.loads(message["Body"])["text"] == "hello"
    sent = json.loads(queued.frames[0])["SendMessageResponse"]["SendMessageResult"]
    assert sent["MessageId"] == message["MessageId"]
    begun = await talking(w, asking(START_EXECUTION, RUN), two_way=True)
    await begun.send({"action": "a", "text": "go"})
    arn = json.loads(begun.frames[0])["executionArn"]
    execution = await do("stepfunctions", "DescribeExecution", executionArn=arn)
    assert (execution["status"], json.loads(execution["output"])["data"]["text"]) == ("SUCCEEDED", "go")
    for operation in ("sqs:SendMessage", "stepfunctions:StartExecution"):
        [api] = [hop for hop in w.hops("api") if hop.target == operation]
        chain = [hop.kind for hop in w.ground.journal if hop.cause.trace == api.cause.trace]
        assert chain[:4] == ["frame-in", "route", "integrate", "api"]
