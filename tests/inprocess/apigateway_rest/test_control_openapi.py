"""REST APIs from OpenAPI documents and back."""

import json

import pytest
from control_world import ACCOUNT, BAD, FUNCTION, MISSING, ControlWorld
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.core.errors import AwsError

POOL = f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_abc"
PROXY = {"type": "aws_proxy", "httpMethod": "POST", "uri": FUNCTION, "passthroughBehavior": "when_no_match"}
TASK = {"type": "object", "properties": {"id": {"$ref": "#/definitions/Id"}}}
SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "tasks", "version": "2024-01-01", "description": "d"},
    "basePath": "/v1/api",
    "x-amazon-apigateway-binary-media-types": ["image/png"],
    "x-amazon-apigateway-api-key-source": "HEADER",
    "x-amazon-apigateway-request-validator": "all",
    "x-amazon-apigateway-request-validators": {
        "all": {"validateRequestBody": True, "validateRequestParameters": True},
        "none": {"validateRequestBody": False, "validateRequestParameters": False},
    },
    "x-amazon-apigateway-gateway-responses": {
        "DEFAULT_5XX": {
            "statusCode": 500,
            "responseParameters": {"gatewayresponse.header.X": "'1'"},
            "responseTemplates": {"application/json": "{}"},
        }
    },
    "securityDefinitions": {
        "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
        "sigv4": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "guard": {
            "type": "apiKey",
            "name": "X-Token",
            "in": "header",
            "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": {
                "type": "token",
                "authorizerUri": FUNCTION,
                "authorizerResultTtlInSeconds": 60,
                "identityValidationExpression": "^x-.*",
            },
        },
        "pool": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [POOL]},
        },
    },
    "definitions": {"Task": TASK, "Id": {"type": "string"}},
    "parameters": {"page": {"name": "page", "in": "query", "required": False, "type": "string"}},
    "paths": {
        "/tasks": {
            "post": {
                "operationId": "createTask",
                "consumes": ["application/json"],
                "produces": ["application/json"],
                "parameters": [
                    {"in": "body", "name": "Task", "required": True, "schema": {"$ref": "#/definitions/Task"}},
                    {"in": "header", "name": "X-Who", "required": True, "type": "string"},
                    {"$ref": "#/parameters/page"},
                ],
                "responses": {
                    "201": {
                        "description": "made",
                        "schema": {"$ref": "#/definitions/Task"},
                        "headers": {"Location": {"type": "string"}},
                    },
                    "500": {"description": "broken"},
                },
                "security": [{"guard": []}, {"api_key": []}],
                "x-amazon-apigateway-integration": {
                    "type": "aws",
                    "httpMethod": "POST",
                    "uri": "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
                    "credentials": "arn:aws:iam::123456789012:role/r",
                    "requestParameters": {"integration.request.header.X-Who": "method.request.header.X-Who"},
                    "requestTemplates": {"application/json": "{}"},
                    "passthroughBehavior": "never",
                    "timeoutInMillis": 3000,
                    "responses": {
                        "default": {
                            "statusCode": "201",
                            "responseParameters": {"method.response.header.Location": "'/tasks/1'"},
                            "responseTemplates": {"application/json": "{}"},
                        },
                        "5\\d{2}": {"statusCode": 500},
                    },
                },
            },
            "get": {
                "responses": {},
                "security": [{"pool": ["tasks/read"]}],
                "x-amazon-apigateway-request-validator": "none",
                "x-amazon-apigateway-integration": PROXY,
            },
        },
        "/files/{proxy+}": {
            "parameters": [{"in": "path", "name": "proxy", "required": True, "type": "string"}],
            "x-amazon-apigateway-any-method": {
                "security": [{"sigv4": []}],
                "x-amazon-apigateway-integration": PROXY,
            },
        },
    },
}
OPENAPI = {
    "openapi": "3.0.1",
    "info": {"title": "tasks", "version": "1"},
    "servers": [{"url": "https://a.example/{basePath}", "variables": {"basePath": {"default": "/v1"}}}],
    "components": {
        "schemas": {"Task": {"type": "object", "required": ["id"]}},
        "securitySchemes": {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
    },
    "security": [{"api_key": []}],
    "paths": {
        "/tasks/{id}": {
            "put": {
                "parameters": [{"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Task"}}}},
                "responses": {
                    "200": {
                        "description": "ok",
                        "headers": {"X": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"type": "array"}}},
                    }
                },
                "x-amazon-apigateway-integration": PROXY,
            },
            "options": {
                "security": [],
                "responses": {"200": {"description": "ok"}},
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {"default": {"statusCode": "200"}},
                },
            },
        }
    },
}


