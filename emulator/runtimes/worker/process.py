"""One worker process: an execution environment that runs one invocation at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from emulator.runtimes import payloads

from .channel import Channel, Link
from .lifeline import arm, needs_watching
from .logs import LogPipe
from .program import Program

OnLog = Callable[[str | None, str, str], None]

_BOOTSTRAP = str(Path(__file__).parent.parent / "bootstraps" / "python_bootstrap.py")


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What a process is started with.

    ``directory`` is the task root and working directory; ``paths`` come first on ``sys.path`` (default: the
    directory); ``environment`` is complete, nothing is inherited (`lambda_environment` builds it).  ``program`` is what
    runs the handler; None is the Python bootstrap under ``python``.
    """

    handler: str
    directory: str
    environment: Mapping[str, str]
    paths: tuple[str, ...] = ()
    python: str = sys.executable
    program: Program | None = None


@dataclass(frozen=True, slots=True)
class InvocationMessage:
    """One invocation.

    ``deadline_ms`` and ``sent_ms`` (now) are real epoch milliseconds: a process that has to load its handler first
    moves the deadline by what has passed since.  ``client_context`` and ``identity`` are JSON texts.
    """

    request_id: str
    event: bytes
    function_arn: str
    deadline_ms: int
    trace_id: str | None = None
    client_context: str | None = None
    identity: str | None = None
    tenant_id: str | None = None
    sent_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The process answered: a result, or an error if ``error_type`` is set.

    ``init_ms`` is set for the first answer of a process; ``in_init`` says that the handler could not be loaded (the
    process ends by itself then); ``memory_mb`` is the process's peak.
    """

    payload: bytes
    error_type: str | None = None
    content_type: str = "application/json"
    in_init: bool = False
    init_ms: float | None = None
    memory_mb: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The process ended without an answer.

    ``status``: exit status, negative for a signal; ``killed``: by `WorkerProcess.kill`; ``untouched``: a warm process
    ended between two invocations and never saw this one, which may be given to another process.
    """

    status: int
    killed: bool = False
    untouched: bool = False

    def error(self, request_id: str) -> payloads.PlatformError:
        """What AWS answers for it."""
        return payloads.exited(request_id, self.status)


WorkerResult = Answered | Ended


def _ignore(request_id: str | None, stream: str, line: str) -> None:
    del request_id, stream, line


class WorkerProcess:
    """The emulator's side of a process; made by `start`.

    Not started again: when it has ended, `alive` is false and `invoke` returns how it ended.
    """

    def __init__(self, spec: WorkerSpec, ends: _Ends, on_log: OnLog) -> None:
        loop = asyncio.get_running_loop()
        self.spec = spec
        self.pid = 0
        self.invocations = 0
        self.ended: Ended | None = None
        self.on_init: Callable[[], None] = lambda: None
        """Told when the handler is loaded and about to run for the first time."""
        self.on_sleep: Callable[[float], None] = lambda seconds: self.wake()
        """Told when the handler sleeps by the emulator's clock; it goes on after `wake`."""
        self._on_log = on_log
        self._request_id: str | None = None
        self._pending: asyncio.Future[WorkerResult] | None = None
        self._dying = False
        self._killed = False
        self._exited: asyncio.Future[None] = loop.create_future()
        self._lifeline = ends.lifeline
        self._channel = self._link(loop, ends)
        self._logs = [
            LogPipe(loop, ends.stdout, lambda line: self._on_log(self._request_id, "stdout", line)),
            LogPipe(loop, ends.stderr, lambda line: self._on_log(self._request_id, "stderr", line)),
        ]

    @classmethod
    async def start(cls, spec: WorkerSpec, on_log: OnLog = _ignore) -> Self:
        """Start a process.

        The handler is loaded by the first invocation.  ``on_log(request id or None, "stdout" or "stderr", text)`` is
        called for each log event.  Raises OSError if the interpreter or the directory does not exist, or descriptors
        run out (four are used).
        """
        own, child = _open_ends()
        try:
            process = cls(spec, own, on_log)
        except BaseException:
            own.close()
            child.close()
            raise
        try:
            await process._spawn(child)
        except BaseException:
            process._release()
            raise
        finally:
            child.close()
        return process

    def _link(self, loop: asyncio.AbstractEventLoop, ends: _Ends) -> Link:
        """The way invocations go out and answers come in."""
        return Channel(loop, ends.control, self._on_frame, self._kill_group)

    async def _spawn(self, child: _Ends) -> None:
        inherited = (child.control.fileno(), child.lifeline)
        await self._execute(self._command(child), inherited, self.spec.environment, child)

    def _command(self, child: _Ends) -> tuple[str, ...]:
        config: dict[str, Any] = {
            "control": child.control.fileno(),
            "lifeline": child.lifeline,
            "handler": self.spec.handler,
            "paths": self.spec.paths or (self.spec.directory,),
        }
        if self.spec.program is None:  # -u: what a handler printed must not be lost when it is killed
            return self.spec.python, "-u", _BOOTSTRAP, json.dumps(config)
        return *self.spec.program.command, json.dumps(config | {"watch": needs_watching()})

    async def _execute(
        self, command: tuple[str, ...], inherited: tuple[int, ...], environment: Mapping[str, str], child: _Ends
    ) -> None:
        await asyncio.get_running_loop().subprocess_exec(
            lambda: _ExitWatch(self),
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=child.stdout,
            stderr=child.stderr,
            pass_fds=inherited,
            cwd=self.spec.directory,
            env=dict(environment),
            start_new_session=True,  # a group of its own: what the handler started is killed with it
        )
        if self.spec.program is not None:  # the Python bootstrap does it itself
            arm(child.lifeline, self.pid)

    @property
    def alive(self) -> bool:
        """Whether the process can take another invocation; asks the system, the loop may not have heard yet."""
        return self.ended is None and not self._dying and not _has_exited(self.pid)

    @property
    def busy(self) -> bool:
        """Whether an invocation is running."""
        return self._pending is not None

    async def invoke(self, message: InvocationMessage) -> WorkerResult:
        """Run one invocation; returns when the process has answered, has ended or was killed.

        Cancelling kills the process: what it does afterwards is unknown.
        """
        if self._pending is not None:
            raise RuntimeError("a worker process runs one invocation at a time")
        if self.ended is not None:
            return self.ended
        pending: asyncio.Future[WorkerResult] = asyncio.get_running_loop().create_future()
        self._pending = pending
        self._request_id = message.request_id
        self._channel.send(_header(message), message.event)
        try:
            return await pending
        except asyncio.CancelledError:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill the process and what it started; a pending `invoke` returns ``Ended(killed=True)``."""
        if self.ended is None:
            self._killed = True
            self._kill_group()
            self._finish(Ended(-signal.SIGKILL, killed=True))

    def wake(self) -> None:
        """The handler's sleep is over."""
        if self._pending is not None and self.ended is None:
            self._channel.send({"kind": "woke", "id": self._request_id}, b"")

    async def wait(self) -> None:
        """Return when the process has ended and all it held is released."""
        await asyncio.shield(self._exited)

    # --- events ---------------------------------------------------------------------------------------------------

    def _on_frame(self, header: dict[str, Any], body: bytes) -> None:
        if self._pending is None or self._pending.done() or header.get("id") != self._request_id:
            self._kill_group()  # not an answer to anything: user code wrote to our socket
            return
        if header.get("kind") == "init":
            self.on_init()
            return
        if header.get("kind") == "sleep":
            self.on_sleep(float(header["seconds"]))
            return
        answer = _answer(header, body)
        self._dying = self._dying or answer.in_init or bool(header.get("exits"))
        self.invocations += 1
        self._finish(answer)

    def _on_exit(self, status: int) -> None:
        self._channel.drain()  # it may have answered before it ended
        self.ended = Ended(status, self._killed)
        self._kill_group()  # children that outlived it
        try:
            self._finish(self.ended)
        finally:
            self._release()

    def _finish(self, result: WorkerResult) -> None:
        """Report what was written up to now, then resolve the invocation, whatever ``on_log`` may raise."""
        try:
            for pipe in self._logs:
                pipe.drain()
        finally:
            pending, self._pending = self._pending, None
            if pending is not None and not pending.done():
                pending.set_result(result)
            self._request_id = None

    def _kill_group(self) -> None:
        self._dying = True
        if self.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def _release(self) -> None:
        self._channel.close()
        for pipe in self._logs:
            pipe.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        if not self._exited.done():
            self._exited.set_result(None)


