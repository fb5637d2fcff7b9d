"""Resources, methods, integrations and their responses."""

import pytest
from control_world import BAD, CONFLICT, FUNCTION, MISSING, ControlWorld

ACTION = "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem"


def test_a_tree_of_resources():
    w = ControlWorld()
    api = w.api()
    tasks = w.resource(api, "tasks")
    made = w.op("CreateResource", restApiId=api, parentId=tasks, pathPart="{id}")
    assert made == {"id": made["id"], "parentId": tasks, "pathPart": "{id}", "path": "/tasks/{id}"}
    assert w.op("GetResource", restApiId=api, resourceId=made["id"]) == made
    paths = {item["path"] for item in w.op("GetResources", restApiId=api)["items"]}
    assert paths == {"/", "/tasks", "/tasks/{id}"}


def test_methods_in_resources():
    w = ControlWorld()
    api = w.api()
    where = w.mock(api)
    (root,) = w.op("GetResources", restApiId=api)["items"]
    assert root["resourceMethods"] == {"GET": {}}
    (root,) = w.op("GetResources", restApiId=api, embed=["methods"])["items"]
    assert root["resourceMethods"] == {"GET": w.op("GetMethod", **where)}
    assert w.refusal("GetResources", restApiId=api, embed=["all"])[0] == BAD


@pytest.mark.parametrize("part", ["a b", "a/b", "{id", "id}", "{}", "{id}x", "{a}{b}", "ä"])
def test_path_parts_that_are_none(part):
    w = ControlWorld()
    api = w.api()
    code, message = w.refusal("CreateResource", restApiId=api, parentId=w.root(api), pathPart=part)
    assert code == BAD
    assert message.startswith("Resource's path part only allow a-zA-Z0-9._-:")


def test_siblings_and_children():
    w = ControlWorld()
    api = w.api()
    tasks = w.resource(api, "tasks")
    w.resource(api, "{id}")
    greedy = w.resource(api, "{proxy+}", tasks)

    def refusal(parent, part):
        return w.refusal("CreateResource", restApiId=api, parentId=parent, pathPart=part)

    root = w.root(api)
    assert refusal(root, "tasks") == (CONFLICT, "Another resource with the same parent already has this name: tasks")
    code, message = refusal(root, "{other}")
    assert (code, "({id})" in message, "only one is allowed" in message) == (BAD, True, True)
    assert refusal(root, "{proxy+}")[0] == BAD
    code, message = refusal(greedy, "more")
    assert (code, "greedy" in message) == (BAD, True)
    assert refusal("nothere", "x") == (MISSING, "Invalid Resource identifier specified")


def test_moving_and_renaming_resources():
    w = ControlWorld()
    api = w.api()
    a, b = w.resource(api, "a"), w.resource(api, "b")
    child = w.resource(api, "c", a)
    leaf = w.resource(api, "{id}", child)
    w.mock(api, leaf)
    assert w.patch("UpdateResource", "replace /pathPart z", restApiId=api, resourceId=a)["path"] == "/z"
    assert w.op("GetResource", restApiId=api, resourceId=leaf)["path"] == "/z/c/{id}"
    moved = w.patch("UpdateResource", f"replace /parentId {b}", restApiId=api, resourceId=child)
    assert (moved["path"], moved["parentId"]) == ("/b/c", b)
    found = w.op("GetResource", restApiId=api, resourceId=leaf)
    assert (found["path"], list(found["resourceMethods"])) == ("/b/c/{id}", ["GET"])
    before = w.op("GetResources", restApiId=api)
    refusals = [
        w.patch_refusal("UpdateResource", f"replace /parentId {leaf}", restApiId=api, resourceId=b),
        w.patch_refusal("UpdateResource", f"replace /parentId {b}", restApiId=api, resourceId=b),
        w.patch_refusal("UpdateResource", "replace /pathPart x", restApiId=api, resourceId=w.root(api)),
        w.patch_refusal("UpdateResource", "replace /path /x", restApiId=api, resourceId=b),
    ]
    assert {code for code, _ in refusals} == {BAD}
    assert w.patch_refusal("UpdateResource", "replace /pathPart z", restApiId=api, resourceId=b)[0] == CONFLICT
    assert w.patch_refusal("UpdateResource", "replace /parentId no", restApiId=api, resourceId=b)[0] == MISSING
    assert w.op("GetResources", restApiId=api) == before


