"""Profilers inside the emulator's process: SIGUSR1 starts them, SIGUSR2 stops them, the end prints to stderr."""

from __future__ import annotations

import cProfile
import pstats
import signal
import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType, TracebackType

ROOT = Path(__file__).parent.parent
INTERVAL = 0.001


class Profiler:
    """A context manager around the program; subclasses start, stop and print."""

    def __init__(self, top: int) -> None:
        self.top = top

    def __enter__(self) -> Profiler:
        signal.signal(signal.SIGUSR1, lambda number, frame: self.start())
        signal.signal(signal.SIGUSR2, lambda number, frame: self.stop())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()
        self.print()

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def print(self) -> None:
        raise NotImplementedError


class Exact(Profiler):
    """cProfile: every call is counted."""

    def __init__(self, top: int) -> None:
        super().__init__(top)
        self._profile = cProfile.Profile()

    def start(self) -> None:
        self._profile.enable()

    def stop(self) -> None:
        self._profile.disable()

    def print(self) -> None:
        stats = pstats.Stats(self._profile)
        packages: Counter[str] = Counter()
        own: Counter[str] = Counter()
        total: Counter[str] = Counter()
        rows = stats.stats.items()  # type: ignore[attr-defined]
        for (file, line, name), (_, calls, own_time, cumulative, _) in rows:
            label = f"{calls:>7} x {_place(file, line, name)}"
            packages[_package(file)] += own_time
            own[label] += own_time
            total[label] += cumulative
        whole = sum(packages.values())
        for title, counter in (("own time by package", packages), ("own time", own), ("cumulative time", total)):
            _print(title, counter, whole, self.top)


class Sampler(Profiler):
    """Notes the stack after every millisecond of CPU time.

    Python runs signal handlers between two steps of its own: time in C code (json, sockets, uvloop) is booked on the
    Python function that called it.
    """

    def __init__(self, top: int) -> None:
        super().__init__(top)
        self._own: Counter[CodeType] = Counter()
        self._total: Counter[CodeType] = Counter()

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _sample(self, number: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self._own[frame.f_code] += 1
        stack = set()
        while frame is not None:
            stack.add(frame.f_code)
            frame = frame.f_back
        self._total.update(stack)

    def print(self) -> None:
        packages: Counter[str] = Counter()
        for code, count in self._own.items():
            packages[_package(code.co_filename)] += count
        whole = sum(packages.values())
        _print("own time by package", packages, whole, self.top)
        _print("own time", _named(self._own), whole, self.top)
        _print("cumulative time", _named(self._total), whole, self.top)


def _named(counter: Counter[CodeType]) -> Counter[str]:
    named: Counter[str] = Counter()
    for code, count in counter.items():
        named[_place(code.co_filename, code.co_firstlineno, code.co_qualname)] += count
    return named


def _print(title: str, counter: Counter[str], whole: float, top: int) -> None:
    print(f"\n{title}", file=sys.stderr)
    for name, amount in counter.most_common(top):
        print(f"  {100 * amount / whole:5.1f} %  {name}", file=sys.stderr)


def _place(file: str, line: int, name: str) -> str:
    return f"{_short(file)}:{line} {name}" if line else name


def _short(file: str) -> str:
    """Path from the project, from the installed package, or from the standard library."""
    for root in (f"{ROOT}/", "/site-packages/", "/lib/python3."):
        if root in file:
            return file.rpartition(root)[2]
    return file


def _package(file: str) -> str:
    """``emulator/wire``, ``emulator/services/sqs``, ``uvicorn``, ``stdlib json``…"""
    parts = _short(file).split("/")
    if parts[0] == "emulator":
        depth = 3 if parts[1] in ("services", "runtimes") else 2
        return "/".join(parts[: min(depth, len(parts) - 1)])
    if "/site-packages/" in file:
        return parts[0]
    if "/lib/python3." in file:
        return f"stdlib {parts[1].removesuffix('.py')}"
    return "C code" if file.startswith(("~", "<")) else file