def imported(w, document, **params):
    return w.op("ImportRestApi", body=json.dumps(document).encode(), **params)["id"]


def methods(w, api):
    """Methods by ``VERB /path``."""
    items = w.op("GetResources", restApiId=api, embed=["methods"])["items"]
    return {
        f"{verb} {item['path']}": method for item in items for verb, method in item.get("resourceMethods", {}).items()
    }


def test_swagger():
    w = ControlWorld()
    made = w.op("ImportRestApi", body=json.dumps(SWAGGER).encode())
    api = made["id"]
    assert (made["name"], made["version"], made["description"]) == ("tasks", "2024-01-01", "d")
    assert made["binaryMediaTypes"] == ["image/png"]
    assert "warnings" not in made
    assert set(methods(w, api)) == {"POST /tasks", "GET /tasks", "ANY /files/{proxy+}"}
    gateway = w.op("GetGatewayResponse", restApiId=api, responseType="DEFAULT_5XX")
    assert (gateway["statusCode"], gateway["defaultResponse"]) == ("500", False)
    w.op("CreateDeployment", restApiId=api, stageName="dev")


def test_a_method_of_swagger():
    w = ControlWorld()
    api = imported(w, SWAGGER)
    validators = {v["name"]: v["id"] for v in w.op("GetRequestValidators", restApiId=api)["items"]}
    guard = next(item for item in w.op("GetAuthorizers", restApiId=api)["items"] if item["name"] == "guard")
    method = methods(w, api)["POST /tasks"]
    integration = method.pop("methodIntegration")
    assert method == {
        "httpMethod": "POST",
        "operationName": "createTask",
        "authorizationType": "CUSTOM",
        "authorizerId": guard["id"],
        "apiKeyRequired": True,
        "requestParameters": {"method.request.header.X-Who": True, "method.request.querystring.page": False},
        "requestModels": {"application/json": "Task"},
        "requestValidatorId": validators["all"],
        "methodResponses": {
            "201": {
                "statusCode": "201",
                "responseParameters": {"method.response.header.Location": False},
                "responseModels": {"application/json": "Task"},
            },
            "500": {"statusCode": "500"},
        },
    }
    assert integration["type"] == "AWS"
    assert integration["httpMethod"] == "POST"
    assert integration["passthroughBehavior"] == "NEVER"
    assert integration["timeoutInMillis"] == 3000
    assert integration["integrationResponses"] == {
        "201": {
            "statusCode": "201",
            "responseParameters": {"method.response.header.Location": "'/tasks/1'"},
            "responseTemplates": {"application/json": "{}"},
        },
        "500": {"statusCode": "500", "selectionPattern": "5\\d{2}"},
    }
    assert {
        "type": "TOKEN",
        "authorizerUri": FUNCTION,
        "identitySource": "method.request.header.X-Token",
        "authorizerResultTtlInSeconds": 60,
        "identityValidationExpression": "^x-.*",
    }.items() <= guard.items()


def test_other_proofs_in_swagger():
    w = ControlWorld()
    found = methods(w, imported(w, SWAGGER))
    pool = found["GET /tasks"]
    assert (pool["authorizationType"], pool["authorizationScopes"]) == ("COGNITO_USER_POOLS", ["tasks/read"])
    assert found["ANY /files/{proxy+}"]["authorizationType"] == "AWS_IAM"
    assert found["ANY /files/{proxy+}"]["requestParameters"] == {"method.request.path.proxy": True}


