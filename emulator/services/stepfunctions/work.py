"""Task, Parallel and Map: attempts, retries, and catching what they fail with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.asl.dataflow import Exit, Visit, leave, leave_by_catch
from emulator.asl.errors import StatesError
from emulator.asl.retry import catcher_for, retry_decision
from emulator.asl.states import Map, Parallel, Task, WorkState
from emulator.services.stepfunctions.branches import run_parallel
from emulator.services.stepfunctions.distributed import run_distributed
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.iterations import run_inline
from emulator.services.stepfunctions.task import run_task

Walk = Callable[[Flow], Awaitable[Any]]


async def work(flow: Flow, visit: Visit, walk: Walk) -> Exit:
    """Attempt the state's work until it succeeds, is caught, or fails.  Raises StatesError."""
    state = visit.state
    assert isinstance(state, WorkState)
    retries: dict[int, int] = {}
    while True:
        flow.broken = False
        try:
            result = await _attempt(flow, visit, sum(retries.values()), walk)
            return leave(visit, result)
        except StatesError as failure:
            evaluation = failure.evaluation
            error = flow.settle(failure)
        flow.resumed = False
        decision = retry_decision(state.retry, error, retries, flow.run.ground.ids)
        if decision is not None:
            retries[decision.index] = retries.get(decision.index, 0) + 1
            visit.context = flow.context(sum(retries.values()))
            visit.stages = {}
            await flow.run.clock.sleep(decision.seconds, label="retry of a state")
            continue
        catcher = catcher_for(state.catch, error)
        _close(flow, state, evaluation, catcher is not None)
        if catcher is None:
            raise error
        return leave_by_catch(visit, catcher, error)


async def _attempt(flow: Flow, visit: Visit, retries: int, walk: Walk) -> Any:
    state = visit.state
    if isinstance(state, Task):
        return await run_task(flow, visit, state, retries)
    if isinstance(state, Parallel):
        return await run_parallel(flow, visit, state, walk)
    assert isinstance(state, Map)
    return await (run_distributed(flow, visit, state) if state.distributed else run_inline(flow, visit, state, walk))


def _close(flow: Flow, state: WorkState, evaluation: bool, caught: bool) -> None:
    """The event that says that a Parallel or Map as a whole has failed (recorded from AWS, odd as it is)."""
    if isinstance(state, Map) and (flow.broken or evaluation):
        flow.emit("MapStateFailed")
    elif isinstance(state, Parallel) and flow.broken:
        flow.emit("ParallelStateSucceeded" if state.jsonata and caught else "ParallelStateFailed")
