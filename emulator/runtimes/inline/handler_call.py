"""One call of a handler in a thread: what AWS's Python client does, inside the emulator's process."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from emulator.runtimes import payloads
from emulator.runtimes.base import FunctionSpec, Invocation
from emulator.runtimes.bootstraps import python_contract, python_json, python_logging
from emulator.runtimes.bootstraps.python_context import LambdaContext
from emulator.runtimes.inline.streams import Capture

log = logging.getLogger("emulator.runtimes.inline")


class InlineContext(LambdaContext):
    """AWS's context object; its remaining time is the invocation's budget, which a faster clock does not shorten."""

    remaining: Callable[[], float]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds left of the function's timeout, never negative."""
        return max(0, int(self.remaining() * 1000))

    def log(self, msg: object) -> None:
        print(str(msg).rstrip("\n"))


class Called(NamedTuple):
    """What the thread gives back; ``crashed`` when the handler ended what would have been its process."""

    payload: bytes
    error_type: str | None
    crashed: bool = False


Resolve = Callable[[FunctionSpec], python_contract.Handler]


def call_handler(
    resolve: Resolve, function: FunctionSpec, invocation: Invocation, remaining: Callable[[], float], capture: Capture
) -> Called:
    """Import and call the handler; never raises."""
    try:
        return _call(resolve, function, invocation, remaining, capture)
    except SystemExit as end:
        return _crash(payloads.exited(invocation.request_id, _status(end.code)))
    except BaseException as end:  # KeyboardInterrupt and its like end a Python process with status 1
        capture.event(f"{type(end).__name__}: {end}")
        return _crash(payloads.exited(invocation.request_id, 1))
    finally:
        capture.finish()


def _call(
    resolve: Resolve, function: FunctionSpec, invocation: Invocation, remaining: Callable[[], float], capture: Capture
) -> Called:
    try:
        handler = resolve(function)
    except Exception as error:
        body = python_contract.body_of_exception(error)
        capture.event(python_logging.error_text(body))
        return Called(python_json.dumps(body).encode(), str(body["errorType"]))
    facts = {
        "id": invocation.request_id,
        "deadline_ms": 0,
        "arn": invocation.invoked_arn,
        "client_context": invocation.client_context,
    }
    answer = python_contract.handle_event_request(_with_budget(handler, remaining), facts, invocation.payload)
    if answer.error is not None:
        capture.event(python_logging.error_text(answer.error))
    elif len(answer.payload) > payloads.MAX_RESPONSE:
        too_large = payloads.response_too_large()
        return Called(too_large.payload, too_large.error_type)
    return Called(answer.payload, answer.error_type)


def _with_budget(handler: python_contract.Handler, remaining: Callable[[], float]) -> python_contract.Handler:
    def call(event: Any, context: Any) -> Any:
        context.__class__ = InlineContext
        context.remaining = remaining
        result = handler(event, context)
        if inspect.iscoroutine(result):
            # AWS does not await it; here it may not run on the emulator's loop, which it could block.
            log.warning("handler %s is a coroutine function: awaited here, Runtime.MarshalError on AWS", handler)
            return asyncio.run(result)
        return result

    return call


def _status(code: object) -> int:
    """The exit status that Python gives a process for ``sys.exit(code)``."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1


def _crash(error: payloads.PlatformError) -> Called:
    return Called(error.payload, error.error_type, crashed=True)
