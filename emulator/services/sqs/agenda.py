"""When messages of a queue change by themselves: heaps that forget stale entries, and the clock's timers on them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator

from emulator.core.clock import Clock
from emulator.core.timers import Timer, TimerKind
from emulator.services.sqs.message import Message, State

_ANY_TURN = -1
_TOLERANCE = 1e-5
"""Seconds; the clock rounds instants to milliseconds, entries here are exact."""


class MessageHeap:
    """Messages by a key.  An entry dies when its message changes state (or, with ``for_life``, when it is gone).

    Dead entries are dropped when met and swept when they outnumber the living: all calls are O(log n) amortised.
    """

    def __init__(self, for_life: bool = False) -> None:
        self._for_life = for_life
        self._entries: list[tuple[float, int, int, Message]] = []
        self._sweep_at = 64

    def push(self, key: float, message: Message) -> None:
        turn = _ANY_TURN if self._for_life else message.turn
        heapq.heappush(self._entries, (key, message.serial, turn, message))
        if len(self._entries) > self._sweep_at:
            self._entries = [entry for entry in self._entries if self._alive(entry)]
            heapq.heapify(self._entries)
            self._sweep_at = max(64, 2 * len(self._entries))

    def first(self) -> float | None:
        """The smallest key, or None when nothing is left."""
        while self._entries:
            if self._alive(self._entries[0]):
                return self._entries[0][0]
            heapq.heappop(self._entries)
        return None

    def pop(self) -> Message | None:
        return heapq.heappop(self._entries)[3] if self.first() is not None else None

    def clear(self) -> None:
        self._entries.clear()

    @staticmethod
    def _alive(entry: tuple[float, int, int, Message]) -> bool:
        _, _, turn, message = entry
        return message.state is not State.GONE if turn == _ANY_TURN else message.turn == turn


class Agenda:
    """Moments of one kind and the one timer for the next of them.

    A moment is ``key + offset``: the offset lets all retention deadlines move when the queue's period changes.
    """

    def __init__(
        self, clock: Clock, kind: TimerKind, label: str, fire: Callable[[], None], for_life: bool = False
    ) -> None:
        self._clock = clock
        self._kind = kind
        self._label = label
        self._fire = fire
        self._for_life = for_life
        self._heap = MessageHeap(for_life)
        self._timer: Timer | None = None
        self._renew = False
        self.offset = 0.0

    def add(self, key: float, message: Message) -> None:
        self._heap.push(key, message)
        # The newest receive of an outside client deserves its grace as well: the one timer is born again.
        self._renew = self._renew or self._kind is TimerKind.OUTSIDE

    def due(self) -> Iterator[Message]:
        """Take what is due now."""
        limit = self._clock.now() + _TOLERANCE - self.offset
        while (key := self._heap.first()) is not None and key <= limit:
            message = self._heap.pop()
            assert message is not None
            yield message

    def arm(self) -> None:
        """Bring the timer in line with the heap; call it after every change of the queue."""
        key = self._heap.first()
        if key is None:
            self.disarm()
            return
        when, timer = key + self.offset, self._timer
        if timer is not None and timer.pending and not self._renew:
            # Nobody waits for the end of a life: firing early costs nothing, re-arming at every delete would.
            early = self._for_life and timer.when <= when
            if early or abs(timer.when - when) < 0.002:
                return
        self.disarm()
        self._timer = self._clock.at(when, self._fire, self._kind, self._label)

    def disarm(self) -> None:
        self._renew = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def clear(self) -> None:
        self._heap.clear()
        self.disarm()