class _ExitWatch(asyncio.SubprocessProtocol):
    """Hears from the event loop that the process has ended."""

    def __init__(self, process: WorkerProcess) -> None:
        self._process = process
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)  # uvloop's is not registered as one
        self._process.pid = self._transport.get_pid()

    def process_exited(self) -> None:
        assert self._transport is not None
        status = self._transport.get_returncode()
        self._transport.close()
        self._process._on_exit(0 if status is None else status)


@dataclass(slots=True)
class _Ends:
    """One side's descriptors."""

    control: socket.socket
    lifeline: int
    stdout: int
    stderr: int

    def close(self) -> None:
        self.control.close()
        for fd in (self.lifeline, self.stdout, self.stderr):
            with contextlib.suppress(OSError):
                os.close(fd)


def _open_ends() -> tuple[_Ends, _Ends]:
    with contextlib.ExitStack() as undo:
        own_control, child_control = socket.socketpair()
        undo.callback(own_control.close)
        undo.callback(child_control.close)
        pipes = []
        for _ in range(3):
            pipes.append(os.pipe())
            undo.callback(os.close, pipes[-1][0])
            undo.callback(os.close, pipes[-1][1])
        (life_read, life_write), (out_read, out_write), (err_read, err_write) = pipes
        undo.pop_all()
    own = _Ends(own_control, life_write, out_read, err_read)
    return own, _Ends(child_control, life_read, out_write, err_write)


def _header(message: InvocationMessage) -> dict[str, Any]:
    return {
        "id": message.request_id,
        "arn": message.function_arn,
        "deadline_ms": message.deadline_ms,
        "sent_ms": message.sent_ms,
        "trace": message.trace_id,
        "client_context": message.client_context,
        "identity": message.identity,
        "tenant": message.tenant_id,
    }


def _answer(header: dict[str, Any], body: bytes) -> Answered:
    error_type, content_type = header.get("error_type"), header.get("content_type") or "application/json"
    if header.get("kind") == "too-large":
        error = payloads.response_too_large()
        body, error_type, content_type = error.payload, error.error_type, "application/json"
    return Answered(
        body,
        error_type,
        content_type,
        in_init=header.get("kind") == "init-error",
        init_ms=header.get("init_ms"),
        memory_mb=header.get("memory_mb"),
    )


def _has_exited(pid: int) -> bool:
    """Whether ``pid`` is dead already, without reaping it."""
    if not pid or not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True
