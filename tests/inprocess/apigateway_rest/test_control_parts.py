"""Models, request validators, authorizers and gateway responses."""

import json

import pytest
from control_world import ACCOUNT, BAD, CONFLICT, FUNCTION, MISSING, ControlWorld

POOL = f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_abc"


def reference(name):
    return {"$ref": f"https://apigateway.amazonaws.com/restapis/abc/models/{name}"}


# Models


def test_models():
    w = ControlWorld()
    api = w.api()
    schema = json.dumps({"type": "object", "required": ["id"]})
    made = w.op("CreateModel", restApiId=api, name="Task", contentType="application/json", schema=schema)
    model = {"name": "Task", "contentType": "application/json", "schema": schema}
    assert made == {"id": made["id"], **model}
    assert w.op("GetModel", restApiId=api, modelName="Task") == made
    changed = w.patch("UpdateModel", "replace /description d", "replace /schema {}", restApiId=api, modelName="Task")
    assert changed == {**made, "description": "d", "schema": "{}"}
    w.op("DeleteModel", restApiId=api, modelName="Task")
    gone = w.refusal("GetModel", restApiId=api, modelName="Task")
    assert gone == (MISSING, "Invalid model name specified: Task")


def test_refusals_of_models():
    w = ControlWorld()
    api = w.api()

    def refusal(**params):
        return w.refusal("CreateModel", restApiId=api, **{"name": "Task", "contentType": "application/json", **params})

    assert refusal(name="Empty")[0] == CONFLICT
    for wrong in (
        {"name": "a-b"},
        {"schema": "{"},
        {"schema": "[]"},
        {"schema": '{"type": "text"}'},
        {"schema": json.dumps(reference("Nothing"))},
        {"schema": '{"$ref": "https://other.example/x"}'},
    ):
        assert refusal(**wrong)[0] == BAD, wrong
    assert w.patch_refusal("UpdateModel", "replace /name X", restApiId=api, modelName="Empty")[0] == BAD
    assert w.patch_refusal("UpdateModel", "replace /schema x", restApiId=api, modelName="Empty")[0] == BAD


def test_models_in_use_stay():
    w = ControlWorld()
    api = w.api()
    for name, schema in {"Id": {"type": "string"}, "Task": {"properties": {"id": reference("Id")}}}.items():
        w.op("CreateModel", restApiId=api, name=name, contentType="application/json", schema=json.dumps(schema))
    where = w.method(api, requestModels={"application/json": "Task"})
    w.op("PutMethodResponse", **where, statusCode="200", responseModels={"application/json": "Error"})
    for name in ("Task", "Id", "Error"):
        assert w.refusal("DeleteModel", restApiId=api, modelName=name)[0] == CONFLICT
    w.op("DeleteMethod", **where)
    for name in ("Task", "Id", "Error"):
        w.op("DeleteModel", restApiId=api, modelName=name)


def test_flattened_models_and_templates():
    w = ControlWorld()
    api = w.api()
    schemas = {
        "Id": {"type": "string"},
        "Task": {
            "type": "object",
            "properties": {"id": reference("Id"), "tags": {"type": "array", "items": {"type": "integer"}}},
        },
    }
    for name, schema in schemas.items():
        w.op("CreateModel", restApiId=api, name=name, contentType="application/json", schema=json.dumps(schema))
    flat = w.op("GetModel", restApiId=api, modelName="Task", flatten=True)
    assert json.loads(flat["schema"])["properties"]["id"] == {"type": "string"}
    template = w.op("GetModelTemplate", restApiId=api, modelName="Task")["value"]
    assert template.startswith("#set($inputRoot = $input.path('$'))")
    for part in ('"id" : "$inputRoot.id"', "#foreach($elem in $inputRoot.tags)"):
        assert part in template


# Request validators


