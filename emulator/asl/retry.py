"""Whether a failure is tried again or caught: decisions only, the service waits and goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emulator.asl.errors import TASK_FAILED, TIMEOUT, StatesError
from emulator.asl.states.base import Catcher, Retrier
from emulator.core.ids import Ids

ALL = "States.ALL"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
# No wait is longer than the longest timeout of the language.
_LONGEST = 99_999_999.0


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Run the state's work again after ``seconds``; count one more retry for retrier ``index``."""

    seconds: float
    index: int


def retry_decision(
    retriers: Sequence[Retrier], error: StatesError, attempts: Mapping[int, int], ids: Ids
) -> RetryAfter | None:
    """``attempts``: retrier index → its retries since the state was entered.  None: look at Catch.

    Only the first retrier that matches counts, also when it is used up (recorded from AWS).
    """
    index = retrier_for(retriers, error)
    if index is None:
        return None
    done = attempts.get(index, 0)
    retrier = retriers[index]
    if done >= retrier.max_attempts:
        return None
    seconds = backoff(retrier, done)
    return RetryAfter(ids.uniform(0.0, seconds) if retrier.jitter == "FULL" else seconds, index)


def retrier_for(retriers: Sequence[Retrier], error: StatesError) -> int | None:
    """The index of the first retrier that matches, used up or not (TestState's ``retryIndex``)."""
    return _first([retrier.error_equals for retrier in retriers], error)


def catcher_for(catchers: Sequence[Catcher], error: StatesError) -> Catcher | None:
    """The first catcher that matches."""
    index = catcher_index(catchers, error)
    return None if index is None else catchers[index]


def catcher_index(catchers: Sequence[Catcher], error: StatesError) -> int | None:
    return _first([catcher.error_equals for catcher in catchers], error)


def backoff(retrier: Retrier, retries: int) -> float:
    """Seconds before retry number ``retries`` (from 0), jitter left out: 1, 2, 4, 8, 16 with the defaults."""
    try:
        seconds = retrier.interval_seconds * float(retrier.backoff_rate) ** retries
    except OverflowError:
        seconds = _LONGEST
    cap = _LONGEST if retrier.max_delay_seconds is None else retrier.max_delay_seconds
    return min(seconds, float(cap))


def matches(error_equals: Sequence[str], error: StatesError) -> bool:
    """AWS docs, "Handling errors": States.ALL matches everything that can be caught, States.TaskFailed everything but
    a timeout; a missed heartbeat is reported as States.Timeout and goes by its own name too."""
    if not error.catchable:
        return False
    names = {ALL} if error.error is None else {ALL, error.error}
    if error.error != TIMEOUT:
        names.add(TASK_FAILED)
    elif error.heartbeat:
        names.add(HEARTBEAT_TIMEOUT)
    return not names.isdisjoint(error_equals)


def _first(lists: Sequence[Sequence[str]], error: StatesError) -> int | None:
    return next((index for index, names in enumerate(lists) if matches(names, error)), None)
