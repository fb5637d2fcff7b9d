"""The clock's rules: who drives a jump, what keeps time still, and what a budget is paid with."""

import asyncio
import time

import pytest

from emulator.core.clock import Clock, parse_mode
from emulator.core.timers import TimerKind
from emulator.core.units import current_unit
from emulator.core.waiters import Waiters
from emulator.core.workload import ClockStuckError

START = 1_700_000_000.0


def run(coroutine):
    return asyncio.run(coroutine)


@pytest.mark.parametrize(
    ("text", "rate"), [("real", 1.0), ("auto", 1.0), ("manual", 0.0), ("60x", 60.0), ("0.5x", 0.5)]
)
def test_modes(text, rate):
    assert parse_mode(text) == (text, rate)


@pytest.mark.parametrize("text", ["", "fast", "x", "0x", "-1x", "60"])
def test_unknown_modes_are_refused(text):
    with pytest.raises(ValueError, match="unknown clock"):
        parse_mode(text)


def test_auto_jumps_to_owed_timers_when_idle():
    async def main():
        clock = Clock("auto", START)
        began = time.monotonic()

        async def process():
            await clock.sleep(60)
            await clock.sleep(120)
            return clock.now()

        ended = await clock.spawn(process(), "process")
        assert START + 180 <= ended < START + 181
        assert time.monotonic() - began < 1
        assert clock.busy == 0

    run(main())


def test_auto_does_not_jump_while_a_unit_is_busy():
    async def main():
        clock = Clock("auto", START)
        fired = []
        clock.at(START + 60, lambda: fired.append(clock.now()))
        with clock.unit("handler computing"):
            await asyncio.sleep(0.05)
            assert fired == []
        await asyncio.sleep(0.05)
        assert len(fired) == 1

    run(main())


def test_standing_and_outside_timers_do_not_drive_a_jump():
    async def main():
        clock = Clock("auto", START)
        fired = []
        clock.at(START + 60, lambda: fired.append("standing"), TimerKind.STANDING)
        clock.at(START + 60, lambda: fired.append("outside"), TimerKind.OUTSIDE)
        await asyncio.sleep(0.05)
        assert fired == []
        assert clock.now() < START + 1

    run(main())


def test_a_jump_fires_standing_timers_on_its_way_and_waits_for_the_grace_of_outside_ones():
    async def main():
        clock = Clock("auto", START, grace=0.1)
        fired = []
        clock.at(START + 10, lambda: fired.append("standing"), TimerKind.STANDING)
        clock.at(START + 20, lambda: fired.append("outside"), TimerKind.OUTSIDE)
        clock.at(START + 30, lambda: fired.append("owed"))
        await asyncio.sleep(0.05)
        assert fired == []  # the outside timer is younger than the grace
        await asyncio.sleep(0.15)
        assert fired == ["standing", "outside", "owed"]

    run(main())


@pytest.mark.parametrize(("kind", "early", "late"), [("AWAITED", 0.1, 0.3), ("CLAIMED", 0.3, 0.5)])
def test_what_a_client_should_answer_is_given_up_after_a_while(kind, early, late, monkeypatch):
    monkeypatch.setattr("emulator.core.outside.SILENCE", 0.2)
    monkeypatch.setattr("emulator.core.outside.PATIENCE", 0.4)

    async def main():
        clock = Clock("auto", START)
        fired = []
        clock.at(START + 600, lambda: fired.append("client"), TimerKind[kind])
        clock.at(START + 900, lambda: fired.append("owed"))
        clock.at(START + 300, lambda: fired.append("before"))
        await asyncio.sleep(early)
        assert fired == ["before"]
        await asyncio.sleep(late - early)
        assert fired == ["before", "client", "owed"]

    run(main())


def test_a_client_at_work_has_longer_but_not_for_ever(monkeypatch):
    monkeypatch.setattr("emulator.core.outside.SILENCE", 0.05)
    monkeypatch.setattr("emulator.core.outside.PATIENCE", 0.4)

    async def main():
        clock = Clock("auto", START)
        fired = []
        clock.at(START + 600, lambda: fired.append(1), TimerKind.AWAITED)
        clock.contact(60)
        await asyncio.sleep(0.25)
        assert fired == []
        await asyncio.sleep(0.3)
        assert fired == [1]

    run(main())


