"""Whatever clients do in whatever order: nothing is lost, nothing is delivered twice, FIFO groups stay in order."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.core.arns import Arn
from emulator.core.clock import Clock
from emulator.core.ground import Ground
from emulator.services.sqs.attributes import DEFAULTS, FIFO_DEFAULTS
from emulator.services.sqs.message import Draft, State
from emulator.services.sqs.queue import Queue

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, 2)),
        st.tuples(st.just("receive"), st.integers(1, 4)),
        st.tuples(st.just("delete"), st.integers(0, 5)),
        st.tuples(st.just("show"), st.integers(0, 5)),
        st.tuples(st.just("extend"), st.integers(0, 5)),
        st.tuples(st.just("advance"), st.integers(1, 20)),
    ),
    max_size=40,
)


class Story:
    """A queue with a visibility timeout of 10 s, and what a client knows of it."""

    def __init__(self, fifo):
        self.ground = Ground(clock=Clock("manual", start=1_700_000_000.0, settle=0), seed=1)
        defaults = DEFAULTS | (FIFO_DEFAULTS if fifo else {}) | {"VisibilityTimeout": "10"}
        self.queue = Queue(self.ground, Arn.of("sqs", "r", "a", "q"), defaults, {}, fifo)
        self.fifo = fifo
        self.alive = {}
        self.held = {}  # id → (handle, until)
        self.number = 0

    def now(self):
        return self.ground.clock.now()

    def send(self, group):
        self.number += 1
        draft = Draft(str(self.number), {}, {}, None, str(group), str(self.number) if self.fifo else None, None)
        answer = self.queue.send(draft, "test", "a", self.ground.new_cause())
        self.alive[answer["MessageId"]] = (group, self.number)

    def receive(self, limit):
        self.held = {key: hold for key, hold in self.held.items() if hold[1] > self.now()}
        for message in self.queue.receive(limit):
            group, number = self.alive[message.id]
            assert message.id not in self.held
            if self.fifo:  # everything before it in its group was deleted, or received with it just now
                before = [key for key, (other, n) in self.alive.items() if other == group and n < number]
                assert all(self.held.get(key, ("", 0))[1] == self.now() + 10 for key in before)
            self.held[message.id] = (self.queue.handle_of(message), self.now() + 10)

    def pick(self, index):
        current = [key for key, hold in self.held.items() if hold[1] > self.now()]
        return current[index % len(current)] if current else None

    def delete(self, index):
        if (key := self.pick(index)) is not None:
            self.queue.delete(self.held.pop(key)[0])
            del self.alive[key]

    def show(self, index):
        if (key := self.pick(index)) is not None:
            self.queue.change_visibility(self.held.pop(key)[0], 0)

    def extend(self, index):
        if (key := self.pick(index)) is not None:
            handle = self.held[key][0]
            self.queue.change_visibility(handle, 25)
            self.held[key] = (handle, self.now() + 25)

    async def run(self, steps):
        for name, value in steps:
            if name == "advance":
                await self.ground.clock.advance(value)
            else:
                getattr(self, name)(value)
            counts = {state: self.queue.count(state) for state in State}
            held = sum(hold[1] > self.now() for hold in self.held.values())
            assert counts[State.IN_FLIGHT] == held
            assert counts[State.READY] == len(self.alive) - held
        await self.ground.clock.advance(60)
        rest = set()
        while taken := self.queue.receive(10):
            rest.update(message.id for message in taken)
            for message in taken:
                self.queue.delete(self.queue.handle_of(message))
        assert rest == set(self.alive)
        assert self.ground.clock.status()["timers"] == 0


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_standard(steps):
    asyncio.run(Story(fifo=False).run(steps))


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_fifo(steps):
    asyncio.run(Story(fifo=True).run(steps))
