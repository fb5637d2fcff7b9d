"""The journal: every hop between parts of the system, with its trace and the hop that caused it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from emulator.core.cause import Cause
from emulator.core.clock import Clock
from emulator.core.ids import Ids

log = logging.getLogger("emulator.journal")

CAPACITY = 50_000
PAYLOAD_LIMIT = 65_536
PAYLOAD_BUDGET = 256 * 1024 * 1024
"""Characters of payload in all hops together: with large messages fewer hops are kept."""

KINDS = frozenset(
    {
        *("frame-in", "frame-out", "connect", "disconnect", "request", "route", "authorize", "integrate"),
        *("invoke", "result", "retry", "record", "log"),  # Lambda
        *("event", "match", "pipe", "deliver", "dead-letter"),  # EventBridge, and whoever hands something over
        *("enqueue", "receive", "delete", "redrive", "expire"),  # SQS
        *("publish", "write", "stream", "state-enter", "state-exit", "callback", "heartbeat", "task-run", "http-out"),
        *("api", "warning", "fault"),  # calls from SDKs, and what should not happen
    }
)


@dataclass(slots=True)
class Hop:
    """One step of a task.

    ``at`` is the emulator's time and ``real`` the monotonic real time, both in seconds; ``id`` has 16 hex digits and
    serves as X-Ray parent id; ``source`` and ``target`` name the two ends (ARNs or ids); ``outcome`` is ``ok``,
    ``pending`` or the name of what went wrong; ``attempt`` counts from 1 where something is tried again.
    """

    seq: int
    at: float
    real: float
    trace: str
    id: str
    parent: str
    kind: str
    source: str
    target: str
    outcome: str
    attempt: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    payload: str | None = None
    ended: float | None = None

    @property
    def cause(self) -> Cause:
        """This hop as the cause of what follows."""
        return Cause(self.trace, self.id)


class Journal:
    """A ring of the latest hops, with an index by trace and live followers."""

    def __init__(self, clock: Clock, ids: Ids, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._ids = ids
        self._capacity = capacity
        self._hops: deque[Hop] = deque()
        self._held = 0  # characters of payload
        self._traces: dict[str, deque[Hop]] = {}
        self._followers: list[Callable[[Hop], None]] = []
        self._seq = 0
        self._salt = ids.hex(8)

    def begin(
        self,
        kind: str,
        source: str,
        target: str,
        cause: Cause | None = None,
        attempt: int | None = None,
        payload: str | None = None,
        **detail: Any,
    ) -> Hop:
        """Write down a hop whose outcome is still open; ``end`` closes it.  Without a cause a new trace starts."""
        assert kind in KINDS, kind
        self._seq += 1
        trace = cause.trace if cause else self._ids.trace(self._clock.now())
        hop = Hop(
            seq=self._seq,
            at=self._clock.now(),
            real=self._clock.real(),
            trace=trace,
            id=f"{self._salt}{self._seq & 0xFFFFFFFF:08x}",
            parent=cause.parent if cause else "",
            kind=kind,
            source=source,
            target=target,
            outcome="pending",
            attempt=attempt,
            detail=detail,
            payload=payload if payload is None or len(payload) <= PAYLOAD_LIMIT else payload[:PAYLOAD_LIMIT],
        )
        self._held += len(hop.payload or "")
        while self._hops and (len(self._hops) >= self._capacity or self._held > PAYLOAD_BUDGET):
            self._forget_oldest()
        self._hops.append(hop)
        self._traces.setdefault(trace, deque()).append(hop)
        return hop

    def end(self, hop: Hop, outcome: str = "ok", **detail: Any) -> Hop:
        """Close a hop and tell the followers."""
        hop.outcome = outcome
        hop.ended = self._clock.now()
        hop.detail.update(detail)
        for follower in list(self._followers):
            try:
                follower(hop)
            except Exception:  # whoever looks on must not disturb the work
                log.exception("a follower of the journal failed")
        return hop

    def note(
        self,
        kind: str,
        source: str,
        target: str,
        cause: Cause | None = None,
        outcome: str = "ok",
        attempt: int | None = None,
        payload: str | None = None,
        **detail: Any,
    ) -> Hop:
        """Write down a hop that is already over."""
        return self.end(self.begin(kind, source, target, cause, attempt, payload, **detail), outcome)

    def _forget_oldest(self) -> None:
        oldest = self._hops.popleft()
        self._held -= len(oldest.payload or "")
        hops = self._traces[oldest.trace]
        hops.popleft()
        if not hops:
            del self._traces[oldest.trace]

    def __iter__(self) -> Iterator[Hop]:
        return iter(list(self._hops))

    def __len__(self) -> int:
        return len(self._hops)

    def of(self, trace: str) -> list[Hop]:
        """The hops of one trace in the order in which they began."""
        return list(self._traces.get(trace, ()))

    def traces(self) -> list[str]:
        """Trace ids, oldest first."""
        return list(self._traces)

    def follow(self, follower: Callable[[Hop], None]) -> Callable[[], None]:
        """Call ``follower`` with every hop that ends; returns the function that stops it."""
        self._followers.append(follower)
        return lambda: self._followers.remove(follower) if follower in self._followers else None

    def clear(self) -> None:
        self._held = 0
        self._hops.clear()
        self._traces.clear()
