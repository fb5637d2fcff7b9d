"""The control plane: resources, defaults, errors, deployments."""

import pytest
from apigateway_world import World, function_arn, in_world, lambda_uri

NOT_FOUND, BAD = "NotFoundException", "BadRequestException"


def test_an_api_and_its_defaults():
    w = World()
    api = w.op(
        "create_api", Name="dev-tasks-socket", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )
    api_id = api["ApiId"]
    assert len(api_id) == 10
    assert api == {
        "ApiEndpoint": f"ws://localhost:4566/_aws/execute-api/{api_id}",
        "ApiId": api_id,
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "CreatedDate": 1_700_000_000.0,
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "Name": "dev-tasks-socket",
        "ProtocolType": "WEBSOCKET",
        "RouteSelectionExpression": "$request.body.action",
        "Tags": {},
    }
    assert w.op("get_api", ApiId=api_id) == api
    changed = w.op("update_api", ApiId=api_id, Description="new")
    assert changed == {**api, "Description": "new"}
    w.op("delete_api", ApiId=api_id)
    assert w.op("get_apis") == {"Items": []}


def test_route_integration_stage_and_their_defaults():
    w = World()
    api = w.api()
    integration = w.op("create_integration", ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=lambda_uri("f"))
    assert integration == {
        "ConnectionType": "INTERNET",
        "IntegrationId": integration["IntegrationId"],
        "IntegrationMethod": "POST",
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": lambda_uri("f"),
        "PassthroughBehavior": "WHEN_NO_MATCH",
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": 29000,
    }
    target = f"integrations/{integration['IntegrationId']}"
    route = w.op("create_route", ApiId=api, RouteKey="task-submit", Target=target)
    assert route == {
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "RouteId": route["RouteId"],
        "RouteKey": "task-submit",
        "Target": target,
    }
    response = w.op("create_route_response", ApiId=api, RouteId=route["RouteId"], RouteResponseKey="$default")
    assert list(response) == ["RouteResponseId", "RouteResponseKey"]
    stage = w.op("create_stage", ApiId=api, StageName="prod")
    assert stage == {
        "CreatedDate": 1_700_000_000.0,
        "LastUpdatedDate": 1_700_000_000.0,
        "DefaultRouteSettings": {"DataTraceEnabled": False, "DetailedMetricsEnabled": False, "LoggingLevel": "OFF"},
        "RouteSettings": {},
        "StageName": "prod",
        "StageVariables": {},
        "Tags": {},
    }


@pytest.mark.parametrize(
    ("kind", "selection"),
    [
        ("AWS", "${integration.response.body.errorMessage}"),
        ("HTTP", "${integration.response.statuscode}"),
        ("MOCK", "${integration.response.statuscode}"),
        ("AWS_PROXY", None),
        ("HTTP_PROXY", None),
    ],
)
def test_the_fixed_response_selection_of_an_integration(kind, selection):
    w = World()
    uri = "http://localhost/" if kind.startswith("HTTP") else lambda_uri("f")
    made = w.op("create_integration", ApiId=w.api(), IntegrationType=kind, IntegrationUri=uri, IntegrationMethod="POST")
    assert made.get("IntegrationResponseSelectionExpression") == selection


def test_texts_for_what_does_not_exist():
    w = World()
    api = w.api({"a": "ok"})
    route = w.op("get_routes", ApiId=api)["Items"][0]["RouteId"]
    integration = w.integration_of(api, "a")
    assert w.refusal("get_api", ApiId="nope") == (NOT_FOUND, "Invalid API identifier specified nope")
    assert w.refusal("create_route", ApiId="nope", RouteKey="a")[1] == "Invalid API identifier specified nope"
    for name, noun, parents in (
        ("get_route", "Route", {}),
        ("delete_integration", "Integration", {}),
        ("update_authorizer", "Authorizer", {}),
        ("get_model", "Model", {}),
        ("get_route_response", "RouteResponse", {"RouteId": route}),
        ("get_integration_response", "IntegrationResponse", {"IntegrationId": integration}),
    ):
        refusal = w.refusal(name, ApiId=api, **parents, **{f"{noun}Id": "zzz"})
        assert refusal == (NOT_FOUND, f"Invalid {noun} identifier specified zzz")
    stage = (NOT_FOUND, "Invalid stage identifier specified")
    assert w.refusal("get_stage", ApiId=api, StageName="zzz") == stage
    assert w.refusal("create_deployment", ApiId=api, StageName="zzz") == stage
    assert w.refusal("get_domain_name", DomainName="a.b")[1] == "Invalid domain name identifier specified"


