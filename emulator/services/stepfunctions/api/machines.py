"""CreateStateMachine, UpdateStateMachine, DescribeStateMachine, DeleteStateMachine, ListStateMachines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.stepfunctions import ending, errors, paging
from emulator.services.stepfunctions.definitions import check_logging, compile_definition
from emulator.services.stepfunctions.machine import NO_LOGGING, NO_TRACING, STANDARD, Revision, StateMachine, Version
from emulator.services.stepfunctions.names import MACHINE, check_name, read
from emulator.services.stepfunctions.store import StepFunctionsStore, find_machine, store_at
from emulator.services.stepfunctions.tags import tags_of

_NOTHING_GIVEN = (
    "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
)
_CHANGEABLE = ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
_OWN_KEY = {"type": "AWS_OWNED_KEY"}


async def create_state_machine(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The same again answers the existing machine; role and tags are not compared (AWS docs)."""
    name, kind = params["name"], params.get("type") or STANDARD
    check_name(name)
    _check_publishing(params)
    _check_encryption(params)
    logging = params.get("loggingConfiguration") or dict(NO_LOGGING)
    await check_logging(call, logging)
    definition = compile_definition(call, params["definition"], kind, name)
    tracing = params.get("tracingConfiguration") or dict(NO_TRACING)
    now = call.clock.now()
    revision = Revision(params["definition"], definition, params["roleArn"], logging, tracing, None, now)
    store = call.store(StepFunctionsStore)
    machine = store.machines.get(name)
    if machine is None:
        arn = call.arn("states", f"{MACHINE}:{name}")
        machine = StateMachine(arn, name, kind, now, revision, tags_of(params.get("tags") or []))
        store.machines[name] = machine
    elif machine.type != kind or not replace(revision, role=machine.revision.role).same_as(machine.revision):
        message = f"State Machine Already Exists: '{machine.arn}'"
        raise AwsError("StateMachineAlreadyExists", message)
    answer = {"stateMachineArn": machine.arn, "creationDate": machine.created}
    return answer | _published(machine, params, now)


def _published(machine: StateMachine, params: dict[str, Any], now: float) -> dict[str, Any]:
    if not params.get("publish"):
        return {}
    return {"stateMachineVersionArn": machine.publish(params.get("versionDescription"), now).arn}


def _check_publishing(params: dict[str, Any]) -> None:
    if params.get("versionDescription") and not params.get("publish"):
        raise errors.validation("Version description can only be set when publish is true")


def _check_encryption(params: dict[str, Any]) -> None:
    given = params.get("encryptionConfiguration") or _OWN_KEY
    if given.get("type") != _OWN_KEY["type"]:
        text = "Invalid Encryption Configuration: customer managed keys are not emulated; leave it out."
        raise AwsError("InvalidEncryptionConfiguration", text)


async def update_state_machine(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Running executions keep what they were started with; the next one uses the new revision."""
    arn = params["stateMachineArn"]
    machine, address = find_machine(call.ground, arn)
    if address.rest:
        raise errors.no_machine(arn)
    if not any(params.get(member) is not None for member in _CHANGEABLE):
        raise AwsError("MissingRequiredParameter", _NOTHING_GIVEN)
    _check_publishing(params)
    _check_encryption(params)
    current = machine.revision
    logging = params.get("loggingConfiguration")
    if logging is not None:
        await check_logging(call, logging)
    text = params.get("definition")
    definition = current.definition if text is None else compile_definition(call, text, machine.type, machine.name)
    now = call.clock.now()
    changed = replace(
        current,
        text=current.text if text is None else text,
        definition=definition,
        role=params.get("roleArn") or current.role,
        logging=current.logging if logging is None else logging,
        tracing=params.get("tracingConfiguration") or current.tracing,
        updated=now,
    )
    if not changed.same_as(current):
        machine.revision = replace(changed, id=call.ids.uuid())
    answer: dict[str, Any] = {"updateDate": now}
    if machine.revision.id is not None:
        answer["revisionId"] = machine.revision.id
    return answer | _published(machine, params, now)


def describe_state_machine(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The machine, or the version that the ARN (or its alias) names."""
    arn = params["stateMachineArn"]
    machine, address = find_machine(call.ground, arn)
    version: Version | None = None
    if address.rest in machine.aliases:
        arn = machine.aliases[address.rest].choose(call.ids.uniform)
        version = machine.version(arn.rsplit(":", 1)[1])
    elif address.rest:
        version = machine.version(address.rest)
        if version is None:
            raise errors.no_machine(arn)
    revision = machine.revision if version is None else version.revision
    answer: dict[str, Any] = {
        "stateMachineArn": arn if version is not None else machine.arn,
        "name": machine.name,
        "status": "ACTIVE",
        "type": machine.type,
        "creationDate": machine.created if version is None else version.created,
    }
    if version is not None and version.description:
        answer["description"] = version.description
    return answer | describe_revision(revision, params)


def describe_revision(revision: Revision, params: dict[str, Any]) -> dict[str, Any]:
    """What DescribeStateMachine and DescribeStateMachineForExecution have in common."""
    answer: dict[str, Any] = {
        "definition": revision.text,
        "roleArn": revision.role,
        "loggingConfiguration": revision.logging,
        "tracingConfiguration": revision.tracing,
        "encryptionConfiguration": _OWN_KEY,
    }
    if params.get("includedData") == "METADATA_ONLY":
        answer["definition"] = ""
    if revision.id is not None:
        answer["revisionId"] = revision.id
    references = revision.definition.variable_references
    if references and answer["definition"]:
        answer["variableReferences"] = {state: list(names) for state, names in references.items()}
    return answer


def delete_state_machine(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Gone at once, with its executions; running ones are stopped.  Unknown ones are no error (recorded from AWS)."""
    address = read(params["stateMachineArn"], MACHINE)
    store = store_at(call.ground, address)
    machine = store.machines.get(address.name) if not address.rest else None
    if machine is None:
        return {}
    del store.machines[address.name]
    for execution in list(store.executions.values()):
        name = execution.origin.machine_name
        if name == machine.name or name.startswith(f"{machine.name}/"):  # the children of its Map Runs
            ending.stop(call.ground, execution)
            del store.executions[execution.arn]
    return {}


def list_state_machines(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Newest first."""
    machines = [
        {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "type": machine.type,
            "creationDate": machine.created,
        }
        for machine in reversed(call.store(StepFunctionsStore).machines.values())
    ]
    return paging.answer(params, "stateMachines", machines)
