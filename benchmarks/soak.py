"""``python -m benchmarks.soak``: thousands of tasks, one handler in ten failing, workers killed while they run.

Every task must be answered exactly as its record says, and afterwards nothing may be left: no unit of work, no timer,
no asyncio task, no object, no descriptor, no process.

``--kill`` kills workers of the task functions: still, each task is answered once.  ``--kill all`` kills those of
task-submit and task-notify, too, with AWS's consequences: the client of a killed task-submit is told ``Internal server
error`` and sends its task again, the batch of a killed task-notify comes back after its visibility timeout.  Then each
task is answered at least once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.soak_house import Functions, SoakHouse, State
from benchmarks.ws_load import Socket

PATIENCE = 120.0
"""Real seconds that a client waits for an answer."""
POLL = 0.4
"""Real seconds between two looks at the journal, which keeps the latest 50,000 hops."""
GROWTH = 1.1
"""A full house after the last round may be so many times as large as after the first."""
TASK_FUNCTION = "work"


@dataclass(frozen=True, slots=True)
class Options:
    """How much, where, and what is killed: ``none``, ``tasks`` or ``all``.  About ``pause`` seconds between two kills.
    ``window`` tasks are on their way at any time, each in up to three worker processes.

    With ``all`` five times that: task-submit and task-notify import boto3, and must get something done before they die.
    """

    tasks: int = 10_000
    connections: int = 100
    window: int = 32
    runtime: str = "worker"
    kill: str = "none"
    pause: float = 0.1
    seed: int = 1
    rounds: int = 1


@dataclass(slots=True)
class Tally:
    """What came: frames and records by task id as (status, attempts), tasks sent again, workers killed."""

    frames: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    records: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    repeated: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """Of each round what came and what the house held, full and reset; ``problems`` is empty when all was well."""

    before: State
    tallies: list[Tally]
    full: list[State]
    after: list[State]
    problems: list[str]


def answer_of(condition: str) -> str:
    """The status that a frame must have for a record's condition."""
    return "Success" if condition == "Success" else "Fail"


def disagreements(tally: Tally, numbers: Iterable[int], once: bool) -> list[str]:
    """Tasks whose frames are not what their records say; ``once``: one record and one frame for each not repeated."""
    found = [f"unexpected frame {text}" for text in tally.strange]
    for number in numbers:
        task, wrong = str(number), ""
        frames, records = tally.frames.get(task, []), tally.records.get(task, [])
        statuses = {answer_of(condition) for condition, _ in records}
        if not frames or not records:
            wrong = "lost"
        elif once and task not in tally.repeated and (len(frames), len(records)) != (1, 1):
            wrong = "not answered once"
        elif set(frames) != statuses:
            wrong = "answered otherwise than recorded"
        elif any(
            condition != "Success" and (condition, attempts) != ("RetriesExhausted", 3)
            for condition, attempts in records
        ):
            wrong = "given up too early"
        elif number % Functions.FAILING == 0 and statuses != {"Fail"}:
            wrong = "cannot have succeeded"
        if wrong:
            found.append(f"task {task} {wrong}: frames {frames}, records {records}")
    return found


class Client:
    """One connection, with one task at a time; takes whatever arrives."""

    def __init__(self, socket: Socket, tally: Tally) -> None:
        self._socket = socket
        self._tally = tally
        self._task, self._text = "", b""
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read())

    async def do(self, number: int) -> None:
        """Submit a task and return when it is answered; one that could not be submitted is sent again."""
        self._task = str(number)
        task = {"id": self._task, "type": TASK_FUNCTION, "data": {"number": number}}
        self._text = json.dumps({"action": "task-submit", "task": task}).encode()
        self._answered = asyncio.get_running_loop().create_future()
        self._socket.send(self._text)
        await asyncio.wait_for(self._answered, PATIENCE)

    async def _read(self) -> None:
        while True:
            frame = json.loads(await self._socket.receive())
            if frame.get("message") == "Internal server error":
                self._tally.repeated[self._task] += 1
                self._socket.send(self._text)
            elif set(frame) != {"task_id", "status", "response"}:
                self._tally.strange.append(json.dumps(frame))
            else:
                self._tally.frames[frame["task_id"]].append(frame["status"])
                if frame["task_id"] == self._task and not self._answered.done():
                    self._answered.set_result(None)

    def close(self) -> None:
        self._reader.cancel()
        self._socket.close()