def test_refusals():
    w = World()
    api = w.api({"a": "ok", "$connect": "ok"})
    protocol = w.refusal("create_api", Name="x", ProtocolType="GRPC")
    assert protocol == (BAD, "Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]")
    code = {
        "no selection": w.refusal("create_api", Name="x", ProtocolType="WEBSOCKET"),
        "reserved": w.refusal("create_route", ApiId=api, RouteKey="$other"),
        "target": w.refusal("create_route", ApiId=api, RouteKey="b", Target="integrations/none"),
        "key": w.refusal("create_route", ApiId=api, RouteKey="b", ApiKeyRequired=True),
        "authorizer": w.refusal("create_route", ApiId=api, RouteKey="b", AuthorizationType="CUSTOM"),
        "scopes": w.refusal("create_route", ApiId=api, RouteKey="b", AuthorizationScopes=["s"]),
        "address": w.refusal("update_api", ApiId=api, IpAddressType="ipv5"),
        "timeout": w.refusal("create_integration", ApiId=api, IntegrationType="MOCK", TimeoutInMillis=49),
        "vpc": w.refusal("create_integration", ApiId=api, IntegrationType="MOCK", ConnectionType="VPC_LINK"),
        "jwt": w.refusal("create_authorizer", ApiId=api, Name="j", AuthorizerType="JWT"),
        "domain": w.refusal("create_domain_name", DomainName="a.b"),
    }
    assert {name: answer[0] for name, answer in code.items()} == dict.fromkeys(code, BAD)
    assert "ApiKeyRequired" in code["key"][1]
    assert "VPC_LINK" in code["vpc"][1]
    assert "AuthorizationScopes" in code["scopes"][1]
    assert w.refusal("create_route", ApiId=api, RouteKey="a")
    assert w.refusal("create_stage", ApiId=api, StageName="dev")
    used = w.integration_of(api, "a")
    assert w.refusal("delete_integration", ApiId=api, IntegrationId=used)[0] == "ConflictException"


def test_updates_merge_and_empty_strings_remove():
    w = World()
    api = w.api()
    made = w.op(
        "create_integration",
        ApiId=api,
        IntegrationType="MOCK",
        RequestTemplates={"a": "1", "b": "2"},
        RequestParameters={"integration.request.header.X": "'x'"},
    )
    changed = w.op(
        "update_integration",
        ApiId=api,
        IntegrationId=made["IntegrationId"],
        RequestTemplates={"b": "", "c": "3"},
        RequestParameters={"integration.request.header.X": ""},
        Description="d",
    )
    assert changed["RequestTemplates"] == {"a": "1", "c": "3"}
    assert changed["RequestParameters"] == {}
    assert changed["Description"] == "d"
    assert changed["TimeoutInMillis"] == 29000


def test_route_settings_are_set_and_deleted():
    w = World()
    api = w.api({"a": "ok"})
    for key in ("a", "b"):
        w.op("update_stage", ApiId=api, StageName="dev", RouteSettings={key: {"ThrottlingBurstLimit": 1}})
    w.op("delete_route_settings", ApiId=api, StageName="dev", RouteKey="b")
    settings = w.op("get_stage", ApiId=api, StageName="dev")["RouteSettings"]
    assert settings == {"a": {"ThrottlingBurstLimit": 1}}


def test_route_request_parameters_are_deleted_one_by_one():
    w = World()
    api = w.api()
    key = "route.request.querystring.q"
    route = w.route(api, "$connect", RequestParameters={key: {"Required": False}})
    w.op("delete_route_request_parameter", ApiId=api, RouteId=route, RequestParameterKey=key)
    assert w.op("get_route", ApiId=api, RouteId=route)["RequestParameters"] == {}


def test_pages():
    w = World()
    api = w.api(dict.fromkeys("abc"))
    first = w.op("get_routes", ApiId=api, MaxResults="2")
    assert [route["RouteKey"] for route in first["Items"]] == ["a", "b"]
    rest = w.op("get_routes", ApiId=api, MaxResults="2", NextToken=first["NextToken"])
    assert [route["RouteKey"] for route in rest["Items"]] == ["c"]
    assert "NextToken" not in rest


def test_tags_of_apis_and_stages():
    w = World()
    api = w.api(Tags={"a": "1"})
    arn = f"arn:aws:apigateway:us-east-1::/apis/{api}"
    w.op("tag_resource", ResourceArn=arn, Tags={"b": "2"})
    w.op("tag_resource", ResourceArn=f"{arn}/stages/dev", Tags={"c": "3"})
    w.op("untag_resource", ResourceArn=arn, TagKeys=["a"])
    assert w.op("get_tags", ResourceArn=arn) == {"Tags": {"b": "2"}}
    assert w.op("get_stage", ApiId=api, StageName="dev")["Tags"] == {"c": "3"}
    assert w.refusal("get_tags", ResourceArn=arn + "x")[0] == NOT_FOUND