def test_hold_keeps_time_from_jumping():
    async def main():
        clock = Clock("auto", START)
        fired = []
        with clock.hold():
            clock.at(START + 60, lambda: fired.append(1))
            await asyncio.sleep(0.05)
            assert fired == []
        await asyncio.sleep(0.05)
        assert fired == [1]

    run(main())


def test_contact_with_the_outside_delays_a_jump():
    async def main():
        clock = Clock("auto", START, settle=0.1)
        fired = []
        clock.contact()
        clock.at(START + 60, lambda: fired.append(1))
        await asyncio.sleep(0.05)
        assert fired == []
        await asyncio.sleep(0.15)
        assert fired == [1]

    run(main())


def test_manual_moves_only_by_advance_and_at_exact_instants():
    async def main():
        clock = Clock("manual", START)
        seen = []

        async def process():
            for wait in (60, 120):
                await clock.sleep(wait)
                seen.append(clock.now() - START)

        clock.spawn(process(), "process")
        await asyncio.sleep(0.02)
        assert clock.now() == START
        await clock.advance(59.999)
        assert seen == []
        await clock.advance(0.001)
        assert seen == [60]
        await clock.advance(1000)
        assert seen == [60, 180]
        assert clock.now() == START + 1060

    run(main())


@pytest.mark.parametrize("fraction", [0.0, 0.0004614, 0.000999, 0.5])
def test_advancing_by_a_wait_ends_it_wherever_the_clock_stands(fraction):
    async def main():
        clock = Clock("manual", START + fraction)
        waiting = clock.spawn(clock.sleep(3600), "process")
        await clock.advance(3599)
        assert not waiting.done()
        await clock.advance(1)
        assert waiting.done()

    run(main())


def test_advance_lets_consequences_happen_at_their_instant():
    async def main():
        clock = Clock("manual", START)
        log = []

        async def chain(name, first, second):
            await clock.sleep(first)
            log.append((name, clock.now() - START))
            await clock.sleep(second)
            log.append((name, clock.now() - START))

        clock.spawn(chain("a", 10, 10), "a")
        clock.spawn(chain("b", 15, 1), "b")
        await clock.advance(100)
        assert log == [("a", 10), ("b", 15), ("b", 16), ("a", 20)]

    run(main())


def test_advance_names_what_keeps_the_house_busy():
    async def main():
        clock = Clock("manual", START)
        with clock.unit("a stuck handler"), pytest.raises(ClockStuckError, match="a stuck handler"):
            await clock.advance(1, limit=0.05)

    run(main())


def test_waiters_wake_in_order_and_a_timeout_answers_false():
    async def main():
        clock = Clock("manual", START)
        waiters = Waiters()
        results = []

        async def wait(name, timeout):
            results.append((name, await clock.wait(waiters, timeout)))

        for name in ("first", "second", "third"):
            clock.spawn(wait(name, 20), name)
        await asyncio.sleep(0)
        assert len(waiters) == 3
        waiters.wake_one()
        await clock.quiet()
        assert results == [("first", True)]
        await clock.advance(20)
        assert results == [("first", True), ("second", False), ("third", False)]
        assert len(waiters) == 0
        assert not waiters.wake_one()

    run(main())


def test_a_woken_unit_is_busy_before_its_task_runs():
    async def main():
        clock = Clock("auto", START)
        waiters = Waiters()
        jumped = []

        async def sleeper():
            await clock.wait(waiters)
            with clock.unit("work after waking"):
                await asyncio.sleep(0.03)

        clock.spawn(sleeper(), "sleeper")
        await asyncio.sleep(0.01)
        clock.at(START + 60, lambda: jumped.append(1))
        waiters.wake_one()
        assert clock.busy == 1
        await asyncio.sleep(0.02)
        assert jumped == []

    run(main())


def test_a_parked_child_parks_its_parents():
    async def main():
        clock = Clock("manual", START)
        invocation = clock.unit("invocation")
        request = clock.unit("its request", invocation)
        nested = clock.unit("a nested one", request)
        assert clock.busy == 3
        nested.park()
        assert clock.busy == 0
        nested.resume()
        assert clock.busy == 3
        request.close()
        nested.park()
        nested.close()
        invocation.close()
        assert clock.busy == 0

    run(main())


