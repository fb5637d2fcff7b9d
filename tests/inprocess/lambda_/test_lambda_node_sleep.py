"""Timers of Node handlers by the emulator's clock, for functions that ask for it (our own; no part of AWS)."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from lambda_world import World, world, zipped

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="needs Node")

ASLEEP = """
import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { clearTimeout as forget, setTimeout as named } from "node:timers";
import { scheduler, setInterval as ticks, setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

const atomic = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
const after = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const left = async (context, wait) => {
  const before = context.getRemainingTimeInMillis();
  const value = await wait();
  return [before, context.getRemainingTimeInMillis(), value ?? null];
};
const work = {
  setTimeout: (event, context) => left(context, () => after(event.ms)),
  named: (event, context) => left(context, () => new Promise((done) => named(done, event.ms, "value"))),
  promises: (event, context) => left(context, () => sleep(event.ms, "value")),
  scheduler: (event, context) => left(context, () => scheduler.wait(event.ms)),
  promisify: (event, context) => left(context, () => promisify(setTimeout)(event.ms, "value")),
  atomics: (event, context) => left(context, () => atomic(event.ms)),
  setInterval: (event, context) => left(context, () => new Promise((done) => {
    let count = 0;
    const timer = setInterval(() => { if (++count === 10) { clearInterval(timer); done(count); } }, event.ms / 10);
  })),
  ticks: (event, context) => left(context, async () => {
    let count = 0;
    for await (const value of ticks(event.ms / 10, "tick")) { if (++count === 10) return value; }
  }),
  order: async () => {
    const seen = [];
    const note = (text) => { seen.push(text); Promise.resolve().then(() => seen.push(`after ${text}`)); };
    setTimeout(note, 3000, "c");
    setTimeout(note, 1000, "a");
    clearTimeout(setTimeout(note, 1500, "never"));
    clearTimeout(+setTimeout(note, 1500, "never either"));
    forget(setTimeout(note, 1600, "nor this"));
    setTimeout(note, 1000, "b");
    setTimeout(note, 2000, "unref").unref();
    await after(4000);
    return seen;
  },
  unref: () => new Promise((done) => setTimeout(done, 1000).unref()),
  again: () => new Promise((done) => {
    let count = 0;
    const timer = setTimeout(() => (++count === 3 ? done([count, timer.hasRef()]) : timer.refresh()), 60000);
  }),
  context: async () => {
    const storage = new AsyncLocalStorage();
    return storage.run("kept", () => new Promise((done) => setTimeout(() => done(storage.getStore()), 1000)));
  },
  abort: async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1000);
    return sleep(60000, undefined, { signal: controller.signal }).catch((error) => [error.name, error.code]);
  },
  invalid: async () => {
    const errors = [];
    for (const wrong of [() => setTimeout("text", 1), () => sleep(1, 0, { signal: 1 }), () => setInterval()]) {
      try { await wrong(); } catch (error) { errors.push(error.code); }
    }
    return errors;
  },
  busy: async () => {
    const server = createServer().listen(0, "127.0.0.1");
    const began = performance.now();
    await after(150);
    server.close();
    return performance.now() - began;
  },
  thread: async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const text = "const { workerData } = require('worker_threads'); Atomics.store(workerData, 0, 1);"
      + "Atomics.notify(workerData, 0);";
    const worker = new Worker(text, { eval: true, workerData: shared });
    const result = Atomics.wait(shared, 0, 0, 20000);
    await worker.terminate();
    return result === "ok" || result === "not-equal";
  },
  computes: async () => {
    const seen = [];
    const until = performance.now() + 30;
    const first = after(1000).then(() => seen.push("first"));
    while (performance.now() < until);
    await first;
    await readFile(process.execPath + "-does-not-exist").catch(() => {});
    await after(9000);
    return seen;
  },
  throws: () => new Promise(() => setTimeout(() => { throw new RangeError("late"); }, 1000)),
};
export const handler = (event, context) => work[event.do](event, context);
export const callback = (event, context, done) => {
  const seen = [];
  setTimeout(() => seen.push("timer"), 60000);
  done(null, seen);
};
await after(5000);
"""
PACE = {"Environment": {"Variables": {"EMULATOR_VIRTUAL_SLEEP": "1"}}}


@asynccontextmanager
async def asleep(mode: str = "auto", **config: Any) -> AsyncIterator[World]:
    async with world(mode) as w:
        w.with_workers()
        table = {"Runtime": "nodejs22.x", "Timeout": 900, "Code": {"ZipFile": zipped(index__mjs=ASLEEP)}, **PACE}
        w.function("index.handler", **(table | config))
        yield w


async def does(w: World, what: str, milliseconds: int = 0) -> Any:
    return json.loads((await w.invoke("f", {"do": what, "ms": milliseconds}))["Payload"])


def test_a_handler_that_waits_14_minutes_ends_in_a_moment() -> None:
    async def main() -> None:
        values = {"named": "value", "promises": "value", "promisify": "value", "setInterval": 10, "ticks": "tick"}
        async with asleep() as w:
            kinds = ("setTimeout", *values, "scheduler", "atomics")
            for kind in kinds:
                began, at = time.monotonic(), w.clock.now()
                before, after, value = await does(w, kind, 840_000)
                assert time.monotonic() - began < 5
                assert w.clock.now() - at >= 840
                assert 895_000 < before <= 900_000, kind
                assert 55_000 < after <= 60_005, kind
                assert value == ("timed-out" if kind == "atomics" else values.get(kind)), kind

    asyncio.run(main())


def test_timers_keep_their_order_their_context_and_their_errors() -> None:
    async def main() -> None:
        async with asleep() as w:
            assert await does(w, "order") == ["a", "after a", "b", "after b", "unref", "after unref", "c", "after c"]
            assert await does(w, "again") == [3, True]
            assert await does(w, "context") == "kept"
            assert await does(w, "abort") == ["AbortError", "ABORT_ERR"]
            assert await does(w, "invalid") == ["ERR_INVALID_ARG_TYPE"] * 3
            assert (await does(w, "unref"))["errorType"] == "Runtime.NodeJsExit"
            failure = await does(w, "throws")
            assert (failure["errorType"], failure["errorMessage"]) == ("RangeError", "late")

    asyncio.run(main())


def test_time_is_real_while_something_else_can_happen() -> None:
    async def main() -> None:
        async with asleep() as w:
            assert await does(w, "busy") >= 149
            assert await does(w, "thread") is True

    asyncio.run(main())


def test_a_callback_that_waits_for_the_empty_loop_waits_for_its_timers() -> None:
    async def main() -> None:
        async with asleep(Handler="index.callback") as w:
            at = w.clock.now()
            assert json.loads((await w.invoke("f", {}))["Payload"]) == ["timer"]
            assert w.clock.now() - at >= 60

    asyncio.run(main())


def test_a_wait_past_the_timeout_times_out() -> None:
    async def main() -> None:
        async with asleep(Timeout=60) as w:
            for kind in ("promises", "atomics"):
                failure = await does(w, kind, 840_000)
                assert failure["errorType"] == "Sandbox.Timedout"
                assert failure["errorMessage"].endswith("Task timed out after 60.00 seconds")

    asyncio.run(main())


def test_a_stream_that_is_not_ended_keeps_its_function_running() -> None:
    """Recorded from AWS's published clients: the answer is open, so the process waits until it is killed."""

    async def main() -> None:
        text = """
            exports.handler = awslambda.streamifyResponse(async (event, stream) => {
                stream.write("abc");
                setTimeout(() => event.ends && stream.end("d"), 1000);
            });
        """
        async with asleep(Timeout=60, Code={"ZipFile": zipped(index__js=text)}) as w:
            assert (await w.invoke("f", {"ends": True}))["Payload"] == b"abcd"
            assert (await does(w, "anything"))["errorType"] == "Sandbox.Timedout"

    asyncio.run(main())


def test_timers_of_a_manual_clock_fire_at_their_instants() -> None:
    async def main() -> None:
        async with asleep("manual") as w:
            running = asyncio.ensure_future(does(w, "computes"))
            await until_asleep(w)
            await w.clock.advance(5)  # it waits while it is loaded, too
            await until_asleep(w)
            await w.clock.advance(9.999)
            assert not running.done()
            await w.clock.advance(0.001)
            assert await running == ["first"]

    asyncio.run(main())


async def until_asleep(w: World) -> None:
    for _ in range(500):
        await asyncio.sleep(0.01)
        if w.clock.status()["timers"] and not w.clock.busy:
            return
    raise AssertionError("it does not sleep")


def test_timers_are_real_without_the_variable() -> None:
    async def main() -> None:
        text = """
            exports.handler = async () => {
                const began = performance.now();
                await new Promise((done) => setTimeout(done, 100));
                return performance.now() - began;
            };
        """
        async with asleep(Environment={}, Code={"ZipFile": zipped(index__js=text)}) as w:
            at = w.clock.now()
            assert await does(w, "anything") >= 99
            assert w.clock.now() - at < 60

    asyncio.run(main())