def test_request_validators():
    w = ControlWorld()
    api = w.api()
    made = w.op("CreateRequestValidator", restApiId=api, name="body", validateRequestBody=True)
    expected = {"name": "body", "validateRequestBody": True, "validateRequestParameters": False}
    assert made == {"id": made["id"], **expected}
    where = {"restApiId": api, "requestValidatorId": made["id"]}
    changed = w.patch(
        "UpdateRequestValidator",
        "replace /name all",
        "replace /validateRequestBody false",
        "replace /validateRequestParameters true",
        **where,
    )
    assert changed == {**made, "name": "all", "validateRequestBody": False, "validateRequestParameters": True}
    assert w.op("GetRequestValidators", restApiId=api)["items"] == [changed]
    method = w.method(api, requestValidatorId=made["id"])
    assert w.refusal("DeleteRequestValidator", **where)[0] == CONFLICT
    w.patch("UpdateMethod", "replace /requestValidatorId", **method)
    w.op("DeleteRequestValidator", **where)
    assert w.refusal("GetRequestValidator", **where) == (MISSING, "Invalid Request Validator identifier specified")


# Authorizers


@pytest.mark.parametrize(
    ("params", "defaults"),
    [
        (
            {"type": "TOKEN", "authorizerUri": FUNCTION},
            {
                "authType": "custom",
                "identitySource": "method.request.header.Authorization",
                "authorizerResultTtlInSeconds": 300,
            },
        ),
        (
            {
                "type": "REQUEST",
                "authorizerUri": FUNCTION,
                "identitySource": "method.request.header.A, method.request.querystring.b,context.stage",
                "authorizerResultTtlInSeconds": 0,
            },
            {"authType": "custom"},
        ),
        (
            {
                "type": "TOKEN",
                "authorizerUri": FUNCTION,
                "identitySource": "method.request.header.A",
                "identityValidationExpression": r"\p{Alpha}+-\d++",  # as Java writes them
                "authorizerResultTtlInSeconds": 0,
            },
            {"authType": "custom"},
        ),
        ({"type": "COGNITO_USER_POOLS", "providerARNs": [POOL]}, {"authType": "cognito_user_pools"}),
    ],
)
def test_authorizers(params, defaults):
    w = ControlWorld()
    api = w.api()
    made = w.op("CreateAuthorizer", restApiId=api, name="a", **params)
    assert made == {**made, "name": "a", **params, **defaults}
    assert w.op("GetAuthorizer", restApiId=api, authorizerId=made["id"]) == made
    assert w.op("GetAuthorizers", restApiId=api)["items"] == [made]


def test_refusals_of_authorizers():
    w = ControlWorld()
    api = w.api()
    w.op("CreateAuthorizer", restApiId=api, name="taken", type="TOKEN", authorizerUri=FUNCTION)

    def refusal(**params):
        token = {"name": "a", "type": "TOKEN", "authorizerUri": FUNCTION}
        return w.refusal("CreateAuthorizer", restApiId=api, **{**token, **params})

    refused = [
        refusal(name="taken"),
        refusal(type="MAGIC"),
        refusal(type="JWT"),
        refusal(authorizerUri="http://x/"),
        refusal(authorizerUri=""),
        refusal(authorizerResultTtlInSeconds=3601),
        refusal(identitySource="method.request.querystring.a"),
        refusal(identityValidationExpression="("),
        refusal(type="REQUEST"),
        refusal(type="REQUEST", identitySource="method.request.body"),
        refusal(type="COGNITO_USER_POOLS"),
        refusal(type="COGNITO_USER_POOLS", providerARNs=["arn:aws:s3:::b"]),
    ]
    assert {code for code, _ in refused} == {BAD}
    assert len(w.op("GetAuthorizers", restApiId=api)["items"]) == 1


