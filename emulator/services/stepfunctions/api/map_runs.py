"""ListMapRuns, DescribeMapRun, UpdateMapRun."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.core.ground import Call
from emulator.services.stepfunctions import errors, paging
from emulator.services.stepfunctions.execution import RUNNING
from emulator.services.stepfunctions.names import EXECUTION, read
from emulator.services.stepfunctions.store import find_execution, find_map_run, store_at


def list_map_runs(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Of one execution, newest first."""
    arn = params["executionArn"]
    find_execution(call.ground, arn)
    runs = store_at(call.ground, read(arn, EXECUTION)).map_runs.values()
    shown: list[dict[str, Any]] = []
    for run in reversed(runs):
        if run.execution_arn == arn:
            entry = {
                "executionArn": run.execution_arn,
                "mapRunArn": run.arn,
                "stateMachineArn": run.machine_arn,
                "startDate": run.started,
            }
            shown.append(entry if run.stopped is None else entry | {"stopDate": run.stopped})
    return paging.answer(params, "mapRuns", shown)


def describe_map_run(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    run = find_map_run(call.ground, params["mapRunArn"])
    settings = run.settings
    answer: dict[str, Any] = {
        "mapRunArn": run.arn,
        "executionArn": run.execution_arn,
        "status": run.status,
        "startDate": run.started,
        "maxConcurrency": settings.max_concurrency,
        "toleratedFailurePercentage": float(settings.tolerated_failure_percentage or 0.0),
        "toleratedFailureCount": settings.tolerated_failure_count or 0,
        "itemCounts": run.counts(lambda child: child.size),
        "executionCounts": run.counts(lambda child: 1),
    }
    if run.stopped is not None:
        answer["stopDate"] = run.stopped
    if run.redriven is not None:
        answer |= {"redriveCount": run.redrives, "redriveDate": run.redriven}
    return answer


def update_map_run(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Changes how a running Map Run goes on."""
    run = find_map_run(call.ground, params["mapRunArn"])
    if run.status != RUNNING:
        raise errors.validation(f"Map Run is {run.status} and cannot be updated")
    names = {
        "maxConcurrency": "max_concurrency",
        "toleratedFailurePercentage": "tolerated_failure_percentage",
        "toleratedFailureCount": "tolerated_failure_count",
    }
    changes = {field: params[name] for name, field in names.items() if params.get(name) is not None}
    if not changes:
        raise errors.validation(
            "At least one of maxConcurrency, toleratedFailurePercentage and toleratedFailureCount must be specified"
        )
    run.settings = replace(run.settings, **changes)
    run.changed.wake_all()
    return {}
