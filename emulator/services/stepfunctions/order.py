"""An order to start an execution, by a client, a rule, a door of an API, or another execution."""

from __future__ import annotations

import json
from dataclasses import dataclass

from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.stepfunctions import errors, starting
from emulator.services.stepfunctions.birth import new_execution, read_input
from emulator.services.stepfunctions.execution import Execution, Origin
from emulator.services.stepfunctions.machine import StateMachine
from emulator.services.stepfunctions.mocks import read_mock_config
from emulator.services.stepfunctions.names import Address, check_name
from emulator.services.stepfunctions.store import find_machine, store_at

EXPRESS_SECONDS = 300
_NAME_KEPT = 90 * 86_400


@dataclass(frozen=True, slots=True)
class Order:
    """``machine`` is an ARN, with a version or an alias if wanted, and ``#TestCase`` of the mock configuration."""

    machine: str
    input: str | None
    name: str | None
    cause: Cause


def place(ground: Ground, order: Order) -> Execution:
    """The execution, started; the running one if the same was ordered before.  Raises AwsError."""
    text = "{}" if order.input is None else order.input
    data = read_input(text)
    arn, _, test_case = order.machine.partition("#")
    machine, address = find_machine(ground, arn)
    if order.name is not None:
        check_name(order.name)
    name = order.name or ground.ids.uuid()
    origin = _origin(ground, machine, address)
    mocks = read_mock_config().test_case(machine.name, test_case) if test_case else None
    execution_arn = _execution_arn(ground, origin, name)
    store = store_at(ground, address)
    known = store.executions.get(execution_arn)
    if known is not None and not _forgotten(known, ground.clock.now()):
        if known.running and _same(known.input, data):
            return known
        raise AwsError("ExecutionAlreadyExists", f"Execution Already Exists: '{execution_arn}'")
    execution = new_execution(ground, origin, execution_arn, name, text, data, order.cause)
    execution.mocks = mocks
    if not origin.express:
        store.add(execution)
    starting.launch(ground, execution)
    return execution


def _forgotten(execution: Execution, now: float) -> bool:
    """A name may be used again 90 days after its execution has ended (AWS docs, StartExecution)."""
    return execution.stopped is not None and now >= execution.stopped + _NAME_KEPT


def _execution_arn(ground: Ground, origin: Origin, name: str) -> str:
    prefix = f"arn:aws:states:{origin.region}:{origin.account}"
    if origin.express:
        return f"{prefix}:express:{origin.machine_name}:{name}:{ground.ids.uuid()}"
    return f"{prefix}:execution:{origin.machine_name}:{name}"


def _origin(ground: Ground, machine: StateMachine, address: Address) -> Origin:
    revision, version_arn, alias_arn = machine.revision, None, None
    if address.rest:
        alias = machine.aliases.get(address.rest)
        version_arn = address.arn if alias is None else alias.choose(ground.ids.uniform)
        alias_arn = None if alias is None else alias.arn
        version = machine.version(version_arn.rsplit(":", 1)[1])
        if version is None:
            raise errors.no_machine(address.arn)
        revision = version.revision
    seconds = revision.definition.timeout_seconds
    if machine.express:
        seconds = min(seconds or EXPRESS_SECONDS, EXPRESS_SECONDS)
    return Origin(
        machine_arn=machine.arn,
        machine_name=machine.name,
        account=address.account,
        region=address.region,
        express=machine.express,
        revision=revision,
        workflow=revision.definition,
        seconds=seconds,
        version_arn=version_arn,
        alias_arn=alias_arn,
    )


def _same(first: object, second: object) -> bool:
    """Equal as JSON: 1 and true are not."""
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
