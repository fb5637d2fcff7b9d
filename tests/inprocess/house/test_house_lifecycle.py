"""Starting and stopping: nothing stays behind, and nothing holds a stop up."""

import asyncio
import gc
import socket
import threading
import time
from pathlib import Path

import house_handlers
import pytest
from house_world import descriptors, house, receive, submit, threads
from websockets.exceptions import ConnectionClosed

from emulator.core.settings import Settings
from emulator.stack.description import Stack
from emulator.testing import EmulatorThread, StackHandle


def test_twenty_starts_and_stops_leave_no_descriptor_and_no_thread():
    before = (0, 0)
    for number in range(20):
        with EmulatorThread(Settings(runtime="inline")) as thread:
            stack = Stack(Path(__file__).parent).socket_tasks({"good": "house_handlers:good"})
            handle = StackHandle(thread, thread.run(thread.emulator.deploy(stack)))
            handle.result(handle.submit("good"))
            if number % 2:
                handle.close()  # otherwise the client is still there when the emulator stops
        handle.close()
        del handle, thread
        if number == 2:
            before = _counts()  # SDK clients and code pages are there by now
    _assert_no_more_than(before)


def test_starts_and_stops_with_worker_processes_leave_nothing():
    before = (0, 0)
    for number in range(4):
        with EmulatorThread(Settings(runtime="worker")) as thread:
            stack = Stack(Path(__file__).parent).socket_tasks({"good": "house_handlers:good"})
            handle = StackHandle(thread, thread.run(thread.emulator.deploy(stack)))
            handle.result(handle.submit("good"))
            handle.close()
        del handle, thread
        if number == 1:
            before = _counts()
    _assert_no_more_than(before)
    assert _children() == []


def _counts():
    gc.collect()
    return descriptors(), threads()


def _assert_no_more_than(before):
    """The client's own threads and sockets end a little later; a leak would show once for each start."""
    end = time.monotonic() + 2
    while any(now > then + 1 for now, then in zip(_counts(), before, strict=True)):
        assert time.monotonic() < end, (_counts(), before)
        time.sleep(0.01)


def _children():
    return Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()


@pytest.mark.parametrize("runtime", ["inline", "worker"])
def test_a_stop_with_work_in_progress_ends_within_a_second(runtime):
    house_handlers.GATE.clear()
    thread = EmulatorThread(Settings(runtime=runtime))
    tasks = {"free": {"handler": "house_handlers:free", "timeout": 30}, "bad": "house_handlers:bad"}
    deployment = thread.run(thread.emulator.deploy(Stack(Path(__file__).parent).socket_tasks(tasks)))
    handle = StackHandle(thread, deployment)
    for number in range(5):
        handle.submit("free", task_id=str(number))
    handle.submit("bad")
    end = time.monotonic() + 10
    while sum(hop.kind == "invoke" for hop in thread.call(lambda: list(thread.emulator.ground.journal))) < 6:
        assert time.monotonic() < end
        time.sleep(0.01)
    half_open = socket.create_connection(("127.0.0.1", thread.port))
    half_open.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal")
    silent = socket.create_connection(("127.0.0.1", thread.port))
    began = time.monotonic()
    thread.close()
    assert time.monotonic() - began < 1
    house_handlers.GATE.set()
    handle.close()
    half_open.close()
    silent.close()


def test_a_graceful_stop_lets_work_end_and_says_goodbye():
    async def main():
        house_handlers.GATE.clear()
        async with house() as h:
            socket_ = await h.connect().__aenter__()
            await submit(socket_, "free", "1")
            await h.until("match")
            asyncio.get_running_loop().call_later(0.1, house_handlers.GATE.set)
            await h.emulator.stop(drain=2)
            assert (await receive(socket_))["response"]["body"] == "free"
            with pytest.raises(ConnectionClosed) as closed:
                await socket_.recv()
            assert closed.value.rcvd.code == 1001

    asyncio.run(main())


def test_a_stopped_emulator_frees_its_port():
    with EmulatorThread() as first:
        port = first.port
    with EmulatorThread(port=port) as second:
        assert second.port == port
