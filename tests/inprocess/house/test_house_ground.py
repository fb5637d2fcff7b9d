"""What the ground must let go of: fired timers, cleared timers, idle threads, large payloads."""

import asyncio
import contextvars
import gc
import threading
import time
import weakref

from emulator.core import journal as journal_module
from emulator.core.clock import Clock
from emulator.core.ids import Ids
from emulator.core.journal import Journal
from emulator.core.threads import KEEP, Threads
from emulator.core.timers import TimerKind, TimerQueue

START = 1_700_000_000.0


class Thing:
    """Something that can be referred to weakly."""


def test_a_fired_timer_is_let_go_of_in_every_mode():
    queue = TimerQueue()
    for number in range(100):
        queue.add(number, lambda: None, TimerKind.OWED, 0.0, "")
        assert queue.pop_due(number) is not None
    assert (queue._all, queue._owed) == ([], [])


def test_a_cleared_timer_keeps_nothing_and_is_not_counted_as_cancelled():
    queue, thing = TimerQueue(), Thing()
    timer = queue.add(1.0, lambda kept=thing: kept, TimerKind.OWED, 0.0, "")
    gone = weakref.ref(thing)
    del thing
    queue.clear()
    gc.collect()
    assert gone() is None
    timer.cancel()
    assert not timer.pending
    assert queue._cancelled == 0


def test_a_new_owed_timer_need_not_wait_for_the_grace_of_a_later_one():
    async def main():
        clock, fired = Clock("auto", START, grace=5.0), []
        clock.at(START + 30, lambda: None, TimerKind.OUTSIDE)
        clock.at(START + 60, lambda: None)  # waits for the grace of the one before it
        await asyncio.sleep(0.02)
        clock.at(START + 5, lambda: fired.append(round(clock.now() - START)))
        await asyncio.sleep(0.1)
        assert fired == [5]
        await clock.close()

    asyncio.run(main())


def test_processes_that_begin_while_others_are_cancelled_are_cancelled_too():
    async def main():
        clock, begun = Clock("manual", START), []

        async def stubborn(generation):
            try:
                await clock.sleep(60)
            finally:
                begun.append(generation)
                if generation < 3:
                    clock.spawn(stubborn(generation + 1), "the next one")

        clock.spawn(stubborn(1), "the first one")
        await asyncio.sleep(0)
        await clock.cancel_processes()
        assert begun[0] == 1
        assert (clock.processes(), clock.units(), clock.busy) == ([], [], 0)

    asyncio.run(main())


def test_threads_end_when_there_are_too_many_and_after_the_pool_was_closed():
    async def main():
        before = threading.active_count()
        pool, gate = Threads("test"), threading.Event()
        jobs = [pool.run(gate.wait, contextvars.copy_context()) for _ in range(KEEP + 10)]
        assert threading.active_count() == before + KEEP + 10
        gate.set()
        await asyncio.gather(*jobs)
        await _until(lambda: threading.active_count() == before + KEEP)
        gate.clear()
        late = pool.run(gate.wait, contextvars.copy_context())
        pool.close()
        gate.set()
        await late
        await _until(lambda: threading.active_count() == before)

    asyncio.run(main())


def test_an_idle_thread_keeps_nothing_of_its_last_job():
    async def main():
        pool, thing = Threads("test"), Thing()
        gone = weakref.ref(thing)
        await pool.run(lambda kept=thing: None, contextvars.copy_context())
        del thing
        await _until(lambda: gc.collect() >= 0 and gone() is None)
        pool.close()

    asyncio.run(main())


async def _until(condition, limit=5.0):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def test_the_journal_keeps_fewer_hops_when_their_payloads_are_large(monkeypatch):
    monkeypatch.setattr(journal_module, "PAYLOAD_BUDGET", 1000)
    journal = Journal(Clock("manual", START), Ids(1))
    for number in range(50):
        journal.note("log", "", "", payload=f"{number:100}")
    assert [int(hop.payload) for hop in journal] == list(range(40, 50))
    assert len(journal.traces()) == 10
    journal.clear()
    journal.note("log", "", "", payload="x" * 900)
    assert len(journal) == 1
