"""``rest_apis`` of a description as the operations of ``apigateway``, and what is wrong named by its key."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.stack import Stack, StackError, deploy
from emulator.stack.rest_api import origin_template

ACCOUNT, REGION = "111122223333", "eu-west-1"
GATEWAY = f"arn:aws:apigateway:{REGION}"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
FUNCTION = f"{GATEWAY}:lambda:path/2015-03-31/functions/{ARN}/invocations"
PUT = '{"TableName": "${jobs.Name}", "Item": {"id": {"S": "$context.requestId"}}}'


def handler(event: Any, context: Any) -> None:
    """A handler of this module."""


class Calls:
    """The operations that a description becomes, with answers as far as later ones need them."""

    def __init__(self, api: dict[str, Any], directory: Path | None = None, **sections: Any) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []
        document = {"functions": {"f": {"handler": "test_rest_forms:handler"}}, "queues": {"q": {}}, **sections}
        stack = Stack.from_document({**document, "rest_apis": {"a": api}}, Path(__file__).parent, "stack.toml")
        if directory is not None:
            stack.directory = directory
        self.done = asyncio.run(deploy(stack, self._run, account=ACCOUNT, region=REGION, base_url="http://host:1"))

    async def _run(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        self.made.append((operation, params))
        if operation == "CreateQueue":
            return {"QueueUrl": "http://host/queue"}
        if operation == "CreateRestApi":
            return {"id": "a1b2c3", "rootResourceId": "root"}
        return {"id": f"{operation}-{len(self.made)}"}

    def all(self, operation: str) -> list[dict[str, Any]]:
        return [params for name, params in self.made if name == operation]

    def one(self, operation: str) -> dict[str, Any]:
        (found,) = self.all(operation)
        return found


def route(definition: Any, **more: Any) -> Calls:
    return Calls({"routes": {"POST /jobs/{id}": definition}, **more})


def test_a_function_alone_is_a_lambda_proxy() -> None:
    calls = Calls({"routes": {"GET /": "f", "POST /jobs/{id}": "f", "GET /jobs": "f"}, "stage": "v1"})
    assert calls.one("CreateRestApi") == {"name": "a"}
    jobs, job = calls.all("CreateResource")
    assert (jobs["parentId"], jobs["pathPart"]) == ("root", "jobs")
    assert job["pathPart"] == "{id}"
    assert job["parentId"].startswith("CreateResource-")
    methods = calls.all("PutMethod")
    assert [method["httpMethod"] for method in methods] == ["GET", "POST", "GET"]
    assert methods[0]["resourceId"] == "root"
    for integration in calls.all("PutIntegration"):
        assert (integration["type"], integration["uri"]) == ("AWS_PROXY", FUNCTION)
        assert integration["integrationHttpMethod"] == "POST"
    assert calls.one("CreateDeployment") == {"restApiId": "a1b2c3", "stageName": "v1"}
    assert calls.made[-1][0] == "CreateDeployment"
    assert calls.done.rest_urls == {"a": "http://host:1/_aws/execute-api/a1b2c3/v1"}


def test_functions_may_name_the_api() -> None:
    functions = {"f": {"handler": "test_rest_forms:handler", "environment": {"API": "${a.Endpoint}"}}}
    calls = Calls({"routes": {"GET /": "f"}}, functions=functions)
    endpoint = f"https://a1b2c3.execute-api.{REGION}.amazonaws.com/dev"
    assert calls.one("CreateFunction")["Environment"]["Variables"] == {"API": endpoint}


def test_an_asynchronous_function() -> None:
    calls = route({"function": "f", "async": True, "responses": {"202": '{"id": "$context.requestId"}'}})
    integration = calls.one("PutIntegration")
    assert (integration["type"], integration["uri"]) == ("AWS", FUNCTION)
    assert integration["requestParameters"] == {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    response = calls.one("PutIntegrationResponse")
    assert (response["statusCode"], response["responseTemplates"]) == (
        "202",
        {"application/json": '{"id": "$context.requestId"}'},
    )
    assert "selectionPattern" not in response


def test_a_service_with_templates(tmp_path: Path) -> None:
    (tmp_path / "put.vtl").write_text(PUT)
    action = {
        "action": "dynamodb:PutItem",
        "request": {"file": "put.vtl"},
        "responses": {
            "201": {"template": "{}", "headers": {"Location": "context.requestId", "X-Static": "yes"}},
            "400": {"pattern": "4\\d{2}", "template": {"text/plain": "no"}},
        },
        "query": {"a": "method.request.querystring.b"},
    }
    calls = Calls({"routes": {"PUT /jobs/{id}": action}}, tmp_path, queues={"jobs": {}}, functions={})
    integration = calls.one("PutIntegration")
    assert (integration["type"], integration["uri"]) == ("AWS", f"{GATEWAY}:dynamodb:action/PutItem")
    assert integration["credentials"] == f"arn:aws:iam::{ACCOUNT}:role/emulator"
    assert integration["passthroughBehavior"] == "NEVER"
    assert integration["requestTemplates"] == {"application/json": PUT.replace("${jobs.Name}", "jobs")}
    assert integration["requestParameters"] == {"integration.request.querystring.a": "method.request.querystring.b"}
    assert calls.one("PutMethod")["requestParameters"] == {"method.request.querystring.b": False}
    made, refused = calls.all("PutIntegrationResponse")
    assert made["responseParameters"] == {
        "method.response.header.Location": "context.requestId",
        "method.response.header.X-Static": "'yes'",
    }
    assert (refused["selectionPattern"], refused["responseTemplates"]) == ("4\\d{2}", {"text/plain": "no"})
    declared = calls.all("PutMethodResponse")
    assert declared[0]["responseParameters"] == dict.fromkeys(made["responseParameters"], False)


def test_velocity_keeps_its_own_variables() -> None:
    calls = route({"action": "states:StartExecution", "request": "${input.body} ${q.Arn} ${AWS::Region} $!{x.y}"})
    text = calls.one("PutIntegration")["requestTemplates"]["application/json"]
    assert text == f"${{input.body}} arn:aws:sqs:{REGION}:{ACCOUNT}:q {REGION} $!{{x.y}}"


def test_a_queue() -> None:
    integration = route({"queue": "q"}).one("PutIntegration")
    assert integration["uri"] == f"{GATEWAY}:sqs:path/{ACCOUNT}/q"
    send = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
    assert integration["requestTemplates"]["application/json"] == send
    assert integration["requestTemplates"]["text/plain"] == send
    assert integration["passthroughBehavior"] == "NEVER"
    form = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
    assert integration["requestParameters"] == form


def test_a_template_of_a_query_service_is_a_form() -> None:
    template = "TopicArn=arn&Message=$util.urlEncode($input.body)"
    published = route({"action": "sns:Publish", "request": template}).one("PutIntegration")
    form = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
    assert published["requestParameters"] == form
    assert "requestParameters" not in route({"action": "states:StartExecution", "request": "{}"}).one("PutIntegration")
    assert "requestParameters" not in route({"action": "sns:Publish"}).one("PutIntegration")


def test_an_endpoint_gets_the_path_variables() -> None:
    calls = Calls({"routes": {"ANY /site/{proxy+}": {"url": "http://127.0.0.1:8080/{proxy}"}}})
    integration = calls.one("PutIntegration")
    assert (integration["type"], integration["integrationHttpMethod"]) == ("HTTP_PROXY", "ANY")
    assert integration["requestParameters"] == {"integration.request.path.proxy": "method.request.path.proxy"}
    assert calls.one("PutMethod")["requestParameters"] == {"method.request.path.proxy": True}


def test_an_integration_in_the_words_of_the_api() -> None:
    given = {"Type": "MOCK", "RequestTemplates": {"application/json": '{"statusCode": 200}'}, "TimeoutInMillis": 500}
    integration = route({"integration": given, "responses": {"200": "{}"}}).one("PutIntegration")
    assert (integration["type"], integration["timeoutInMillis"]) == ("MOCK", 500)


def test_validators_models_and_keys() -> None:
    schema = {"type": "object", "required": ["type"]}
    definition = {"function": "f", "model": "Job", "required": ["querystring.limit"], "api_key": True}
    routes = {"POST /jobs": definition, "PUT /jobs": definition, "GET /jobs": {**definition, "model": "Empty"}}
    calls = Calls(
        {
            "routes": routes,
            "models": {"Job": schema},
            "api_keys": {"partner": "0123456789abcdefghij"},
            "usage_plan": {"rate": 5, "burst": 2, "quota": 100, "period": "WEEK"},
            "throttle": {"rate": 10.5},
        }
    )
    assert json.loads(calls.one("CreateModel")["schema"]) == schema
    validator = calls.one("CreateRequestValidator")
    assert (validator["validateRequestBody"], validator["validateRequestParameters"]) == (True, True)
    method = calls.all("PutMethod")[0]
    assert method["requestParameters"] == {"method.request.querystring.limit": True}
    assert method["requestModels"] == {"application/json": "Job"}
    assert method["apiKeyRequired"] is True
    plan = calls.one("CreateUsagePlan")
    assert plan["apiStages"] == [{"apiId": "a1b2c3", "stage": "dev"}]
    assert (plan["throttle"], plan["quota"]) == ({"rateLimit": 5, "burstLimit": 2}, {"limit": 100, "period": "WEEK"})
    assert calls.one("CreateApiKey") == {"name": "partner", "value": "0123456789abcdefghij", "enabled": True}
    assert calls.one("CreateUsagePlanKey")["keyType"] == "API_KEY"
    patches = [{"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "10.5"}]
    assert calls.one("UpdateStage")["patchOperations"] == patches


def test_authorizers() -> None:
    pool = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_abc"
    authorizers = {
        "token": "f",
        "request": {"function": "f", "type": "REQUEST", "identity_source": ["method.request.querystring.q"], "ttl": 0},
        "users": {"user_pools": pool},
    }
    routes = {f"GET /{name}": {"function": "f", "authorizer": name} for name in authorizers}
    calls = Calls({"routes": routes, "authorizers": authorizers})
    token, request, users = calls.all("CreateAuthorizer")
    assert (token["type"], token["identitySource"]) == ("TOKEN", "method.request.header.Authorization")
    assert token["authorizerUri"] == FUNCTION
    assert (request["type"], request["identitySource"]) == ("REQUEST", "method.request.querystring.q")
    assert request["authorizerResultTtlInSeconds"] == 0
    assert (users["type"], users["providerARNs"]) == ("COGNITO_USER_POOLS", [pool])
    kinds = [method["authorizationType"] for method in calls.all("PutMethod")]
    assert kinds == ["CUSTOM", "CUSTOM", "COGNITO_USER_POOLS"]


def test_cors_and_gateway_responses() -> None:
    responses = {"MISSING_AUTHENTICATION_TOKEN": {"status": 404, "template": "{}", "headers": {"X-A": "b"}}}
    calls = Calls(
        {
            "routes": {"GET /jobs": {"mock": True}, "ANY /any": "f"},
            "cors": ["https://one", "https://two"],
            "gateway_responses": responses,
        }
    )
    preflight = [method for method in calls.all("PutMethod") if method["httpMethod"] == "OPTIONS"]
    assert len(preflight) == 1
    own, answer = calls.all("PutIntegrationResponse")
    origin = "method.response.header.Access-Control-Allow-Origin"
    assert own["responseParameters"] == {origin: "'https://one'"}
    assert answer["responseParameters"][origin] == "'https://one'"
    assert answer["responseParameters"]["method.response.header.Access-Control-Allow-Methods"] == "'GET,OPTIONS'"
    assert answer["responseTemplates"] == {"application/json": origin_template(["https://one", "https://two"])}
    put = {params["responseType"]: params for params in calls.all("PutGatewayResponse")}
    assert put["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == "404"
    assert put["MISSING_AUTHENTICATION_TOKEN"]["responseParameters"] == {"gatewayresponse.header.X-A": "'b'"}
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= put.keys()


def test_an_openapi_document(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text('{"uri": "${f.Arn}", "other": "${stageVariables.x}"}')
    (tmp_path / "test_rest_forms.py").write_text("def handler(event, context): ...\n")
    calls = Calls({"openapi": "api.json"}, tmp_path)
    put = calls.one("PutRestApi")
    assert (put["restApiId"], put["mode"]) == ("a1b2c3", "overwrite")
    assert put["body"] == f'{{"uri": "{ARN}", "other": "${{stageVariables.x}}"}}'.encode()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "rest_apis.a.Routes: an API needs at least one route, or an openapi document."),
    ({"rout": {}}, "rest_apis.a.rout: unknown key. Did you mean 'routes'?"),
    ({"routes": {"GET": "f"}}, 'rest_apis.a.routes.GET: a route is a method and a path: "GET /tasks/{id}".'),
    ({"routes": {"GET /": "g"}}, "rest_apis.a.routes.GET /: there is no function 'g' here. Known here: f."),
    ({"routes": {"GET /": {}}}, "rest_apis.a.routes.GET /: a route needs a function"),
    ({"routes": {"GET /": {"function": "f", "mock": True}}}, "rest_apis.a.routes.GET /: a route has one backend"),
    (
        {"routes": {"GET /": {"function": "f", "timeout": 1}}},
        "rest_apis.a.routes.GET /.timeout: unknown key. Did you mean 'timeout_ms'?",
    ),
    (
        {"routes": {"GET /": {"action": "dynamodb"}}},
        "rest_apis.a.routes.GET /.action: expected 'service:Action' such as 'dynamodb:PutItem', got 'dynamodb'.",
    ),
    (
        {"routes": {"GET /": {"mock": True, "request": "#if("}}},
        "rest_apis.a.routes.GET /.request: is no mapping template: ",
    ),
    (
        {"routes": {"GET /": {"mock": True, "request": {"file": "none.vtl"}}}},
        "rest_apis.a.routes.GET /.request.file: there is no file ",
    ),
    (
        {"routes": {"GET /": {"mock": True, "responses": {"200": {"patern": "x"}}}}},
        "rest_apis.a.routes.GET /.responses.200.patern: unknown key. Did you mean 'pattern'?",
    ),
    (
        {"routes": {"GET /": {"function": "f", "authorizer": "x"}}},
        "rest_apis.a.routes.GET /.authorizer: there is no authorizer 'x' in this API.",
    ),
    (
        {"routes": {"GET /": {"function": "f", "model": "Emty"}}},
        "rest_apis.a.routes.GET /.model: there is no model 'Emty' in this API. Did you mean 'Empty'?",
    ),
    (
        {"routes": {"GET /": {"function": "f", "required": ["limit"]}}},
        "rest_apis.a.routes.GET /.required: expected header.NAME, querystring.NAME or path.NAME, got 'limit'.",
    ),
    ({"routes": {"GET /": "f"}, "cors": {"origins": []}}, "rest_apis.a.cors.origins: unknown key."),
    (
        {"routes": {"GET /": "f"}, "usage_plan": {"rat": 1}},
        "rest_apis.a.usage_plan.rat: unknown key. Did you mean 'rate'?",
    ),
    ({"routes": {"GET /": "f"}, "binary_media_types": "x"}, "rest_apis.a.binary_media_types: expected a list"),
    ({"routes": {"GET /": {"function": "f", "timeout_ms": "1"}}}, "rest_apis.a.routes.GET /.timeout_ms: expected"),
    ({"routes": {"GET /": "f"}, "stage": 1}, "rest_apis.a.stage: expected a text, got 1."),
    (
        {"openapi": "x.json", "routes": {"GET /": "f"}},
        "rest_apis.a.routes: an openapi document has the routes already.",
    ),
    ({"openapi": "x.json", "cors": True}, "rest_apis.a.cors: it goes with routes"),
    ({"openapi": "none.json"}, "rest_apis.a.openapi: there is no file "),
]


@pytest.mark.parametrize(("api", "problem"), WRONG)
def test_what_is_wrong_is_named(api: dict[str, Any], problem: str) -> None:
    with pytest.raises(StackError) as failure:
        Calls(api)
    assert str(failure.value).startswith(f"stack.toml: {problem}")
