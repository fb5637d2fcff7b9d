"""Integrations with AWS services: requests in their own protocols, answers, mappings (AWS docs; recorded from AWS)."""

import json

from data_world import GATEWAY, custom, function_uri, in_world, mock

from emulator.core.errors import AwsError

PUT = """{"TableName":"Jobs","Item":{"id":{"S":"$context.requestId"},"job_status":{"M":{}},
"seconds":{"N":"$input.path('$.seconds')"},"version":{"N":"0"}}}"""
GET = """{"TableName":"Jobs","Key":{"id":{"S":"$input.params('jobId')"}}}"""
SHOW = """#set($item = $input.path('$').Item)
#if($item == "" || !$item)
#set($context.responseOverride.status = 404)
{"error": "not found"}
#else
{"id": "$item.id.S", "version": $item.version.N #if($item.results != ""), "results": {
#foreach($e in $item.results.M.entrySet()) "$e.key": $util.parseJson($e.value.S)#if($foreach.hasNext),#end #end
}#end}
#end"""
START = """#set($data = $util.escapeJavaScript($input.json('$')).replaceAll("\\\\'", "'"))
{"input": "$data", "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Report"}"""
STARTED = """#set($context.responseOverride.header.Location = "/api/v1/report/$context.requestId")
{"id": "$context.requestId", "completed": false}"""
FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}


@in_world
async def test_storage_first(world):
    w = world()
    items = {}

    def put(params):
        items[params["Item"]["id"]["S"]] = params["Item"]
        return {}

    w.operations["dynamodb:PutItem"] = put
    w.operations["dynamodb:GetItem"] = lambda p: (
        {"Item": items[p["Key"]["id"]["S"]]} if p["Key"]["id"]["S"] in items else {}
    )
    uri = f"{GATEWAY}:dynamodb:action"
    made = {"200": {"responseTemplates": {"application/json": '{"id": "$context.requestId"}'}}}
    shown = {"200": {"responseTemplates": {"application/json": SHOW}}}
    w.api(
        {
            "POST /jobs": custom(f"{uri}/PutItem", PUT, made),
            "GET /jobs/{jobId}": custom(f"{uri}/GetItem", GET, shown),
        }
    )
    answer = await w.call("POST", "/jobs", body=b'{"seconds": 5}')
    job = answer.headers["x-amzn-requestid"]
    assert (answer.status, json.loads(answer.body)) == (200, {"id": job})
    assert items[job]["seconds"] == {"N": "5"}
    assert w.calls[0][:2] == ("dynamodb", "PutItem")
    assert w.calls[0][3:] == ("123456789012", "us-east-1")
    answer = await w.call("GET", f"/jobs/{job}")
    assert (answer.status, json.loads(answer.body)) == (200, {"id": job, "version": 0})
    assert answer.headers["content-type"] == "application/json"
    items[job] |= {"results": {"M": {"a": {"S": '{"n":1}'}, "b": {"S": "[2]"}}}}
    assert json.loads((await w.call("GET", f"/jobs/{job}")).body)["results"] == {"a": {"n": 1}, "b": [2]}
    answer = await w.call("GET", "/jobs/none")
    assert (answer.status, json.loads(answer.body)) == (404, {"error": "not found"})


@in_world
async def test_an_execution_is_started(world):
    w = world()
    w.operations["stepfunctions:StartExecution"] = lambda params: {"executionArn": "arn:x", "startDate": 1.5e9}
    started = {"201": {"responseTemplates": {"application/json": STARTED}}}
    w.api({"POST /runs": custom(f"{GATEWAY}:states:action/StartExecution", START, started)})
    given = {"text": 'it\'s "quoted" / and\nnew'}
    answer = await w.call("POST", "/runs", body=json.dumps(given).encode())
    request = answer.headers["x-amzn-requestid"]
    assert (answer.status, json.loads(answer.body)) == (201, {"id": request, "completed": False})
    assert answer.headers["location"] == f"/api/v1/report/{request}"
    service, operation, params, *_ = w.calls[0]
    assert (service, operation) == ("stepfunctions", "StartExecution")
    assert json.loads(params["input"]) == given


