"""StartExecution, StartSyncExecution, StopExecution, RedriveExecution, DescribeExecution, ListExecutions,
GetExecutionHistory, DescribeStateMachineForExecution."""

from __future__ import annotations

import math
from typing import Any

from emulator.asl.scope import ABSENT
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.stepfunctions import ending, errors, paging, starting
from emulator.services.stepfunctions.api.machines import describe_revision
from emulator.services.stepfunctions.execution import FAILED, Execution
from emulator.services.stepfunctions.names import MACHINE, MAP_RUN, read
from emulator.services.stepfunctions.order import Order, place
from emulator.services.stepfunctions.redriving import check_redrivable
from emulator.services.stepfunctions.store import find_execution, find_machine, find_map_run, store_at


def start_execution(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Errors: InvalidExecutionInput, InvalidArn, StateMachineDoesNotExist, InvalidName, ExecutionAlreadyExists."""
    order = Order(params["stateMachineArn"], params.get("input"), params.get("name"), call.cause)
    execution = place(call.ground, order)
    return {"executionArn": execution.arn, "startDate": execution.started}


async def start_sync_execution(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Express only; answers when the execution has ended, however it did."""
    machine, _ = find_machine(call.ground, params["stateMachineArn"])
    if not machine.express:
        raise errors.wrong_type()
    order = Order(params["stateMachineArn"], params.get("input"), params.get("name"), call.cause)
    execution = place(call.ground, order)
    while execution.running:
        await call.clock.wait(execution.ended)
    stopped = execution.stopped or execution.started
    steps = max(1, math.ceil((stopped - execution.started) * 10 - 1e-6))
    answer = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.origin.machine_arn,
        "name": execution.name,
        "startDate": execution.started,
        "stopDate": stopped,
        "status": execution.status,
        "billingDetails": {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": steps * 100},
    }
    answer |= _data(execution, params)
    if execution.status == FAILED:
        answer["outputDetails"] = {"included": True}
    return answer


def stop_execution(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """An ended execution answers its stop date again."""
    execution = find_execution(call.ground, params["executionArn"])
    return {"stopDate": ending.stop(call.ground, execution, params.get("error"), params.get("cause"))}


def redrive_execution(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Errors: ExecutionNotRedrivable.  The same ``clientToken`` within 15 minutes redrives once."""
    execution = find_execution(call.ground, params["executionArn"])
    store = store_at(call.ground, read(execution.arn))
    now = call.clock.now()
    token = params.get("clientToken")
    repeated = store.redrive_tokens.get((execution.arn, token)) if token else None
    if repeated is None or now >= repeated + 900:
        check_redrivable(execution, now)
        starting.redrive(call.ground, execution)
        repeated = now
        if token:
            store.redrive_tokens[execution.arn, token] = now
    return {"redriveDate": repeated}


def describe_execution(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    execution = find_execution(call.ground, params["executionArn"])
    origin = execution.origin
    answer: dict[str, Any] = {
        "executionArn": execution.arn,
        "stateMachineArn": origin.machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.started,
        "stopDate": execution.stopped,
        "mapRunArn": origin.map_run,
        "stateMachineVersionArn": origin.version_arn,
        "stateMachineAliasArn": origin.alias_arn,
        "redriveCount": execution.redrives,
        "redriveDate": execution.redriven,
        "redriveStatus": execution.redrive_status,
        "redriveStatusReason": execution.redrive_status_reason,
    }
    return {name: value for name, value in answer.items() if value is not None} | _data(execution, params)


def _data(execution: Execution, params: dict[str, Any]) -> dict[str, Any]:
    """Input, output, error and cause, unless only metadata are asked for."""
    if params.get("includedData") == "METADATA_ONLY":
        return {}
    shown: dict[str, Any] = {"input": execution.input_text, "inputDetails": {"included": True}}
    if execution.output is not ABSENT:
        shown |= {"output": compact(execution.output), "outputDetails": {"included": True}}
    if execution.error is not None:
        shown["error"] = execution.error
    if execution.failure_cause is not None:
        shown["cause"] = execution.failure_cause
    return shown


def describe_state_machine_for_execution(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The state machine as it was when the execution started."""
    execution = find_execution(call.ground, params["executionArn"])
    origin = execution.origin
    answer: dict[str, Any] = {
        "stateMachineArn": origin.machine_arn,
        "name": origin.machine_name,
        "updateDate": origin.revision.updated,
    }
    if origin.map_run is not None:
        answer |= {"mapRunArn": origin.map_run, "label": origin.label}
    return answer | describe_revision(origin.revision, params)


def list_executions(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Of a machine, a version, an alias, or a Map Run; newest first."""
    executions = [e for e in _of(call, params) if _wanted(e, params)]
    executions.sort(key=lambda execution: (execution.started, execution.sequence), reverse=True)
    return paging.answer(params, "executions", [_entry(execution) for execution in executions])


def _of(call: Call, params: dict[str, Any]) -> list[Execution]:
    machine_arn, map_run_arn = params.get("stateMachineArn"), params.get("mapRunArn")
    if (machine_arn is None) == (map_run_arn is None):
        raise errors.validation("Exactly one of stateMachineArn and mapRunArn must be specified")
    if map_run_arn is not None:
        run = find_map_run(call.ground, map_run_arn)
        everything = store_at(call.ground, read(map_run_arn, MAP_RUN)).executions.values()
        return [execution for execution in everything if execution.origin.map_run == run.arn]
    assert machine_arn is not None
    machine, address = find_machine(call.ground, machine_arn)
    if machine.express:
        raise errors.wrong_type()
    everything = store_at(call.ground, read(machine_arn, MACHINE)).executions.values()
    mine = [execution for execution in everything if execution.origin.machine_arn == machine.arn]
    if address.rest:
        mine = [e for e in mine if machine_arn in (e.origin.version_arn, e.origin.alias_arn)]
    return mine


def _wanted(execution: Execution, params: dict[str, Any]) -> bool:
    status, redriven = params.get("statusFilter"), params.get("redriveFilter")
    if status is not None and execution.status != status:
        return False
    return redriven is None or (redriven == "REDRIVEN") == (execution.redrives > 0)


def _entry(execution: Execution) -> dict[str, Any]:
    origin = execution.origin
    shown: dict[str, Any] = {
        "executionArn": execution.arn,
        "stateMachineArn": origin.machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.started,
        "stopDate": execution.stopped,
        "mapRunArn": origin.map_run,
        "itemCount": execution.item_count,
        "stateMachineVersionArn": origin.version_arn,
        "stateMachineAliasArn": origin.alias_arn,
        "redriveCount": execution.redrives,
        "redriveDate": execution.redriven,
    }
    return {name: value for name, value in shown.items() if value is not None}


def get_execution_history(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    execution = find_execution(call.ground, params["executionArn"])
    start = paging.read_token(params.get("nextToken"))
    size = params.get("maxResults") or paging.DEFAULT
    events = execution.history.page(start, size, bool(params.get("reverseOrder")))
    with_data = params.get("includeExecutionData") is not False
    answer: dict[str, Any] = {"events": [event.render(with_data) for event in events]}
    if start + size < len(execution.history):
        answer["nextToken"] = paging.token(start + size)
    return answer
