"""The control plane of HTTP APIs: defaults, checks, quick create, import."""

import json

from apigateway_http_world import BAD, World, function_arn, in_world


def test_an_api_and_its_defaults():
    w = World()
    made = w.op("create_api", Name="tasks", ProtocolType="HTTP")
    api = made.pop("ApiId")
    assert len(api) == 10
    assert made == {
        "ApiEndpoint": f"http://localhost:4566/_aws/execute-api/{api}",
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "CreatedDate": 1_700_000_000.0,
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "Name": "tasks",
        "ProtocolType": "HTTP",
        "RouteSelectionExpression": "$request.method $request.path",
        "Tags": {},
    }
    stage = w.op("create_stage", ApiId=api, StageName="$default")
    assert stage["DefaultRouteSettings"] == {"DetailedMetricsEnabled": False}


def test_an_integration_with_a_function():
    w = World()
    api = w.op("create_api", Name="n", ProtocolType="HTTP")["ApiId"]
    uri = function_arn("f")
    made = w.op(
        "create_integration", ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion="2.0"
    )
    made.pop("IntegrationId")
    assert made == {
        "ConnectionType": "INTERNET",
        "IntegrationMethod": "POST",
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": uri,
        "PayloadFormatVersion": "2.0",
        "TimeoutInMillis": 30000,
    }


def test_refusals():
    w = World()
    api = w.api({"GET /a": "ok"})

    def integration(**params):
        return w.refusal("create_integration", ApiId=api, **params)

    proxy = {"IntegrationType": "AWS_PROXY", "IntegrationUri": function_arn("f")}
    http = {"IntegrationType": "HTTP_PROXY", "IntegrationUri": "http://x/", "IntegrationMethod": "GET"}
    star = {"AllowOrigins": ["*"], "AllowCredentials": True}
    answers = {
        "key": w.refusal("create_route", ApiId=api, RouteKey="task"),
        "target": w.refusal("create_route", ApiId=api, RouteKey="GET /b", Target="integrations/none"),
        "models": w.refusal("create_model", ApiId=api, Name="m", Schema="{}"),
        "route response": w.refusal("create_route_response", ApiId=api, RouteId="r", RouteResponseKey="$default"),
        "api key": w.refusal("create_route", ApiId=api, RouteKey="GET /b", ApiKeyRequired=True),
        "jwt without authorizer": w.refusal("create_route", ApiId=api, RouteKey="GET /b", AuthorizationType="JWT"),
        "mock": integration(IntegrationType="MOCK"),
        "aws": integration(**proxy | {"IntegrationType": "AWS"}),
        "timeout": integration(**proxy, TimeoutInMillis=30001),
        "short": integration(**proxy, TimeoutInMillis=49),
        "format": integration(**proxy, PayloadFormatVersion="3.0"),
        "format of http": integration(**http, PayloadFormatVersion="2.0"),
        "vpc": integration(**http, ConnectionType="VPC_LINK"),
        "reserved header": integration(**http, RequestParameters={"append:header.Via": "x"}),
        "mapping": integration(**http, RequestParameters={"header.x": "$request.header.a"}),
        "variable": integration(**http, RequestParameters={"append:header.x": "$unknown.a"}),
        "deep path": integration(**http, RequestParameters={"append:header.x": "$request.body..a"}),
        "subtype": integration(IntegrationType="AWS_PROXY", IntegrationSubtype="S3-GetObject"),
        "kinesis": integration(IntegrationType="AWS_PROXY", IntegrationSubtype="Kinesis-PutRecord"),
        "cors": w.refusal("create_api", Name="c", ProtocolType="HTTP", CorsConfiguration=star),
        "selection": w.refusal("create_api", Name="c", ProtocolType="HTTP", RouteSelectionExpression="$request.body.a"),
    }
    assert {name: code for name, (code, _) in answers.items()} == dict.fromkeys(answers, BAD)
    assert "Kinesis-PutRecord" in answers["kinesis"][1]
    assert "VPC_LINK" in answers["vpc"][1]
    assert w.refusal("create_route", ApiId=api, RouteKey="GET /a")[0] == "ConflictException"
    assert w.refusal("get_route", ApiId=api, RouteId="x") == (
        "NotFoundException",
        "Invalid Route identifier specified x",
    )


