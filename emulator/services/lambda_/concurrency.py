"""How many invocations may run at once (AWS docs, "Understanding Lambda function scaling")."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from emulator.services.lambda_ import errors
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.store import LambdaStore

MIN_UNRESERVED = 100


def refusal(running: int, reserved: int | None, unreserved_running: int, unreserved_limit: int) -> str | None:
    """Why one more invocation is refused, as the ``Reason`` of the error; None when there is room.

    ``running`` and ``reserved`` are the function's (all versions together); the others belong to the account.
    """
    if reserved is not None:
        return "ReservedFunctionConcurrentInvocationLimitExceeded" if running >= reserved else None
    return "ConcurrentInvocationLimitExceeded" if unreserved_running >= unreserved_limit else None


def reserved_in(store: LambdaStore, without: str = "") -> int:
    """What all functions (but one) have reserved."""
    return sum(function.reserved or 0 for name, function in store.functions.items() if name != without)


def refusal_for(store: LambdaStore, function: Function, account_limit: int) -> str | None:
    running = store.running[function.name]
    if function.reserved is not None:
        return refusal(running, function.reserved, 0, 0)
    # Only what draws on the same pool counts: functions with a reservation have their own.
    pool = sum(count for name, count in store.running.items() if _unreserved(store, name))
    return refusal(running, None, pool, account_limit - reserved_in(store))


def _unreserved(store: LambdaStore, name: str) -> bool:
    function = store.functions.get(name)
    return function is None or function.reserved is None


@contextmanager
def slot(store: LambdaStore, function: Function, account_limit: int) -> Iterator[None]:
    """Holds one place while the block runs; raises TooManyRequestsException when there is none."""
    reason = refusal_for(store, function, account_limit)
    if reason is not None:
        raise errors.throttled(reason)
    store.running[function.name] += 1
    try:
        yield
    finally:
        store.running[function.name] -= 1
        if not store.running[function.name]:
            del store.running[function.name]
