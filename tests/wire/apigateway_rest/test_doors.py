"""REST APIs over the wire: storage first, tasks, queues, asynchronous functions, with boto3 and plain HTTP.

The templates are those of AWS's samples.
"""

import json
import re

import httpx
import pytest

pytest.importorskip("moto")

PUT = """{"TableName": "${reports.Name}", "Item": {"id": {"S": "$context.requestId"},
  "reportDate": {"S": "$util.escapeJavaScript($input.path('$.reportDate')).replaceAll("\\\\'", "'")"},
  "reportType": {"S": "$util.escapeJavaScript($input.path('$.reportType')).replaceAll("\\\\'", "'")"},
  "completed": {"BOOL": false}},
  "ConditionExpression": "attribute_not_exists(id)"}"""
CREATED = """#set($context.responseOverride.header.Location = "/api/v1/report/$context.requestId")
{"id": "$context.requestId", "completed": false}"""
GET = """{"TableName": "${reports.Name}", "Key": {"id": {"S": "$input.params('id')"}}}"""
SHOWN = """#set($item = $input.path('$').Item)
#if($item == "" || !$item)
#set($context.responseOverride.status = 404)
{"error": "not found"}
#else
{"reportDate": "$util.escapeJavaScript($item.reportDate.S)", "reportType": "$item.reportType.S",
 "completed": $item.completed.BOOL #if($item.pdfUri != ""), "pdfUri": "$item.pdfUri.S"#end}
#end"""
AGAIN = """{"TableName": "${reports.Name}", "Item": {"id": {"S": "$input.params('id')"}},
  "ConditionExpression": "attribute_not_exists(id)"}"""
REFUSED = {"pattern": "4\\d{2}", "template": '{"message": "$input.path("$.message")"}'}
JOB = """{"TableName":"${reports.Name}","Item":{"id":{"S":"$context.requestId"},"job_status":{"M":{}},
"seconds":{"N":"$input.path('$.seconds')"},"version":{"N":"0"}}}"""
JOB_SHOWN = """#set($item = $input.path('$').Item)
#if($item == "" || !$item)
#set($context.responseOverride.status = 404)
{"error": "not found"}
#else
{"id": "$item.id.S", "version": $item.version.N #if($item.results != ""), "results": {
#foreach($e in $item.results.M.entrySet()) "$e.key": $util.parseJson($e.value.S)#if($foreach.hasNext),#end #end
}#end}
#end"""
START = """#set($data = $util.escapeJavaScript($input.json('$')).replaceAll("\\\\'", "'"))
{"input": "$data", "stateMachineArn": "arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:Report"}"""
PLACED = '{"Entries":[{"Source":"app","DetailType":"placed","Detail":"$util.escapeJavaScript($input.body)"}]}'
TOPIC = "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:done"
QUEUE = {"environment": {"QUEUE": "${jobs.QueueUrl}"}}
STACK = {
    "queues": {"jobs": {}},
    "tables": {"reports": {"key": "id"}},
    "functions": {
        **{name: {"handler": f"rest_api.{name}", "code": "handlers", **QUEUE} for name in ("submit", "remember")},
        **{name: {"handler": f"rest_api.{name}", "code": "handlers"} for name in ("echo", "guard", "fail")},
    },
    "rules": {"placed": {"pattern": {"source": ["app"]}, "target": "jobs"}},
    "rest_apis": {
        "doors": {
            "cors": "https://app.example",
            "routes": {
                "POST /tasks": "submit",
                "GET /echo/{tenant}/{proxy+}": "echo",
                "GET /fail": "fail",
                "GET /guarded": {"function": "echo", "authorizer": "guard"},
                "GET /keyed": {"function": "echo", "api_key": True},
                "POST /slow": {
                    "function": "remember",
                    "async": True,
                    "responses": {"202": '{"id":"$context.requestId"}'},
                },
                "POST /jobs": {"queue": "jobs"},
                "POST /events": {"action": "events:PutEvents", "request": PLACED},
                "POST /runs": {"action": "states:StartExecution", "request": START, "responses": {"201": CREATED}},
                "POST /publish": {
                    "action": "sns:Publish",
                    "query": {"TopicArn": TOPIC, "Message": "method.request.body"},
                },
                "POST /api/v1/report": {"action": "dynamodb:PutItem", "request": PUT, "responses": {"201": CREATED}},
                "GET /api/v1/report/{id}": {"action": "dynamodb:GetItem", "request": GET, "responses": {"200": SHOWN}},
                "PUT /api/v1/report/{id}": {
                    "action": "dynamodb:PutItem",
                    "request": AGAIN,
                    "responses": {"200": "{}", "400": REFUSED},
                },
                "POST /items": {
                    "action": "dynamodb:PutItem",
                    "request": JOB,
                    "responses": {"200": '{"id": "$context.requestId"}'},
                },
                "GET /items/{id}": {"action": "dynamodb:GetItem", "request": GET, "responses": {"200": JOB_SHOWN}},
                "POST /checked": {"function": "echo", "model": "Task", "required": ["querystring.limit"]},
                "GET /self/{proxy+}": {"url": "${doors.Url}/echo/self/{proxy}"},
            },
            "models": {"Task": {"type": "object", "required": ["id"]}},
            "authorizers": {"guard": "guard"},
            "api_keys": {"partner": "0123456789abcdefghij"},
            "usage_plan": {"quota": 2},
            "gateway_responses": {"UNAUTHORIZED": {"template": '{"why": $context.error.messageString}'}},
        }
    },
}
by_hand = pytest.mark.aws_stack(STACK, runtime="inline", clock="manual")
by_itself = pytest.mark.aws_stack(STACK, runtime="inline")


