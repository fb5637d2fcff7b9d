"""Everything that can be wrong with a description and can be told before anything is created."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.stack.description import Properties, Stack
from emulator.stack.errors import StackError
from emulator.stack.handlers import problem_with
from emulator.stack.references import References
from emulator.stack.schema import AUTHORIZER, ROUTE, TARGET


def check(stack: Stack, references: References) -> None:
    """Raises StackError for the first problem: handlers that do not exist, names that mean nothing."""
    for name, properties in stack.sections["functions"].items():
        _function(stack, references, f"functions.{name}", properties)
    for name, properties in stack.sections["queues"].items():
        policy = properties.get("RedrivePolicy", {})
        if "deadLetterTargetArn" in policy:
            references.arn(policy["deadLetterTargetArn"], ["queue"], f"queues.{name}.dead_letter")
        elif policy:
            raise StackError(stack.origin, f"queues.{name}.max_receive_count", "there is no dead_letter queue for it.")
    for name, properties in stack.sections["rules"].items():
        _rule(stack, references, f"rules.{name}", properties)
    for name, properties in stack.sections["mappings"].items():
        references.arn(properties.get("EventSourceArn"), ["queue"], f"mappings.{name}.queue")
        references.arn(properties.get("FunctionName"), ["function"], f"mappings.{name}.function")
    for name, properties in stack.sections["websocket_apis"].items():
        _websocket_api(stack, references, f"websocket_apis.{name}", properties)


def _function(stack: Stack, references: References, key: str, properties: Properties) -> None:
    handler = properties.get("Handler")
    if not isinstance(handler, str):
        raise StackError(stack.origin, f"{key}.handler", "a function needs a handler: 'package.module:function'.")
    code = properties.get("Code", ".")
    if isinstance(code, str) and not str(properties.get("Runtime", "python")).startswith("nodejs"):
        directory = (stack.directory / code).resolve()
        if not directory.is_dir():
            raise StackError(stack.origin, f"{key}.code", f"{directory} is not a directory.")
        stem = handler.rsplit(".", 1)[0]
        if not any((directory / f"{stem}{suffix}").is_file() for suffix in (".mjs", ".cjs", ".js")):
            problem = problem_with(handler, directory)
            if problem:
                raise StackError(stack.origin, f"{key}.handler", problem)
    if "DeadLetterConfig" in properties:
        references.arn(properties["DeadLetterConfig"].get("TargetArn"), ["queue"], f"{key}.dead_letter")
    for side, where in properties.get("EventInvokeConfig", {}).get("DestinationConfig", {}).items():
        short = {"OnSuccess": "on_success", "OnFailure": "on_failure"}.get(side, side)
        references.arn(where.get("Destination"), ("queue", "function", "bus"), f"{key}.{short}")


def _rule(stack: Stack, references: References, key: str, properties: Properties) -> None:
    bus = properties.get("EventBusName", "default")
    references.arn(f"bus:{bus}" if not str(bus).startswith("arn:") else bus, ["bus"], f"{key}.bus")
    targets = properties.get("Targets", [])
    for target in targets if isinstance(targets, list) else [targets]:
        table: Mapping[str, Any] = {"Arn": target} if isinstance(target, str) else target
        arn = TARGET.normalise(stack.origin, f"{key}.targets", table).get("Arn")
        references.arn(arn, ("function", "queue", "bus"), f"{key}.targets")


def _websocket_api(stack: Stack, references: References, key: str, properties: Properties) -> None:
    routes = properties.get("Routes", {})
    if not isinstance(routes, Mapping) or not routes:
        raise StackError(stack.origin, f"{key}.routes", "an API needs at least one route.")
    for route, definition in routes.items():
        where = f"{key}.routes.{route}"
        table = {"function": definition} if isinstance(definition, str) else definition
        normal = ROUTE.normalise(stack.origin, where, table)
        if "Function" in normal:
            references.arn(normal["Function"], ["function"], where)
        elif "Integration" not in normal:
            raise StackError(stack.origin, where, "a route needs a function or an integration.")
    authorizer = properties.get("Authorizer")
    if authorizer is not None:
        table = {"function": authorizer} if isinstance(authorizer, str) else authorizer
        normal = AUTHORIZER.normalise(stack.origin, f"{key}.authorizer", table)
        references.arn(normal.get("Function"), ["function"], f"{key}.authorizer.function")
