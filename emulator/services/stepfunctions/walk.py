"""Walking through states, one after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.asl.choice import choose
from emulator.asl.dataflow import Exit, Visit, failure, pass_through
from emulator.asl.errors import StatesError
from emulator.asl.states import Fail, WorkState
from emulator.asl.timing import wake_at
from emulator.services.stepfunctions.ending import time_out
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.work import work

BREATH = 50
"""States after which others get their turn: a loop of Pass and Choice states must not stop the house."""
ENDLESS = 100_000
"""States of one line after which an Express execution counts as one that AWS would have ended after five minutes;
Standard ones are ended by their history."""


async def walk(flow: Flow) -> Any:
    """Go from the current state to the end of the workflow; gives its output.  Raises StatesError."""
    steps = 0
    while not flow.done:
        await _step(flow)
        steps += 1
        if steps % BREATH == 0:
            run = flow.run
            if steps >= ENDLESS and run.execution.origin.express:
                time_out(run.ground, run.execution, run.clock.now())
            await run.clock.pause(1)
    return flow.output


async def _step(flow: Flow) -> None:
    state = flow.state
    if not (flow.resumed and flow.entered) or isinstance(state, Fail):
        flow.enter(state)
        flow.resumed = False
    try:
        if isinstance(state, WorkState):
            way = await work(flow, flow.visit(state, 0), walk)
        else:
            visit = flow.visit(state)
            way = await _WAYS[state.type](flow, visit)
        flow.resumed = False
        flow.leave(state, way)
    except StatesError as error:
        settled = flow.settle(error)
        run = flow.run
        outcome = settled.error or "failed"
        run.journal.note("state-exit", run.execution.arn, state.name, flow.cause, outcome, reason=settled.cause)
        raise settled from None


async def _pass(_flow: Flow, visit: Visit) -> Exit:
    return pass_through(visit)


async def _choice(_flow: Flow, visit: Visit) -> Exit:
    return choose(visit)


async def _wait(flow: Flow, visit: Visit) -> Exit:
    clock = flow.run.clock
    now = clock.now()
    seconds = wake_at(visit, now) - now
    if seconds > 0:
        await clock.sleep(seconds, label="Wait state")
    return pass_through(visit)


async def _fail(_flow: Flow, visit: Visit) -> Exit:
    raise failure(visit)


_WAYS: dict[str, Callable[[Flow, Visit], Awaitable[Exit]]] = {
    "Pass": _pass,
    "Succeed": _pass,
    "Choice": _choice,
    "Wait": _wait,
    "Fail": _fail,
}
