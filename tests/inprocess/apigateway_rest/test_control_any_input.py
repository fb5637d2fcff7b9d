"""Whatever an SDK, or somebody without one, sends: an answer that AWS's model allows, or one of AWS's errors."""

import botocore.session
from control_world import FUNCTION, REGION, ControlWorld
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import wire
from emulator.core.errors import AwsError

MODEL = botocore.session.get_session().get_service_model("apigateway")
HERE = [name for name in MODEL.operation_names if name != "TestInvokeMethod"]  # it needs a data plane
KNOWN = {"BadRequestException", "NotFoundException", "ConflictException", "SerializationException"}
WORLD = ControlWorld()
API = WORLD.api()
ROOT = WORLD.root(API)
CHILD = WORLD.resource(API, "{id}")
WORLD.mock(API)
WORLD.op("PutMethodResponse", restApiId=API, resourceId=ROOT, httpMethod="GET", statusCode="200")
WORLD.op("CreateDeployment", restApiId=API, stageName="dev")
KEY = WORLD.op("CreateApiKey", name="k")["id"]
PLAN = WORLD.op("CreateUsagePlan", name="p", apiStages=[{"apiId": API, "stage": "dev"}])["id"]
GUARD = WORLD.op("CreateAuthorizer", restApiId=API, name="t", type="TOKEN", authorizerUri=FUNCTION)["id"]
ARN = f"arn:aws:apigateway:{REGION}::/restapis/{API}"
NAMED = {
    "restApiId": st.just(API),
    "resourceId": st.sampled_from([ROOT, CHILD]),
    "parentId": st.sampled_from([ROOT, CHILD]),
    "httpMethod": st.sampled_from(["GET", "ANY"]),
    "statusCode": st.just("200"),
    "stageName": st.just("dev"),
    "deploymentId": st.just(WORLD.op("GetStage", restApiId=API, stageName="dev")["deploymentId"]),
    "apiKey": st.just(KEY),
    "keyId": st.just(KEY),
    "usagePlanId": st.just(PLAN),
    "authorizerId": st.just(GUARD),
    "modelName": st.sampled_from(["Empty", "Error"]),
    "responseType": st.sampled_from(["THROTTLED", "DEFAULT_4XX"]),
    "resourceArn": st.sampled_from(
        [f"arn:aws:apigateway:{REGION}::/restapis/{API}{rest}" for rest in ("", "/stages/dev")]
    ),
    "type": st.sampled_from(["MOCK", "HTTP", "AWS", "AWS_PROXY", "TOKEN", "REQUEST", "COGNITO_USER_POOLS"]),
    "op": st.sampled_from(["add", "replace", "remove"]),
    "exportType": st.sampled_from(["oas30", "swagger"]),
    "startDate": st.just("2023-11-14"),
    "endDate": st.just("2023-11-15"),
}
WORDS = [
    *(
        "",
        "a",
        "{x}",
        "true",
        "-1",
        "0",
        "1e9",
        "NaN",
        "a/b",
        "*/*",
        FUNCTION,
        "{}",
        '{"$ref": "#/x"}',
        '{"$ref": "#"}',
    ),
    *("'x'", "method.request.header.x", "integration.request.header.x", "gatewayresponse.header.x", "(", "[", "\ud800"),
    *("GET", "application/json", "NONE", "CUSTOM", "DAY", "$context.x", f"{API}:dev", "http://x/", "context.x", "٣"),
]
PATHS = [
    *("/name", "/description", "/variables/a", "/binaryMediaTypes/a~1b", "/*/*/throttling/rateLimit", "/schema", "/"),
    *("/~1/GET/logging/loglevel", "/requestParameters/method.request.header.x", "/requestTemplates/a~1b", "//", ""),
    *("/apiStages", f"/apiStages/{API}:dev/throttle/~1/GET/rateLimit", "/quota/limit", "/quota/period", "/pathPart"),
    *("/throttle/rateLimit", "/accessLogSettings/format", "/accessLogSettings", "/~1/GET", "/authorizerUri", "/~2~"),
    *("/timeoutInMillis", "/statusCode", "/responseTemplates/a~1b", "/selectionPattern", "/minimumCompressionSize"),
    *("/endpointConfiguration/types/0", "/parentId", "/authorizationScopes", "/identitySource", "/providerARNs"),
]
LEAVES = {
    "string": st.sampled_from(WORDS),
    "integer": st.sampled_from([-1, 0, 1, 50, 300, 10**12]),
    "long": st.integers(),
    "double": st.sampled_from([-1.0, 0.0, 0.5, float("nan"), float("inf")]),
    "boolean": st.booleans(),
    "blob": st.sampled_from([b"", b"{", b"\xff", b"name,key\na,b\n", b'{"swagger":"2.0","info":{"title":"t"}}']),
    "timestamp": st.just(0.0),
}


def shaped(shape, name="", depth=0):
    """Values of a botocore shape."""
    if name in NAMED and shape.type_name == "string":
        return st.integers(0, 9).flatmap(lambda number: NAMED[name] if number else LEAVES["string"])
    match shape.type_name:
        case "structure":
            members = {key: shaped(member, key, depth + 1) for key, member in shape.members.items() if depth < 4}
            if shape.name == "PatchOperation":
                members["path"] = st.sampled_from(PATHS)
            needed = {key: value for key, value in members.items() if key in shape.required_members or key in NAMED}
            return st.fixed_dictionaries(needed, optional={k: v for k, v in members.items() if k not in needed})
        case "list":
            return st.lists(st.none() | shaped(shape.member, name, depth + 1), max_size=2)
        case "map":
            return st.dictionaries(LEAVES["string"], st.none() | shaped(shape.value, "", depth + 1), max_size=2)
    return LEAVES[shape.type_name]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_breaks_inside(data):
    operation = data.draw(st.sampled_from(HERE))
    shape = MODEL.operation_model(operation).input_shape
    params = data.draw(shaped(shape)) if shape is not None else {}
    if operation.startswith(("Delete", "PutRestApi")):  # the world is for all examples
        params = {**params, "restApiId": "nothere", "apiKey": "nothere", "usagePlanId": "nothere"}
        params = {name: value for name, value in params.items() if name in shape.members}
    try:
        WORLD.op(operation, **params)
        answer = "ok"
    except AwsError as error:
        answer = error.code
    assert answer in {*KNOWN, "ok"}
    assert wire.has_operation("apigateway", operation)
