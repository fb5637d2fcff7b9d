"""All state machines, executions and activities of one account and region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.core.ground import Ground
from emulator.services.stepfunctions import errors
from emulator.services.stepfunctions.activity import Activity
from emulator.services.stepfunctions.execution import Execution
from emulator.services.stepfunctions.machine import StateMachine
from emulator.services.stepfunctions.names import ACTIVITY, EXECUTION, MACHINE, MAP_RUN, Address, read
from emulator.services.stepfunctions.tokens import Tokens

if TYPE_CHECKING:
    from emulator.services.stepfunctions.map_run import MapRun


class StepFunctionsStore:
    """Machines and activities by name; executions and map runs by ARN, oldest first."""

    def __init__(self) -> None:
        self.machines: dict[str, StateMachine] = {}
        self.activities: dict[str, Activity] = {}
        self.executions: dict[str, Execution] = {}
        self.map_runs: dict[str, MapRun] = {}
        self.tokens = Tokens()
        self.redrive_tokens: dict[tuple[str, str], float] = {}
        self.sequence = 0

    def add(self, execution: Execution) -> None:
        self.sequence += 1
        execution.sequence = self.sequence
        self.executions[execution.arn] = execution


def store_at(ground: Ground, address: Address) -> StepFunctionsStore:
    """The store that an ARN points into."""
    return ground.cloud.store(StepFunctionsStore, address.account, address.region)


def find_machine(ground: Ground, arn: str) -> tuple[StateMachine, Address]:
    """The state machine behind an ARN, qualified or not.  Raises InvalidArn, StateMachineDoesNotExist."""
    address = read(arn, MACHINE)
    machine = store_at(ground, address).machines.get(address.name)
    if machine is None:
        raise errors.no_machine(arn)
    return machine, address


def find_execution(ground: Ground, arn: str) -> Execution:
    """A Standard execution.  Raises InvalidArn, ExecutionDoesNotExist."""
    address = read(arn, EXECUTION)
    execution = store_at(ground, address).executions.get(arn)
    if execution is None:
        raise errors.no_execution(arn)
    return execution


def find_activity(ground: Ground, arn: str) -> Activity:
    """Raises InvalidArn, ActivityDoesNotExist."""
    address = read(arn, ACTIVITY)
    activity = store_at(ground, address).activities.get(address.name)
    if activity is None:
        raise errors.no_activity(arn)
    return activity


def find_map_run(ground: Ground, arn: str) -> MapRun:
    """Raises InvalidArn, ResourceNotFound."""
    address = read(arn, MAP_RUN)
    map_run = store_at(ground, address).map_runs.get(arn)
    if map_run is None:
        raise errors.no_tagged_resource(arn)
    return map_run