def url_of(stack, path):
    return stack.deployment.rest_urls["doors"] + path


def taken(client, stack):
    """The bodies that wait in the queue."""
    messages = client.receive_message(QueueUrl=stack.attributes["jobs"]["QueueUrl"], MaxNumberOfMessages=10)
    return [message["Body"] for message in messages.get("Messages", [])]


@by_hand
def test_storage_first(aws_stack, aws_client):
    given = {"reportDate": "2021-01-01", "reportType": 'it\'s "COFFEE"\n/ä'}
    answer = httpx.post(url_of(aws_stack, "/api/v1/report"), json=given)
    report = answer.headers["x-amzn-requestid"]
    assert (answer.status_code, answer.json()) == (201, {"id": report, "completed": False})
    assert answer.headers["location"] == f"/api/v1/report/{report}"
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    table = aws_client("dynamodb")
    item = table.get_item(TableName="reports", Key={"id": {"S": report}})["Item"]
    assert item == {
        "id": {"S": report},
        "reportDate": {"S": "2021-01-01"},
        "reportType": {"S": given["reportType"]},
        "completed": {"BOOL": False},
    }
    answer = httpx.post(url_of(aws_stack, "/api/v1/report"), json={"reportType": "x"})
    report = answer.headers["x-amzn-requestid"]
    asked = url_of(aws_stack, f"/api/v1/report/{report}")
    assert httpx.get(asked).json() == {"reportDate": "", "reportType": "x", "completed": False}
    table.update_item(
        TableName="reports",
        Key={"id": {"S": report}},
        UpdateExpression="SET completed = :c, pdfUri = :u",
        ExpressionAttributeValues={":c": {"BOOL": True}, ":u": {"S": "https://x/y"}},
    )
    done = httpx.get(asked).json()
    assert (done["completed"], done["pdfUri"]) == (True, "https://x/y")
    missing = httpx.get(url_of(aws_stack, "/api/v1/report/none"))
    assert (missing.status_code, missing.json()) == (404, {"error": "not found"})


@by_hand
def test_a_failed_condition_is_mapped(aws_stack):
    url = url_of(aws_stack, "/api/v1/report/once")
    assert httpx.put(url).status_code == 200
    again = httpx.put(url)
    assert (again.status_code, again.json()) == (400, {"message": "The conditional request failed"})


@by_hand
def test_jobs_with_results(aws_stack, aws_client):
    answer = httpx.post(url_of(aws_stack, "/items"), json={"seconds": 5})
    job = answer.json()["id"]
    url = url_of(aws_stack, f"/items/{job}")
    assert httpx.get(url).json() == {"id": job, "version": 0}
    results = {"a": {"S": '{"n": 1}'}, "b": {"S": "[2]"}}
    item = {"id": {"S": job}, "version": {"N": "2"}, "results": {"M": results}}
    aws_client("dynamodb").put_item(TableName="reports", Item=item)
    assert httpx.get(url).json() == {"id": job, "version": 2, "results": {"a": {"n": 1}, "b": [2]}}


