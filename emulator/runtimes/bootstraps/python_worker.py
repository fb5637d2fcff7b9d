"""The loop of a Python worker process: take an invocation, run the handler, answer.

Invocations and answers travel over an inherited socket, never over stdin or stdout, which belong to the handler.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from importlib.machinery import SourceFileLoader
from typing import Any

from . import frames, python_contract, python_json, python_logging, python_sleep, redirect
from .python_logging import Current, LogSink

# A file that changed this recently may change again within the same second, with the same size: do not cache it.
_UNSETTLED = 2.0


def serve(config: dict[str, Any]) -> None:
    """Serve invocations until the emulator closes the socket.

    ``config``: ``control`` and ``lifeline`` (descriptors), ``handler``, ``paths`` (first entries of ``sys.path``).
    """
    control = config["control"]
    os.set_inheritable(control, False)
    bind_to_parent(config["lifeline"])
    sink = LogSink(os.dup(1))
    python_logging.configure(sink)
    never_cache_fresh_sources()
    redirect.install_from_environment()
    sys.path[:0] = config["paths"]
    _serve(control, config["handler"], sink, python_sleep.install(control))


def _serve(control: int, handler: str, sink: LogSink, sleep: python_sleep.VirtualSleep | None) -> None:
    request_handler: python_contract.Handler | None = None
    facts: dict[str, Any] = {}
    while (frame := frames.receive(control)) is not None:
        invocation, event = frame
        _set_trace(invocation.get("trace"))
        if request_handler is None:
            began = time.perf_counter()
            request_handler = _initialise(control, handler, invocation["id"], sink)
            facts["init_ms"] = round((time.perf_counter() - began) * 1000, 2)
            if invocation.get("sent_ms"):  # the function's time begins now
                invocation["deadline_ms"] += max(0, int(time.time() * 1000) - invocation["sent_ms"])
            frames.write_all(control, frames.encode({"kind": "init", "id": invocation["id"]}))
        if sleep is not None:
            sleep.begin(invocation["id"])
        Current.request_id = invocation["id"]
        Current.tenant_id = invocation.get("tenant")
        answer = python_contract.handle_event_request(request_handler, invocation, event)
        if answer.error is not None:
            python_logging.log_error(answer.error, sink)
        _send(control, invocation["id"], answer, facts)
        facts.clear()


def _initialise(control: int, handler: str, request_id: str, sink: LogSink) -> python_contract.Handler:
    """Import the handler; if that fails report it as the answer to this invocation and end the process."""
    try:
        return python_contract.resolve_handler(handler)
    except Exception as error:
        body = python_contract.body_of_exception(error)
    logging.warning(python_logging.INIT_FAILED)
    python_logging.log_error(body, sink)
    answer = python_contract.Answer(python_json.dumps(body).encode(), "application/json", body)
    _send(control, request_id, answer, {"kind": "init-error"})
    sys.exit(1)


def _send(control: int, request_id: str, answer: python_contract.Answer, facts: dict[str, Any]) -> None:
    header = {
        "kind": "result" if answer.error is None else "error",
        "id": request_id,
        "error_type": answer.error_type,
        "content_type": answer.content_type,
        "memory_mb": _peak_memory(),
        **facts,
    }
    body = answer.payload
    if len(body) > frames.MAX_RESULT:
        header["kind"], body = "too-large", b""
    frames.write_all(control, frames.encode(header, body))


def _set_trace(trace: str | None) -> None:
    """Also before init, which runs inside the first invocation here: its calls then show their cause."""
    if trace:
        os.environ["_X_AMZN_TRACE_ID"] = trace
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)


def _peak_memory() -> int | None:
    """MB.  Not ``getrusage``, which on Linux counts what the emulator held when it started this process."""
    try:
        status = os.open("/proc/self/status", os.O_RDONLY)
    except OSError:
        return None
    try:
        _, found, rest = os.read(status, 4096).partition(b"VmHWM:")
    finally:
        os.close(status)
    return int(rest.split(maxsplit=1)[0]) // 1024 if found else None


def bind_to_parent(lifeline: int) -> None:
    """End this process when the other end of ``lifeline`` closes, even while the handler runs.

    On Linux the kernel does it (a signal on hang-up: no thread, and it works while an extension holds the
    interpreter); elsewhere a thread waits for the end of the pipe.
    """
    import fcntl

    os.set_inheritable(lifeline, False)
    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, 9)
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        os.set_blocking(lifeline, False)
        try:
            gone = os.read(lifeline, 1) == b""  # it closed before the signal was armed
        except BlockingIOError:
            gone = False
        if gone:
            os._exit(0)
    else:
        import _thread

        def wait() -> None:
            os.read(lifeline, 1)
            os._exit(0)

        _thread.start_new_thread(wait, ())


def never_cache_fresh_sources() -> None:
    """Keep Python from writing or trusting bytecode of a file that was edited a moment ago.

    Bytecode is matched by whole seconds and size: a quick second edit would run the code of the first one.
    """
    path_stats = SourceFileLoader.path_stats

    def settled_path_stats(self: SourceFileLoader, path: str) -> Any:
        stats = path_stats(self, path)
        if abs(time.time() - stats["mtime"]) < _UNSETTLED:
            raise OSError("edited a moment ago")  # the loader then compiles and does not cache
        return stats

    SourceFileLoader.path_stats = settled_path_stats  # type: ignore[method-assign]  # the one hook there is
