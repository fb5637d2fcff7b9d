"""Turning a description into resources, through the operations that an SDK would call."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.core.errors import AwsError
from emulator.stack import socket_tasks, websocket
from emulator.stack.check import check
from emulator.stack.description import Properties, Stack
from emulator.stack.errors import StackError
from emulator.stack.references import References
from emulator.stack.schema import TARGET

ROLE = "arn:aws:iam::{account}:role/emulator"


class Run(Protocol):
    """Runs an AWS operation in the stack's account and region; raises AwsError."""

    async def __call__(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]: ...


@dataclass
class Deployment:
    """What was created: names by kind, and the addresses a person needs."""

    functions: list[str] = field(default_factory=list)
    queues: list[str] = field(default_factory=list)
    buses: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    mappings: list[str] = field(default_factory=list)
    websocket_urls: dict[str, str] = field(default_factory=dict)
    """``ws://host:port/_aws/execute-api/{api}/{stage}`` by API name."""
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """``Arn``, ``QueueUrl``, ``Endpoint``… by resource name: what ``${name.Attribute}`` can say."""


async def deploy(stack: Stack, run: Run, *, account: str, region: str, base_url: str) -> Deployment:
    """Check everything, then create everything; raises StackError naming file and key.

    Nothing is created when the check fails.
    """
    references = prepare(stack, account, region)
    return await _Deployer(stack, references, run, base_url).all()


def prepare(stack: Stack, account: str, region: str) -> References:
    """Expand constructs and check everything; raises StackError.  Doing it twice is harmless."""
    socket_tasks.expand(stack)
    references = References(stack, account, region)
    check(stack, references)
    return references


