"""The events of lines that are stopped because another one has failed."""

from __future__ import annotations

from emulator.asl.states import Map
from emulator.services.stepfunctions.flow import Flow

_ABORTED = {kind: f"{kind}StateAborted" for kind in ("Task", "Wait", "Parallel", "Map")}


def abort_branches(flow: Flow, failed: Flow) -> None:
    """After a branch of ``flow``'s Parallel has failed.  All events go back to the one that failed (recorded)."""
    for branch in flow.children or ():
        _open_states(flow, branch, failed, failed.cursor)
    flow.cursor = failed.cursor


def abort_iterations(flow: Flow, failed: Flow) -> None:
    """After an iteration of ``flow``'s Map has failed."""
    _iterations(flow, flow, failed, failed.cursor)
    flow.cursor = failed.cursor


def _iterations(writer: Flow, flow: Flow, failed: Flow, previous: int) -> None:
    for index, child in enumerate(flow.children or ()):
        if child.done or not child.cursor:
            continue
        kind = "MapIterationFailed" if child is failed else "MapIterationAborted"
        writer.run.write(kind, {"name": flow.name, "index": index}, previous)
        _open_states(writer, child, failed, previous)


def _open_states(writer: Flow, flow: Flow, failed: Flow, previous: int) -> None:
    """``failed`` itself keeps what it has written, only a failed Task is noted as aborted as well (recorded)."""
    if flow.done or not flow.entered:
        return
    state = flow.state
    if flow is failed:
        if state.type == "Task":
            writer.run.write(_ABORTED["Task"], None, previous)
        return
    if state.type in _ABORTED:
        writer.run.write(_ABORTED[state.type], None, previous)
    if isinstance(state, Map):
        _iterations(writer, flow, failed, previous)
    else:
        for branch in flow.children or ():
            _open_states(writer, branch, failed, previous)