def test_two_accounts_do_not_see_each_others_apis():
    w = World()
    api = w.api()
    call = w.call()
    call.account = "999999999999"
    from emulator.services.apigateway import api as operations

    assert operations.get_apis(call, {}) == {"Items": []}
    assert [item["ApiId"] for item in w.op("get_apis")["Items"]] == [api]


# Deployments


@in_world
async def test_a_deployment_is_a_snapshot(world):
    w = world()
    api = w.api({"a": "ok"}, stage="auto")
    first = w.op("create_deployment", ApiId=api)
    assert first["DeploymentStatus"] == "DEPLOYED"
    assert first["AutoDeployed"] is False
    w.op("create_stage", ApiId=api, StageName="dev", DeploymentId=first["DeploymentId"])
    client = await w.connect(api)
    w.route(api, "b", "ok")
    await client.send({"action": "b"})
    assert len(client.frames) == 1  # Forbidden: the stage serves the old snapshot
    w.op("create_deployment", ApiId=api, StageName="dev")
    client = await w.connect(api)
    await client.send({"action": "b"})
    assert len(w.events) == 1


@in_world
async def test_changes_of_an_integration_are_invisible_until_deployed(world):
    w = world()
    w.functions["other"] = lambda event: {"statusCode": 200}
    api = w.api({"a": "ok"}, stage="auto")
    w.op("create_stage", ApiId=api, StageName="dev")
    w.op("create_deployment", ApiId=api, StageName="dev")
    integration = w.integration_of(api, "a")
    w.op("update_integration", ApiId=api, IntegrationId=integration, IntegrationUri=lambda_uri("other"))
    client = await w.connect(api)
    await client.send({"action": "a"})
    assert [hop.target for hop in w.hops("deliver")] == [function_arn("ok")]
    auto = await w.connect(api, "/auto")
    await auto.send({"action": "a"})
    assert w.hops("deliver")[-1].target == function_arn("other")


@in_world
async def test_stage_before_route_works_at_once(world):
    w = world()
    api = w.api()
    assert "DeploymentId" not in w.op("get_stage", ApiId=api, StageName="dev")
    w.route(api, "a", "ok")
    stage = w.op("get_stage", ApiId=api, StageName="dev")
    text = f"Successfully deployed stage with deployment ID '{stage['DeploymentId']}'"
    assert stage["LastDeploymentStatusMessage"] == text
    assert stage["AutoDeploy"] is True
    client = await w.connect(api)
    await client.send({"action": "a"})
    assert len(w.events) == 1


def test_automatic_deployments_do_not_pile_up():
    w = World()
    api = w.api(dict.fromkeys("abcdef", "ok"))
    assert len(w.op("get_deployments", ApiId=api)["Items"]) == 1


def test_a_served_deployment_cannot_be_deleted():
    w = World()
    api = w.api({"a": "ok"}, stage="auto")
    made = w.op("create_deployment", ApiId=api)["DeploymentId"]
    w.op("create_stage", ApiId=api, StageName="dev", DeploymentId=made)
    assert w.refusal("delete_deployment", ApiId=api, DeploymentId=made)[0] == BAD
    w.op("delete_stage", ApiId=api, StageName="dev")
    w.op("delete_deployment", ApiId=api, DeploymentId=made)


def test_empty_names_and_expressions_are_refused():
    w = World()
    api = w.api({"a": "ok"})
    (route,) = w.op("get_routes", ApiId=api)["Items"]
    uri = lambda_uri("ok")
    authorizer = {"ApiId": api, "AuthorizerType": "REQUEST", "AuthorizerUri": uri}
    refused = [
        w.refusal("update_api", ApiId=api, Name=""),
        w.refusal("update_api", ApiId=api, RouteSelectionExpression=""),
        w.refusal("update_route", ApiId=api, RouteId=route["RouteId"], RouteKey=""),
        w.refusal("update_route", ApiId=api, RouteId=route["RouteId"], ModelSelectionExpression="${"),
        w.refusal("create_route", ApiId=api, RouteKey="b", ModelSelectionExpression="$request.body.a["),
        w.refusal("create_authorizer", Name="x", **authorizer),
        w.refusal("create_authorizer", Name="", IdentitySource=[], **authorizer),
        w.refusal("get_apis", MaxResults="9" * 5000),
        w.refusal("get_apis", NextToken="9" * 5000),
    ]
    assert [code for code, _ in refused] == [BAD] * len(refused)
    made = w.op("create_authorizer", Name="x", IdentitySource=[], AuthorizerResultTtlInSeconds=300, **authorizer)
    assert "AuthorizerResultTtlInSeconds" not in made
