"""Execution environments: init, memory, idle ones, virtual sleep, killed ones (spec: life of an environment)."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import sys
import time
from typing import Any

import pytest
from lambda_world import World, world, zipped

kinds = pytest.mark.parametrize("kind", ["inline", "worker"])
SLEEPS = """
    import time
    def handler(event, context):
        before = context.get_remaining_time_in_millis()
        time.sleep(event["seconds"])
        return [before, context.get_remaining_time_in_millis()]
"""
VIRTUAL = {"Environment": {"Variables": {"EMULATOR_VIRTUAL_SLEEP": "1"}}}
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def create(w: World, kind: str, text: str, **config: Any) -> None:
    if kind == "worker" and "worker" not in w.ground.runtimes:
        w.with_workers()
    w.function("index.handler", Code={"ZipFile": zipped(index__py=text)}, **config)


async def result(w: World, event: Any = None) -> Any:
    return json.loads((await w.invoke("f", event or {}))["Payload"])


@kinds
def test_a_handler_that_sleeps_14_minutes_ends_in_a_moment(kind: str) -> None:
    async def main() -> None:
        async with world("auto") as w:
            create(w, kind, SLEEPS, Timeout=900, **VIRTUAL)
            began, at = time.monotonic(), w.clock.now()
            before, after = await result(w, {"seconds": 840})
            assert time.monotonic() - began < 5
            assert w.clock.now() - at >= 840
            assert 895_000 < before <= 900_000
            assert 55_000 < after <= 60_005
            _, after = await result(w, {"seconds": 10})  # each invocation has its own time
            assert after > 885_000

    asyncio.run(main())


@kinds
def test_a_virtual_sleep_past_the_timeout_times_out(kind: str) -> None:
    async def main() -> None:
        async with world("auto") as w:
            create(w, kind, SLEEPS, Timeout=60, **VIRTUAL)
            failure = await result(w, {"seconds": 840})
            assert failure["errorType"] == "Sandbox.Timedout"
            assert failure["errorMessage"].endswith("Task timed out after 60.00 seconds")

    asyncio.run(main())


@kinds
def test_a_virtual_sleep_waits_for_a_manual_clock(kind: str) -> None:
    async def main() -> None:
        async with world() as w:
            create(w, kind, SLEEPS, Timeout=60, **VIRTUAL)
            running = asyncio.ensure_future(result(w, {"seconds": 10}))
            for _ in range(200):
                await asyncio.sleep(0.01)
                if w.clock.status()["timers"]:
                    break
            await w.clock.advance(9)
            assert not running.done()
            await w.clock.advance(1)
            _, after = await running
            assert after <= 50_005

    asyncio.run(main())


@kinds
def test_sleep_is_real_without_the_variable(kind: str) -> None:
    async def main() -> None:
        async with world("auto") as w:
            create(w, kind, SLEEPS)
            at = w.clock.now()
            await result(w, {"seconds": 0.2})
            assert w.clock.now() - at < 1

    asyncio.run(main())


@kinds
def test_init_does_not_count_against_the_timeout(kind: str) -> None:
    async def main() -> None:
        async with world() as w:
            text = "import time\ntime.sleep(1.3)\ndef handler(e, c): return c.get_remaining_time_in_millis()\n"
            create(w, kind, text, Timeout=1)
            answer = await w.invoke("f", {}, LogType="Tail")
            assert 700 < json.loads(answer["Payload"]) <= 1000
            report = base64.b64decode(answer["LogResult"]).decode().splitlines()[-1]
            init = float(report.partition("Init Duration: ")[2].partition(" ms")[0])
            assert init >= 1300
            assert float(report.partition("\tDuration: ")[2].partition(" ms")[0]) < 500

    asyncio.run(main())


def test_an_import_that_never_ends_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.runtimes.worker_runtime.INIT_LIMIT", 0.2)

    async def main() -> None:
        async with world() as w:
            create(w, "worker", "import time\ntime.sleep(60)\n", Timeout=1)
            began = time.monotonic()
            failure = await result(w)
            assert failure["errorMessage"].endswith("Task timed out after 1.00 seconds")
            assert time.monotonic() - began < 4

    asyncio.run(main())


@linux
def test_too_much_memory_kills_the_process() -> None:
    async def main() -> None:
        async with world() as w:
            text = """
                import time
                COUNT = 0
                def handler(event, context):
                    global COUNT
                    COUNT += 1
                    if event.get("mb"):
                        keep = bytearray(event["mb"] << 20)
                        time.sleep(1)
                    return COUNT
            """
            create(w, "worker", text)
            assert await result(w) == 1
            failure = await result(w, {"mb": 300})
            assert failure["errorType"] == "Runtime.ExitError"
            assert failure["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
            assert await result(w) == 1  # a new process
            w.ground.settings.enforce_memory = False
            assert await result(w, {"mb": 300}) == 2

    asyncio.run(main())


def test_idle_environments_end_after_the_configured_time() -> None:
    async def main() -> None:
        async with world() as w:
            w.ground.settings.idle_environments = 300
            workers = w.with_workers()
            create(w, "worker", "def handler(e, c): pass")
            await result(w)
            (pid,) = workers.processes("f")
            await w.clock.advance(200)
            await result(w)
            await w.clock.advance(200)
            assert workers.processes("f") == [pid]
            await w.clock.advance(100)
            for _ in range(100):
                if not workers.processes("f"):
                    break
                await asyncio.sleep(0.02)
            assert workers.processes("f") == []
            assert await result(w) is None

    asyncio.run(main())


def test_idle_environments_stay_by_default() -> None:
    async def main() -> None:
        async with world() as w:
            workers = w.with_workers()
            create(w, "worker", "def handler(e, c): pass")
            await result(w)
            await w.clock.advance(100_000)
            assert len(workers.processes("f")) == 1

    asyncio.run(main())


KILLED = """
    import os, signal, time
    FILE = {file!r}
    def note(text):
        with open(FILE, "a") as out:
            out.write(text + "\\n")
    if not os.path.exists(FILE) and {stage!r} == "init":
        note("died")
        os.kill(os.getpid(), signal.SIGKILL)
    class Late:
        pass
    def handler(event, context):
        died = os.path.exists(FILE) and "died" in open(FILE).read()
        if not died and {stage!r} == "begin":
            note("died")
            os.kill(os.getpid(), signal.SIGKILL)
        if not died and {stage!r} == "child":
            note("died")
            if os.fork() == 0:
                os.kill(os.getppid(), signal.SIGKILL)
                os._exit(0)
            time.sleep(5)
        note("done " + context.aws_request_id)
        return "ok"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("stage", ["init", "begin", "child"])
