"""The sample TaskManager without its five seconds of work: POST, table, stream, bus, queue, until the task is done."""

from __future__ import annotations

import time

from benchmarks import http_load
from benchmarks.floors import client
from benchmarks.harness import Line, Run
from benchmarks.idle import until_idle
from benchmarks.measures import Load, alternately
from benchmarks.process import ROOT, Emulator, Meter

SAMPLE = ROOT / "sample_tasks" / "task_manager"
FILES = ("api.py", "events.py", "page.py", "page.html", "stack.toml")
WORK, NO_WORK = "WORK_SECONDS = 5", "WORK_SECONDS = 0"
TASK = b'{"tenantId": "t1", "type": "EXPORT", "requestPayload": {"from": "2024-01-01"}}'
CALLERS = 8
BOTO3_CALLS = 5
"""Of each task: PutItem, PutEvents at its creation, PutEvents with its result, UpdateItem, PutEvents of that update."""


class Tasks:
    """Posts tasks, and sees that all were done."""

    def __init__(self, emulator: Emulator) -> None:
        self._port = emulator.port
        self._table = client("dynamodb", emulator.url)
        (api,) = client("apigateway", emulator.url).get_rest_apis()["items"]
        head = f"POST /dev/tasks HTTP/1.1\r\nHost: {api['id']}.execute-api.us-east-1.amazonaws.com\r\n"
        length = f"Content-Type: application/json\r\nContent-Length: {len(TASK)}\r\n\r\n"
        self._request = (head + length).encode() + TASK
        self._posted = 0

    async def load(self, count: int) -> Load:
        began = time.perf_counter()
        load = await http_load.load(self._port, lambda c: c.send(self._request), count, CALLERS)
        await until_idle(self._port, timers=20)
        took = time.perf_counter() - began
        self._posted += count
        self._check()
        return Load(load.durations, took)

    def _check(self) -> None:
        done = 0
        for page in self._table.get_paginator("scan").paginate(TableName="TaskStatus"):
            done += sum(item["status"]["S"] == "SUCCESSFUL" for item in page["Items"])
        if done != self._posted:
            raise RuntimeError(f"{done} of {self._posted} tasks are done")


async def run(bench: Run) -> list[Line]:
    count = bench.count(300)
    files = {name: (SAMPLE / name).read_text() for name in FILES}
    assert WORK in files["events.py"], "the sample's work is called otherwise now"
    files["events.py"] = files["events.py"].replace(WORK, NO_WORK)
    with Emulator(files.pop("stack.toml"), files) as emulator:
        tasks = Tasks(emulator)
        await tasks.load(100)
        meter = Meter(emulator)
        found, boto = await alternately(lambda: tasks.load(count), bench.floors.boto3)
        own, workers = meter.each(len(found.loads) * count)
    floor, name = boto.rate / BOTO3_CALLS, f"{BOTO3_CALLS} boto3 calls, 1 process"
    return [
        Line("task_manager", f"{CALLERS} at once", found.rate, "tasks/s", floor, name, spread=found.spread("rate")),
        Line("task_manager", "POST until 201, p50", found.p50, "ms", spread=found.spread("p50")),
        Line("task_manager", "emulator's CPU each", own, "ms"),
        Line("task_manager", "workers' CPU each", workers, "ms"),
    ]