def test_models_refer_to_models():
    w = ControlWorld()
    api = imported(w, SWAGGER)
    flat = w.op("GetModel", restApiId=api, modelName="Task", flatten=True)
    assert json.loads(flat["schema"]) == {"type": "object", "properties": {"id": {"type": "string"}}}


def test_openapi_3():
    w = ControlWorld()
    api = imported(w, OPENAPI)
    found = methods(w, api)
    put = found["PUT /tasks/{id}"]
    assert put["apiKeyRequired"] is True
    assert put["requestParameters"] == {"method.request.path.id": True}
    assert put["requestModels"] == {"application/json": "Task"}
    response = put["methodResponses"]["200"]
    assert response["responseParameters"] == {"method.response.header.X": False}
    # A schema that stands where it is used becomes a model.
    name = response["responseModels"]["application/json"]
    assert json.loads(w.op("GetModel", restApiId=api, modelName=name)["schema"]) == {"type": "array"}
    assert found["OPTIONS /tasks/{id}"]["apiKeyRequired"] is False
    assert found["OPTIONS /tasks/{id}"]["methodIntegration"]["type"] == "MOCK"


@pytest.mark.parametrize(
    ("mode", "swagger", "three"),
    [
        ("ignore", "/tasks", "/tasks/{id}"),
        ("prepend", "/v1/api/tasks", "/v1/tasks/{id}"),
        ("split", "/api/tasks", None),
    ],
)
def test_base_paths(mode, swagger, three):
    w = ControlWorld()
    parameters = {"basepath": mode}
    paths = {
        item["path"] for item in w.op("GetResources", restApiId=imported(w, SWAGGER, parameters=parameters))["items"]
    }
    assert swagger in paths
    if three:
        api = imported(w, OPENAPI, parameters=parameters)
        assert three in {item["path"] for item in w.op("GetResources", restApiId=api)["items"]}


def test_yaml():
    w = ControlWorld()
    text = """
    openapi: 3.0.1
    info: {title: t, version: 2024-01-01}
    paths:
      /a:
        get:
          responses:
            200: {description: ok}
          x-amazon-apigateway-integration:
            type: mock
            responses:
              default: {statusCode: 200}
    """
    api = w.op("ImportRestApi", body=text.encode())["id"]
    method = methods(w, api)["GET /a"]
    assert method["methodIntegration"]["integrationResponses"] == {"200": {"statusCode": "200"}}


