"""Setting executions going, running them to their end, and redriving them."""

from __future__ import annotations

import logging
from functools import partial

from emulator.asl.errors import RUNTIME, StatesError
from emulator.asl.scope import Host
from emulator.core.ground import Ground
from emulator.core.timers import TimerKind
from emulator.services.stepfunctions import ending
from emulator.services.stepfunctions.execution import RUNNING, Execution
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.run import Launcher, Run
from emulator.services.stepfunctions.status_events import announce
from emulator.services.stepfunctions.walk import walk

log = logging.getLogger("emulator.stepfunctions")


def launch(ground: Ground, execution: Execution) -> None:
    """Start its process; the first state runs after whoever asked for it has its answer."""
    _limit(ground, execution, execution.started)
    announce(ground, execution)
    execution.process = ground.clock.spawn(_main(ground, execution, None), f"execution {execution.name}")


def redrive(ground: Ground, execution: Execution) -> None:
    """Go on with the states that did not finish: same definition, input and variables (AWS docs, "Redriving
    executions")."""
    now = ground.clock.now()
    execution.status, execution.stopped = RUNNING, None
    execution.error = execution.failure_cause = None
    execution.redrives += 1
    execution.redriven = now
    execution.history.reopen()
    event = execution.history.add("ExecutionRedriven", now, {"redriveCount": execution.redrives}, 0)
    _limit(ground, execution, now)
    announce(ground, execution)
    execution.process = ground.clock.spawn(_main(ground, execution, event), f"execution {execution.name}")


def _limit(ground: Ground, execution: Execution, since: float) -> None:
    """Nobody owes the end of an execution that takes too long: time fires it when it passes over it."""
    seconds = execution.origin.seconds
    if seconds is not None:
        when = since + seconds
        act = partial(ending.time_out, ground, execution, when)
        execution.limit = ground.clock.at(when, act, TimerKind.STANDING, "TimeoutSeconds of an execution")


async def _main(ground: Ground, execution: Execution, redriven: int | None) -> None:
    run = Run(ground, execution, Host(ground.ids, ground.clock.now), Launcher(launch, redrive))
    root = execution.root
    if root is None or redriven is None:
        root = execution.root = Flow(run, execution.origin.workflow, execution.input, {}, 0, execution.cause)
    else:
        _rejoin(root, run)
        root.resume(redriven)
    try:
        output = await walk(root)
    except StatesError as error:
        ending.fail(ground, execution, error.error, error.cause, root.cursor)
    except Exception as error:
        log.exception("%s failed inside the emulator", execution.arn)
        ground.journal.note("fault", "stepfunctions", execution.arn, execution.cause, type(error).__name__)
        text = f"{type(error).__name__} in the emulator: {error}"
        ending.fail(ground, execution, RUNTIME, text, root.cursor)
    else:
        ending.succeed(ground, execution, output, root.cursor)


def _rejoin(flow: Flow, run: Run) -> None:
    """A redrive has a context object of its own."""
    flow.run = run
    for child in flow.children or ():
        _rejoin(child, run)
