"""The bridge into moto: jobs in threads that see one emulator's state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from emulator.core.ground import Call, Ground
from emulator.core.threads import Threads
from emulator.fallthrough.catalog import CATALOG
from emulator.fallthrough.isolation import Session, World, current
from emulator.fallthrough.lane import Lane
from emulator.fallthrough.library import Question, load

T = TypeVar("T")
R = TypeVar("R")


class Bridge:
    """One emulator's state in moto and the lanes that lead to it; ``ground.cloud.shared(Bridge)``.

    A reset forgets it with everything else; work that is still in a thread then ends in a world nobody sees.
    """

    def __init__(self) -> None:
        self.world = World()
        self._threads = Threads("moto")
        self._lanes: dict[str, Lane] = {}

    def run(
        self, call: Call, service: str, region: str, job: Callable[[Session], T], done: Callable[[T], R]
    ) -> asyncio.Future[R]:
        """Run ``job`` in a thread where moto shows this emulator's state, then ``done`` on the loop.

        Jobs of one lane run one after another, so what ``done`` writes down is in the order of the writes.
        """
        lane = CATALOG[service].lane
        if lane not in self._lanes:
            self._lanes[lane] = Lane(self._threads)

        def work() -> T:
            load(service)
            session = Session(self.world, call.account, region, call.clock.now)
            current.set(session)
            return job(session)

        return self._lanes[lane].run(work, done)

    def used(self, service: str) -> bool:
        """Whether anybody has asked for a service, or one that shares its state, since the last reset."""
        return CATALOG[service].lane in self._lanes

    def buckets(self, account: str) -> list[str]:
        """Names of an account's buckets."""
        return [name for name, (_, owner) in self.world.bucket_accounts.items() if owner == account]

    def close(self) -> None:
        """Let idle threads end."""
        self._threads.close()


def bridge_of(ground: Ground) -> Bridge:
    return ground.cloud.shared(Bridge)


def close(ground: Ground) -> None:
    """Part of a reset and of the end."""
    bridge_of(ground).close()


def question(service: str, region: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Question:
    """A request for ``path`` (with query, encoded) as AWS's host of the service would get it."""
    host = CATALOG[service].host.format(region=region)
    return Question(method, f"https://{host}{path}", {**headers, "host": host}, body)
