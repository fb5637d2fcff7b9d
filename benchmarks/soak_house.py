"""The emulator of a soak run: a process of its own that can be looked into, and its workers, which can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
import time
import urllib.request
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.process import Emulator, resident_kb
from benchmarks.ws_load import Socket
from emulator.core.threads import KEEP

BLOCKS = 20_000
"""Small allocations that a run may add for good: caches of the emulator, of botocore and of Python (about 1 MB)."""
PROGRAM = '''
import asyncio, collections, ctypes, gc, json, signal, sys
import emulator.app

class Watched(emulator.app.Emulator):
    """Prints what it holds whenever it gets SIGUSR1; deploys its stack again at SIGUSR2."""

    async def deploy(self, stack):
        loop, self.stack, self.counter = asyncio.get_running_loop(), stack, getattr(self, "counter", 0)
        loop.add_signal_handler(signal.SIGUSR1, self.show, loop)
        loop.add_signal_handler(signal.SIGUSR2, lambda: self.ground.clock.background(self.again(), "deploy"))
        return await super().deploy(stack)

    async def again(self):
        deployment = await self.deploy(self.stack)
        self.tell(next(iter(deployment.websocket_urls.values())))

    def tell(self, value):
        self.counter += 1
        print(json.dumps(value), "<", self.counter, ">", flush=True)

    def show(self, loop):
        gc.collect()
        try:
            ctypes.CDLL(None).malloc_trim(0)
        except (OSError, AttributeError):
            pass
        kinds = collections.Counter(
            kind.__qualname__ for kind in map(type, gc.get_objects()) if str(kind.__module__).startswith("emulator.")
        )
        clock = self.ground.clock
        self.tell({
            "tasks": sorted(task.get_name() for task in asyncio.all_tasks(loop)),
            "units": [(unit.label, unit.busy) for unit in clock.units()],
            "timers": [(timer.kind.value, timer.label) for timer in clock._timers.pending()],
            "hops": len(self.ground.journal),
            "kinds": kinds,
            "blocks": sys.getallocatedblocks(),
        })

emulator.app.Emulator = Watched
from emulator.cli import main
main()
'''


class Functions:
    """What the handlers do, by a task's number: one in ten fails, half of these always."""

    FAILING, UNLUCKY = 20, 10
    SOURCE = f"""
import os, time

def work(event, context):
    number = event["detail"]["number"]
    time.sleep(number % 4 / 1000)
    if number % {FAILING} == 0:
        raise RuntimeError(f"{{number}} never succeeds")
    if number % {FAILING} == {UNLUCKY} and first_time(number):
        raise RuntimeError(f"{{number}} succeeds later")
    return {{"number": number}}

def first_time(number):
    try:
        os.close(os.open(f"{{os.environ['MARKS']}}/{{number}}", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
"""
    STACK = """
[emulator]
clock = "auto"
runtime = "{runtime}"
idle_timeout = 1e9
connection_duration = 1e9

[socket_tasks]
tasks = {{ work = {{ handler = "tasks:work", timeout = 30 }} }}
environment = {{ MARKS = "{marks}" }}
"""


@dataclass(frozen=True, slots=True)
class State:
    """What an emulator holds.

    ``rss`` in KB; ``kinds`` counts objects of the emulator's classes, ``blocks`` the interpreter's allocations.
    """

    tasks: list[str]
    units: list[tuple[str, bool]]
    timers: list[tuple[str, str]]
    hops: int
    kinds: dict[str, int]
    blocks: int
    rss: float
    descriptors: int
    threads: int
    workers: int

    @property
    def objects(self) -> int:
        return sum(self.kinds.values())

    def work_left(self) -> list[str]:
        """Units that work and timers that somebody owes, where all should be quiet."""
        busy = [f"unit {label!r} is busy" for label, busy in self.units if busy]
        waiting = [
            f"unit {label!r} waits" for label, busy in self.units if not busy and not label.startswith("reading")
        ]
        owed = [f"timer {label!r} is {kind}" for kind, label in self.timers if kind != "standing"]
        return busy + waiting + owed

    def more_than(self, before: State) -> list[str]:
        """What has been leaked since ``before``; both were taken after a reset."""
        leaks = []
        for name in ("tasks", "units", "timers"):
            now, then = getattr(self, name), getattr(before, name)
            if len(now) > len(then):
                leaks.append(f"{name}: {then} before, {now} after")
        for name, more in (("hops", 0), ("descriptors", 0), ("workers", 0), ("threads", KEEP)):
            now, then = getattr(self, name), getattr(before, name)
            if now > then + more:
                leaks.append(f"{name}: {then} before, {now} after")
        if self.blocks > before.blocks + BLOCKS:
            leaks.append(f"blocks of memory: {before.blocks} before, {self.blocks} after")
        for kind, count in self.kinds.items():
            # A few more are caches of code paths that only the load has taken.
            if count > before.kinds.get(kind, 0) + 10:
                leaks.append(f"objects of {kind}: {before.kinds.get(kind, 0)} before, {count} after")
        return leaks


