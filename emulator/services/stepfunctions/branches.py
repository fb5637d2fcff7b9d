"""The Parallel state: branches as child processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.asl.dataflow import Visit, work_input
from emulator.asl.errors import StatesError
from emulator.asl.states import Parallel
from emulator.services.stepfunctions.aborts import abort_branches
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.lanes import Lanes


async def run_parallel(flow: Flow, visit: Visit, state: Parallel, walk: Callable[[Flow], Awaitable[Any]]) -> list[Any]:
    """One attempt; gives the outputs in the order of the branches.  Raises the StatesError of the first that fails."""
    branches = flow.children if flow.resumed else None
    if branches is None:
        data = work_input(visit)
        started, now = flow.emit("ParallelStateStarted"), flow.run.clock.now()
        branches = [
            Flow(flow.run, branch, data, flow.variables, started, flow.cause, flow.item, now)
            for branch in state.branches
        ]
        flow.children = branches
    flow.resumed = False
    lanes = Lanes(flow.run.clock)
    for branch in branches:
        if not branch.done:
            lanes.start(_branch(flow, branch, lanes, walk), "branch")
    await lanes.finish()
    if lanes.error is not None:
        flow.broken = True
        abort_branches(flow, lanes.failed or flow)
        raise lanes.error
    flow.emit("ParallelStateSucceeded")
    return [branch.output for branch in branches]


async def _branch(flow: Flow, branch: Flow, lanes: Lanes, walk: Callable[[Flow], Awaitable[Any]]) -> None:
    try:
        await walk(branch)
    except StatesError as error:
        lanes.fail(branch, error)
    else:
        flow.cursor = branch.cursor  # the Parallel goes on from whoever comes last
