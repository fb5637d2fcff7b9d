"""Definitions as the API takes them: checked by AWS's rules, and by what exists here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.asl.definition import load
from emulator.asl.errors import Diagnostic, InvalidDefinitionError, invalid_definition_message
from emulator.asl.states import Map, Parallel, StateMachine, Task, Workflow
from emulator.core.courier import Courier
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.stepfunctions.integrations.directory import called
from emulator.services.stepfunctions.mocks import read_mock_config

_SCHEMA = "SCHEMA_VALIDATION_FAILED"


def compile_definition(call: Call, text: str, kind: str, name: str) -> StateMachine:
    """Raises InvalidDefinition in AWS's words; integrations that do not exist here are refused by name, unless the
    mock configuration stands in for them."""
    try:
        definition = load(text, kind)
    except InvalidDefinitionError as error:
        raise AwsError("InvalidDefinition", str(error)) from None
    missing = list(_missing(call.courier, definition, "/States", read_mock_config().states_of(name)))
    if missing:
        raise AwsError("InvalidDefinition", invalid_definition_message(missing))
    return definition


def _missing(courier: Courier, workflow: Workflow, place: str, mocked: frozenset[str]) -> Iterator[Diagnostic]:
    for name, state in workflow.states.items():
        here = f"{place}/{name}"
        if isinstance(state, Task) and name not in mocked:
            reason = _why_not(courier, state)
            if reason is not None:
                text = f"The resource {state.resource.arn} is not emulated: {reason}"
                yield Diagnostic(_SCHEMA, text, f"{here}/Resource")
        elif isinstance(state, Parallel):
            for index, branch in enumerate(state.branches):
                yield from _missing(courier, branch, f"{here}/Branches[{index}]/States", mocked)
        elif isinstance(state, Map):
            yield from _missing_in_map(courier, state, here)
            yield from _missing(courier, state.processor, f"{here}/ItemProcessor/States", mocked)


def _why_not(courier: Courier, state: Task) -> str | None:
    resource = state.resource
    if resource.kind == "activity" or resource.service in ("states", "apigateway", "http"):
        return None
    if resource.kind == "lambda":
        return None if courier.can_deliver("lambda") else "there are no functions here"
    what = called(resource)
    if resource.waits_for_end and not courier.has_jobs(what.service):
        return f"the end of a job of '{resource.service}' cannot be waited for"
    if not courier.can_call(what.service, what.operation):
        return f"the operation {what.operation} of the service '{what.service}' does not exist here"
    return None


def _missing_in_map(courier: Courier, state: Map, here: str) -> Iterator[Diagnostic]:
    for name, part in (("ItemReader", state.item_reader), ("ResultWriter", state.result_writer)):
        if part is not None and part.resource and not courier.can_call("s3", "GetObject"):
            text = f"The resource {part.resource} is not emulated: the service 's3' does not exist here"
            yield Diagnostic(_SCHEMA, text, f"{here}/{name}/Resource")
    if state.item_reader is not None and state.item_reader.input_type == "MANIFEST":
        yield Diagnostic(_SCHEMA, "InputType MANIFEST is not emulated", f"{here}/ItemReader/ReaderConfig/InputType")


async def check_logging(call: Call, logging: dict[str, Any]) -> None:
    """Raises InvalidLoggingConfiguration."""
    destinations = logging.get("destinations") or []
    level = logging.get("level") or "OFF"
    if len(destinations) > 1 or (level != "OFF" and not destinations):
        raise _bad_logging("Must specify exactly one Log Destination.")
    for destination in destinations:
        arn = (destination.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn") or ""
        if not await _log_group_exists(call, arn):
            raise _bad_logging("Log Destination not found.")


async def _log_group_exists(call: Call, arn: str) -> bool:
    name = arn.partition(":log-group:")[2].removesuffix(":*")
    if not name:
        return False
    if not call.courier.can_call("logs", "DescribeLogGroups"):
        return True
    found = await call.courier.call(
        "logs",
        "DescribeLogGroups",
        {"logGroupNamePrefix": name},
        account=call.account,
        region=call.region,
        cause=call.cause,
    )
    return any(group.get("logGroupName") == name for group in found.get("logGroups") or [])


def _bad_logging(text: str) -> AwsError:
    return AwsError("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {text}")