@by_hand
def test_a_task_by_lambda_proxy(aws_stack, aws_client, aws_journal):
    answer = httpx.post(url_of(aws_stack, "/tasks"), json={"id": "t-1"})
    assert (answer.status_code, answer.json()) == (201, {"taskId": "t-1"})
    assert answer.headers["content-type"] == "application/json"
    assert taken(aws_client("sqs"), aws_stack) == ['{"id": "t-1"}']
    (request,) = aws_journal.hops("request")
    kinds = aws_journal.kinds(request.trace)
    assert kinds[:4] == ["request", "route", "integrate", "deliver"]
    assert {"invoke", "api", "enqueue"} <= set(kinds)


@by_hand
def test_the_event_of_a_real_request(aws_stack):
    url = url_of(aws_stack, "/echo/t1/a%20b/c?q=1&q=2")
    event = httpx.get(url, headers=[("X-Spelled", "1"), ("X-Spelled", "2")]).json()
    assert event["resource"] == "/echo/{tenant}/{proxy+}"
    assert event["pathParameters"] == {"tenant": "t1", "proxy": "a b/c"}
    assert event["headers"]["X-Spelled"] == "2"
    assert event["multiValueHeaders"]["X-Spelled"] == ["1", "2"]
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "2"]}
    assert event["requestContext"]["stage"] == "dev"
    host = f"{aws_stack.attributes['doors']['Id']}.execute-api.us-east-1.amazonaws.com"
    event = httpx.get(f"{aws_stack.url}/dev/echo/t1/x", headers={"Host": host}).json()
    assert (event["requestContext"]["domainName"], event["path"]) == (host, "/echo/t1/x")


@by_hand
def test_answers_of_the_gateway_itself(aws_stack):
    missing = httpx.get(url_of(aws_stack, "/nowhere"))
    assert (missing.status_code, missing.text) == (403, '{"message":"Missing Authentication Token"}')
    assert missing.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert missing.headers["access-control-allow-origin"] == "https://app.example"
    assert re.fullmatch("[A-Za-z0-9_-]{15}=", missing.headers["x-amz-apigw-id"])
    failed = httpx.get(url_of(aws_stack, "/fail"))
    assert (failed.status_code, failed.json()) == (502, {"message": "Internal server error"})
    unknown = httpx.get(url_of(aws_stack, "/nowhere").replace("/dev/", "/prod/"))
    assert (unknown.status_code, unknown.text) == (403, '{"message":"Forbidden"}')
    assert httpx.head(url_of(aws_stack, "/nowhere")).status_code == 403


@by_hand
def test_who_may_call(aws_stack, aws_clock):
    url = url_of(aws_stack, "/guarded")
    missing = httpx.get(url)
    assert (missing.status_code, missing.json()) == (401, {"why": "Unauthorized"})
    denied = httpx.get(url, headers={"Authorization": "wrong"})
    assert [*denied.json().values()] == ["User is not authorized to access this resource with an explicit deny"]
    context = httpx.get(url, headers={"Authorization": "secret"}).json()["requestContext"]
    assert (context["authorizer"]["tier"], context["authorizer"]["principalId"]) == ("gold", "ada")
    url, key = url_of(aws_stack, "/keyed"), {"x-api-key": "0123456789abcdefghij"}
    assert httpx.get(url).json() == {"message": "Forbidden"}
    assert [httpx.get(url, headers=key).status_code for _ in range(3)] == [200, 200, 429]
    aws_clock.advance("24h")
    assert httpx.get(url, headers=key).status_code == 200


@by_hand
def test_a_validator(aws_stack):
    url = url_of(aws_stack, "/checked")
    assert httpx.post(url, json={}).json() == {"message": "Missing required request parameters: [limit]"}
    assert httpx.post(url + "?limit=1", json={}).json() == {"message": "Invalid request body"}
    assert httpx.post(url + "?limit=1", json={"id": 1}).status_code == 200


@by_hand
def test_preflights(aws_stack):
    asking = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(url_of(aws_stack, "/tasks"), headers=asking)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert answer.headers["access-control-allow-methods"] == "OPTIONS,POST"


@by_itself
def test_an_asynchronous_function(aws_stack, aws_client, aws_clock):
    answer = httpx.post(url_of(aws_stack, "/slow"), json={"n": 1})
    assert (answer.status_code, answer.json()) == (202, {"id": answer.headers["x-amzn-requestid"]})
    aws_clock.run_until_idle()
    assert taken(aws_client("sqs"), aws_stack) == ['{"n": 1}']