def test_deleting_resources():
    w = ControlWorld()
    api = w.api()
    tasks = w.resource(api, "tasks")
    child = w.resource(api, "{id}", tasks)
    w.op("DeleteResource", restApiId=api, resourceId=tasks)
    assert w.refusal("GetResource", restApiId=api, resourceId=child)[0] == MISSING
    assert w.refusal("DeleteResource", restApiId=api, resourceId=w.root(api))[0] == BAD
    assert len(w.op("GetResources", restApiId=api)["items"]) == 1


def test_a_method_and_its_defaults():
    w = ControlWorld()
    api = w.api()
    where = w.method(api)
    bare = {"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": False}
    assert w.op("GetMethod", **where) == bare
    validator = w.op("CreateRequestValidator", restApiId=api, name="v", validateRequestBody=True)["id"]
    given = {
        "authorizationType": "AWS_IAM",
        "apiKeyRequired": True,
        "operationName": "getTask",
        "requestParameters": {"method.request.querystring.page": True, "method.request.header.X-A": False},
        "requestModels": {"application/json": "Empty"},
        "requestValidatorId": validator,
    }
    assert w.op("PutMethod", **{**where, "httpMethod": "ANY"}, **given) == {"httpMethod": "ANY", **given}


def test_refusals_of_methods():
    w = ControlWorld()
    api = w.api()
    where = w.method(api)
    token = w.op("CreateAuthorizer", restApiId=api, name="t", type="TOKEN", authorizerUri=FUNCTION)["id"]

    def refusal(verb="POST", **params):
        return w.refusal("PutMethod", **{**where, "httpMethod": verb, "authorizationType": "NONE", **params})

    conflict = w.refusal("PutMethod", **where, authorizationType="NONE")
    assert conflict == (CONFLICT, "Method already exists for this resource")
    bad = [
        refusal("FETCH"),
        refusal("get"),
        refusal(authorizationType="JWT"),
        refusal(authorizationType="CUSTOM"),
        refusal(authorizationType="CUSTOM", authorizerId="nothere"),
        refusal(authorizationType="COGNITO_USER_POOLS", authorizerId=token),
        refusal(requestModels={"application/json": "Nothing"}),
        refusal(requestParameters={"method.request.cookie.x": True}),
        refusal(requestParameters={"querystring.x": True}),
    ]
    assert {code for code, _ in bad} == {BAD}
    assert bad[4][1].startswith("Invalid authorizer ID specified.")
    assert refusal(requestValidatorId="nothere")[0] == MISSING
    assert list(w.op("GetResource", restApiId=api, resourceId=where["resourceId"])["resourceMethods"]) == ["GET"]
    assert w.refusal("GetMethod", **{**where, "httpMethod": "PUT"}) == (MISSING, "Invalid Method identifier specified")
    assert w.refusal("GetMethod", **{**where, "resourceId": "x"}) == (MISSING, "Invalid Resource identifier specified")