def test_an_authorizer_needs_a_payload_format():
    w = World()
    api = w.api()
    params = {"Name": "a", "AuthorizerType": "REQUEST", "AuthorizerUri": function_arn("f"), "IdentitySource": []}
    assert w.refusal("create_authorizer", ApiId=api, **params) == (
        BAD,
        "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer",
    )
    simple = {**params, "AuthorizerPayloadFormatVersion": "1.0", "EnableSimpleResponses": True}
    assert w.refusal("create_authorizer", ApiId=api, **simple)[0] == BAD
    cached = {**params, "AuthorizerPayloadFormatVersion": "2.0", "AuthorizerResultTtlInSeconds": 3601}
    assert w.refusal("create_authorizer", ApiId=api, **cached)[0] == BAD


def test_jwt_without_its_package_is_refused_by_name(monkeypatch):
    monkeypatch.setattr("emulator.services.apigateway.http.authorizers.is_installed", lambda: False)
    w = World()
    api = w.api()
    code, message = w.refusal("create_authorizer", ApiId=api, Name="j", AuthorizerType="JWT")
    assert code == BAD
    assert "joserfc" in message


@in_world
async def test_quick_create(world):
    w = world()
    made = w.op("create_api", Name="q", ProtocolType="HTTP", Target=function_arn("ok"))
    api = made["ApiId"]
    assert (await w.call(api, "GET", "/any")).text == "ok"
    (integration,) = w.op("get_integrations", ApiId=api)["Items"]
    (route,) = w.op("get_routes", ApiId=api)["Items"]
    (stage,) = w.op("get_stages", ApiId=api)["Items"]
    assert all(item["ApiGatewayManaged"] for item in (integration, route, stage))
    assert (route["RouteKey"], stage["StageName"], stage["AutoDeploy"]) == ("$default", "$default", True)
    assert integration["PayloadFormatVersion"] == "2.0"
    assert w.refusal("update_route", ApiId=api, RouteId=route["RouteId"], RouteKey="GET /a")[0] == BAD
    assert w.refusal("update_stage", ApiId=api, StageName="$default", StageVariables={"a": "b"})[0] == BAD
    w.functions["other"] = lambda event: "other"
    w.op("update_api", ApiId=api, Target=function_arn("other"), RouteKey="GET /only")
    assert (await w.call(api, "GET", "/only")).text == "other"
    assert (await w.call(api, "GET", "/any")).status == 404
    assert w.refusal("create_api", Name="q", ProtocolType="HTTP", Target="nothing")[0] == BAD
    assert len(w.op("get_apis")["Items"]) == 1


def document(**paths):
    lambda_uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function_arn('ok')}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": lambda_uri, "payloadFormatVersion": "2.0"}
    return {
        "openapi": "3.0.1",
        "info": {"title": "Pets", "version": "1.2", "description": "d"},
        "servers": [{"url": "/", "variables": {"basePath": {"default": "v1/x"}}}],
        "x-amazon-apigateway-cors": {"allowOrigins": ["https://a.example"], "maxAge": 5},
        "paths": {
            "/pets/{id}": {"get": {"x-amazon-apigateway-integration": integration, "security": [{"mine": []}]}},
            "/$default": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": integration}},
            **paths,
        },
        "components": {
            "securitySchemes": {
                "mine": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authorizer": {
                        "type": "request",
                        "identitySource": "$request.header.Authorization",
                        "authorizerUri": lambda_uri,
                        "authorizerPayloadFormatVersion": "2.0",
                        "enableSimpleResponses": True,
                        "authorizerResultTtlInSeconds": 0,
                    },
                }
            }
        },
    }