class SoakHouse(Emulator):
    """An emulator with a SocketTasks system of one task function."""

    def __init__(self, runtime: str) -> None:
        self._marks = tempfile.TemporaryDirectory()
        self._shown = 0
        self._pids: set[int] = set()
        stack = Functions.STACK.format(runtime=runtime, marks=self._marks.name)
        super().__init__(stack, {"tasks.py": Functions.SOURCE}, PROGRAM)

    def stop(self) -> None:
        super().stop()
        self._marks.cleanup()

    def __enter__(self) -> SoakHouse:
        return self

    # Its workers

    def workers(self) -> dict[str, list[int]]:
        """Worker processes by the name of their function."""
        found: dict[str, list[int]] = defaultdict(list)
        for pid in self._children():
            try:
                variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except OSError:
                continue
            for variable in variables:
                if variable.startswith(b"AWS_LAMBDA_FUNCTION_NAME="):
                    found[variable.partition(b"=")[2].decode()].append(pid)
                    self._pids.add(pid)
        return found

    def _children(self) -> list[int]:
        found: list[int] = []
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                found += map(int, (task / "children").read_text().split())
            except OSError:
                continue
        return found

    @staticmethod
    def kill(pid: int) -> bool:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def survivors(self) -> list[int]:
        """Workers that live although the emulator has ended; given a second to notice it."""
        end = time.monotonic() + 1.0
        while left := [pid for pid in self._pids if _is_worker(pid)]:
            if time.monotonic() > end:
                break
            time.sleep(0.05)
        return left

    # What it holds

    async def warm_up(self) -> None:
        """Import everything that is imported on first use."""
        socket = await Socket.open(self.port, self.socket_path)
        for number in (1, 2, Functions.FAILING):
            task = {"id": f"warm-{number}", "type": "work", "data": {"number": number}}
            socket.send(json.dumps({"action": "task-submit", "task": task}).encode())
            await asyncio.wait_for(socket.receive(), 30)
        socket.close()
        await self.status()
        await self.hops("record", 0)

    async def state(self) -> State:
        """What it holds now."""
        self.workers()
        for _ in range(3):  # uvloop's handles go in steps: collected, closed by the loop, collected
            found = await self._told(signal.SIGUSR1)
        found["units"] = [tuple(unit) for unit in found["units"]]
        found["timers"] = [tuple(timer) for timer in found["timers"]]
        proc = Path(f"/proc/{self.pid}")
        return State(
            **found,
            rss=resident_kb(self.pid),
            descriptors=len(list((proc / "fd").iterdir())),
            threads=len(list((proc / "task").iterdir())),
            workers=len(self._children()),
        )

    async def _told(self, number: signal.Signals) -> Any:
        self._shown += 1
        mark = f"< {self._shown} >"
        self.signal(number)
        text = await asyncio.to_thread(self.read_until, mark)
        line = next(line for line in reversed(text.splitlines()) if line.endswith(mark))
        return json.loads(line.removesuffix(mark))

    async def deploy_again(self) -> None:
        """The same stack after a reset; its API has another id."""
        url = await self._told(signal.SIGUSR2)
        self.socket_path = url.partition(f":{self.port}")[2]

    async def cleared(self) -> State:
        """What it holds after a reset."""
        await self._ask("/_emulator/reset", b"")
        await asyncio.sleep(0.3)  # connections and processes end meanwhile
        return await self.state()

    async def idle(self, limit: float = 60.0) -> None:
        """Return when it has nothing more to do; raises TimeoutError naming what it does."""
        end = time.monotonic() + limit
        quiet = 0
        while quiet < 3:
            clock = (await self.status())["clock"]
            owed = [timer for timer in clock["next"] if timer["owed_by"] == "owed"]
            quiet = 0 if clock["busy"] or owed else quiet + 1
            if time.monotonic() > end:
                raise TimeoutError(f"not idle after {limit:g} s: {clock}")
            await asyncio.sleep(0.1)

    async def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self._ask("/_emulator/status")
        return answer

    async def hops(self, kind: str, after: int) -> list[dict[str, Any]]:
        """Hops of one kind since the one numbered ``after``."""
        answer = await self._ask(f"/_emulator/journal?kind={kind}&after={after}&limit=50000")
        found: list[dict[str, Any]] = answer["hops"]
        return found

    async def _ask(self, path: str, body: bytes | None = None) -> Any:
        def ask() -> Any:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, body), timeout=30) as answer:
                return json.load(answer)

        return await asyncio.to_thread(ask)


def _is_worker(pid: int) -> bool:
    try:
        return b"AWS_LAMBDA_FUNCTION_NAME=" in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