def test_endpoint_types():
    w = ControlWorld()
    document = {**OPENAPI, "x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": True}}
    api = imported(w, document, parameters={"endpointConfigurationTypes": "REGIONAL"})
    made = w.op("GetRestApi", restApiId=api)
    assert made["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert made["disableExecuteApiEndpoint"] is True


def test_merging():
    w = ControlWorld()
    api = imported(w, SWAGGER)
    before = methods(w, api)
    other = {
        **OPENAPI,
        "components": {},
        "security": [],
        "paths": {"/tasks": {"get": {"x-amazon-apigateway-integration": {"type": "mock"}}}, "/new": {}},
    }
    made = w.op("PutRestApi", restApiId=api, mode="merge", body=json.dumps(other).encode())
    assert made["id"] == api
    after = methods(w, api)
    assert after.keys() == before.keys()
    assert after["POST /tasks"] == before["POST /tasks"]
    assert after["GET /tasks"]["methodIntegration"]["type"] == "MOCK"
    assert "/new" in {item["path"] for item in w.op("GetResources", restApiId=api)["items"]}
    again = w.op("PutRestApi", restApiId=api, mode="merge", body=json.dumps(SWAGGER).encode())
    assert again["id"] == api
    assert len(w.op("GetAuthorizers", restApiId=api)["items"]) == 2
    assert len(w.op("GetRequestValidators", restApiId=api)["items"]) == 2


@pytest.mark.parametrize("mode", ["merge", "overwrite"])
def test_a_document_about_endpoints_keeps_their_type(mode):
    w = ControlWorld()
    api = w.api(endpointConfiguration={"types": ["PRIVATE"]})
    document = {**OPENAPI, "x-amazon-apigateway-endpoint-configuration": {"vpcEndpointIds": ["vpce-1"]}}
    made = w.op("PutRestApi", restApiId=api, mode=mode, body=json.dumps(document).encode())
    assert made["endpointConfiguration"]["types"] == ["PRIVATE"]
    assert made["endpointConfiguration"]["vpcEndpointIds"] == ["vpce-1"]


def test_overwriting():
    w = ControlWorld()
    api = imported(w, SWAGGER)
    root = w.root(api)
    w.op("CreateDeployment", restApiId=api, stageName="dev")
    made = w.op("PutRestApi", restApiId=api, mode="overwrite", body=json.dumps(OPENAPI).encode())
    assert (made["id"], made["rootResourceId"]) == (api, root)
    assert "binaryMediaTypes" not in made
    assert set(methods(w, api)) == {"PUT /tasks/{id}", "OPTIONS /tasks/{id}"}
    assert w.op("GetAuthorizers", restApiId=api)["items"] == []
    assert w.op("GetStage", restApiId=api, stageName="dev")["stageName"] == "dev"


def test_what_fails_leaves_everything_as_it_was():
    w = ControlWorld()
    api = imported(w, SWAGGER)
    before = (w.op("GetRestApi", restApiId=api), methods(w, api), w.op("GetModels", restApiId=api))
    broken = json.loads(json.dumps(OPENAPI))
    broken["paths"]["/tasks/{id}"]["put"]["x-amazon-apigateway-integration"] = {"type": "http", "httpMethod": "GET"}
    body = json.dumps(broken).encode()
    code, message = w.refusal("PutRestApi", restApiId=api, mode="overwrite", body=body)
    assert code == BAD
    assert "Unable to put integration on 'PUT' for resource at path '/tasks/{id}'" in message
    assert (w.op("GetRestApi", restApiId=api), methods(w, api), w.op("GetModels", restApiId=api)) == before
    assert w.refusal("ImportRestApi", body=body)[0] == BAD
    assert [item["id"] for item in w.op("GetRestApis")["items"]] == [api]
    assert w.refusal("PutRestApi", restApiId="x", body=body)[0] == MISSING


def test_warnings():
    w = ControlWorld()
    document = {**OPENAPI, "x-amazon-apigateway-cors": {"allowOrigins": ["*"]}, "security": [{"ghost": []}]}
    made = w.op("ImportRestApi", body=json.dumps(document).encode())
    assert any("x-amazon-apigateway-cors" in text for text in made["warnings"])
    assert any("ghost" in text for text in made["warnings"])
    code, message = w.refusal("ImportRestApi", body=json.dumps(document).encode(), failOnWarnings=True)
    assert (code, "x-amazon-apigateway-cors" in message) == (BAD, True)
    assert len(w.op("GetRestApis")["items"]) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"openapi": "2.0"},
        {"openapi": None},
        {"info": {}},
        {"info": {"title": 7}},
        {"paths": []},
        {"paths": {"/a": []}},
        {"paths": {"/a": {"$ref": "#/components/pathItems/a"}}},
        {"paths": {"/a": {"get": []}}},
        {"paths": {"/a": {"get": {"x-amazon-apigateway-integration": []}}}},
        {"paths": {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "mock", "speed": 1}}}}},
        {"paths": {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "mock", "timeoutInMillis": "soon"}}}}},
        {"paths": {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "mock", "responses": {"default": {}}}}}}},
        {"paths": {"/a": {"get": {"parameters": [{"$ref": "#/components/parameters/none"}]}}}},
        {"paths": {"/a": {"get": {"parameters": [{"$ref": "other.yaml#/x"}]}}}},
        {"paths": {"/a": {"get": {"x-amazon-apigateway-request-validator": "none"}}}},
        {"paths": {"/a b": {"get": {}}}},
        {"paths": {"/{a}": {}, "/{b}": {}}},
        {"components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}}}},
        {"components": {"schemas": {"A": []}}},
        {"components": {"securitySchemes": {"a": {"x-amazon-apigateway-authorizer": {"type": "magic"}}}}},
        {"components": {"securitySchemes": {"a": {"x-amazon-apigateway-authorizer": []}}}},
        {"security": "api_key"},
        {"security": [7]},
        {"x-amazon-apigateway-gateway-responses": {"LUCK": {}}},
        {"x-amazon-apigateway-binary-media-types": "image/png"},
    ],
)
def test_documents_that_are_none(change):
    w = ControlWorld()
    document = {"security": [], **OPENAPI, **change}
    code, message = w.refusal("ImportRestApi", body=json.dumps(document).encode())
    assert (code, bool(message)) == (BAD, True)
    assert w.op("GetRestApis")["items"] == []