def test_updating_and_deleting_an_authorizer():
    w = ControlWorld()
    api = w.api()
    made = w.op("CreateAuthorizer", restApiId=api, name="a", type="COGNITO_USER_POOLS", providerARNs=[POOL])
    where = {"restApiId": api, "authorizerId": made["id"]}
    changed = w.patch(
        "UpdateAuthorizer",
        "replace /name b",
        "replace /authorizerResultTtlInSeconds 0",
        f"add /providerARNs {POOL}d",
        f"remove /providerARNs {POOL}",
        "replace /identitySource method.request.header.X",
        **where,
    )
    assert changed["name"] == "b"
    assert changed["authorizerResultTtlInSeconds"] == 0
    assert changed["providerARNs"] == [f"{POOL}d"]
    assert changed["identitySource"] == "method.request.header.X"
    assert w.patch_refusal("UpdateAuthorizer", f"remove /providerARNs {POOL}d", **where)[0] == BAD
    method = w.method(api, authorizationType="COGNITO_USER_POOLS", authorizerId=made["id"])
    assert w.refusal("DeleteAuthorizer", **where)[0] == CONFLICT
    w.op("DeleteMethod", **method)
    w.op("DeleteAuthorizer", **where)
    assert w.refusal("GetAuthorizer", **where) == (MISSING, "Invalid Authorizer identifier specified")


# Gateway responses


def test_the_defaults_of_gateway_responses():
    w = ControlWorld()
    api = w.api()
    items = {item["responseType"]: item for item in w.op("GetGatewayResponses", restApiId=api)["items"]}
    statuses = {"UNAUTHORIZED": "401", "MISSING_AUTHENTICATION_TOKEN": "403", "INTEGRATION_TIMEOUT": "504"}
    assert {kind: items[kind]["statusCode"] for kind in statuses} == statuses
    assert "statusCode" not in items["DEFAULT_4XX"]
    assert w.op("GetGatewayResponse", restApiId=api, responseType="THROTTLED") == {
        "responseType": "THROTTLED",
        "statusCode": "429",
        "responseParameters": {},
        "responseTemplates": {"application/json": '{"message":$context.error.messageString}'},
        "defaultResponse": True,
    }


def test_a_gateway_response_of_ones_own():
    w = ControlWorld()
    api = w.api()
    where = {"restApiId": api, "responseType": "DEFAULT_4XX"}
    origin = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
    made = w.op("PutGatewayResponse", **where, responseParameters=origin, statusCode="418")
    assert made["responseParameters"] == origin
    assert (made["statusCode"], made["defaultResponse"]) == ("418", False)
    assert w.op("GetGatewayResponse", **where) == made
    changed = w.patch(
        "UpdateGatewayResponse",
        "replace /statusCode 404",
        "add /responseTemplates/application~1json {}",
        "add /responseParameters/gatewayresponse.header.X context.requestId",
        "remove /responseParameters/gatewayresponse.header.Access-Control-Allow-Origin",
        **where,
    )
    assert changed["statusCode"] == "404"
    assert changed["responseTemplates"] == {"application/json": "{}"}
    assert changed["responseParameters"] == {"gatewayresponse.header.X": "context.requestId"}
    w.op("DeleteGatewayResponse", **where)
    assert w.op("GetGatewayResponse", **where)["defaultResponse"] is True
    assert w.refusal("DeleteGatewayResponse", **where)[0] == MISSING


def test_refusals_of_gateway_responses():
    w = ControlWorld()
    api = w.api()
    for params in (
        {"responseType": "BAD_LUCK"},
        {"statusCode": "x"},
        {"responseParameters": {"method.response.header.X": "'1'"}},
        {"responseParameters": {"gatewayresponse.header.X": "nonsense"}},
    ):
        assert w.refusal("PutGatewayResponse", restApiId=api, **{"responseType": "THROTTLED", **params})[0] == BAD
    assert (
        w.patch("UpdateGatewayResponse", "replace /statusCode 400", restApiId=api, responseType="WAF_FILTERED")[
            "defaultResponse"
        ]
        is False
    )
