"""HTTP APIs over the wire: control plane through boto3, requests through httpx."""

import json
import re
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from emulator.services.apigateway.http.service_actions import ACTIONS, NOT_HERE

STACK = {
    "queues": {"jobs": {}, "idle": {}},
    "functions": {
        "submit": {"handler": "http_api.submit", "code": "handlers", "environment": {"QUEUE": "${jobs.QueueUrl}"}},
        "slow": {
            "handler": "http_api.slow",
            "code": "handlers",
            "timeout": 60,
            "environment": {"QUEUE": "${idle.QueueUrl}"},
        },
        **{name: {"handler": f"http_api.{name}", "code": "handlers"} for name in ("echo", "guard", "fail")},
    },
    "http_apis": {
        "tasks": {
            "cors": {"allow_origins": ["https://app.example"], "allow_methods": ["POST"]},
            "routes": {
                "POST /tasks": "submit",
                "ANY /echo/{proxy+}": "echo",
                "GET /old/{id}": {"function": "echo", "payload_format": "1.0"},
                "GET /guarded": {"function": "echo", "authorizer": "guard"},
                "GET /fail": "fail",
                "GET /slow": "slow",
                "POST /jobs": {
                    "integration": {
                        "IntegrationSubtype": "SQS-SendMessage",
                        "RequestParameters": {"QueueUrl": "${jobs.QueueUrl}", "MessageBody": "$request.body.task"},
                    }
                },
                "POST /events": {
                    "integration": {
                        "IntegrationSubtype": "EventBridge-PutEvents",
                        "RequestParameters": {
                            "Detail": "$request.body",
                            "DetailType": "placed",
                            "Source": "app.${request.querystring.who}",
                        },
                    }
                },
            },
            "authorizers": {"guard": {"function": "guard"}},
        }
    },
    "rules": {"placed": {"pattern": {"source": ["app.ada"]}, "target": "jobs"}},
}
in_both_runtimes = pytest.mark.parametrize(
    "runtime",
    [
        pytest.param(runtime, marks=pytest.mark.aws_stack(STACK, runtime=runtime, clock="manual"))
        for runtime in ("inline", "worker")
    ],
)
in_this_process = pytest.mark.aws_stack(STACK, runtime="inline", clock="manual")


def url_of(stack, path=""):
    return stack.deployment.http_urls["tasks"] + path


def taken(client, stack):
    """The bodies that wait in the queue."""
    messages = client.receive_message(QueueUrl=stack.attributes["jobs"]["QueueUrl"], MaxNumberOfMessages=10)
    return [message["Body"] for message in messages.get("Messages", [])]


@in_both_runtimes
def test_post_a_task(runtime, aws_stack, aws_client, aws_journal):
    answer = httpx.post(url_of(aws_stack, "/tasks"), json={"id": "t-1"})
    assert (answer.status_code, answer.json()) == (202, {"taskId": "t-1"})
    assert answer.headers["location"] == "/tasks/t-1"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert re.fullmatch("[A-Za-z0-9_-]{15}=", answer.headers["apigw-requestid"])
    assert taken(aws_client("sqs"), aws_stack) == ['{"id": "t-1"}']
    (request,) = aws_journal.hops("request")
    kinds = aws_journal.kinds(request.trace)
    assert kinds[:4] == ["request", "route", "integrate", "deliver"]
    assert {"invoke", "api", "enqueue"} <= set(kinds)


@in_this_process
def test_the_event_of_a_real_request(aws_stack):
    url = url_of(aws_stack, "/echo/a%20b?q=1&q=2")
    event = httpx.request("PUT", url, content=b"\xff", headers=[("X-A", "1"), ("X-A", "2"), ("Cookie", "c=d")]).json()
    assert (event["version"], event["routeKey"]) == ("2.0", "ANY /echo/{proxy+}")
    assert event["pathParameters"] == {"proxy": "a b"}
    assert event["headers"]["x-a"] == "1,2"
    assert event["cookies"] == ["c=d"]
    assert event["queryStringParameters"] == {"q": "1,2"}
    assert (event["body"], event["isBase64Encoded"]) == ("/w==", True)
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    old = httpx.get(url_of(aws_stack, "/old/7"), headers=[("X-Spelled", "1")])
    assert old.status_code == 500  # an event of format 1.0 is no result of format 1.0


@in_this_process
def test_the_host_form(aws_stack):
    api = aws_stack.attributes["tasks"]["Id"]
    host = f"{api}.execute-api.us-east-1.amazonaws.com"
    event = httpx.get(f"{aws_stack.url}/echo/x", headers={"Host": host}).json()
    assert event["requestContext"]["domainName"] == host
    assert event["rawPath"] == "/echo/x"


@in_this_process
def test_answers_of_the_gateway_itself(aws_stack):
    missing = httpx.get(url_of(aws_stack, "/nowhere"))
    assert (missing.status_code, missing.text) == (404, '{"message":"Not Found"}')
    failed = httpx.get(url_of(aws_stack, "/fail"))
    assert (failed.status_code, failed.text) == (500, '{"message":"Internal Server Error"}')
    assert failed.headers["content-type"] == "application/json"
    assert httpx.head(url_of(aws_stack, "/nowhere")).status_code == 404


@in_this_process
def test_authorizer(aws_stack):
    url = url_of(aws_stack, "/guarded")
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"Authorization": "wrong"}).text == '{"message":"Forbidden"}'
    event = httpx.get(url, headers={"Authorization": "secret"}).json()
    assert event["requestContext"]["authorizer"] == {"lambda": {"tier": "gold"}}


