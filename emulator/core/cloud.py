"""All state, by account and region.  Nothing is kept module-globally, so a reset forgets everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, cast

S = TypeVar("S")


class Cloud:
    """Holds one store of each type per account and region; a store is any class with a constructor without arguments.

    ``cloud.store(SqsStore, "000000000000", "us-east-1")`` gives the store, made on first use.  ``life`` counts the
    resets: what outlives one, such as a handler's thread, finds out by it that its world is gone.
    """

    def __init__(self) -> None:
        self.life = 0
        self._stores: dict[tuple[type[Any], str, str], Any] = {}

    def store(self, kind: type[S], account: str, region: str) -> S:
        key = (kind, account, region)
        found = self._stores.get(key)
        if found is None:
            found = self._stores[key] = kind()
        return cast(S, found)

    def stores(self, kind: type[S]) -> Iterator[tuple[str, str, S]]:
        """Every store of one type with its account and region."""
        for (owner, account, region), store in list(self._stores.items()):
            if owner is kind:
                yield account, region, store

    def shared(self, kind: type[S]) -> S:
        """A store that belongs to no account: open connections, API ids."""
        return self.store(kind, "", "")

    def reset(self) -> None:
        self.life += 1
        self._stores.clear()