def test_texts_and_parameters_that_are_none():
    w = ControlWorld()
    for body in (b"{", b"[1]", b"a: [", b"\xff", b""):
        assert w.refusal("ImportRestApi", body=body)[0] == BAD
    body = json.dumps(OPENAPI).encode()
    for parameters in ({"basepath": "keep"}, {"ignore": "everything"}, {"colour": "red"}):
        assert w.refusal("ImportRestApi", body=body, parameters=parameters)[0] == BAD
    api = w.api()
    assert w.refusal("PutRestApi", restApiId=api, mode="replace", body=body)[0] == BAD


# Export


@pytest.mark.parametrize("kind", ["swagger", "oas30"])
@pytest.mark.parametrize("media", ["json", "yaml"])
def test_there_and_back(kind, media):
    w = ControlWorld()
    api = imported(w, SWAGGER)
    w.op("CreateDeployment", restApiId=api, stageName="dev")
    shown = w.op(
        "GetExport",
        restApiId=api,
        stageName="dev",
        exportType=kind,
        parameters={"extensions": "apigateway"},
        accepts=f"application/{media}",
    )
    assert shown["contentType"] == f"application/{media}"
    back = w.op("ImportRestApi", body=shown["body"])
    assert "warnings" not in back
    ids = ("authorizerId", "requestValidatorId", "cacheNamespace")

    def bare(node):
        return {k: bare(v) for k, v in node.items() if k not in ids} if isinstance(node, dict) else node

    assert bare(methods(w, back["id"])) == bare(methods(w, api))
    for operation in ("GetAuthorizers", "GetRequestValidators", "GetGatewayResponses"):
        there, again = (w.op(operation, restApiId=one, limit=100)["items"] for one in (api, back["id"]))
        assert [{**item, "id": ""} for item in again] == [{**item, "id": ""} for item in there]


def test_an_export_shows_what_is_deployed():
    w = ControlWorld()
    api = imported(w, OPENAPI)
    w.op("CreateDeployment", restApiId=api, stageName="dev")
    w.mock(api)
    where = {"restApiId": api, "stageName": "dev", "exportType": "oas30"}
    document = json.loads(w.op("GetExport", **where)["body"])
    assert list(document["paths"]) == ["/tasks/{id}"]
    assert "x-amazon-apigateway-integration" not in document["paths"]["/tasks/{id}"]["put"]
    assert document["servers"][0]["variables"]["basePath"]["default"] == "dev"
    for wrong in ({"exportType": "raml"}, {"parameters": {"extensions": "postman"}}, {"accepts": "text/plain"}):
        assert w.refusal("GetExport", **{**where, **wrong})[0] == BAD
    assert w.refusal("GetExport", **{**where, "stageName": "x"})[0] == MISSING


# Anything


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(node, path=()):
    """All places in a document."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_value_anywhere_is_accepted_or_refused(data):
    document = json.loads(json.dumps(data.draw(st.sampled_from([SWAGGER, OPENAPI]))))
    *above, last = data.draw(st.sampled_from([place for place in places(document) if place]))
    node = document
    for key in above:
        node = node[key]
    node[last] = data.draw(_JSON)
    w = ControlWorld()
    try:
        answer = w.op("ImportRestApi", body=json.dumps(document).encode())
    except AwsError as error:
        answer = error.code
    assert answer == BAD or "rootResourceId" in answer
