"""Clients that leave, clocks that move and modes that change while work is going on: no unit is ever lost."""

import asyncio
import random
import socket
import time

import house_handlers
import pytest
from house_world import START, house, receive, submit, task
from websockets.exceptions import ConnectionClosed


async def _eventually(condition, limit=5.0):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def _only_pollers(h):
    """What is left of a quiet house with a deployed stack: its event source mapping, waiting."""
    return [unit.label.split()[0] for unit in h.clock.units()] == ["reading"] and h.clock.busy == 0


def test_a_client_that_leaves_in_mid_task_costs_nothing():
    async def main():
        house_handlers.GATE.clear()
        async with house("auto") as h:
            for number in range(10):
                socket_ = await h.connect().__aenter__()
                await submit(socket_, "free", str(number))
                await h.until("match", number + 1)
                if number % 2:
                    socket_.transport.abort()
                else:
                    await socket_.close()
            house_handlers.GATE.set()
            await h.until("delete", 1)
            await _eventually(lambda: _only_pollers(h))
            assert h.hops("fault") == []
            assert {hop.outcome for hop in h.hops("frame-out")} <= {"GoneException"}
            assert {kind for kind, _ in _timers(h)} <= {"standing"}

    asyncio.run(main())


def _timers(h):
    return [(timer.kind.value, timer.label) for timer in h.clock._timers.pending()]


def test_requests_that_are_cut_at_any_byte():
    request = (
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n"
        b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: 78\r\n\r\n"
        b'{"QueueUrl":"http://127.0.0.1:4566/000000000000/empty","WaitTimeSeconds":  20}'
    )
    assert len(request.partition(b"\r\n\r\n")[2]) == 78

    async def main():
        async with house() as h:
            for cut in range(1, len(request) + 1, 7):
                sender = socket.create_connection(("127.0.0.1", h.emulator.port))
                sender.sendall(request[:cut])
                await asyncio.sleep(0.001)
                sender.close()
            whole = socket.create_connection(("127.0.0.1", h.emulator.port))
            whole.sendall(request)
            await _eventually(lambda: any("long poll" in timer["what"] for timer in h.clock.status()["next"]))
            whole.close()
            await _eventually(lambda: _only_pollers(h))
            await _eventually(lambda: len(h.emulator.front.traffic) == 0)

    asyncio.run(main())


def test_time_moves_during_traffic():
    """``advance`` beside running tasks: every failing task still waits its 180 s, to the millisecond."""

    async def main():
        async with house() as h:
            sockets = [await h.connect().__aenter__() for _ in range(5)]
            clients = [asyncio.create_task(_submit_slowly(s, n)) for n, s in enumerate(sockets)]
            for _ in range(20):
                await h.clock.advance(7)
            await asyncio.gather(*clients)
            await h.until("retry", 50)
            await h.clock.advance(400)
            answers = [await receive(s) for s in sockets for _ in range(10)]
            assert {answer["status"] for answer in answers} == {"Fail"}
            assert len({answer["task_id"] for answer in answers}) == 50
            for trace in {hop.trace for hop in h.hops("frame-in")}:
                hops = h.journal.of(trace)
                runs = [hop.at for hop in hops if hop.kind == "invoke" and hop.attempt and "bad" in hop.target]
                first = runs[0]
                assert [round(run - first, 3) for run in runs] == [0.0, 60.0, 180.0]
            assert _only_pollers(h)
            for s in sockets:
                await s.close()

    asyncio.run(main())


async def _submit_slowly(socket_, client):
    for number in range(10):
        await submit(socket_, "bad", f"{client}-{number}")
        await asyncio.sleep(0.01)


def test_two_advances_at_the_same_time():
    async def main():
        async with house() as h, h.connect() as socket_:
            await submit(socket_, "bad")
            await h.until("retry")
            await asyncio.gather(h.clock.advance(100), h.clock.advance(100))
            await h.clock.advance(100)
            await receive(socket_)
            assert h.times("frame-out") == [180.0]

    asyncio.run(main())


def test_the_mode_changes_while_tasks_run():
    async def main():
        async with house("auto") as h, h.connect() as socket_:
            modes = ["manual", "real", "1000x", "auto", "60x"]
            for number in range(30):
                await submit(socket_, "bad" if number % 3 == 0 else "good", str(number))
                h.clock.configure(modes[number % len(modes)])
                await asyncio.sleep(0.003)
            h.clock.configure("auto")
            answers = {}
            while len(answers) < 30:  # a fast clock ends visibility timeouts early: frames may come twice
                answer = await receive(socket_)
                answers[int(answer["task_id"])] = answer["status"]
            assert all((status == "Fail") == (number % 3 == 0) for number, status in answers.items())
            await _eventually(lambda: _only_pollers(h))

    asyncio.run(main())


@pytest.mark.parametrize("seed", range(3))
def test_whatever_clients_do_the_house_becomes_quiet(seed):
    chance = random.Random(seed)

    async def client(h):
        for _ in range(6):
            try:
                socket_ = await h.connect().__aenter__()
                for number in range(chance.randrange(4)):
                    await socket_.send(
                        chance.choice(
                            [task("good", str(number)), task("bad"), task("nobody's"), "{}", "no json", "x" * 40_000]
                        )
                    )
                    if chance.random() < 0.3:
                        await asyncio.sleep(chance.random() / 50)
                if chance.random() < 0.5:
                    socket_.transport.abort()
                else:
                    await socket_.close()
            except (ConnectionClosed, OSError):
                pass

    async def main():
        async with house("auto") as h:
            await asyncio.gather(*(client(h) for _ in range(8)))
            await _eventually(lambda: _only_pollers(h) and {kind for kind, _ in _timers(h)} <= {"standing"}, 20)
            assert h.hops("fault") == []
            assert h.clock.now() > START
            pending = [hop for hop in h.journal if hop.outcome == "pending"]
            assert pending == []

    asyncio.run(main())
