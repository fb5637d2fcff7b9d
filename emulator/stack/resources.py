"""Queues, buses, functions and rules as the AWS operations that create them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.stack import ecs
from emulator.stack.handlers import default_runtime, problem_with
from emulator.stack.references import TARGETS
from emulator.stack.schema import TARGET
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed, text, without

ROLE = "arn:aws:iam::{account}:role/emulator"
LOCAL_BUCKET = "__local__"
DEFAULT_MAX_RECEIVE_COUNT = 3


def queue(context: Context, resource: Resource) -> Steps:
    properties = without(resource.properties, "RedrivePolicy", "Tags")
    if properties.get("FifoQueue") is False:
        del properties["FifoQueue"]  # CloudFormation's way to say no; the API knows only true
    attributes = {name: text(value) for name, value in properties.items()}
    params: dict[str, Any] = {"QueueName": resource.name, "Attributes": attributes}
    if tags := context.tags(resource):
        params["tags"] = tags
    answer = yield Step(resource, "sqs", "CreateQueue", params, ("Attributes",))
    context.references.attributes[f"queue:{resource.name}"]["QueueUrl"] = answer["QueueUrl"]


def redrive(context: Context, resource: Resource) -> Steps:
    """A queue's dead letters go to a queue that may be described after it."""
    policy = context.table(resource, "RedrivePolicy")
    if not policy:
        return
    key = resource.place("RedrivePolicy", "deadLetterTargetArn")
    if "deadLetterTargetArn" not in policy:
        raise context.error(resource.place("RedrivePolicy", "maxReceiveCount"), "there is no dead_letter queue for it.")
    policy["deadLetterTargetArn"] = context.references.arn(policy["deadLetterTargetArn"], ["queue"], key)
    policy.setdefault("maxReceiveCount", DEFAULT_MAX_RECEIVE_COUNT)
    url = context.references.attributes[f"queue:{resource.name}"]["QueueUrl"]
    params = {"QueueUrl": url, "Attributes": {"RedrivePolicy": text(policy)}}
    yield Step(resource, "sqs", "SetQueueAttributes", params, ("RedrivePolicy",))


def bus(context: Context, resource: Resource) -> Steps:
    params = {"Name": resource.name, **without(resource.properties, "Tags")}
    if tags := context.tags(resource):
        params["Tags"] = [{"Key": name, "Value": value} for name, value in tags.items()]
    yield Step(resource, "events", "CreateEventBus", params)


def function(context: Context, resource: Resource) -> Steps:
    """CreateFunction with code that stays where it is: an edit is the next invocation's code."""
    params = without(resource.properties, "EventInvokeConfig", "ReservedConcurrentExecutions", "Tags")
    params["FunctionName"] = resource.name
    params.setdefault("Role", ROLE.format(account=context.references.account))
    folder = _code_directory(context, resource)
    params["Code"] = {"S3Bucket": LOCAL_BUCKET, "S3Key": str(folder)}
    handler = params.get("Handler")
    if not isinstance(handler, str) or not handler:
        raise context.error(resource.place("Handler"), "a function needs a handler: 'package.module:function'.")
    params.setdefault("Runtime", default_runtime(handler, folder))
    if problem := problem_with(handler, folder, str(params["Runtime"])):
        raise context.error(resource.place("Handler"), problem)
    if "Environment" in params:
        params["Environment"] = {**context.table(resource, "Environment"), "Variables": _variables(context, resource)}
    if "DeadLetterConfig" in params:
        given = context.table(resource, "DeadLetterConfig").get("TargetArn")
        key = resource.place("DeadLetterConfig", "TargetArn")
        params["DeadLetterConfig"] = {"TargetArn": context.references.arn(given, ["queue", "topic"], key)}
    if tags := context.tags(resource):
        params["Tags"] = tags
    yield Step(resource, "lambda", "CreateFunction", params)


def _code_directory(context: Context, resource: Resource) -> Path:
    code = resource.properties.get("Code", ".")
    if not isinstance(code, str):
        raise context.error(resource.place("Code"), f"expected a directory, got {code!r}.")
    folder = (context.directory / code).resolve()
    if not folder.is_dir():
        raise context.error(resource.place("Code"), f"{folder} is not a directory.")
    return folder


