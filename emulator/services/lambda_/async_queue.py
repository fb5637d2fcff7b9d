"""Asynchronous invocation: the queue in front of every function.

One process per event, from acceptance to its record.  What happens next is decided by pure functions after AWS docs,
"How Lambda handles errors and retries with asynchronous invocation", and recordings; the process only obeys.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import NamedTuple

from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.lambda_ import concurrency, destinations, records
from emulator.services.lambda_.event_config import EventInvokeConfig
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.invocation import Job, Run, run
from emulator.services.lambda_.names import LATEST
from emulator.services.lambda_.records import Finished, LastRun
from emulator.services.lambda_.store import store_of

log = logging.getLogger("emulator.lambda")

FIRST_RETRY = 60.0
LATER_RETRY = 120.0
"""About one and two minutes on AWS, exact here."""
LONGEST_BACK_OFF = 300.0


class RunNow(NamedTuple):
    """Decision: run the function."""


class Wait(NamedTuple):
    """Decision: look again after ``seconds``; ``throttled`` waits do not use up an attempt."""

    seconds: float
    throttled: bool = False


class Finish(NamedTuple):
    """Decision: the event is over."""

    condition: str


def admission(
    config: EventInvokeConfig, age: float, reserved: int | None, throttled: bool, back_off: float
) -> RunNow | Wait | Finish:
    """What to do with an event whose turn has come; ``age`` in seconds, ``back_off`` the last throttling wait."""
    if age > config.max_age:
        return Finish(records.EVENT_AGE_EXCEEDED)
    if reserved == 0:
        return Finish(records.ZERO_CONCURRENCY)
    if not throttled:
        return RunNow()
    seconds = min(LONGEST_BACK_OFF, 2 * back_off or 1.0)
    return Wait(seconds, throttled=True) if age + seconds <= config.max_age else Finish(records.EVENT_AGE_EXCEEDED)


def retry_decision(config: EventInvokeConfig, attempts: int, age: float) -> Wait | Finish:
    """What follows the failed run number ``attempts``; an attempt that would come too late is not waited for.

    Recorded from AWS: with an age of 60 s there is no second run.  Every run takes some time there, so an attempt due
    at the very limit (possible on a manual clock only) counts as late.
    """
    if attempts > config.max_retries:
        return Finish(records.RETRIES_EXHAUSTED)
    delay = FIRST_RETRY if attempts == 1 else LATER_RETRY
    return Wait(delay) if age + delay < config.max_age else Finish(records.EVENT_AGE_EXCEEDED)


@dataclass(slots=True)
class QueuedEvent:
    """An accepted event; ``request_id`` stays the same for all attempts, ``arrival`` is an instant."""

    account: str
    region: str
    name: str
    qualifier: str
    payload: bytes
    request_id: str
    source: str
    cause: Cause
    arrival: float
    attempts: int = 0
    back_off: float = 0.0
    last: LastRun | None = None


def enqueue(
    ground: Ground, function: Function, qualifier: str, payload: bytes, request_id: str, source: str, cause: Cause
) -> QueuedEvent:
    """Accept an event; from here on its caller hears nothing of it."""
    now = ground.clock.now()
    event = QueuedEvent(
        function.account, function.region, function.name, qualifier, payload, request_id, source, cause, now
    )
    ground.clock.spawn(_process(ground, event), f"event {request_id} for {function.name}")
    return event


async def _process(ground: Ground, event: QueuedEvent) -> None:
    store = store_of(ground, event.account, event.region)
    store.queued[id(event)] = event
    try:
        while True:
            function = _current(ground, event)
            if function is None:
                _note_dropped(ground, event)
                return
            decision = await _step(ground, function, event)
            if isinstance(decision, Finish):
                break
            _note_wait(ground, function, event, decision)
            await ground.clock.sleep(decision.seconds, label=f"retry of {event.request_id} for {event.name}")
    finally:
        del store.queued[id(event)]
    await _finish(ground, function, event, decision.condition)


def _current(ground: Ground, event: QueuedEvent) -> Function | None:
    """The function as it is now: queued events run the code that is current when they start."""
    function = store_of(ground, event.account, event.region).functions.get(event.name)
    return function if function is not None and function.has(event.qualifier) else None


async def _step(ground: Ground, function: Function, event: QueuedEvent) -> Wait | Finish:
    """One attempt, or the reason why there is none now."""
    store = store_of(ground, event.account, event.region)
    config = function.event_config(event.qualifier)
    refused = concurrency.refusal_for(store, function, ground.settings.account_concurrency)
    age = ground.clock.now() - event.arrival
    decision = admission(config, age, function.reserved, refused is not None, event.back_off)
    if isinstance(decision, RunNow):
        try:
            result = await _attempt(ground, function, event)
        except AwsError as error:
            if error.code == "RecursiveInvocationException":
                return Finish(records.RECURSIVE)
            # Not the function's failure: waits like a throttled event.
            log.warning("event %s for %s could not run: %s", event.request_id, event.name, error)
            decision = admission(config, age, function.reserved, True, event.back_off)
        else:
            event.back_off = 0.0
            return _after(ground, event, config, result)
    assert not isinstance(decision, RunNow)
    event.back_off = decision.seconds if isinstance(decision, Wait) else event.back_off
    return decision


def _after(ground: Ground, event: QueuedEvent, config: EventInvokeConfig, result: Run) -> Wait | Finish:
    if not result.failed:
        return Finish(records.SUCCESS)
    return retry_decision(config, event.attempts, ground.clock.now() - event.arrival)


async def _attempt(ground: Ground, function: Function, event: QueuedEvent) -> Run:
    attempt = event.attempts + 1
    job = Job(function, event.qualifier, event.payload, event.request_id, event.source, event.cause, attempt)
    result = await run(ground, job, type="Event")
    event.attempts = attempt
    event.last = LastRun(result.outcome.payload, result.executed_version, result.function_error)
    event.cause = result.hop.cause  # the next attempt, or the record, follows from this result
    return result


async def _finish(ground: Ground, function: Function, event: QueuedEvent, condition: str) -> None:
    store = store_of(ground, event.account, event.region)
    finished = Finished(
        request_id=event.request_id,
        function_arn=function.arn(event.qualifier or LATEST),
        condition=condition,
        attempts=event.attempts,
        payload=event.payload,
        at=ground.clock.now(),
        last=event.last,
    )
    config = function.event_config(event.qualifier)
    destination = config.on_success if finished.succeeded else config.on_failure
    if destination:
        await destinations.send_record(ground, store, finished, destination, event.cause)
    target = None if finished.succeeded else _dead_letter_target(function, event)
    if target:
        await destinations.send_dead_letter(ground, store, finished, target, event.cause)


def _dead_letter_target(function: Function, event: QueuedEvent) -> str | None:
    """The setting of the version that ran, or would have run."""
    try:
        version = function.version(event.last.executed_version if event.last else event.qualifier)
    except AwsError:
        version = function.latest
    target = version.config.get("DeadLetterConfig", {}).get("TargetArn")
    return str(target) if target else None


def _note_wait(ground: Ground, function: Function, event: QueuedEvent, wait: Wait) -> None:
    arn = function.arn(event.qualifier)
    hop = ground.journal.note(
        "retry",
        arn,
        arn,
        event.cause,
        "throttled" if wait.throttled else "ok",
        event.attempts + 1,
        wait=wait.seconds,
        request_id=event.request_id,
    )
    event.cause = hop.cause


def _note_dropped(ground: Ground, event: QueuedEvent) -> None:
    text = f"function {event.name} was deleted while an event waited for it: event dropped"
    ground.journal.note("warning", event.source, event.name, event.cause, "dropped", what=text)