def test_updating_a_method():
    w = ControlWorld()
    api = w.api()
    where = w.method(api, requestParameters={"method.request.querystring.a": True})
    pools = ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc"]
    guard = w.op("CreateAuthorizer", restApiId=api, name="c", type="COGNITO_USER_POOLS", providerARNs=pools)["id"]
    changed = w.patch(
        "UpdateMethod",
        "replace /authorizationType COGNITO_USER_POOLS",
        f"replace /authorizerId {guard}",
        "add /authorizationScopes tasks/read",
        "replace /apiKeyRequired true",
        "add /requestParameters/method.request.path.id true",
        "remove /requestParameters/method.request.querystring.a",
        "add /requestModels/application~1json Error",
        "replace /operationName o",
        **where,
    )
    assert changed == {
        "httpMethod": "GET",
        "authorizationType": "COGNITO_USER_POOLS",
        "authorizerId": guard,
        "authorizationScopes": ["tasks/read"],
        "apiKeyRequired": True,
        "requestParameters": {"method.request.path.id": True},
        "requestModels": {"application/json": "Error"},
        "operationName": "o",
    }
    assert w.op("GetMethod", **where) == changed
    assert "authorizerId" not in w.patch("UpdateMethod", "replace /authorizationType NONE", **where)
    assert w.patch_refusal("UpdateMethod", "replace /httpMethod PUT", **where)[0] == BAD
    assert w.patch_refusal("UpdateMethod", "replace /apiKeyRequired maybe", **where)[0] == BAD
    assert w.patch_refusal("UpdateMethod", "remove /requestParameters/method.request.path.x", **where)[0] == MISSING


def test_deleting_a_method():
    w = ControlWorld()
    api = w.api()
    where = w.mock(api)
    w.op("DeleteMethod", **where)
    assert w.refusal("DeleteMethod", **where) == (MISSING, "Invalid Method identifier specified")
    assert w.op("GetResource", restApiId=api, resourceId=w.root(api)) == {"id": w.root(api), "path": "/"}


def test_method_responses():
    w = ControlWorld()
    api = w.api()
    where = w.method(api)
    given = {
        "responseParameters": {"method.response.header.Location": False},
        "responseModels": {"application/json": "Empty"},
    }
    assert w.op("PutMethodResponse", **where, statusCode="200", **given) == {"statusCode": "200", **given}
    assert w.op("GetMethod", **where)["methodResponses"] == {"200": {"statusCode": "200", **given}}
    again = w.refusal("PutMethodResponse", **where, statusCode="200")
    assert again == (CONFLICT, "Response already exists for this resource")
    changed = w.patch(
        "UpdateMethodResponse",
        "add /responseParameters/method.response.header.X true",
        "remove /responseModels/application~1json",
        **where,
        statusCode="200",
    )
    assert changed["responseParameters"] == {"method.response.header.Location": False, "method.response.header.X": True}
    assert changed["responseModels"] == {}
    for params in (
        {"statusCode": "20"},
        {"statusCode": "abc"},
        {"statusCode": "201", "responseParameters": {"method.response.body.x": False}},
        {"statusCode": "201", "responseModels": {"application/json": "None"}},
    ):
        assert w.refusal("PutMethodResponse", **where, **params)[0] == BAD
    w.op("DeleteMethodResponse", **where, statusCode="200")
    gone = w.refusal("GetMethodResponse", **where, statusCode="200")
    assert gone == (MISSING, "Invalid Response status code specified")


def test_an_integration_and_its_defaults():
    w = ControlWorld()
    where = w.method(w.api())
    made = w.op("PutIntegration", **where, type="AWS_PROXY", integrationHttpMethod="POST", uri=FUNCTION)
    assert made == {
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "uri": FUNCTION,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": where["resourceId"],
        "cacheKeyParameters": [],
    }
    assert w.op("GetIntegration", **where) == made
    assert w.op("GetMethod", **where)["methodIntegration"] == made


