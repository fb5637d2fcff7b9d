"""ResultWriter: what a distributed Map leaves behind.  AWS docs, "ResultWriter (Map)"."""

from __future__ import annotations

from typing import Any

from emulator.asl.dataflow import Visit
from emulator.asl.errors import StatesError
from emulator.asl.maps import writer_arguments
from emulator.asl.scope import ABSENT
from emulator.asl.states import Map, ResultWriter
from emulator.core.errors import AwsError
from emulator.core.jsontext import compact
from emulator.core.timestamps import iso_milliseconds
from emulator.services.stepfunctions.execution import SUCCEEDED, Execution
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.map_run import MapRun


async def write_results(flow: Flow, visit: Visit, state: Map, run: MapRun) -> Any:
    """The state's result: the outputs themselves, or where they were written.  Raises StatesError."""
    writer = state.result_writer
    executions = [child.execution for child in run.children if child.execution is not None]
    if writer is None:
        return [_output(execution) for execution in executions]
    if writer.resource is None:
        return _transformed(executions, writer)
    target = writer_arguments(visit)
    prefix = "/".join(part for part in (str(target.get("Prefix") or "").strip("/"), run.arn.rsplit(":", 1)[1]) if part)
    manifest: dict[str, Any] = {
        "DestinationBucket": target.get("Bucket"),
        "MapRunArn": run.arn,
        "ResultFiles": {"FAILED": [], "PENDING": [], "SUCCEEDED": []},
    }
    good = [execution for execution in executions if execution.status == SUCCEEDED]
    bad = [execution for execution in executions if execution.status != SUCCEEDED]
    for status, entries in (("SUCCEEDED", _transformed(good, writer)), ("FAILED", [_entry(one) for one in bad])):
        if entries:
            key = f"{prefix}/{status}_0.{writer.output_type.lower()}"
            body = _file(entries, writer.output_type)
            await _put(flow, target, key, body)
            manifest["ResultFiles"][status].append({"Key": key, "Size": len(body)})
    key = f"{prefix}/manifest.json"
    await _put(flow, target, key, compact(manifest).encode())
    return {"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": target.get("Bucket"), "Key": key}}


def _output(execution: Execution) -> Any:
    """A tolerated failure leaves its error output."""
    if execution.output is ABSENT:
        return {"Error": execution.error, "Cause": execution.failure_cause}
    return execution.output


def _transformed(executions: list[Execution], writer: ResultWriter) -> list[Any]:
    if writer.transformation == "NONE":
        return [_entry(execution) for execution in executions]
    outputs = [_output(execution) for execution in executions]
    if writer.transformation == "COMPACT":
        return outputs
    flat: list[Any] = []
    for output in outputs:
        flat += output if isinstance(output, list) else [output]
    return flat


def _entry(execution: Execution) -> dict[str, Any]:
    has_output = execution.output is not ABSENT
    shown: dict[str, Any] = {
        "Cause": execution.failure_cause,
        "Error": execution.error,
        "ExecutionArn": execution.arn,
        "Input": execution.input_text,
        "InputDetails": {"Included": True},
        "Name": execution.name,
        "Output": compact(execution.output) if has_output else None,
        "OutputDetails": {"Included": True} if has_output else None,
        "RedriveCount": execution.redrives,
        "RedriveStatus": execution.redrive_status,
        "RedriveStatusReason": execution.redrive_status_reason,
        "StartDate": iso_milliseconds(execution.started),
        "StateMachineArn": execution.origin.machine_arn,
        "Status": execution.status,
        "StopDate": iso_milliseconds(execution.stopped or execution.started),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _file(entries: list[Any], output_type: str) -> bytes:
    if output_type == "JSONL":
        return "".join(compact(entry) + "\n" for entry in entries).encode()
    return compact(entries).encode()


async def _put(flow: Flow, target: dict[str, Any], key: str, body: bytes) -> None:
    origin = flow.run.execution.origin
    params = {"Bucket": target.get("Bucket"), "Key": key, "Body": body}
    try:
        await flow.run.ground.courier.call(
            "s3", "PutObject", params, account=origin.account, region=origin.region, cause=flow.cause
        )
    except AwsError as error:
        raise StatesError("States.ResultWriterFailed", error.message or error.code) from error
