"""Which messages may be delivered next: the one thing in which standard and FIFO queues differ."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Protocol

from emulator.services.sqs.agenda import MessageHeap
from emulator.services.sqs.message import Message, State


class Order(Protocol):
    """A queue's delivery order.  The queue says what happens to messages, the order says who is next."""

    def add(self, message: Message) -> None:
        """A message enters the queue; ``update`` follows."""

    def update(self, message: Message) -> bool:
        """The message's state has changed; True when something may be deliverable that was not."""

    def deliverable(self) -> Iterator[Message]:
        """Messages in order of delivery.  The caller changes no state while it iterates, and afterwards the state of
        every message that it was given."""

    def clear(self) -> None: ...


class StandardOrder:
    """Oldest arrival first; AWS promises no order, so the plainest one is as good as any."""

    def __init__(self) -> None:
        self._ready = MessageHeap()

    def add(self, message: Message) -> None:
        pass

    def update(self, message: Message) -> bool:
        if message.state is State.READY:
            self._ready.push(message.serial, message)
            return True
        return False

    def deliverable(self) -> Iterator[Message]:
        while (message := self._ready.pop()) is not None:
            yield message

    def clear(self) -> None:
        self._ready.clear()


class FifoOrder:
    """Groups in the order in which they became deliverable; inside a group, up to the first message that is out.

    That one rule covers what was recorded from AWS: messages behind one in flight wait, deleting the blocker frees
    them, and of three received messages with the second one's timeout extended only the first comes back.
    """

    def __init__(self) -> None:
        self._groups: dict[str, deque[Message]] = {}
        self._ready: OrderedDict[str, deque[Message]] = OrderedDict()

    def add(self, message: Message) -> None:
        self._groups.setdefault(message.group or "", deque()).append(message)

    def update(self, message: Message) -> bool:
        name = message.group or ""
        group = self._groups.get(name)
        if group is None:
            return False
        while group and group[0].state is State.GONE:
            group.popleft()
        if group and group[0].state is State.READY:
            self._ready.setdefault(name, group)
            return True
        # A group that was served leaves the line here and comes back at its end (recorded from AWS).
        self._ready.pop(name, None)
        if not group:
            del self._groups[name]
        return False

    def deliverable(self) -> Iterator[Message]:
        for group in self._ready.values():
            for message in group:
                if message.state is State.GONE:
                    continue
                if message.state is not State.READY:
                    break
                yield message

    def clear(self) -> None:
        self._groups.clear()
        self._ready.clear()
