"""One run of a function, whoever asked for it: a caller who waits, the asynchronous queue, an event source mapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from emulator.core.cause import Cause
from emulator.core.courier import LogEvent
from emulator.core.ground import Ground
from emulator.core.journal import Hop
from emulator.core.units import Unit, current_unit
from emulator.runtimes import payloads
from emulator.runtimes.base import FunctionSpec, Invocation, Outcome, Runtime
from emulator.services.lambda_ import concurrency, errors, recursion
from emulator.services.lambda_.function import Function, Version
from emulator.services.lambda_.log import InvocationLog
from emulator.services.lambda_.store import LambdaStore, store_of


@dataclass(frozen=True, slots=True)
class Job:
    """What to run: ``qualifier`` as it was addressed (``""``: none), ``payload`` as JSON bytes, ``source`` who asks."""

    function: Function
    qualifier: str
    payload: bytes
    request_id: str
    source: str
    cause: Cause
    attempt: int | None = None
    client_context: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """How it ended; ``hop`` is the result's line in the journal, ``invoke_hop`` that of the invocation."""

    outcome: Outcome
    executed_version: str
    hop: Hop
    invoke_hop: Hop
    log_tail: str

    @property
    def failed(self) -> bool:
        return self.outcome.error_type is not None

    @property
    def function_error(self) -> str | None:
        """``Unhandled`` for every failure, as in every recording from AWS."""
        return "Unhandled" if self.failed else None


async def run(ground: Ground, job: Job, **detail: Any) -> Run:
    """Run the version that the qualifier leads to now.

    Raises TooManyRequestsException when no place is free and ResourceNotFoundException when the qualifier is gone.
    ``detail`` goes into the journal.
    """
    store = store_of(ground, job.function.account, job.function.region)
    version = job.function.version(job.qualifier, ground.ids.uniform)
    recursion.check(ground, job.function, job.request_id, job.cause)
    runtime = choose_runtime(ground, version.config["Runtime"], version.code.directory, version.layers)
    with concurrency.slot(store, job.function, ground.settings.account_concurrency):
        return await _run(ground, store, job, version, runtime, detail)


def choose_runtime(ground: Ground, function_runtime: str, directory: Path, layers: Sequence[Path] = ()) -> Runtime:
    """The one that the settings name, or another that knows the language; raises InvalidParameterValueException."""
    wanted = ground.settings.runtime
    for name in dict.fromkeys((wanted, *ground.runtimes)):
        runtime = cast("Runtime | None", ground.runtimes.get(name))
        if runtime is not None and runtime.supports(function_runtime, directory, layers):
            return runtime
    if function_runtime.startswith("nodejs"):
        raise errors.not_emulated(f"Runtime {function_runtime} without node", "install Node.js 18 or later.")
    raise errors.not_emulated(
        f"Runtime {function_runtime}", "use Python or Node.js, or put an executable named bootstrap beside the code."
    )


async def _run(
    ground: Ground, store: LambdaStore, job: Job, version: Version, runtime: Runtime, detail: dict[str, Any]
) -> Run:
    arn = job.function.arn(job.qualifier)
    facts = detail | {"request_id": job.request_id, "version": version.number}
    text = job.payload.decode("utf-8", "replace")
    hop = ground.journal.begin("invoke", job.source, arn, job.cause, job.attempt, text, **facts)
    spec = job.function.spec(version)
    log = _open_log(ground, job, spec, hop)
    # The unit that waits for the result is the parent: the request of a caller, or the process of a queued event.
    lineage = recursion.lineage(ground, job.function, job.request_id, job.cause)
    with ground.clock.unit(f"invoke {spec.name}", parent=current_unit.get(), key=hop.id) as unit:
        outcome = _checked(await _inside(unit, runtime, spec, _invocation(job, hop, unit, log, lineage)))
    log.finish(outcome)
    ended = outcome.error_type or "ok"
    ground.journal.end(hop, ended)
    result = ground.journal.note(
        "result",
        arn,
        job.source,
        hop.cause,
        ended,
        job.attempt,
        outcome.payload.decode("utf-8", "replace"),
        request_id=job.request_id,
        duration=round(outcome.duration, 3),
    )
    return Run(outcome, version.number, result, hop, log.tail())


def _open_log(ground: Ground, job: Job, spec: FunctionSpec, hop: Hop) -> InvocationLog:
    """The log of one run, which goes into CloudWatch Logs and the journal.

    Not any more after a reset: an inline handler's thread may outlive that, and must not write into the next world.
    """
    group, life = spec.log_group or f"/aws/lambda/{spec.name}", ground.cloud.life

    def on_line(line: str) -> None:
        if ground.cloud.life == life:
            ground.journal.note("log", hop.target, group, hop.cause, payload=line)

    def write(stream: str, events: Sequence[LogEvent]) -> None:
        if ground.cloud.life == life:
            ground.courier.write_log(spec.account, spec.region, group, stream, events)

    return InvocationLog(job.request_id, spec, ground.clock.now, on_line, write)


def _invocation(job: Job, hop: Hop, unit: Unit, log: InvocationLog, lineage: str) -> Invocation:
    return Invocation(
        request_id=job.request_id,
        payload=job.payload,
        invoked_arn=job.function.arn(job.qualifier),
        unit=unit,
        trace_header=Cause(hop.trace, hop.id, lineage).header(),
        client_context=job.client_context,
        log=log.line,
        started=log.started,
    )


async def _inside(unit: Unit, runtime: Runtime, spec: FunctionSpec, invocation: Invocation) -> Outcome:
    token = current_unit.set(unit)
    try:
        return await runtime.invoke(spec, invocation)
    finally:
        current_unit.reset(token)


def _checked(outcome: Outcome) -> Outcome:
    if len(outcome.payload) <= payloads.MAX_RESPONSE:
        return outcome
    error = payloads.response_too_large()
    return outcome._replace(payload=error.payload, error_type=error.error_type)