@in_this_process
def test_cors(aws_stack):
    asking = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(url_of(aws_stack, "/anything"), headers=asking)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert answer.headers["access-control-allow-methods"] == "POST"


@in_this_process
def test_first_class_integrations(aws_stack, aws_client, aws_clock):
    sent = httpx.post(url_of(aws_stack, "/jobs"), json={"task": {"id": 1}})
    assert sent.status_code == 200
    put = httpx.post(url_of(aws_stack, "/events?who=ada"), json={"order": 7})
    assert put.json()["FailedEntryCount"] == 0
    assert len(put.json()["Entries"][0]["EventId"]) == 36
    aws_clock.settle()
    bodies = [json.loads(body) for body in taken(aws_client("sqs"), aws_stack)]
    assert bodies[0] == {"id": 1}
    assert (bodies[1]["source"], bodies[1]["detail"]) == ("app.ada", {"order": 7})


@pytest.mark.aws_stack(STACK, runtime="inline", clock="auto")
def test_thirty_seconds_by_the_clock(aws_stack, aws_clock, aws_journal):
    answer = httpx.get(url_of(aws_stack, "/slow"), timeout=20)
    assert answer.status_code == 503
    (hop,) = aws_journal.hops("integrate")
    assert hop.ended - hop.at == pytest.approx(30, abs=0.5)


@pytest.mark.aws_stack(STACK, runtime="inline")
def test_the_control_plane(aws_stack, aws_client):
    client = aws_client("apigatewayv2")
    function = aws_stack.attributes["echo"]["Arn"]
    made = client.create_api(
        Name="quick", ProtocolType="HTTP", Target=function, CorsConfiguration={"AllowOrigins": ["*"]}
    )
    api = made["ApiId"]
    assert made["ApiEndpoint"] == f"{aws_stack.url}/_aws/execute-api/{api}"
    assert httpx.get(f"{made['ApiEndpoint']}/x").json()["routeKey"] == "$default"
    integration = client.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    route = client.create_route(ApiId=api, RouteKey="GET /pets/{id}", Target=f"integrations/{integration}")
    assert httpx.get(f"{made['ApiEndpoint']}/pets/7").json()["pathParameters"] == {"id": "7"}
    client.create_stage(ApiId=api, StageName="dev", AutoDeploy=True, StageVariables={"k": "v"})
    assert httpx.get(f"{made['ApiEndpoint']}/dev/pets/7").json()["stageVariables"] == {"k": "v"}
    client.delete_cors_configuration(ApiId=api)
    assert "CorsConfiguration" not in client.get_api(ApiId=api)
    client.delete_route(ApiId=api, RouteId=route["RouteId"])
    with pytest.raises(ClientError) as caught:
        client.get_route(ApiId=api, RouteId=route["RouteId"])
    assert caught.value.response["Error"]["Code"] == "NotFoundException"
    imported = client.import_api(Body=json.dumps({"openapi": "3.0.1", "info": {"title": "I"}, "paths": {}}))
    assert imported["Name"] == "I"
    client.delete_api(ApiId=api)
    assert httpx.get(f"{made['ApiEndpoint']}/x").status_code == 403


ISSUER = {
    "functions": {name: {"handler": f"http_api.{name}", "code": "handlers"} for name in ("issuer", "echo")},
    "http_apis": {"issuer": {"routes": {"GET /{proxy+}": "issuer"}}},
}


@pytest.mark.aws_stack(ISSUER, runtime="inline")
def test_a_token_of_an_issuer_that_is_an_http_api_itself(aws_stack, aws_client, aws_clock):
    jwt, jwk = pytest.importorskip("joserfc.jwt"), pytest.importorskip("joserfc.jwk")
    issuer = aws_stack.deployment.http_urls["issuer"]
    key = jwk.RSAKey.generate_key(2048, {"kid": "k"})
    documents = {"ISSUER": issuer, "KEYS": json.dumps({"keys": [key.as_dict(private=False)]})}
    aws_client("lambda").update_function_configuration(FunctionName="issuer", Environment={"Variables": documents})
    client = aws_client("apigatewayv2")
    made = client.create_api(Name="guarded", ProtocolType="HTTP", Target=aws_stack.attributes["echo"]["Arn"])
    api = made["ApiId"]
    authorizer = client.create_authorizer(
        ApiId=api,
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer, "Audience": ["app"]},
    )
    (route,) = client.get_routes(ApiId=api)["Items"]
    client.update_route(
        ApiId=api,
        RouteId=route["RouteId"],
        AuthorizationType="JWT",
        AuthorizerId=authorizer["AuthorizerId"],
        AuthorizationScopes=["tasks/read"],
    )

    def answer_for(**claims):
        shared = {"iss": issuer, "aud": "app", "exp": int(aws_clock.now) + 60}
        token = jwt.encode({"alg": "RS256", "kid": "k"}, {**shared, **claims}, key)
        return httpx.get(made["ApiEndpoint"], headers={"Authorization": f"Bearer {token}"})

    granted = answer_for(scope="tasks/read tasks/write").json()["requestContext"]["authorizer"]["jwt"]
    assert (granted["claims"]["aud"], granted["scopes"]) == ("app", ["tasks/read", "tasks/write"])
    assert answer_for(scope="tasks/write").text == '{"message":"Forbidden"}'
    assert answer_for(exp=int(aws_clock.now) - 1).status_code == 401
    assert httpx.get(made["ApiEndpoint"]).headers["www-authenticate"] == "Bearer"


def test_the_page_names_every_first_class_integration():
    page = (Path(__file__).resolve().parents[2] / "docs" / "apigateway.md").read_text()
    assert all(subtype in page for subtype in (*ACTIONS, *NOT_HERE))