@pytest.mark.parametrize(
    "params",
    [
        {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}},
        {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "http://localhost:1/x"},
        {"type": "HTTP_PROXY", "integrationHttpMethod": "ANY", "uri": "https://a.example/{proxy}"},
        {"type": "HTTP_PROXY", "integrationHttpMethod": "ANY", "uri": "http://${stageVariables.host}/"},
        {"type": "AWS", "integrationHttpMethod": "POST", "uri": ACTION, "credentials": "arn:aws:iam::1:role/r"},
        {"type": "AWS", "integrationHttpMethod": "POST", "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/q"},
        {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": FUNCTION, "timeoutInMillis": 50},
        {"type": "AWS", "integrationHttpMethod": "POST", "uri": ACTION.replace("us-east-1", "${AWS::Region}")},
    ],
)
def test_all_kinds_of_integrations(params):
    w = ControlWorld()
    made = w.op("PutIntegration", **w.method(w.api()), **params)
    renamed = {("httpMethod" if name == "integrationHttpMethod" else name): value for name, value in params.items()}
    assert made == {**made, **renamed}


def test_recorded_refusals_of_integrations():
    w = ControlWorld()
    where = w.method(w.api())

    def refusal(**params):
        return w.refusal("PutIntegration", **where, **{"integrationHttpMethod": "POST", **params})

    arn = "arn:aws:apigateway:us-east-1"
    assert refusal(type="AWS", uri=f"{arn}:sqs:x") == (BAD, "AWS ARN for integration must contain path or action")
    assert refusal(type="AWS", uri="http://x/") == (BAD, "Invalid ARN specified in the request")
    assert refusal(type="AWS_PROXY", uri=ACTION) == (
        BAD,
        "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    )
    verb = refusal(type="AWS", uri=ACTION, integrationHttpMethod="")
    assert verb == (BAD, "Enumeration value for HttpMethod must be non-empty")


def test_refusals_of_integrations():
    w = ControlWorld()
    where = w.method(w.api())

    def refusal(**params):
        http = {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "http://x/"}
        return w.refusal("PutIntegration", **where, **{**http, **params})

    refused = {
        "type": refusal(type="FTP"),
        "uri": refusal(uri="x"),
        "slow": refusal(timeoutInMillis=29001),
        "fast": refusal(timeoutInMillis=49),
        "behaviour": refusal(passthroughBehavior="ALWAYS"),
        "handling": refusal(contentHandling="CONVERT_TO_GOLD"),
        "target": refusal(requestParameters={"integration.request.cookie.x": "'1'"}),
        "source": refusal(requestParameters={"integration.request.header.x": "nonsense"}),
        "undeclared": refusal(requestParameters={"integration.request.header.x": "method.request.querystring.q"}),
        "template": refusal(requestTemplates={"application/json": "#if(true)"}),
        "vpc": refusal(connectionType="VPC_LINK", connectionId="v"),
        "stream": refusal(responseTransferMode="STREAM"),
        "tls": refusal(tlsConfig={"insecureSkipVerification": True}),
        "balancer": refusal(integrationTarget="arn:aws:elasticloadbalancing:x"),
    }
    assert {code for code, _ in refused.values()} == {BAD}
    assert "method.request.querystring.q" in refused["undeclared"][1]
    for name, text in {"vpc": "VPC_LINK", "stream": "STREAM", "tls": "insecureSkipVerification"}.items():
        assert text in refused[name][1]
    assert w.refusal("GetIntegration", **where) == (MISSING, "Invalid Integration identifier specified")


def test_longer_timeouts_behind_a_setting():
    w = ControlWorld(integration_timeout_cap=120.0)
    made = w.op("PutIntegration", **w.method(w.api()), type="MOCK", timeoutInMillis=120_000)
    assert made["timeoutInMillis"] == 120_000


def test_parameters_that_the_method_declares():
    w = ControlWorld()
    where = w.method(w.api(), requestParameters={"method.request.querystring.q": False, "method.request.path.id": True})
    parameters = {
        "integration.request.header.a": "method.request.querystring.q",
        "integration.request.header.b": "method.request.multivaluequerystring.q",
        "integration.request.path.c": "method.request.path.id",
        "integration.request.querystring.d": "'static'",
        "integration.request.header.e": "context.requestId",
        "integration.request.header.f": "stageVariables.x",
        "integration.request.header.g": "method.request.body.a.b",
        "integration.request.header.h": "method.request.body",
    }
    made = w.op(
        "PutIntegration",
        **where,
        type="HTTP",
        integrationHttpMethod="GET",
        uri="http://x/{c}",
        requestParameters=parameters,
    )
    assert made["requestParameters"] == parameters


def test_updating_and_deleting_an_integration():
    w = ControlWorld()
    where = w.method(w.api())
    w.op("PutIntegration", **where, type="HTTP", integrationHttpMethod="GET", uri="http://x/")
    changed = w.patch(
        "UpdateIntegration",
        "replace /uri http://y/",
        "replace /httpMethod POST",
        "replace /timeoutInMillis 500",
        "replace /passthroughBehavior NEVER",
        "add /requestTemplates/application~1json {}",
        "add /requestParameters/integration.request.header.X 'v'",
        **where,
    )
    assert changed["uri"] == "http://y/"
    assert changed["httpMethod"] == "POST"
    assert changed["timeoutInMillis"] == 500
    assert changed["passthroughBehavior"] == "NEVER"
    assert changed["requestTemplates"] == {"application/json": "{}"}
    assert changed["requestParameters"] == {"integration.request.header.X": "'v'"}
    assert w.op("GetIntegration", **where) == changed
    assert w.patch_refusal("UpdateIntegration", "replace /timeoutInMillis soon", **where)[0] == BAD
    assert w.patch_refusal("UpdateIntegration", "replace /connectionType VPC_LINK", **where)[0] == BAD
    w.op("DeleteIntegration", **where)
    assert w.refusal("DeleteIntegration", **where) == (MISSING, "Invalid Integration identifier specified")


def test_integration_responses():
    w = ControlWorld()
    where = w.mock(w.api())
    w.op("PutMethodResponse", **where, statusCode="201", responseParameters={"method.response.header.Location": False})
    given = {
        "selectionPattern": "2\\d{2}",
        "responseParameters": {"method.response.header.Location": "integration.response.header.Location"},
        "responseTemplates": {"application/json": "{}"},
        "contentHandling": "CONVERT_TO_TEXT",
    }
    made = w.op("PutIntegrationResponse", **where, statusCode="201", **given)
    assert made == {"statusCode": "201", **given}
    assert w.op("GetIntegration", **where)["integrationResponses"] == {"201": made}
    changed = w.patch(
        "UpdateIntegrationResponse",
        "replace /selectionPattern .*Error.*",
        "replace /responseParameters/method.response.header.Location 'x'",
        "remove /responseTemplates/application~1json",
        "remove /contentHandling",
        **where,
        statusCode="201",
    )
    assert changed == {
        "statusCode": "201",
        "selectionPattern": ".*Error.*",
        "responseParameters": {"method.response.header.Location": "'x'"},
        "responseTemplates": {},
    }
    w.op("DeleteIntegrationResponse", **where, statusCode="201")
    assert w.refusal("GetIntegrationResponse", **where, statusCode="201")[0] == MISSING


def test_refusals_of_integration_responses():
    w = ControlWorld()
    where = w.mock(w.api())
    w.op("PutMethodResponse", **where, statusCode="200")

    def refusal(**params):
        return w.refusal("PutIntegrationResponse", **where, **{"statusCode": "200", **params})

    header = "method.response.header.X"
    assert refusal(statusCode="201") == (MISSING, "Invalid Response status code specified")
    assert refusal(statusCode="ok")[0] == BAD
    code, message = refusal(responseParameters={header: "'1'"})
    assert (code, header in message) == (BAD, True)
    assert refusal(responseTemplates={"application/json": "#foreach("})[0] == BAD
    assert refusal(selectionPattern="(")[0] == BAD
    assert refusal(contentHandling="NO")[0] == BAD
    other = w.method(where["restApiId"], verb="PUT")
    missing = w.refusal("PutIntegrationResponse", **other, statusCode="200")
    assert missing == (MISSING, "Invalid Integration identifier specified")
