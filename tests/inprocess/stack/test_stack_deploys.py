"""Descriptions against the real operations, without a port."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from emulator.app import Emulator
from emulator.core.settings import Settings
from emulator.stack import Deployment, Stack, StackError

HERE = Path(__file__).parent


def handler(event: Any, context: Any) -> None:
    """Something that a stack can name."""


def deployed(stack: Stack) -> tuple[Emulator, Deployment]:
    emulator = Emulator(Settings(runtime="inline", check_outputs=True), "manual", start=1_735_689_600.0)

    async def main() -> Deployment:
        try:
            return await emulator.deploy(stack)
        finally:
            await emulator.ground.clock.close()

    return emulator, asyncio.run(main())


def asked(emulator: Emulator, service: str, operation: str, **params: Any) -> dict[str, Any]:
    """What an AWS operation answers about the deployed stack."""
    ground = emulator.ground

    async def main() -> dict[str, Any]:
        return await emulator.operations(
            service, operation, params, account="000000000000", region="us-east-1", cause=ground.new_cause()
        )

    return asyncio.run(main())


def described() -> Stack:
    stack = Stack(HERE, "stack.toml")
    stack.queue("dead", retention=86400).queue("jobs", dead_letter="dead", max_receive_count=2, visibility_timeout=5)
    stack.queue("orders.fifo", fifo=True, content_based_deduplication=True, tags={"team": "a"})
    stack.bus("shop", description="orders")
    stack.function("work", handler, timeout=4, memory=256, environment={"QUEUE": "${jobs.QueueUrl}"}, retries=1,
                   max_event_age=120, on_failure="queue:dead", on_success="shop", reserved_concurrency=2,
                   dead_letter="dead", tags={"team": "a"})  # fmt: skip
    stack.rule("placed", bus="shop", pattern={"source": ["app"]}, state="DISABLED", targets=[
        "work", {"target": "jobs", "input_path": "$.detail", "retries": 0, "dead_letter": "dead"}])  # fmt: skip
    stack.rule("nightly", schedule="rate(1 day)", target={"target": "work", "input": {"run": True}})
    stack.mapping("jobs", queue="jobs", function="work", batch_size=5, report_batch_item_failures=True, enabled=False,
                  filters=[{"body": {"kind": ["a"]}}])  # fmt: skip
    routes = {"$connect": "work", "say": {"function": "work", "response": True, "timeout_ms": 5000}}
    stack.websocket_api("chat", stage="prod", stage_variables={"color": "blue"}, routes=routes, authorizer="work")
    send = {"QueueUrl": "${jobs.QueueUrl}", "MessageBody": "$request.body"}
    over_http = {
        "POST /jobs": {"integration": {"IntegrationSubtype": "SQS-SendMessage", "RequestParameters": send}},
        "GET /jobs/{id}": {"function": "work", "authorizer": "guard"},
    }
    stack.http_api("web", stage="v1", routes=over_http, authorizers={"guard": {"function": "work", "ttl": 0}})
    return stack


def test_everything_arrives() -> None:
    emulator, done = deployed(described())
    assert done.queues == ["dead", "jobs", "orders.fifo"]

    function = asked(emulator, "lambda", "GetFunction", FunctionName="work")
    shown = function["Configuration"]
    assert (shown["Timeout"], shown["MemorySize"], shown["Handler"]) == (4, 256, f"{__name__}:handler")
    assert shown["Environment"]["Variables"] == {"QUEUE": done.attributes["queue:jobs"]["QueueUrl"]}
    assert function["Concurrency"] == {"ReservedConcurrentExecutions": 2}
    assert function["Tags"] == {"team": "a"}
    config = asked(emulator, "lambda", "GetFunctionEventInvokeConfig", FunctionName="work")
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (1, 120)
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == done.attributes["dead"]["Arn"]

    url = done.attributes["queue:jobs"]["QueueUrl"]
    attributes = asked(emulator, "sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "5"
    assert '"maxReceiveCount":2' in attributes["RedrivePolicy"].replace(" ", "")

    rule = asked(emulator, "events", "DescribeRule", Name="placed", EventBusName="shop")
    assert rule["State"] == "DISABLED"
    targets = asked(emulator, "events", "ListTargetsByRule", Rule="placed", EventBusName="shop")["Targets"]
    assert [target["Id"] for target in targets] == ["Target0", "Target1"]
    assert targets[1]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    nightly = asked(emulator, "events", "ListTargetsByRule", Rule="nightly")["Targets"]
    assert nightly[0]["Input"] == '{"run": true}'

    (mapping,) = asked(emulator, "lambda", "ListEventSourceMappings", FunctionName="work")["EventSourceMappings"]
    assert mapping["BatchSize"] == 5
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    api = done.attributes["chat"]["Id"]
    routes = asked(emulator, "apigatewayv2", "GetRoutes", ApiId=api)["Items"]
    assert {route["RouteKey"] for route in routes} == {"$connect", "say"}
    stage = asked(emulator, "apigatewayv2", "GetStage", ApiId=api, StageName="prod")
    assert stage["StageVariables"] == {"color": "blue"}
    assert done.websocket_urls["chat"].endswith(f"/_aws/execute-api/{api}/prod")

    api = done.attributes["web"]["Id"]
    routes = {route["RouteKey"]: route for route in asked(emulator, "apigatewayv2", "GetRoutes", ApiId=api)["Items"]}
    assert set(routes) == {"POST /jobs", "GET /jobs/{id}"}
    assert routes["GET /jobs/{id}"]["AuthorizationType"] == "CUSTOM"
    sending = asked(emulator, "apigatewayv2", "GetIntegrations", ApiId=api)["Items"][0]
    assert sending["RequestParameters"] == {"QueueUrl": url, "MessageBody": "$request.body"}
    assert done.http_urls["web"].endswith(f"/_aws/execute-api/{api}/v1")


@pytest.mark.parametrize(
    ("stack", "text"),
    [
        (Stack(HERE, "s").rule("r", pattern={"source": "text"}), "s: rules.r: InvalidEventPatternException: "),
        (Stack(HERE, "s").rule("r", schedule="rate(1 parsec)"), "s: rules.r: ValidationException: "),
        (Stack(HERE, "s").queue("q", visibility_timeout=-1), "s: queues.q: InvalidAttributeValue: "),
        (Stack(HERE, "s").queue("q", fifo=True), "s: queues.q: "),
        (Stack(HERE, "s").function("f", handler, runtime="cobol"), "s: functions.f"),
    ],
)
def test_what_only_aws_can_tell_names_the_resource(stack: Stack, text: str) -> None:
    with pytest.raises(StackError) as caught:
        deployed(stack)
    assert str(caught.value).startswith(text)


def test_nothing_is_created_when_the_check_fails() -> None:
    stack = Stack(HERE, "s").queue("q").rule("r", pattern={"source": ["s"]}, target="nobody")
    emulator = Emulator(Settings(runtime="inline"), "manual")
    with pytest.raises(StackError):
        asyncio.run(emulator.deploy(stack))
    assert "QueueUrls" not in asked(emulator, "sqs", "ListQueues")