class Soak:
    """One run against a house that is up."""

    def __init__(self, house: SoakHouse, options: Options) -> None:
        self._house = house
        self._options = options
        self._window = asyncio.Semaphore(options.window)
        self._random = random.Random(options.seed)
        self._seen = 0
        self.tally = Tally()

    async def run(self) -> None:
        """Send every task and take every answer; then wait until the house has nothing more to do."""
        began = time.perf_counter()
        clients = [await self._connect() for _ in range(self._options.connections)]
        reader = asyncio.create_task(self._read_records())
        killer = asyncio.create_task(self._kill())
        try:
            numbers = range(1, self._options.tasks + 1)
            await asyncio.gather(*(self._work(c, numbers[i :: len(clients)]) for i, c in enumerate(clients)))
            self.tally.seconds = time.perf_counter() - began
        finally:
            killer.cancel()
            await asyncio.gather(killer, return_exceptions=True)
        await self._house.idle()
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await self._look()
        for client in clients:
            client.close()
        await self._house.idle()

    async def _connect(self) -> Client:
        return Client(await Socket.open(self._house.port, self._house.socket_path), self.tally)

    async def _work(self, client: Client, numbers: Sequence[int]) -> None:
        for number in numbers:
            async with self._window:
                await client.do(number)

    async def _read_records(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            await self._look()

    async def _look(self) -> None:
        """Note the records that the journal has got since the last look."""
        for hop in await self._house.hops("record", self._seen):
            if hop["outcome"] == "pending":
                break
            self._seen = max(self._seen, hop["seq"])
            record = json.loads(hop["payload"])
            context = record["requestContext"]
            task = record["requestPayload"]["detail"]["id"]
            self.tally.records[task].append((context["condition"], context["approximateInvokeCount"]))

    async def _kill(self) -> None:
        if self._options.kill == "none":
            return
        pause = self._options.pause * (5 if self._options.kill == "all" else 1)
        while True:
            await asyncio.sleep(self._random.uniform(0.5, 1.5) * pause)
            workers = self._house.workers()
            names = [name for name in workers if self._options.kill == "all" or name == TASK_FUNCTION]
            if names:
                name = self._random.choice(names)
                if self._house.kill(self._random.choice(workers[name])):
                    self.tally.killed[name] += 1


async def soak(options: Options, *further: Options) -> Report:
    """Run one, or several after each other in one house; raises whatever keeps it from running at all."""
    with SoakHouse(options.runtime) as house:
        await house.warm_up()
        report = Report(await house.cleared(), [], [], [], [])
        for run in (options, *further):
            for _ in range(run.rounds):
                await _round(house, run, report)
        house.end()
        left = house.survivors()
    report.problems.extend(f"process {pid} has outlived the emulator" for pid in left)
    first, last = report.full[0].rss, report.full[-1].rss
    if last > first * GROWTH:
        report.problems.append(f"memory of the full house grows from round to round: {first:.0f} KB, {last:.0f} KB")
    return report


async def _round(house: SoakHouse, options: Options, report: Report) -> None:
    await house.deploy_again()
    run = Soak(house, options)
    try:
        await run.run()
    except TimeoutError:
        raise TimeoutError(f"a task had no answer after {PATIENCE:g} s; the house: {await house.status()}") from None
    full = await house.state()
    after = await house.cleared()
    report.tallies.append(run.tally)
    report.full.append(full)
    report.after.append(after)
    report.problems.extend(disagreements(run.tally, range(1, options.tasks + 1), options.kill != "all"))
    report.problems.extend(f"in the full house: {text}" for text in full.work_left())
    report.problems.extend(after.more_than(report.before))


def figures(options: Options, report: Report) -> str:
    """What a person wants to know of a run."""
    rows = [
        f"{options.tasks} tasks, {options.connections} connections, {options.runtime}",
        _held("before", report.before),
    ]
    for tally, full, after in zip(report.tallies, report.full, report.after, strict=True):
        attempts = Counter(attempts for records in tally.records.values() for _, attempts in records)
        frames, records = (sum(map(len, found.values())) for found in (tally.frames, tally.records))
        rows += [
            f"{tally.seconds:.1f} s, {options.tasks / tally.seconds:.0f} tasks/s, killed: {_table(tally.killed)}",
            f"{frames} frames, {records} records, runs for a record: {_table(attempts)}",
            f"{sum(tally.repeated.values())} tasks sent again after an error frame",
            _held("full", full),
            _held("after", after),
        ]
    return "\n".join(rows)


def _held(name: str, state: State) -> str:
    return (
        f"{name:>7}: {state.rss / 1024:.1f} MB resident, {state.hops} hops, {state.objects} objects, "
        f"{state.blocks} blocks, {state.descriptors} descriptors, {state.threads} threads, {state.workers} workers"
    )


def _table(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{key} {counts[key]}" for key in sorted(counts)) or "none"


def main() -> int:
    """The command; 1 when something was wrong."""
    defaults = Options()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=defaults.tasks)
    parser.add_argument("--connections", type=int, default=defaults.connections)
    parser.add_argument("--window", type=int, default=defaults.window, help="tasks on their way at any time")
    parser.add_argument("--runtime", choices=("worker", "inline"), default=defaults.runtime)
    parser.add_argument("--kill", nargs="?", const="tasks", default="none", choices=("none", "tasks", "all"))
    parser.add_argument("--pause", type=float, default=defaults.pause, help="seconds between two kills")
    parser.add_argument("--rounds", type=int, default=defaults.rounds, help="with a reset after each")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    options = Options(**vars(parser.parse_args()))
    report = asyncio.run(soak(options))
    print(figures(options, report))
    for problem in report.problems[:50]:
        print(f"PROBLEM: {problem}")
    print(f"{len(report.problems)} problems")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