def test_a_process_killed_at_any_stage_loses_no_event(stage: str, tmp_path: Any) -> None:
    async def main() -> None:
        async with world() as w:
            file = str(tmp_path / "log")
            create(w, "worker", KILLED.replace("{file!r}", repr(file)).replace("{stage!r}", repr(stage)))
            target = w.queue()
            w.do("put_function_event_invoke_config", FunctionName="f", DestinationConfig=to(target))
            await w.send("f", {"number": 1})
            await w.clock.advance(61)
            (record,) = await w.records()
            assert record["requestContext"]["condition"] == "Success"
            assert record["requestContext"]["approximateInvokeCount"] == 2
            assert record["responsePayload"] == "ok"

    asyncio.run(main())


def to(target: str) -> dict[str, Any]:
    return {"OnSuccess": {"Destination": target}, "OnFailure": {"Destination": target}}


def test_a_process_killed_between_invocations_is_replaced() -> None:
    async def main() -> None:
        async with world() as w:
            workers = w.with_workers()
            create(w, "worker", "def handler(e, c): return 1")
            for _ in range(3):
                assert await result(w) == 1
                (pid,) = workers.processes("f")
                os.kill(pid, signal.SIGKILL)
                await asyncio.sleep(0.05)
            assert await result(w) == 1

    asyncio.run(main())


def test_a_process_killed_from_outside_while_it_works_is_tried_again() -> None:
    async def main() -> None:
        async with world() as w:
            workers = w.with_workers()
            text = "import time\nCOUNT = 0\ndef handler(e, c):\n    time.sleep(0.4)\n    return 1\n"
            create(w, "worker", text)
            target = w.queue()
            w.do("put_function_event_invoke_config", FunctionName="f", DestinationConfig=to(target))
            for _ in range(3):
                await w.send("f", {})
            for _ in range(500):
                if len(workers.processes("f")) == 3:
                    break
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
            for pid in workers.processes("f"):
                os.kill(pid, signal.SIGKILL)
            await w.clock.advance(61)
            found = await w.records()
            assert [record["requestContext"]["condition"] for record in found] == ["Success"] * 3
            assert {record["requestContext"]["approximateInvokeCount"] for record in found} == {2}

    asyncio.run(main())