@in_world
async def test_events_with_and_without_override_headers(world):
    w = world()
    w.operations["events:PutEvents"] = lambda params: {"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}
    entry = '{"Entries":[{"Source":"app","DetailType":"placed","Detail":"$util.escapeJavaScript($input.body)"}]}'
    headers = """#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")
#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1")
"""
    uri = f"{GATEWAY}:events:action/PutEvents"
    w.api({"POST /a": custom(uri, headers + entry), "POST /b": custom(uri, entry)})
    for path in ("/a", "/b"):
        answer = await w.call("POST", path, body=b'{"n":1}')
        assert json.loads(answer.body) == {"Entries": [{"EventId": "e-1"}], "FailedEntryCount": 0}
        assert w.calls[-1][2] == {"Entries": [{"Source": "app", "DetailType": "placed", "Detail": '{"n":1}'}]}


@in_world
async def test_a_queue_by_path_and_by_action(world):
    w = world()
    w.operations["sqs:SendMessage"] = lambda params: {"MessageId": "m-1", "MD5OfMessageBody": "d"}
    send = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
    send += "&MessageAttribute.1.Name=who&MessageAttribute.1.Value.DataType=String"
    send += "&MessageAttribute.1.Value.StringValue=$input.params('who')"
    query = {
        "integration.request.querystring.MessageBody": "method.request.body",
        "integration.request.querystring.QueueUrl": "'http://localhost/123456789012/jobs'",
    }
    w.api(
        {
            "POST /path": custom(f"{GATEWAY}:sqs:path/123456789012/jobs", send, None, {"requestParameters": FORM}),
            "POST /action": custom(f"{GATEWAY}:sqs:action/SendMessage", None, None, {"requestParameters": query}),
        }
    )
    answer = await w.call("POST", "/path?who=ada", body=b'{"a": "b & c"}')
    params = w.calls[0][2]
    assert params["MessageBody"] == '{"a": "b & c"}'
    assert params["QueueUrl"].endswith("/123456789012/jobs")
    assert params["MessageAttributes"] == {"who": {"DataType": "String", "StringValue": "ada"}}
    result = json.loads(answer.body)["SendMessageResponse"]["SendMessageResult"]
    assert (result["MessageId"], result["SequenceNumber"]) == ("m-1", None)
    answer = await w.call("POST", "/action", body=b"hello")
    assert w.calls[1][2] == {"MessageBody": "hello", "QueueUrl": "http://localhost/123456789012/jobs"}
    assert answer.status == 200


@in_world
async def test_a_topic(world):
    w = world()
    w.operations["sns:Publish"] = lambda params: {"MessageId": "m-1"}
    query = {
        "integration.request.querystring.TopicArn": "'arn:aws:sns:us-east-1:123456789012:done'",
        "integration.request.querystring.Message": "method.request.body.text",
    }
    w.api({"POST /": custom(f"{GATEWAY}:sns:action/Publish", None, None, {"requestParameters": query})})
    answer = await w.call("POST", "/", body=b'{"text": "a b"}')
    assert w.calls[0][2] == {"TopicArn": "arn:aws:sns:us-east-1:123456789012:done", "Message": "a b"}
    assert json.loads(answer.body)["PublishResponse"]["PublishResult"]["MessageId"] == "m-1"


@in_world
async def test_a_failing_service_is_mapped_by_its_status(world):
    w = world()

    def refuse(params):
        raise AwsError("ConditionalCheckFailedException", "The conditional request failed")

    w.operations["dynamodb:PutItem"] = refuse
    uri = f"{GATEWAY}:dynamodb:action/PutItem"
    mapped = {
        "200": {},
        "409": {"selectionPattern": "4\\d{2}", "responseTemplates": {"application/json": "$input.path('$.message')"}},
    }
    w.api({"POST /mapped": custom(uri, PUT, mapped), "POST /plain": custom(uri, PUT, {"200": {}})})
    answer = await w.call("POST", "/mapped", body=b"{}")
    assert (answer.status, answer.text) == (409, "The conditional request failed")
    answer = await w.call("POST", "/plain", body=b"{}")
    assert answer.status == 200
    assert json.loads(answer.body)["__type"].endswith("ConditionalCheckFailedException")


@in_world
async def test_a_failing_query_service_says_so_in_json(world):
    w = world()

    def refuse(params):
        raise AwsError("QueueDoesNotExist", "The specified queue does not exist.")

    w.operations["sqs:SendMessage"] = refuse
    send = "Action=SendMessage&MessageBody=x"
    w.api({"POST /": custom(f"{GATEWAY}:sqs:path/123456789012/no", send, None, {"requestParameters": FORM})})
    answer = await w.call("POST", "/", body=b"{}")
    assert json.loads(answer.body)["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"


@in_world
async def test_unknown_services_and_actions_are_answers_too(world):
    w = world()
    answers = {"200": {}, "599": {"selectionPattern": "4\\d\\d|5\\d\\d"}}
    w.api(
        {
            "POST /a": custom(f"{GATEWAY}:dynamodb:action/Nonsense", "{}", answers),
            "POST /b": custom(f"{GATEWAY}:nosuchthing:action/Do", "{}", answers),
            "POST /c": custom(f"{GATEWAY}:dynamodb:action/PutItem", "no json", answers),
            "POST /d": custom(f"{GATEWAY}:states:path/what/ever", "{}", answers),
        }
    )
    for path in "abcd":
        assert (await w.call("POST", f"/{path}")).status == 599, path
    assert w.calls == []
    noted = [(hop.target, hop.outcome) for hop in w.hops("api")]
    assert noted[2] == ("dynamodb:PutItem", "SerializationException")
    assert len(noted) == 4
    assert not w.hops("fault")


@in_world
async def test_region_and_pseudo_parameters_of_the_uri(world):
    w = world()
    w.operations["dynamodb:GetItem"] = lambda params: {}
    w.api(
        {
            "GET /a": custom("arn:aws:apigateway:eu-west-1:dynamodb:action/GetItem", GET),
            "GET /b": custom("arn:aws:apigateway:${AWS::Region}:dynamodb:action/GetItem", GET),
        }
    )
    assert (await w.call("GET", "/a")).status == 200
    assert (await w.call("GET", "/b")).status == 200
    assert [call[4] for call in w.calls] == ["eu-west-1", "us-east-1"]


# Functions


@in_world
async def test_a_function_gets_the_rendered_template(world):
    w = world()
    w.functions["work"] = lambda event: {"got": event}
    w.api({"POST /": custom(function_uri("work"), '{"name": "$input.params(\'name\')", "body": $input.json(\'$\')}')})
    answer = await w.call("POST", "/?name=ada", body=b'{"a":1}')
    assert (answer.status, json.loads(answer.body)) == (200, {"got": {"name": "ada", "body": {"a": 1}}})


@in_world
async def test_a_functions_error_selects_by_its_message(world):
    w = world()

    def fail(event):
        raise ValueError(event["message"])

    w.functions["work"] = fail
    responses = {
        "200": {},
        "404": {
            "selectionPattern": "not found.*",
            "responseTemplates": {"application/json": "$input.path('$.errorMessage')"},
        },
        "500": {"selectionPattern": "(?i)BROKEN"},
    }
    w.api({"POST /": custom(function_uri("work"), None, responses)})
    answer = await w.call("POST", "/", body=b'{"message": "not found: 7"}')
    assert (answer.status, answer.text) == (404, "not found: 7")
    assert (await w.call("POST", "/", body=b'{"message": "broken"}')).status == 500
    # An error without a pattern is a success with the error as its body (AWS docs).
    answer = await w.call("POST", "/", body=b'{"message": "else, not found"}')
    assert (answer.status, json.loads(answer.body)["errorMessage"]) == (200, "else, not found")


@in_world
async def test_nobody_waits_for_an_event(world):
    w = world()
    parcels = []

    async def accept(parcel):
        parcels.append(parcel)
        return {"RequestId": "r-1"}

    w.ground.courier.register_target("lambda", accept)
    event = {"requestParameters": {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}}
    chosen = {
        "requestParameters": {
            "integration.request.header.X-Amz-Invocation-Type": "method.request.header.InvocationType"
        }
    }
    said = {"200": {"responseTemplates": {"application/json": '{"id":"$context.requestId"}'}}}
    w.api(
        {
            "POST /event": custom(function_uri("work"), '{"n": 1}', said, event),
            "POST /chosen": custom(function_uri("work"), None, said, chosen),
        }
    )
    answer = await w.call("POST", "/event")
    assert (answer.status, json.loads(answer.body)) == (200, {"id": answer.headers["x-amzn-requestid"]})
    assert (parcels[0].payload, parcels[0].parameters["InvocationType"]) == ('{"n": 1}', "Event")
    await w.call("POST", "/chosen", {"InvocationType": "Event"}, b'{"raw": true}')
    assert (parcels[1].payload, parcels[1].parameters["InvocationType"]) == ('{"raw": true}', "Event")


# MOCK


@in_world
async def test_mocks(world):
    w = world()
    answers = {
        "200": {"responseTemplates": {"application/json": '{"ok": true}'}},
        "400": {"selectionPattern": "4\\d{2}", "responseTemplates": {"application/json": '{"ok": false}'}},
    }
    by_query = "#if($input.params('bad') == 'yes'){\"statusCode\": 400}#else{\"statusCode\": 200}#end"
    w.api({"GET /": mock(by_query, answers), "GET /loose": mock("{statusCode: 200}", answers), "GET /none": mock("{}")})
    assert json.loads((await w.call("GET", "/")).body) == {"ok": True}
    answer = await w.call("GET", "/?bad=yes")
    assert (answer.status, json.loads(answer.body)) == (400, {"ok": False})
    assert (await w.call("GET", "/loose")).status == 200
    answer = await w.call("GET", "/none")
    assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}')


@in_world
async def test_a_preflight_is_an_ordinary_mock(world):
    w = world()
    allow = {
        "method.response.header.Access-Control-Allow-Origin": "'*'",
        "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
    }
    w.api({"OPTIONS /tasks": mock(responses={"204": {"responseParameters": allow}})})
    answer = await w.call("OPTIONS", "/tasks", {"Origin": "https://a", "Access-Control-Request-Method": "GET"})
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET,OPTIONS"
