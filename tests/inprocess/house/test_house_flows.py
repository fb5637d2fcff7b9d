"""Whole flows on a manual clock: which hops, at which instants."""

import asyncio
import json
import time
from itertools import pairwise

import house_handlers
from house_world import START, house, receive, submit


def test_a_task_that_succeeds_takes_no_time_at_all():
    async def main():
        async with house() as h, h.connect() as socket:
            await submit(socket, "good", "42")
            assert await receive(socket) == {
                "task_id": "42",
                "status": "Success",
                "response": {"statusCode": 200, "body": "42"},
            }
            await h.clock.advance(0)
            trace = h.hops("frame-in")[0].trace
            kinds = [hop.kind for hop in h.journal.of(trace)]
            submitted = ["frame-in", "route", "integrate", "deliver", "invoke", "api", "event", "match", "result"]
            done = ["deliver", "invoke", "result", "record", "enqueue"]
            notified = ["receive", "invoke", "frame-out", "result", "delete"]
            assert sorted(kinds) == sorted([*submitted, *done, *notified])
            assert [k for k in kinds if k in ("frame-in", "event", "record", "frame-out")] == [
                *("frame-in", "event", "record", "frame-out")
            ]
            assert {hop.at for hop in h.journal} == {START}
            assert {hop.outcome for hop in h.journal} == {"ok"}

    asyncio.run(main())


def test_a_task_that_fails_three_times_waits_60_and_120_seconds_in_no_real_time():
    async def main():
        async with house() as h, h.connect() as socket:
            await h.clock.advance(0)
            began = time.monotonic()
            await submit(socket, "bad")
            await h.until("retry")
            await h.clock.advance(180)
            answer = await receive(socket)
            assert time.monotonic() - began < 1
            assert answer["status"] == "Fail"
            assert answer["response"]["errorMessage"] == "bad task"
            trace = h.hops("frame-in")[0].trace
            hops = [hop for hop in h.journal.of(trace) if hop.attempt is not None and hop.kind in ("invoke", "retry")]
            runs = [(hop.kind, hop.attempt, round(hop.at - START, 3)) for hop in hops]
            assert runs == [
                *(("invoke", 1, 0.0), ("retry", 2, 0.0), ("invoke", 2, 60.0), ("retry", 3, 60.0), ("invoke", 3, 180.0))
            ]
            assert [hop.detail["wait"] for hop in h.hops("retry")] == [60.0, 120.0]
            record = json.loads(h.hops("enqueue")[0].payload or h.hops("record")[0].payload)
            assert record["requestContext"]["condition"] == "RetriesExhausted"
            assert record["requestContext"]["approximateInvokeCount"] == 3
            assert record["timestamp"] == "2023-11-14T22:16:20.000Z"  # START + 180 s
            assert h.times("frame-out") == [180.0]

    asyncio.run(main())


def test_a_retry_comes_no_earlier_than_its_instant():
    async def main():
        async with house() as h, h.connect() as socket:
            await submit(socket, "bad")
            await h.until("retry")
            await h.clock.advance(59.999)
            assert len(h.hops("retry")) == 1
            await h.clock.advance(0.001)
            assert len(h.hops("retry")) == 2
            await h.clock.advance(119.999)
            assert h.hops("record") == []
            await h.clock.advance(0.001)
            assert [hop.attempt for hop in h.hops("record")] == [3]

    asyncio.run(main())


def test_a_task_that_succeeds_at_the_second_attempt():
    async def main():
        house_handlers.LUCK["runs"] = 0
        async with house() as h, h.connect() as socket:
            await submit(socket, "lucky-later")
            await h.until("retry")
            await h.clock.advance(60)
            assert (await receive(socket))["response"] == {"statusCode": 200, "body": "second time"}
            assert [(hop.attempt, hop.outcome) for hop in h.hops("record")] == [(2, "ok")]
            assert h.times("frame-out") == [60.0]

    asyncio.run(main())


def test_a_handler_that_waits_past_its_timeout_ends_at_that_very_instant():
    """Waiting is paid with the clock's seconds (computing, here making an SDK client, with real ones), three times."""

    async def main():
        async with house() as h, h.connect() as socket:
            await submit(socket, "waiting")
            await _until_parked(h)
            await h.clock.advance(400)
            answer = await receive(socket)
            assert answer["response"]["errorType"] == "Sandbox.Timedout"
            runs = [hop for hop in h.hops("invoke") if "waiting" in hop.target]
            assert all(3.5 < run.ended - run.at <= 5 for run in runs)
            assert [round(later.at - sooner.ended, 3) for sooner, later in pairwise(runs)] == [60.0, 120.0]
            assert h.times("record") == [round(runs[2].ended - START, 3)]

    asyncio.run(main())


async def _until_parked(h):
    """The handler's long poll has arrived and waits."""
    end = time.monotonic() + 5
    while not any(t["what"].startswith("budget of invoke") for t in h.clock.status()["next"]):
        assert time.monotonic() < end, h.clock.status()
        await asyncio.sleep(0.002)


def test_a_handler_that_computes_past_its_timeout_costs_real_time_only():
    async def main():
        house_handlers.GATE.clear()
        async with house() as h, h.connect() as socket:
            began = time.monotonic()
            await submit(socket, "asleep")
            await h.until("retry")
            assert 1.0 <= time.monotonic() - began < 3.0
            first = next(hop for hop in h.hops("invoke") if "asleep" in hop.target)
            assert first.outcome == "Sandbox.Timedout"
            assert first.at == first.ended == START
            house_handlers.GATE.set()

    asyncio.run(main())


def test_a_task_type_that_no_rule_knows_ends_on_the_bus():
    async def main():
        async with house() as h, h.connect() as socket:
            await submit(socket, "unheard-of")
            await h.until("event")
            await h.clock.advance(3600)
            assert h.hops("match", "record", "frame-out") == []
            assert h.hops("event")[0].outcome != "pending"

    asyncio.run(main())


def test_two_runs_with_one_seed_write_the_same_journal():
    async def once():
        async with house(seed=11) as h, h.connect() as socket:
            await h.clock.advance(0)
            await submit(socket, "bad", "1")
            await h.until("retry")
            await h.clock.advance(180)
            await receive(socket)
            await submit(socket, "good", "2")
            await receive(socket)
            await h.clock.advance(1)
            return h.lines()

    first, second = asyncio.run(once()), asyncio.run(once())
    assert len(first) > 40
    assert first == second


def test_real_mode_waits_for_real():
    """The same code without jumps: at 100 times real time, 180 s take 1.8 s."""

    async def main():
        async with house("100x") as h, h.connect() as socket:
            began = time.monotonic()
            await submit(socket, "bad")
            answer = await receive(socket)
            took = time.monotonic() - began
            assert answer["status"] == "Fail"
            assert 1.8 <= took < 3.0
            assert [hop.detail["wait"] for hop in h.hops("retry")] == [60.0, 120.0]

    asyncio.run(main())
