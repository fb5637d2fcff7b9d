"""Processes under measurement: start them, ask the kernel for their memory and their CPU time, end them."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parent.parent
UP = "from emulator.cli import main; main()"
START_LIMIT = 60.0
CACHES = tempfile.TemporaryDirectory(prefix="bytecode-")
"""Bytecode of all processes under measurement: an installed package has its own, a work tree may have none."""


class Process:
    """A Python process that prints lines; ended on leaving the ``with`` block.  Its errors go to ``stderr``."""

    def __init__(self, arguments: Sequence[str], cwd: Path | None = None) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "EMULATOR_", "PYTHON"))}
        self.began = time.perf_counter()
        self._popen = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=cwd,
            env={**environment, "PYTHONPATH": path, "PYTHONPYCACHEPREFIX": CACHES.name},
        )
        self.pid = self._popen.pid
        self._buffer = b""

    def read_until(self, marker: str) -> str:
        """What it prints, up to the line with ``marker``; raises RuntimeError with its errors when it ends first."""
        assert self._popen.stdout is not None
        end = time.monotonic() + START_LIMIT
        with selectors.DefaultSelector() as selector:
            selector.register(self._popen.stdout, selectors.EVENT_READ)
            while marker.encode() not in self._buffer:
                ready = selector.select(max(0.0, end - time.monotonic()))
                data = os.read(self._popen.stdout.fileno(), 65536) if ready else b""
                if not data:
                    raise RuntimeError(f"no {marker!r} from {self._popen.args!r}:\n{self.errors()}")
                self._buffer += data
        return self._buffer.decode()

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def end(self) -> None:
        """Ask it to end, and wait until it has."""
        self._popen.terminate()
        try:
            self._popen.wait(10)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()

    def stop(self) -> None:
        self.end()
        assert self._popen.stdout is not None
        self._popen.stdout.close()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()
        if error is not None and self.errors():
            error.add_note(f"the process said:\n{self.errors()[-4000:]}")
        self._errors.close()


class Emulator(Process):
    """``emulator up --port 0 --quiet`` with a stack in a directory of its own; ready when constructed."""

    def __init__(self, stack: str = "", files: Mapping[str, str] | None = None, program: str = UP) -> None:
        self._directory = tempfile.TemporaryDirectory()
        directory = Path(self._directory.name)
        if stack:
            (directory / "stack.toml").write_text(stack)
        for name, text in (files or {}).items():
            (directory / name).parent.mkdir(exist_ok=True)
            (directory / name).write_text(text)
            (directory / name).chmod(0o755)  # programs of custom runtimes are files, too
        super().__init__(["-c", program, "up", "--port", "0", "--quiet"], directory)
        try:
            banner = self.read_until("/_emulator/docs")
        except RuntimeError:
            self.stop()
            raise
        found = re.search(r"at http://127\.0\.0\.1:(\d+)", banner)
        assert found, banner
        self.port = int(found[1])
        socket = re.search(r"ws://[^/]*(/\S+?)(?:\x1b|\s)", banner)
        self.socket_path = socket[1] if socket else ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        super().stop()
        self._directory.cleanup()

    def __enter__(self) -> Emulator:
        return self


def resident_kb(pid: int) -> float:
    """Resident memory of one process in KB (1,024 bytes)."""
    return float(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True).stdout)


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used; NaN where there is no /proc.  A busy machine changes it little."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Living child processes."""
    found = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True).stdout.split()
    return [int(child) for child, parent in zip(found[::2], found[1::2], strict=True) if int(parent) == pid]


class Meter:
    """CPU milliseconds since it was made, of a process and of its children."""

    def __init__(self, process: Process) -> None:
        self._pid = process.pid
        self._before = self._read()

    def _read(self) -> dict[int, float]:
        return {pid: cpu_seconds(pid) for pid in (self._pid, *children(self._pid))}

    def each(self, count: int) -> tuple[float, float]:
        """Per piece of work: the process's own, and its children's together."""
        used = {pid: seconds - self._before.get(pid, 0.0) for pid, seconds in self._read().items()}
        own = used.pop(self._pid)
        return own * 1000 / count, sum(used.values()) * 1000 / count