@by_itself
def test_services(aws_stack, aws_client, aws_clock):
    sent = httpx.post(url_of(aws_stack, "/jobs"), content='{"a": "b & c"}')
    assert sent.json()["SendMessageResponse"]["SendMessageResult"]["MessageId"]
    assert taken(aws_client("sqs"), aws_stack) == ['{"a": "b & c"}']
    put = httpx.post(url_of(aws_stack, "/events"), json={"n": 1})
    assert (put.json()["FailedEntryCount"], len(put.json()["Entries"])) == (0, 1)
    aws_clock.run_until_idle()
    (event,) = taken(aws_client("sqs"), aws_stack)
    assert json.loads(event)["detail"] == {"n": 1}
    aws_client("sns").create_topic(Name="done")
    published = httpx.post(url_of(aws_stack, "/publish"), content="hello")
    assert published.json()["PublishResponse"]["PublishResult"]["MessageId"]
    passing = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    states = aws_client("stepfunctions")
    machine = states.create_state_machine(name="Report", definition=passing, roleArn="arn:aws:iam::000000000000:role/r")
    started = httpx.post(url_of(aws_stack, "/runs"), json={"text": "it's"})
    assert started.status_code == 201
    (execution,) = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {"text": "it's"}


@by_hand
def test_a_proxy_to_another_door(aws_stack):
    event = httpx.get(url_of(aws_stack, "/self/a/b?x=1"), headers={"X-Mine": "yes"}).json()
    assert event["path"] == "/echo/self/a/b"
    assert event["headers"]["X-Mine"] == "yes"
    assert event["queryStringParameters"] == {"x": "1"}


@pytest.mark.aws_stack({}, runtime="inline", clock="manual")
def test_an_api_made_with_boto3(aws_stack, aws_client):
    gateway = aws_client("apigateway")
    api = gateway.create_rest_api(name="made")
    rest, root = api["id"], api["rootResourceId"]
    tasks = gateway.create_resource(restApiId=rest, parentId=root, pathPart="tasks")["id"]
    one = gateway.create_resource(restApiId=rest, parentId=tasks, pathPart="{id}")["id"]
    for resource in (tasks, one):
        place = {"restApiId": rest, "resourceId": resource, "httpMethod": "GET"}
        gateway.put_method(**place, authorizationType="NONE")
        template = {"application/json": '{"statusCode": 200}'}
        gateway.put_integration(**place, type="MOCK", requestTemplates=template)
        gateway.put_method_response(**place, statusCode="200")
        shown = {"application/json": '{"path": "$context.resourcePath", "id": "$input.params(\'id\')"}'}
        gateway.put_integration_response(**place, statusCode="200", responseTemplates=shown)
    gateway.create_deployment(restApiId=rest, stageName="v1")
    base = f"{aws_stack.url}/_aws/execute-api/{rest}/v1"
    assert httpx.get(f"{base}/tasks/7").json() == {"path": "/tasks/{id}", "id": "7"}
    assert httpx.get(f"{base}/tasks").json() == {"path": "/tasks", "id": ""}
    gateway.delete_rest_api(restApiId=rest)
    assert httpx.get(f"{base}/tasks").status_code == 403


@by_hand
def test_the_status_shows_the_api(aws_stack):
    shown = httpx.get(f"{aws_stack.url}/_emulator/status").json()["resources"]["apis"]
    base = f"{aws_stack.url}/_aws/execute-api/{aws_stack.attributes['doors']['Id']}"
    assert shown == [{"name": "doors", "endpoint": base, "stages": ["dev"]}]


@pytest.mark.aws_stack(
    {
        "functions": {"echo": {"handler": "rest_api.echo", "code": "handlers"}},
        "rest_apis": {"described": {"openapi": "openapi.json", "stage": "v1"}},
    },
    runtime="inline",
    clock="manual",
)
def test_an_api_described_by_openapi(aws_stack):
    base = aws_stack.deployment.rest_urls["described"]
    assert httpx.get(f"{base}/hello/ada").json() == {"name": "ada"}
    event = httpx.post(f"{base}/a/b").json()
    assert (event["resource"], event["pathParameters"]) == ("/{proxy+}", {"proxy": "a/b"})


