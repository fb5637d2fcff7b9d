"""Turning a description into resources, through the operations that an SDK would call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.core.errors import AwsError
from emulator.services.ecs.programs import LocalProgram
from emulator.stack import (
    buckets,
    ecs,
    http_api,
    mappings,
    pipes,
    resources,
    rest_api,
    state_machines,
    tables,
    topics,
    websocket,
)
from emulator.stack.description import Stack
from emulator.stack.parameters import check_parameters, refused
from emulator.stack.references import References
from emulator.stack.socket_tasks import expand
from emulator.stack.steps import Context, Steps

REHEARSED: dict[str, dict[str, Any]] = {
    "CreateQueue": {"QueueUrl": "http://rehearsal"},
    "CreateTable": {"TableDescription": {"LatestStreamArn": "arn:aws:dynamodb:::table/rehearsal/stream/now"}},
    "CreateTopic": {"TopicArn": "arn:aws:sns:::rehearsal"},
    "CreateApi": {"ApiId": "rehearsal"},
    "CreateAuthorizer": {"AuthorizerId": "rehearsal", "id": "rehearsal"},
    "CreateRestApi": {"id": "rehearsal", "rootResourceId": "rehearsal"},
    "CreateResource": {"id": "rehearsal"},
    "CreateRequestValidator": {"id": "rehearsal"},
    "CreateUsagePlan": {"id": "rehearsal"},
    "CreateApiKey": {"id": "rehearsal"},
    "CreateIntegration": {"IntegrationId": "rehearsal"},
    "CreateRoute": {"RouteId": "rehearsal"},
    "RegisterTaskDefinition": {"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:::task-definition/rehearsal:1"}},
}
"""Answers that later steps need, while nothing exists."""


class Run(Protocol):
    """Runs an AWS operation in the stack's account and region; raises AwsError."""

    async def __call__(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]: ...


@dataclass
class Deployment:
    """What was created: names by kind, and the addresses a person needs."""

    functions: list[str] = field(default_factory=list)
    queues: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    topics: dict[str, list[str]] = field(default_factory=dict)
    """The endpoints of the subscriptions, by topic."""
    buckets: list[str] = field(default_factory=list)
    buses: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    mappings: list[str] = field(default_factory=list)
    pipes: list[str] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    task_definitions: list[str] = field(default_factory=list)
    state_machines: list[str] = field(default_factory=list)
    activities: list[str] = field(default_factory=list)
    programs: dict[str, LocalProgram] = field(default_factory=dict)
    """What runs in containers of an image here, by image or ``family/container``."""
    websocket_urls: dict[str, str] = field(default_factory=dict)
    """``ws://host:port/_aws/execute-api/{api}/{stage}`` by API name."""
    http_urls: dict[str, str] = field(default_factory=dict)
    """``http://host:port/_aws/execute-api/{api}[/{stage}]`` by API name."""
    rest_urls: dict[str, str] = field(default_factory=dict)
    """``http://host:port/_aws/execute-api/{api}/{stage}`` by API name."""
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """``Arn``, ``QueueUrl``, ``Endpoint``… by resource name, or by ``kind:name`` where two kinds share a name."""


def prepare(stack: Stack, account: str, region: str) -> Stack:
    """Check everything that can be told without creating anything; raises StackError.  Gives the expanded stack."""
    stack = expand(stack)
    steps = steps_of(stack, References(stack, account, region))
    answer: dict[str, Any] | None = None
    while True:
        try:
            step = next(steps) if answer is None else steps.send(answer)
        except StopIteration:
            return stack
        check_parameters(stack.origin, step)
        answer = REHEARSED.get(step.operation, {})


async def deploy(stack: Stack, run: Run, *, account: str, region: str, base_url: str) -> Deployment:
    """Check everything, then create everything; raises StackError naming file and key.

    Nothing is created when the check fails.
    """
    stack = prepare(stack, account, region)
    references = References(stack, account, region, base_url)
    steps = steps_of(stack, references)
    answer: dict[str, Any] | None = None
    while True:
        try:
            step = next(steps) if answer is None else steps.send(answer)
        except StopIteration:
            return _deployment(stack, references)
        try:
            answer = await run(step.service, step.operation, step.params)
        except AwsError as error:
            raise refused(stack.origin, step, error) from error


def steps_of(stack: Stack, references: References) -> Steps:
    """Every operation in an order in which each finds what it names."""
    context = Context(references, stack.directory)
    sections = {title: list(section.values()) for title, section in stack.sections.items()}
    for resource in sections["queues"]:
        yield from resources.queue(context, resource)
    for resource in sections["queues"]:
        yield from resources.redrive(context, resource)
    for resource in sections["tables"]:
        yield from tables.table(context, resource)
    for resource in sections["topics"]:
        yield from topics.topic(context, resource)
    for resource in sections["buckets"]:
        yield from buckets.bucket(context, resource)
    for resource in sections["buses"]:
        yield from resources.bus(context, resource)
    for resource in sections["websocket_apis"]:
        yield from websocket.api(context, resource)
    for resource in sections["http_apis"]:
        yield from http_api.api(context, resource)
    for resource in sections["rest_apis"]:
        yield from rest_api.api(context, resource)
    for resource in sections["clusters"]:
        yield from ecs.cluster(context, resource)
    ecs.programs(context, sections["containers"])
    for resource in sections["task_definitions"]:
        yield from ecs.task_definition(context, resource)
    for resource in sections["functions"]:
        yield from resources.function(context, resource)
    for resource in sections["functions"]:
        yield from resources.function_settings(context, resource)
    for resource in sections["activities"]:
        yield from state_machines.activity(context, resource)
    for resource in sections["state_machines"]:
        yield from state_machines.state_machine(context, resource)
    for resource in sections["rules"]:
        yield from resources.rule(context, resource)
    for resource in sections["websocket_apis"]:
        yield from websocket.routes(context, resource)
    for resource in sections["http_apis"]:
        yield from http_api.routes(context, resource)
    for resource in sections["rest_apis"]:
        yield from rest_api.methods(context, resource)
    for resource in sections["topics"]:
        yield from topics.subscriptions(context, resource)
    for resource in sections["buckets"]:
        yield from buckets.notifications(context, resource)
    for resource in sections["mappings"]:
        yield from mappings.mapping(context, resource)
    for resource in sections["pipes"]:
        yield from pipes.pipe(context, resource)


def _deployment(stack: Stack, references: References) -> Deployment:
    names = {title: list(section) for title, section in stack.sections.items()}
    sockets, apis, rest = names.pop("websocket_apis"), names.pop("http_apis"), names.pop("rest_apis")
    del names["containers"], names["topics"]
    return Deployment(
        **names,
        topics={name: topics.endpoints(resource) for name, resource in stack.sections["topics"].items()},
        programs=ecs.programs(Context(references, stack.directory), stack.sections["containers"].values()),
        websocket_urls={name: references.attributes[f"websocket_api:{name}"]["Url"] for name in sockets},
        http_urls={name: references.attributes[f"http_api:{name}"]["Url"] for name in apis},
        rest_urls={name: references.attributes[f"rest_api:{name}"]["Url"] for name in rest},
        attributes=references.by_name(),
    )