@in_world
async def test_import(world):
    w = world()
    w.functions["ok"] = lambda event: {"isAuthorized": True} if "type" in event else event["routeKey"]
    made = w.op("import_api", Body=json.dumps(document()))
    api = made["ApiId"]
    assert (made["Name"], made["Version"], made["Description"]) == ("Pets", "1.2", "d")
    assert made["CorsConfiguration"] == {"AllowOrigins": ["https://a.example"], "MaxAge": 5}
    routes = {route["RouteKey"]: route for route in w.op("get_routes", ApiId=api)["Items"]}
    assert set(routes) == {"GET /pets/{id}", "$default"}
    assert routes["GET /pets/{id}"]["AuthorizationType"] == "CUSTOM"
    w.op("create_stage", ApiId=api, StageName="$default", AutoDeploy=True)
    assert (await w.call(api, "GET", "/pets/1")).status == 401
    assert (await w.call(api, "GET", "/pets/1", {"authorization": "x"})).text == "GET /pets/{id}"
    assert (await w.call(api, "POST", "/x")).text == "$default"


@in_world
async def test_reimport_replaces_routes_and_keeps_stages(world):
    w = world()
    api = w.api({"GET /old": "ok"})
    w.op("reimport_api", ApiId=api, Body=json.dumps(document()))
    assert (await w.call(api, "GET", "/old")).status == 200  # $default
    assert {route["RouteKey"] for route in w.op("get_routes", ApiId=api)["Items"]} == {"GET /pets/{id}", "$default"}
    before = w.op("get_api", ApiId=api)
    broken = document(**{"/x": {"get": {"x-amazon-apigateway-integration": {"type": "mock"}}}})
    assert w.refusal("reimport_api", ApiId=api, Body=json.dumps(broken))[0] == BAD
    assert w.op("get_api", ApiId=api) == before
    assert len(w.op("get_routes", ApiId=api)["Items"]) == 2


def test_base_paths_and_yaml():
    w = World()
    for mode, key in (("ignore", "GET /pets/{id}"), ("prepend", "GET /v1/x/pets/{id}"), ("split", "GET /x/pets/{id}")):
        api = w.op("import_api", Body=json.dumps(document()), Basepath=mode)["ApiId"]
        assert key in {route["RouteKey"] for route in w.op("get_routes", ApiId=api)["Items"]}
    made = w.op("import_api", Body="openapi: 3.0.1\ninfo:\n  title: Y\npaths:\n  /a:\n    get: {}\n")
    assert made["Name"] == "Y"
    assert len(made["Warnings"]) == 1


def test_documents_that_cannot_be_imported():
    w = World()
    bad = [
        *("", "{", "[]", "a: [", json.dumps({"swagger": "2.0"}), json.dumps({"openapi": "3.0.1", "info": {}})),
        json.dumps(document(**{"bad": {"get": {}}})),
        json.dumps(document(**{"/x": {"get": {"security": [{"mine": 5}]}}})),
        json.dumps({**document(), "x-amazon-apigateway-cors": {"allowOrigins": "*"}}),
        json.dumps({**document(), "x-amazon-apigateway-cors": {"origins": []}}),
        json.dumps(document(**{"/x": 5})),
        json.dumps(document(**{"/x": {"$ref": "#/components/pathItems/x"}})),
        json.dumps(document(**{"/x": {"get": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": 5}}}})),
        json.dumps(document(**{"/x": {"get": {"security": [{"unknown": []}]}}})),
    ]
    for body in bad:
        assert w.refusal("import_api", Body=body)[0] == BAD, body
    unfinished = json.dumps(document(**{"/x": {"get": {}}}))
    assert w.refusal("import_api", Body=unfinished, FailOnWarnings=True)[0] == BAD
    assert w.op("get_apis")["Items"] == []
