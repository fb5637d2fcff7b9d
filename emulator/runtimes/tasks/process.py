"""One process that runs one program to its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from dataclasses import dataclass
from typing import Any

from emulator.runtimes.worker.channel import Channel, Link
from emulator.runtimes.worker.process import _BOOTSTRAP, WorkerProcess, WorkerSpec, _Ends


@dataclass(frozen=True, slots=True)
class TaskSpec(WorkerSpec):
    """``handler`` is ``module:function`` or a module, with ``arguments`` as ``sys.argv[1:]``.

    If it is empty, ``program`` is a command line that is run as it is.
    """

    arguments: tuple[str, ...] = ()


class TaskProcess(WorkerProcess):
    """A worker process without invocations: made by `start`, ended by itself, `terminate` or `kill`.

    ``on_sleep`` is told when Python code sleeps by the emulator's clock; it goes on after `wake`.
    """

    def _link(self, loop: asyncio.AbstractEventLoop, ends: _Ends) -> Link:
        if self.spec.handler:
            return Channel(loop, ends.control, self._on_frame, lambda: None)
        ends.control.close()
        return _Unlinked()

    async def _spawn(self, child: _Ends) -> None:
        if self.spec.handler:
            await super()._spawn(child)
            return
        assert self.spec.program is not None
        await self._execute(self.spec.program.command, (child.lifeline,), self.spec.environment, child)

    def _command(self, child: _Ends) -> tuple[str, ...]:
        config = {
            "serve": "python_task",
            "control": child.control.fileno(),
            "lifeline": child.lifeline,
            "handler": self.spec.handler,
            "paths": self.spec.paths or (self.spec.directory,),
            "arguments": self.spec.arguments if isinstance(self.spec, TaskSpec) else (),
        }
        return self.spec.python, "-u", _BOOTSTRAP, json.dumps(config)

    def _on_frame(self, header: dict[str, Any], body: bytes) -> None:
        if header.get("kind") == "sleep":
            self.on_sleep(float(header["seconds"]))

    def wake(self) -> None:
        """The program's sleep is over."""
        if self.ended is None:
            self._channel.send({"kind": "woke"}, b"")

    def terminate(self) -> None:
        """Ask the program to end: SIGTERM to it alone, as a container's first process gets it."""
        if self.ended is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    @property
    def exit_code(self) -> int | None:
        """As a container has it: 128 and the number of the signal that has ended it, None while it runs."""
        if self.ended is None:
            return None
        return self.ended.status if self.ended.status >= 0 else 128 - self.ended.status


class _Unlinked:
    """A command has no channel to the emulator."""

    def send(self, header: dict[str, Any], body: bytes) -> None:
        """Nobody would hear it."""

    def drain(self) -> None:
        """There is nothing."""

    def close(self) -> None:
        """Nothing is open."""