def _variables(context: Context, resource: Resource) -> dict[str, str]:
    key = resource.place("Environment", "Variables")
    given = context.table(resource, "Environment", "Variables")
    return {name: context.references.fill(text(value), f"{key}.{name}") for name, value in given.items()}


def function_settings(context: Context, resource: Resource) -> Steps:
    """What CloudFormation keeps beside the function: concurrency and AWS::Lambda::EventInvokeConfig."""
    properties = resource.properties
    name = {"FunctionName": resource.name}
    if "ReservedConcurrentExecutions" in properties:
        params = {**name, "ReservedConcurrentExecutions": properties["ReservedConcurrentExecutions"]}
        yield Step(resource, "lambda", "PutFunctionConcurrency", params)
    config = context.table(resource, "EventInvokeConfig")
    if not config:
        return
    destinations = context.table(resource, "EventInvokeConfig", "DestinationConfig")
    for side in destinations:
        where = context.table(resource, "EventInvokeConfig", "DestinationConfig", side)
        key = resource.place("EventInvokeConfig", "DestinationConfig", side)
        key = _short_destination(resource, side) or key
        kinds = (*TARGETS, "bucket") if side == "OnFailure" else TARGETS
        where["Destination"] = context.references.arn(where.get("Destination"), kinds, key)
        destinations[side] = where
    if destinations:
        config["DestinationConfig"] = destinations
    yield Step(resource, "lambda", "PutFunctionEventInvokeConfig", {**name, **config}, ("EventInvokeConfig",))


def _short_destination(resource: Resource, side: str) -> str:
    """``on_success`` and ``on_failure`` end in the same property, so they are told apart here."""
    short = {"OnSuccess": "on_success", "OnFailure": "on_failure"}.get(side)
    return f"{resource.key}.{short}" if short in resource.written.values() else ""


def rule(context: Context, resource: Resource) -> Steps:
    params = {"Name": resource.name, **without(resource.properties, "Targets")}
    where: dict[str, Any] = {}
    if "EventBusName" in params:
        where["EventBusName"] = params["EventBusName"] = _bus_name(context, resource)
    if isinstance(params.get("EventPattern"), Mapping):
        params["EventPattern"] = text(params["EventPattern"])
    yield Step(resource, "events", "PutRule", params)
    for number, given in enumerate(listed(resource.properties.get("Targets", []))):
        target = _target(context, resource, given, number)
        params = {"Rule": resource.name, "Targets": [target.properties], **where}
        answer = yield Step(target, "events", "PutTargets", params)
        for failed in answer.get("FailedEntries", []):
            raise context.error(target.key, f"{failed.get('ErrorCode')}: {failed.get('ErrorMessage')}")


def _bus_name(context: Context, resource: Resource) -> str:
    given = resource.properties["EventBusName"]
    context.references.arn(given, ["bus"], resource.place("EventBusName"))
    return str(given).removeprefix("bus:")


def _target(context: Context, rule: Resource, given: Any, number: int) -> Resource:
    key = rule.place("Targets")
    if isinstance(rule.properties["Targets"], list):
        key = f"{key}.{number}"
    table = {"target": given} if isinstance(given, str) else given
    target = TARGET.read(context.references.origin, f"Target{number}", key, table)
    properties = target.properties
    properties.setdefault("Id", target.name)
    place = key if isinstance(given, str) else target.place("Arn")
    if "EcsParameters" in properties:
        ecs.target(context, target, place)
    else:
        properties["Arn"] = context.references.arn(properties.get("Arn"), (*TARGETS, "state_machine"), place)
        if ":states:" in properties["Arn"]:
            properties.setdefault("RoleArn", ROLE.format(account=context.references.account))
    if "Input" in properties:
        properties["Input"] = text(properties["Input"])
    if "DeadLetterConfig" in properties:
        dead_letter = context.table(target, "DeadLetterConfig")
        arn = context.references.arn(dead_letter.get("Arn"), ["queue"], target.place("DeadLetterConfig", "Arn"))
        properties["DeadLetterConfig"] = {**dead_letter, "Arn": arn}
    return target
