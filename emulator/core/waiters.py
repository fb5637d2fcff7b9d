"""Waiting as data: who waits for something, in order of arrival."""

from __future__ import annotations

from collections.abc import Callable

Wake = Callable[[], bool]


class Waiters:
    """A queue of wake functions; each returns False when its owner has already gone."""

    __slots__ = ("_wakes",)

    def __init__(self) -> None:
        self._wakes: dict[int, Wake] = {}

    def __len__(self) -> int:
        return len(self._wakes)

    def add(self, wake: Wake) -> None:
        self._wakes[id(wake)] = wake

    def discard(self, wake: Wake) -> None:
        self._wakes.pop(id(wake), None)

    def wake_one(self) -> bool:
        """Wake the one who waits longest; False when nobody waits."""
        while self._wakes:
            if self._wakes.pop(next(iter(self._wakes)))():
                return True
        return False

    def wake_all(self) -> None:
        wakes, self._wakes = self._wakes, {}
        for wake in wakes.values():
            wake()