def test_closing_a_parked_child_gives_its_parent_back():
    async def main():
        clock = Clock("manual", START)
        parent = clock.unit("parent")
        child = clock.unit("child", parent)
        child.park()
        assert clock.busy == 0
        child.close()
        assert clock.busy == 1
        parent.close()
        assert clock.busy == 0

    run(main())


def test_two_parked_children_count_once():
    async def main():
        clock = Clock("manual", START)
        parent = clock.unit("parent")
        children = [clock.unit("child", parent) for _ in range(2)]
        for child in children:
            child.park()
        children[0].resume()
        assert not parent.busy
        children[1].resume()
        assert parent.busy
        for unit in (*children, parent):
            unit.close()
        assert clock.busy == 0

    run(main())


def test_a_budget_is_paid_in_real_seconds_while_busy():
    async def main():
        clock = Clock("1000x", START)
        spent = []
        with clock.unit("handler") as unit:
            budget = unit.budget(0.1, lambda: spent.append(1))
            await asyncio.sleep(0.05)  # 50 of the clock's seconds
            assert spent == []
            assert 0 < budget.remaining() < 0.06
            await asyncio.sleep(0.08)
            assert spent == [1]

    run(main())


def test_a_budget_is_paid_in_clock_seconds_while_idle():
    async def main():
        clock = Clock("auto", START)
        spent = []
        with clock.unit("handler in its own long poll") as unit:
            unit.budget(3, lambda: spent.append(clock.now()))
            unit.park()
            clock.at(START + 20, lambda: None)
            await asyncio.sleep(0.05)
            unit.resume()
        assert len(spent) == 1
        assert START + 3 <= spent[0] < START + 4

    run(main())


def test_a_cancelled_or_closed_budget_is_silent():
    async def main():
        clock = Clock("manual", START)
        spent = []
        unit = clock.unit("handler")
        unit.budget(0.01, lambda: spent.append(1)).cancel()
        unit.budget(0.01, lambda: spent.append(2))
        unit.close()
        await asyncio.sleep(0.03)
        assert spent == []

    run(main())


def test_cancelled_timers_are_swept():
    async def main():
        clock = Clock("manual", START)
        timers = [clock.at(START + n, lambda: None) for n in range(1000)]
        for timer in timers[:900]:
            timer.cancel()
        assert clock.status()["timers"] == 100
        assert len(clock._timers._all) < 500

    run(main())


def test_a_failing_process_is_reported_and_leaves_no_unit():
    async def main():
        clock = Clock("manual", START)
        faults = []
        clock.on_fault = lambda where, error: faults.append((where, str(error)))

        async def broken():
            raise RuntimeError("boom")

        clock.spawn(broken(), "broken process")
        await clock.quiet()
        await asyncio.sleep(0)
        assert faults == [("broken process", "boom")]
        assert clock.busy == 0

    run(main())


def test_processes_have_units_of_their_own():
    async def main():
        clock = Clock("manual", START)
        seen = []

        async def process():
            seen.append(current_unit.get().label)

        await clock.spawn(process(), "one")
        assert seen == ["one"]
        assert current_unit.get() is None

    run(main())


def test_ten_thousand_sleepers_end_quickly():
    async def main():
        clock = Clock("auto", START)
        began = time.monotonic()

        async def process(n):
            await clock.sleep(n % 1000 + 1)

        await asyncio.gather(*(clock.spawn(process(n), "p") for n in range(10_000)))
        assert clock.now() < START + 1010
        assert time.monotonic() - began < 10
        assert clock.busy == 0

    run(main())


def test_status_says_what_keeps_time_and_what_is_next():
    async def main():
        clock = Clock("manual", START)
        clock.at(START + 60, lambda: None, label="retry of report")
        with clock.unit("POST /"):
            status = clock.status()
        assert status["mode"] == "manual"
        assert status["busy"][0].startswith("POST /")
        assert status["next"] == [{"in": 60.0, "owed_by": "owed", "what": "retry of report"}]

    run(main())
