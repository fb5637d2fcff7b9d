"""Short forms, CloudFormation's properties and the Python face say the same."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from emulator.stack import Deployment, Stack, StackError, deploy
from emulator.stack.description import handler_path
from emulator.stack.socket_tasks import CODE, expand, function_name

ANSWERS: dict[str, dict[str, Any]] = {
    "CreateQueue": {"QueueUrl": "http://host/queue"},
    "CreateApi": {"ApiId": "a1b2c3"},
    "CreateIntegration": {"IntegrationId": "i1"},
    "CreateRoute": {"RouteId": "r1"},
    "CreateAuthorizer": {"AuthorizerId": "z1"},
}
HANDLER = "test_stack_forms:handler"
ACCOUNT, REGION = "111122223333", "eu-west-1"
Calls = list[tuple[str, dict[str, Any]]]


def handler(event: Any, context: Any) -> None:
    """A handler of this module."""


def deployed(stack: Stack) -> tuple[Calls, Deployment]:
    """The operations that a description becomes."""
    calls: Calls = []

    async def run(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        calls.append((f"{service}:{operation}", params))
        return ANSWERS.get(operation, {})

    done = asyncio.run(deploy(stack, run, account=ACCOUNT, region=REGION, base_url="http://127.0.0.1:4566"))
    return calls, done


def of(document: dict[str, Any]) -> Calls:
    return deployed(Stack.from_document(document, Path(__file__).parent, "stack.toml"))[0]


def params_of(calls: Calls, operation: str) -> dict[str, Any]:
    (found,) = [params for name, params in calls if name == operation]
    return found


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"queues": {"q": {"visibility_timeout": 5, "fifo": True}}},
         {"queues": {"q": {"VisibilityTimeout": 5, "FifoQueue": True}}}),
        ({"queues": {"d": {}, "q": {"dead_letter": "d", "max_receive_count": 2}}},
         {"queues": {"d": {}, "q": {"RedrivePolicy": {"deadLetterTargetArn": "d", "maxReceiveCount": 2}}}}),
        ({"queues": {"q": {"tags": {"a": "b"}}}}, {"queues": {"q": {"Tags": [{"Key": "a", "Value": "b"}]}}}),
        ({"buses": {"b": {"tags": {"a": "b"}}}}, {"buses": {"b": {"Tags": [{"Key": "a", "Value": "b"}]}}}),
        ({"functions": {"f": HANDLER}}, {"functions": {"f": {"Handler": HANDLER}}}),
        ({"functions": {"f": {"handler": HANDLER, "environment": {"AB": 1}, "retries": 0, "on_failure": "q"}},
          "queues": {"q": {}}},
         {"functions": {"f": {"Handler": HANDLER, "Environment": {"Variables": {"AB": "1"}},
          "EventInvokeConfig": {"MaximumRetryAttempts": 0, "DestinationConfig": {"OnFailure": {"Destination": "q"}}}}},
          "queues": {"q": {}}}),
        ({"queues": {"q": {}}, "rules": {"r": {"pattern": {"source": ["s"]}, "target": "q"}}},
         {"queues": {"q": {}}, "rules": {"r": {"EventPattern": '{"source": ["s"]}', "Targets": [{"Arn": "q"}]}}}),
        ({"queues": {"q": {}}, "functions": {"f": HANDLER}, "mappings": {"m": {"queue": "q",
          "function": "f", "report_batch_item_failures": True, "filters": [{"body": {"a": [1]}}]}}},
         {"queues": {"q": {}}, "functions": {"f": HANDLER}, "mappings": {"m": {"EventSourceArn": "q",
          "FunctionName": "f", "FunctionResponseTypes": ["ReportBatchItemFailures"],
          "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"a": [1]}}'}]}}}}),
    ],
)  # fmt: skip
def test_short_forms_are_cloudformations_properties(short: dict[str, Any], long: dict[str, Any]) -> None:
    assert of(short) == of(long)


def test_short_forms_add_to_whole_properties_and_leave_the_given_tables_alone() -> None:
    given = {"Handler": HANDLER, "EventInvokeConfig": {"MaximumRetryAttempts": 1}, "max_event_age": 60}
    config = params_of(of({"functions": {"f": given}}), "lambda:PutFunctionEventInvokeConfig")
    assert config == {"FunctionName": "f", "MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60}
    assert given["EventInvokeConfig"] == {"MaximumRetryAttempts": 1}


def test_attributes_are_texts_and_fifo_false_is_left_out() -> None:
    calls = of({"queues": {"q": {"delay": 3, "fifo": False, "SqsManagedSseEnabled": True, "Policy": {"Id": "p"}}}})
    attributes = params_of(calls, "sqs:CreateQueue")["Attributes"]
    assert attributes == {"DelaySeconds": "3", "SqsManagedSseEnabled": "true", "Policy": '{"Id": "p"}'}


def test_a_function_runs_where_its_code_lies() -> None:
    made = params_of(of({"functions": {"f": HANDLER}}), "lambda:CreateFunction")
    assert made["Code"] == {"S3Bucket": "__local__", "S3Key": str(Path(__file__).parent)}
    assert made["Role"] == f"arn:aws:iam::{ACCOUNT}:role/emulator"
    assert made["Runtime"].startswith("python3.")


def test_javascript_runs_on_node(tmp_path: Path) -> None:
    (tmp_path / "index.mjs").touch()
    calls, _ = deployed(Stack(tmp_path).function("f", "index.handler"))
    assert params_of(calls, "lambda:CreateFunction")["Runtime"].startswith("nodejs")


def test_names_become_arns() -> None:
    stack = (
        Stack(Path(__file__).parent).queue("q").bus("b").function("f", handler, on_success="b", on_failure="queue:q")
    )
    calls, done = deployed(stack)
    config = params_of(calls, "lambda:PutFunctionEventInvokeConfig")["DestinationConfig"]
    assert config["OnSuccess"] == {"Destination": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b"}
    assert config["OnFailure"] == {"Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"}
    assert done.attributes["f"]["Arn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"


def test_an_arn_is_taken_as_it_is() -> None:
    arn = "arn:aws:sqs:us-west-2:999999999999:elsewhere"
    calls, _ = deployed(Stack(Path(__file__).parent).function("f", handler, on_failure=arn))
    config = params_of(calls, "lambda:PutFunctionEventInvokeConfig")["DestinationConfig"]
    assert config == {"OnFailure": {"Destination": arn}}


def test_placeholders() -> None:
    variables = {
        "ARN": "${other.Arn}",
        "URL": "${q.QueueUrl}",
        "WS": "${w.Endpoint}",
        "HERE": "${AWS::Region}/${AWS::AccountId}",
        "TEXT": "${!HOME}",
        "BUS": "${default.Arn}",
    }
    stack = Stack(Path(__file__).parent).queue("q").function("f", handler, environment=variables)
    stack.function("other", handler).websocket_api("w", routes={"go": "f"}, stage="test")
    calls, _ = deployed(stack)
    made = next(p for name, p in calls if name == "lambda:CreateFunction" and p["FunctionName"] == "f")
    assert made["Environment"]["Variables"] == {
        "ARN": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:other",
        "URL": "http://host/queue",
        "WS": f"https://a1b2c3.execute-api.{REGION}.amazonaws.com/test",
        "HERE": f"{REGION}/{ACCOUNT}",
        "TEXT": "${HOME}",
        "BUS": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default",
    }


def test_resources_of_one_name_are_told_apart_by_kind() -> None:
    stack = Stack(Path(__file__).parent).queue("x").function("x", handler, environment={"QUEUE": "${queue:x.Arn}"})
    _, done = deployed(stack)
    assert set(done.attributes) == {"queue:x", "function:x"}
    assert done.attributes["queue:x"]["QueueUrl"] == "http://host/queue"


def test_a_websocket_api() -> None:
    routes = {
        "$connect": "f",
        "ask": {"function": "f", "response": True, "timeout_ms": 500},
        "ping": {"integration": {"IntegrationType": "MOCK", "RequestTemplates": {"200": '{"statusCode":200}'},
                                 "Responses": {"$default": {"ResponseTemplates": {"200": "pong"}}}}},
    }  # fmt: skip
    stack = Stack(Path(__file__).parent).function("f", handler)
    stack.websocket_api(
        "w", routes=routes, authorizer={"function": "f", "identity_source": "route.request.querystring.t"}
    )
    calls, done = deployed(stack)
    created = {p["RouteKey"]: p for name, p in calls if name == "apigatewayv2:CreateRoute"}
    assert created["$connect"]["AuthorizationType"] == "CUSTOM"
    assert created["$connect"]["AuthorizerId"] == "z1"
    assert created["ask"]["RouteResponseSelectionExpression"] == "$default"
    assert "AuthorizerId" not in created["ask"]
    assert params_of(calls, "apigatewayv2:CreateAuthorizer")["IdentitySource"] == ["route.request.querystring.t"]
    assert params_of(calls, "apigatewayv2:CreateIntegrationResponse")["ResponseTemplates"] == {"200": "pong"}
    assert params_of(calls, "apigatewayv2:CreateStage") == {"ApiId": "a1b2c3", "StageName": "dev", "AutoDeploy": True}
    integration = next(p for name, p in calls if name == "apigatewayv2:CreateIntegration" and "TimeoutInMillis" in p)
    assert integration["IntegrationType"] == "AWS_PROXY"
    assert integration["IntegrationUri"].endswith(
        f":lambda:path/2015-03-31/functions/{done.attributes['f']['Arn']}/invocations"
    )
    assert done.websocket_urls == {"w": "ws://127.0.0.1:4566/_aws/execute-api/a1b2c3/dev"}


def test_an_http_api() -> None:
    send = {"QueueUrl": "${q.QueueUrl}", "MessageBody": "${request.body.a} of ${stageVariables.b}"}
    routes = {
        "POST /tasks": "f",
        "GET /old": {"function": "f", "payload_format": "1.0", "timeout_ms": 500, "authorizer": "guard"},
        "ANY /web/{proxy+}": {"url": "http://localhost:1/{proxy}", "authorizer": "jwt", "scopes": ["a"]},
        "POST /jobs": {"integration": {"IntegrationSubtype": "SQS-SendMessage", "RequestParameters": send}},
    }
    authorizers = {"guard": "f", "jwt": {"issuer": "https://issuer", "audience": "app"}}
    stack = Stack(Path(__file__).parent).function("f", handler, environment={"API": "${a.Endpoint}"}).queue("q")
    stack.http_api("a", routes=routes, authorizers=authorizers, cors={"allow_origins": ["*"], "max_age": 5})
    calls, done = deployed(stack)
    api = params_of(calls, "apigatewayv2:CreateApi")
    cors = {"AllowOrigins": ["*"], "MaxAge": 5}
    assert api == {"Name": "a", "ProtocolType": "HTTP", "CorsConfiguration": cors}
    created = {p["RouteKey"]: p for name, p in calls if name == "apigatewayv2:CreateRoute"}
    assert created["GET /old"]["AuthorizationType"] == "CUSTOM"
    assert created["ANY /web/{proxy+}"]["AuthorizationType"] == "JWT"
    assert created["ANY /web/{proxy+}"]["AuthorizationScopes"] == ["a"]
    guard, jwt = [p for name, p in calls if name == "apigatewayv2:CreateAuthorizer"]
    assert (guard["AuthorizerType"], guard["AuthorizerPayloadFormatVersion"]) == ("REQUEST", "2.0")
    assert guard["EnableSimpleResponses"] is True
    assert guard["IdentitySource"] == jwt["IdentitySource"] == ["$request.header.Authorization"]
    assert (jwt["AuthorizerType"], jwt["JwtConfiguration"]) == (
        "JWT", {"Issuer": "https://issuer", "Audience": ["app"]})  # fmt: skip
    first, old, web, job = [p for name, p in calls if name == "apigatewayv2:CreateIntegration"]
    assert (first["IntegrationUri"], first["PayloadFormatVersion"]) == (done.attributes["f"]["Arn"], "2.0")
    assert (old["PayloadFormatVersion"], old["TimeoutInMillis"]) == ("1.0", 500)
    assert (web["IntegrationType"], web["IntegrationMethod"]) == ("HTTP_PROXY", "ANY")
    assert job["RequestParameters"] == {**send, "QueueUrl": "http://host/queue"}
    stage = params_of(calls, "apigatewayv2:CreateStage")
    assert stage == {"ApiId": "a1b2c3", "StageName": "$default", "AutoDeploy": True}
    assert done.http_urls == {"a": "http://127.0.0.1:4566/_aws/execute-api/a1b2c3"}
    environment = params_of(calls, "lambda:CreateFunction")["Environment"]["Variables"]
    assert environment == {"API": f"https://a1b2c3.execute-api.{REGION}.amazonaws.com"}


def test_a_target_that_events_refuses_is_an_error() -> None:
    stack = Stack(Path(__file__).parent, "stack.toml").queue("q").rule("r", pattern={"source": ["s"]}, targets=["q"])

    async def run(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        failed = {"TargetId": "Target0", "ErrorCode": "Nope", "ErrorMessage": "not this one"}
        return (
            {"FailedEntryCount": 1, "FailedEntries": [failed]}
            if operation == "PutTargets"
            else ANSWERS.get(operation, {})
        )

    with pytest.raises(StackError, match=r"^stack\.toml: rules\.r\.targets\.0: Nope: not this one$"):
        asyncio.run(deploy(stack, run, account=ACCOUNT, region=REGION, base_url=""))


# The Python face


def test_function_objects_become_paths() -> None:
    assert handler_path(handler) == f"{__name__}:handler"
    with pytest.raises(StackError, match="define it at module level"):
        handler_path(lambda event, context: None)


def test_names_are_given_once() -> None:
    with pytest.raises(StackError, match=r"queues\.q: there is a resource 'q' in queues already"):
        Stack().queue("q").queue("q")


# The construct


def test_the_construct_is_the_published_system() -> None:
    stack = Stack(Path(__file__).parent).socket_tasks({"a": handler, "b": {"handler": handler, "types": ["b1", "b2"]}})
    calls, done = deployed(stack)
    assert done.functions == ["a", "b", "task-submit", "task-notify"]
    assert (done.queues, done.buses, done.rules) == (["notify"], ["tasksbus"], ["a", "b"])
    assert list(done.websocket_urls) == ["dev-tasks-socket"]
    config = [params for name, params in calls if name == "lambda:PutFunctionEventInvokeConfig"]
    queue = {"Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:notify"}
    assert [c["DestinationConfig"] for c in config] == [{"OnSuccess": queue, "OnFailure": queue}] * 2
    assert not any("MaximumRetryAttempts" in c for c in config)
    rules = [params["EventPattern"] for name, params in calls if name == "events:PutRule"]
    assert rules == ['{"detail-type": ["a"]}', '{"detail-type": ["b1", "b2"]}']
    mapping = params_of(calls, "lambda:CreateEventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    made = {p["FunctionName"]: p for name, p in calls if name == "lambda:CreateFunction"}
    assert made["task-submit"]["Environment"]["Variables"] == {"TASK_BUS": "tasksbus"}
    endpoint = f"https://a1b2c3.execute-api.{REGION}.amazonaws.com/dev"
    assert made["task-notify"]["Environment"]["Variables"] == {"WEBSOCKET_API": endpoint}
    assert made["task-submit"]["Code"]["S3Key"] == str(CODE)
    assert made["a"]["Timeout"] == 3
    routes = [p["RouteKey"] for name, p in calls if name == "apigatewayv2:CreateRoute"]
    assert routes == ["task-submit"]


def test_expanding_leaves_the_description_as_it_is() -> None:
    stack = Stack(Path(__file__).parent).socket_tasks({"a": handler})
    assert list(expand(stack).sections["functions"]) == ["a", "task-submit", "task-notify"]
    assert not stack.sections["functions"]
    assert deployed(stack)[0] == deployed(stack)[0]


def test_properties_of_the_construct() -> None:
    table = {"a": {"handler": handler, "environment": {"XX": "own"}, "on_success": "bus:default"}}
    stack = Stack(Path(__file__).parent)
    stack.socket_tasks(table, timeout=60, environment={"XX": "all", "YY": "all"}, queue="results", submit=handler)
    calls, _ = deployed(stack)
    made = {p["FunctionName"]: p for name, p in calls if name == "lambda:CreateFunction"}
    assert made["a"]["Timeout"] == 60
    assert made["a"]["Environment"]["Variables"] == {"XX": "own", "YY": "all"}
    assert made["task-submit"]["Handler"] == f"{__name__}:handler"
    assert made["task-submit"]["Environment"]["Variables"] == {"TASK_BUS": "tasksbus", "XX": "all", "YY": "all"}
    config = params_of(calls, "lambda:PutFunctionEventInvokeConfig")["DestinationConfig"]
    assert config["OnSuccess"]["Destination"].endswith(":event-bus/default")
    assert config["OnFailure"]["Destination"].endswith(":results")


def test_tasks_join_a_construct_that_is_there() -> None:
    stack = Stack(Path(__file__).parent).socket_tasks({"a": handler}).socket_tasks({"b": handler})
    assert deployed(stack)[1].rules == ["a", "b"]
    with pytest.raises(StackError, match="there is such a task already"):
        stack.socket_tasks({"a": handler})
    with pytest.raises(StackError, match="only tasks can be added"):
        stack.socket_tasks({"c": handler}, stage="prod")


def test_types_as_function_names() -> None:
    assert function_name("report.v2/größe") == "report-v2-gr--e"
    assert len(function_name("x" * 80)) == 64
