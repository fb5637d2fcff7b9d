"""The distributed Map state: each item, or batch of items, an execution of its own."""

from __future__ import annotations

import re
from typing import Any

from emulator.asl.dataflow import Visit
from emulator.asl.errors import StatesError
from emulator.asl.maps import THRESHOLD, batches, check_counts, iteration_input, map_items
from emulator.asl.states import Map
from emulator.core.jsontext import compact
from emulator.services.stepfunctions import ending
from emulator.services.stepfunctions.birth import new_execution
from emulator.services.stepfunctions.execution import (
    ABORTED,
    FAILED,
    RUNNING,
    SUCCEEDED,
    Execution,
    Origin,
)
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.item_reader import read_source
from emulator.services.stepfunctions.iterations import settings_of
from emulator.services.stepfunctions.map_run import Child, MapRun
from emulator.services.stepfunctions.result_writer import write_results
from emulator.services.stepfunctions.store import StepFunctionsStore

_NOT_IN_LABELS = re.compile(r"[^A-Za-z0-9_-]")
_EXPRESS_SECONDS = 300


async def run_distributed(flow: Flow, visit: Visit, state: Map) -> Any:
    """One attempt; gives the outputs in the order of the items, or what the ResultWriter leaves.

    Raises StatesError.
    """
    run = flow.map_run if flow.resumed else None
    started = flow.cursor
    try:
        if run is None:
            run, started = _begin(flow, visit, state)
            items = await _items(flow, visit, state)
            inputs = [iteration_input(visit, index, item) for index, item in enumerate(items)]
            run.children = _children(visit, state, inputs)
        else:
            _begin_again(flow, run)
        flow.resumed = False
        await _Running(flow, run, state).finish()
        result = await write_results(flow, visit, state, run)
    except StatesError as error:
        if run is not None:
            run.end(FAILED, flow.run.clock.now())
        if run is None or error.bare:
            raise
        flow.broken = True
        flow.emit("MapRunFailed", {"error": error.error, "cause": error.cause})
        raise
    run.end(SUCCEEDED, flow.run.clock.now())
    run.written = True
    flow.emit("MapRunSucceeded")
    flow.emit("MapStateSucceeded")
    flow.cursor = started  # recorded from AWS: MapStateExited follows MapRunStarted
    return result


def _begin(flow: Flow, visit: Visit, state: Map) -> tuple[MapRun, int]:
    """A new Map Run and the id of its first event."""
    settings = settings_of(visit, flow)
    length = 0 if state.item_reader is not None else len(map_items(visit))
    flow.emit("MapStateStarted", {"length": length})
    check_counts(visit)
    execution, ids = flow.run.execution, flow.run.ground.ids
    origin = execution.origin
    name = f"{origin.machine_name.split('/')[0]}/{_label(state)}"
    place = f"{origin.region}:{origin.account}"
    arn = f"arn:aws:states:{place}:mapRun:{name}:{ids.uuid()}"
    machine = f"arn:aws:states:{place}:stateMachine:{name}"
    run = MapRun(arn, execution.arn, machine, settings, flow.run.clock.now())
    flow.map_run = run
    flow.run.ground.cloud.store(StepFunctionsStore, origin.account, origin.region).map_runs[arn] = run
    return run, flow.emit("MapRunStarted", {"mapRunArn": arn})


def _begin_again(flow: Flow, run: MapRun) -> None:
    """The same Map Run goes on with what did not succeed; its source is not read again."""
    now = flow.run.clock.now()
    run.status, run.stopped = RUNNING, None
    run.redrives, run.redriven = run.redrives + 1, now
    for child in run.children:
        child.waiting = child.status != SUCCEEDED
    flow.emit("MapRunRedriven", {"mapRunArn": run.arn, "redriveCount": run.redrives})


def _label(state: Map) -> str:
    return state.label or _NOT_IN_LABELS.sub("", state.name)[:40] or "Map"


async def _items(flow: Flow, visit: Visit, state: Map) -> list[Any]:
    if state.item_reader is None:
        return map_items(visit)
    return await read_source(flow, visit, state.item_reader)


def _children(visit: Visit, state: Map, inputs: list[Any]) -> list[Child]:
    grouped = batches(visit, inputs)
    if state.item_batcher is None:
        return [Child(data, 1) for data in grouped]
    return [Child(batch, len(batch["Items"])) for batch in grouped]


class _Running:
    """The children of one attempt: starts them as there is room, until all have ended or too many have failed."""

    def __init__(self, flow: Flow, run: MapRun, state: Map) -> None:
        self._flow = flow
        self._run = run
        self._state = state
        self._ground = flow.run.ground
        self._open = iter([child for child in run.children if child.status != SUCCEEDED])
        self._active = 0

    async def finish(self) -> None:
        """Raises StatesError when the tolerated failures are exceeded."""
        run, clock = self._run, self._ground.clock
        try:
            while True:
                if run.exceeded:
                    raise StatesError(THRESHOLD.error, THRESHOLD.cause)
                more = self._fill()
                if not self._active and not more:
                    return
                await clock.wait(run.changed)
        except BaseException as error:
            self._stop_all()
            if not isinstance(error, StatesError):
                run.end(ABORTED, clock.now())
            raise

    def _fill(self) -> bool:
        """Start children while there is room; False when all were started."""
        limit = self._run.settings.max_concurrency
        while limit == 0 or self._active < limit:
            child = next(self._open, None)
            if child is None:
                return False
            self._start(child)
        return True

    def _start(self, child: Child) -> None:
        self._active += 1
        child.waiting = False
        old = child.execution
        if old is not None and old.redrivable:
            self._flow.run.launcher.redrive(self._ground, old)
            execution = old
        else:
            execution = child.execution = self._new(child)
            self._flow.run.launcher.launch(self._ground, execution)
        execution.ended.add(self._ended)

    def _ended(self) -> bool:
        self._active -= 1
        self._run.changed.wake_all()
        return True

    def _new(self, child: Child) -> Execution:
        parent, ids = self._flow.run.execution, self._ground.ids
        origin = parent.origin
        express = self._state.execution_type == "EXPRESS"
        name = ids.uuid()
        machine_name = self._run.machine_arn.rsplit(":", 1)[1]
        kind, tail = ("express", f"{name}:{ids.uuid()}") if express else ("execution", name)
        arn = f"arn:aws:states:{origin.region}:{origin.account}:{kind}:{machine_name}:{tail}"
        child_origin = Origin(
            machine_arn=self._run.machine_arn,
            machine_name=machine_name,
            account=origin.account,
            region=origin.region,
            express=express,
            revision=origin.revision,
            workflow=self._state.processor,
            seconds=_EXPRESS_SECONDS if express else None,
            map_run=self._run.arn,
            label=machine_name.split("/", 1)[1],
        )
        text = compact(child.input)
        execution = new_execution(self._ground, child_origin, arn, name, text, child.input, self._flow.cause)
        execution.mocks = parent.mocks
        execution.item_count = child.size if self._state.item_batcher is not None else None
        self._ground.cloud.store(StepFunctionsStore, origin.account, origin.region).add(execution)
        return execution

    def _stop_all(self) -> None:
        for child in self._run.children:
            if child.execution is not None and child.execution.running:
                ending.stop(self._ground, child.execution)
