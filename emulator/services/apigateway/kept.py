"""Answers kept for a while."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")
Key = tuple[str, ...]


class Kept(Generic[T]):
    """Values by API, stage and whatever else tells them apart, each with the instant at which it ends."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[float, T]] = {}

    def get(self, key: Key, now: float) -> T | None:
        kept = self._kept.get(key)
        if kept is None or kept[0] <= now:
            self._kept.pop(key, None)
            return None
        return kept[1]

    def put(self, key: Key, value: T, until: float, now: float) -> None:
        if len(self._kept) > 10_000:
            self._kept = {k: kept for k, kept in self._kept.items() if kept[0] > now}
        self._kept[key] = (until, value)

    def forget(self, api_id: str, *more: str) -> None:
        """Forget what was kept of an API, or of one stage, or of one of a stage's authorizers."""
        begin = (api_id, *more)
        self._kept = {k: v for k, v in self._kept.items() if k[: len(begin)] != begin}