class _Deployer:
    def __init__(self, stack: Stack, references: References, run: Run, base_url: str) -> None:
        self._stack = stack
        self._references = references
        self._run = run
        self._base_url = base_url
        self._done = Deployment()

    async def all(self) -> Deployment:
        sections = self._stack.sections
        for name, properties in sections["queues"].items():
            await self._queue(name, properties)
        for name, properties in sections["queues"].items():
            await self._redrive(name, properties)
        for name, properties in sections["buses"].items():
            await self._bus(name, properties)
        for name, properties in sections["websocket_apis"].items():
            await self._api(name, properties)
        for name, properties in sections["functions"].items():
            await self._function(name, properties)
        for name, properties in sections["functions"].items():
            await self._function_settings(name, properties)
        for name, properties in sections["rules"].items():
            await self._rule(name, properties)
        for name, properties in sections["websocket_apis"].items():
            await websocket.add_routes(self._call, self._references, name, properties, self._done.attributes[name])
        for name, properties in sections["mappings"].items():
            await self._mapping(name, properties)
        return self._done

    async def _call(self, key: str, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Run an operation; AWS's errors name the key they come from."""
        try:
            return await self._run(service, operation, params)
        except AwsError as error:
            raise StackError(self._stack.origin, key, f"{error.code}: {error.message}") from error

    async def _queue(self, name: str, properties: Properties) -> None:
        attributes = {k: _text(v) for k, v in properties.items() if k not in ("RedrivePolicy", "Tags")}
        params: dict[str, Any] = {"QueueName": name, "Attributes": attributes}
        if "Tags" in properties:
            params["tags"] = properties["Tags"]
        answer = await self._call(f"queues.{name}", "sqs", "CreateQueue", params)
        self._done.queues.append(name)
        arn = self._references.arn(name, ["queue"], name)
        self._done.attributes[name] = {"Arn": arn, "QueueUrl": answer["QueueUrl"], "Name": name}

    async def _redrive(self, name: str, properties: Properties) -> None:
        policy = properties.get("RedrivePolicy")
        if policy is None:
            return
        key = f"queues.{name}.RedrivePolicy"
        target = self._references.arn(policy.get("deadLetterTargetArn"), ["queue"], key)
        policy = {"maxReceiveCount": 3, **policy, "deadLetterTargetArn": target}
        url = self._done.attributes[name]["QueueUrl"]
        attributes = {"RedrivePolicy": json.dumps(policy)}
        await self._call(key, "sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": attributes})

    async def _bus(self, name: str, properties: Properties) -> None:
        params = {"Name": name, **properties, **_tags(properties)}
        answer = await self._call(f"buses.{name}", "events", "CreateEventBus", params)
        self._done.buses.append(name)
        self._done.attributes[name] = {"Arn": answer["EventBusArn"], "Name": name}

    async def _api(self, name: str, properties: Properties) -> None:
        attributes = await websocket.create_api(self._call, name, properties, self._references.region, self._base_url)
        self._done.attributes[name] = attributes
        self._done.websocket_urls[name] = attributes["Url"]

    async def _function(self, name: str, properties: Properties) -> None:
        key = f"functions.{name}"
        params = {k: v for k, v in properties.items() if k not in ("EventInvokeConfig", "ReservedConcurrentExecutions")}
        params["FunctionName"] = name
        params.setdefault("Role", ROLE.format(account=self._references.account))
        params.setdefault("Runtime", default_runtime(self._stack, params))
        code = params.get("Code", ".")
        if isinstance(code, str):
            directory = (self._stack.directory / code).resolve()
            params["Code"] = {"S3Bucket": "__local__", "S3Key": str(directory)}
        if "Environment" in params:
            params["Environment"] = {"Variables": self._variables(params["Environment"], f"{key}.environment")}
        if "DeadLetterConfig" in params:
            target = self._references.arn(params["DeadLetterConfig"].get("TargetArn"), ["queue"], f"{key}.dead_letter")
            params["DeadLetterConfig"] = {"TargetArn": target}
        answer = await self._call(key, "lambda", "CreateFunction", params)
        self._done.functions.append(name)
        self._done.attributes[name] = {"Arn": answer["FunctionArn"], "Name": name}

    def _variables(self, environment: Any, key: str) -> dict[str, str]:
        variables = environment.get("Variables", {}) if isinstance(environment, Mapping) else None
        if not isinstance(variables, Mapping):
            raise StackError(self._stack.origin, key, "expected a table of variables.")
        return {
            name: self._references.fill(_text(value), self._done.attributes, f"{key}.{name}")
            for name, value in variables.items()
        }

    async def _function_settings(self, name: str, properties: Properties) -> None:
        """What CloudFormation keeps beside the function: concurrency and AWS::Lambda::EventInvokeConfig."""
        key = f"functions.{name}"
        if "ReservedConcurrentExecutions" in properties:
            reserved = properties["ReservedConcurrentExecutions"]
            params = {"FunctionName": name, "ReservedConcurrentExecutions": reserved}
            await self._call(f"{key}.reserved_concurrency", "lambda", "PutFunctionConcurrency", params)
        config = properties.get("EventInvokeConfig")
        if config:
            params = {"FunctionName": name, **config}
            destinations = {
                side: {
                    "Destination": self._references.arn(where.get("Destination"), KINDS_OF_DESTINATION, f"{key}.{side}")
                }
                for side, where in config.get("DestinationConfig", {}).items()
            }
            if destinations:
                params["DestinationConfig"] = destinations
            await self._call(key, "lambda", "PutFunctionEventInvokeConfig", params)

    async def _rule(self, name: str, properties: Properties) -> None:
        key = f"rules.{name}"
        params: dict[str, Any] = {k: v for k, v in properties.items() if k != "Targets"}
        params["Name"] = name
        if isinstance(params.get("EventPattern"), Mapping):
            params["EventPattern"] = json.dumps(params["EventPattern"])
        await self._call(key, "events", "PutRule", params)
        targets = [self._target(t, n, f"{key}.targets") for n, t in enumerate(listed(properties.get("Targets", [])))]
        if targets:
            where = {"EventBusName": params["EventBusName"]} if "EventBusName" in params else {}
            await self._call(key, "events", "PutTargets", {"Rule": name, "Targets": targets, **where})
        self._done.rules.append(name)

    def _target(self, target: Any, number: int, key: str) -> dict[str, Any]:
        table = TARGET.normalise(self._stack.origin, key, {"Arn": target} if isinstance(target, str) else target)
        table.setdefault("Id", f"Target{number}")
        table["Arn"] = self._references.arn(table.get("Arn"), KINDS_OF_TARGET, key)
        if "Input" in table and not isinstance(table["Input"], str):
            table["Input"] = json.dumps(table["Input"])
        dead_letter = table.get("DeadLetterConfig")
        if isinstance(dead_letter, Mapping):
            table["DeadLetterConfig"] = {"Arn": self._references.arn(dead_letter.get("Arn"), ["queue"], key)}
        return table

    async def _mapping(self, name: str, properties: Properties) -> None:
        key = f"mappings.{name}"
        params = dict(properties)
        params["EventSourceArn"] = self._references.arn(params.get("EventSourceArn"), ["queue"], key)
        params["FunctionName"] = self._references.arn(params.get("FunctionName"), ["function"], key)
        if isinstance(params.get("FunctionResponseTypes"), bool):
            params["FunctionResponseTypes"] = ["ReportBatchItemFailures"] if params["FunctionResponseTypes"] else []
        filters = params.get("FilterCriteria", {}).get("Filters")
        if filters:
            patterns = [f.get("Pattern", f) if isinstance(f, Mapping) else f for f in filters]
            texts = [p if isinstance(p, str) else json.dumps(p) for p in patterns]
            params["FilterCriteria"] = {"Filters": [{"Pattern": text} for text in texts]}
        await self._call(key, "lambda", "CreateEventSourceMapping", params)
        self._done.mappings.append(name)


KINDS_OF_DESTINATION = ("queue", "function", "bus")
KINDS_OF_TARGET = ("function", "queue", "bus")


def listed(value: Any) -> list[Any]:
    """One target or a list of them."""
    return value if isinstance(value, list) else [value]


def default_runtime(stack: Stack, properties: Mapping[str, Any]) -> str:
    """Node when the handler's file is JavaScript, otherwise this Python."""
    code = properties.get("Code", ".")
    if isinstance(code, str):
        module = str(properties.get("Handler", "")).rsplit(".", 1)[0]
        for suffix in (".mjs", ".cjs", ".js"):
            if (stack.directory / code / f"{module}{suffix}").is_file():
                return "nodejs22.x"
    return f"python3.{sys.version_info.minor}"


def _tags(properties: Mapping[str, Any]) -> dict[str, Any]:
    tags = properties.get("Tags")
    return {"Tags": [{"Key": k, "Value": v} for k, v in tags.items()]} if isinstance(tags, Mapping) else {}


def _text(value: Any) -> str:
    """A property as the text that AWS's string maps hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)