@pytest.mark.aws_stack(
    {"functions": {"echo": {"handler": "rest_api.echo", "code": "handlers"}}}, runtime="inline", clock="real"
)
def test_users_of_a_pool(aws_stack, aws_client):
    pytest.importorskip("joserfc")
    users = aws_client("cognito-idp")
    pool = users.create_user_pool(PoolName="users")["UserPool"]
    flows = ["ADMIN_USER_PASSWORD_AUTH"]
    app = users.create_user_pool_client(UserPoolId=pool["Id"], ClientName="app", ExplicitAuthFlows=flows)
    ada = {"UserPoolId": pool["Id"], "Username": "ada"}
    users.admin_create_user(**ada)
    users.admin_set_user_password(**ada, Password="Secret-1234", Permanent=True)
    client = app["UserPoolClient"]["ClientId"]
    given = {"USERNAME": "ada", "PASSWORD": "Secret-1234"}
    tokens = users.admin_initiate_auth(UserPoolId=pool["Id"], ClientId=client, AuthFlow=flows[0], AuthParameters=given)[
        "AuthenticationResult"
    ]
    gateway = aws_client("apigateway")
    api = gateway.create_rest_api(name="guarded")
    guard = gateway.create_authorizer(
        restApiId=api["id"],
        name="users",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool["Arn"]],
        identitySource="method.request.header.Authorization",
    )
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="COGNITO_USER_POOLS", authorizerId=guard["id"])
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    uri += f"{aws_stack.attributes['echo']['Arn']}/invocations"
    gateway.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api["id"], stageName="dev")
    url = f"{aws_stack.url}/_aws/execute-api/{api['id']}/dev"
    answer = httpx.get(url, headers={"Authorization": tokens["IdToken"]})
    assert answer.json()["requestContext"]["authorizer"]["claims"]["cognito:username"] == "ada"
    assert httpx.get(url, headers={"Authorization": tokens["AccessToken"]}).status_code == 401
    assert httpx.get(url).status_code == 401


def keys_of(*names):
    return {f"integration.request.path.{name}": f"method.request.path.{name}" for name in names}


@pytest.mark.aws_stack(
    {
        "rest_apis": {
            "files": {
                "routes": {
                    f"{verb} /files/{{bucket}}/{{key}}": {
                        "integration": {
                            "Type": "AWS",
                            "IntegrationHttpMethod": verb,
                            "Uri": "arn:aws:apigateway:us-east-1:s3:path/{bucket}/{key}",
                            "RequestParameters": keys_of("bucket", "key"),
                        },
                        "headers": {"Content-Type": "text/plain"},
                        "responses": {
                            "200": {"headers": {"X-Tag": "integration.response.header.ETag"}},
                            "404": {"pattern": "404", "template": '{"error": "no such file"}'},
                        },
                    }
                    for verb in ("PUT", "GET")
                }
                | {
                    "GET /secret/{name}": {
                        "action": "secretsmanager:GetSecretValue",
                        "request": '{"SecretId": "$input.params("name")"}',
                        "responses": {
                            "200": '{"value": "$input.path("$.SecretString")"}',
                            "404": {"pattern": "400", "template": "{}"},
                        },
                    }
                }
            }
        }
    },
    runtime="inline",
    clock="manual",
)
def test_services_that_moto_plays(aws_stack, aws_client):
    aws_client("s3").create_bucket(Bucket="shelf")
    base = aws_stack.deployment.rest_urls["files"]
    put = httpx.put(f"{base}/files/shelf/a%20b.txt", content=b"hello")
    assert put.status_code == 200
    assert put.headers["x-tag"] == aws_client("s3").head_object(Bucket="shelf", Key="a b.txt")["ETag"]
    assert httpx.get(f"{base}/files/shelf/a%20b.txt").text == "hello"
    missing = httpx.get(f"{base}/files/shelf/none.txt")
    assert (missing.status_code, missing.json()) == (404, {"error": "no such file"})
    aws_client("secretsmanager").create_secret(Name="limit", SecretString="7")
    assert httpx.get(f"{base}/secret/limit").json() == {"value": "7"}
    assert httpx.get(f"{base}/secret/none").status_code == 404


@pytest.mark.aws_stack(
    {
        "rest_apis": {
            "odd": {
                "routes": {
                    "GET /none": {"mock": True, "responses": {"204": "a body"}},
                    "GET /same": {"mock": True, "responses": {"304": "a body"}},
                }
            }
        }
    },
    runtime="inline",
    clock="manual",
)
def test_a_connection_survives_answers_without_a_body(aws_stack):
    with httpx.Client(base_url=aws_stack.deployment.rest_urls["odd"]) as client:
        answers = [client.get(path) for path in ("/none", "/same", "/none")]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b""), (304, b""), (204, b"")]
