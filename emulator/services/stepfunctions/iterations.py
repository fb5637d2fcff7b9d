"""The inline Map state: iterations as child processes, at most MaxConcurrency at a time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from emulator.asl.dataflow import Visit
from emulator.asl.errors import StatesError
from emulator.asl.maps import MapSettings, item_entry, iteration_input, map_items, map_settings
from emulator.asl.states import Map
from emulator.core.waiters import Waiters
from emulator.services.stepfunctions.aborts import abort_iterations
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.lanes import Lanes

log = logging.getLogger("emulator.stepfunctions")
Walk = Callable[[Flow], Awaitable[Any]]


async def run_inline(flow: Flow, visit: Visit, state: Map, walk: Walk) -> list[Any]:
    """One attempt; gives the outputs in the order of the items.  Raises the StatesError of the first that fails."""
    iterations = flow.children if flow.resumed else None
    settings = settings_of(visit, flow)
    if iterations is None:
        items = map_items(visit)
        flow.emit("MapStateStarted", {"length": len(items)})
        iterations = [_iteration(flow, visit, state, index, item) for index, item in enumerate(items)]
        flow.children = iterations
    flow.resumed = False
    if settings.max_concurrency < 0 and iterations:
        log.warning("%s: MaxConcurrency is negative, so no item is ever started (as on AWS)", state.name)
        await flow.run.clock.wait(Waiters())
    await _Iterations(flow, iterations, walk).finish(settings.max_concurrency)
    return [iteration.output for iteration in iterations]


def settings_of(visit: Visit, flow: Flow) -> MapSettings:
    """The Map's settings.  AWS looks at the tolerances only after the items were counted (recorded)."""
    try:
        return map_settings(visit)
    except StatesError as error:
        if "Tolerated" in (error.cause or "") and not visit.state.jsonata:
            state = visit.state
            assert isinstance(state, Map)
            length = 0 if state.item_reader is not None else len(map_items(visit))
            flow.emit("MapStateStarted", {"length": length})
        raise


def _iteration(flow: Flow, visit: Visit, state: Map, index: int, item: Any) -> Flow:
    data = iteration_input(visit, index, item)
    return Flow(flow.run, state.processor, data, flow.variables, 0, flow.cause, item_entry(index, item))


class _Iterations:
    """The iterations of one attempt; a lane takes the next one when its own has ended."""

    def __init__(self, flow: Flow, iterations: list[Flow], walk: Walk) -> None:
        self._flow = flow
        self._walk = walk
        self._iterations = iterations
        self._open: Iterator[int] = iter([i for i, iteration in enumerate(iterations) if not iteration.done])
        self._lanes = Lanes(flow.run.clock)
        self._succeeded = flow.cursor

    async def finish(self, max_concurrency: int) -> None:
        flow = self._flow
        first = list(self._open if max_concurrency == 0 else _take(self._open, max_concurrency))
        now = flow.run.clock.now()
        for index in first:  # all are written down before the first one moves (recorded)
            self._iterations[index].born = now
            self._begin(index, flow.cursor)
        for index in first:
            self._lanes.start(self._lane(index), "iteration")
        await self._lanes.finish()
        if self._lanes.error is not None:
            flow.broken = True
            abort_iterations(flow, self._lanes.failed or flow)
            raise self._lanes.error
        flow.emit("MapStateSucceeded", previous=self._succeeded)
        flow.cursor = self._succeeded  # recorded: MapStateExited skips MapStateSucceeded

    def _begin(self, index: int, previous: int) -> None:
        iteration = self._iterations[index]
        details = {"name": self._flow.name, "index": index}
        if not iteration.entered:  # a redriven one goes on where it was
            iteration.cursor = self._flow.run.write("MapIterationStarted", details, previous)

    async def _lane(self, index: int | None) -> None:
        while index is not None:
            iteration = self._iterations[index]
            try:
                await self._walk(iteration)
            except StatesError as error:
                self._lanes.fail(iteration, error)
                return
            details = {"name": self._flow.name, "index": index}
            self._succeeded = self._flow.run.write("MapIterationSucceeded", details, iteration.cursor)
            index = next(self._open, None)
            if index is not None:
                self._begin(index, iteration.cursor)


def _take(indexes: Iterator[int], count: int) -> Iterator[int]:
    for _ in range(count):
        index = next(indexes, None)
        if index is None:
            return
        yield index
