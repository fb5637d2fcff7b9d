"""Which of many patterns match an event, looking at as few of them as possible.

Each branch of a pattern is filed under one of its fields that has plain strings only: under each of these strings.  An
event probes the index with its own strings and meets the branches that can match, plus those that cannot be filed.

The field is chosen by how crowded its strings are (how many branches name the same string at the same path), so rules
that share one ``source`` are filed under ``detail-type`` or a field of the detail, and rules that have only a
``detail-type`` under that.  Crowding changes as rules come: whenever it doubles for a string, the branches filed under
that string choose again.  So the cost of adding stays small however the rules arrive.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Generic, TypeVar

from emulator.patterns.branch_match import Fields, branch_matches
from emulator.patterns.event_pattern import EventPattern
from emulator.patterns.flat_event import FlatEvent

K = TypeVar("K")

_PREFERRED = {"source": 0, "detail-type": 1}
_FEW_PATHS = 24  # up to here probing path by path is cheaper than walking the whole event


class _Entry(Generic[K]):
    """One branch of one pattern, and where it is filed."""

    __slots__ = ("choices", "fields", "home", "key", "sequence")

    def __init__(self, key: K, sequence: int, fields: Fields) -> None:
        self.key = key
        self.sequence = sequence
        self.fields = fields
        self.choices = {field.path: field.strings for field in fields if field.strings}
        self.home: str | None = None


class RuleIndex(Generic[K]):
    """Patterns by key.  ``evaluated`` is the number of branches that the last ``match`` looked at."""

    def __init__(self) -> None:
        self.evaluated = 0
        self._next_sequence = 0
        self._entries: dict[K, list[_Entry[K]]] = {}
        self._filed: dict[str, dict[str, set[_Entry[K]]]] = {}
        self._unfiled: set[_Entry[K]] = set()
        self._crowd: defaultdict[tuple[str, str], int] = defaultdict(int)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def put(self, key: K, pattern: EventPattern) -> None:
        """Add or replace; a replaced key keeps its place in the order of answers."""
        former = self._entries.get(key)
        if former:
            sequence = former[0].sequence
            self._drop(former)
        else:
            sequence = self._next_sequence
            self._next_sequence += 1
        entries = [_Entry(key, sequence, branch) for branch in pattern.branches]
        self._entries[key] = entries
        for entry in entries:
            self._announce(entry)
            self._file(entry)

    def remove(self, key: K) -> None:
        """Forget a key; an unknown one is no error."""
        self._drop(self._entries.pop(key, []))

    def match(self, event: dict[str, Any]) -> list[K]:
        """The keys whose patterns match, in the order in which they were first put."""
        flat = FlatEvent(event)
        found: dict[int, K] = {}
        evaluated = 0
        for entry in self._candidates(flat):
            if entry.sequence not in found:
                evaluated += 1
                if branch_matches(entry.fields, flat):
                    found[entry.sequence] = entry.key
        self.evaluated = evaluated
        return [found[sequence] for sequence in sorted(found)]

    def _candidates(self, event: FlatEvent) -> set[_Entry[K]]:
        candidates = set(self._unfiled)
        if len(self._filed) <= _FEW_PATHS:
            for path, by_text in self._filed.items():
                for value in event.leaves(path).values:
                    if isinstance(value, str) and value in by_text:
                        candidates |= by_text[value]
        else:
            for path, text in event.strings():
                candidates |= self._filed.get(path, {}).get(text, set())
        return candidates

    def _announce(self, entry: _Entry[K]) -> None:
        """Count the strings of a branch; where the count doubles, let the branches filed there choose again."""
        for path, texts in entry.choices.items():
            for text in texts:
                self._crowd[path, text] += 1
                count = self._crowd[path, text]
                if count > 1 and count & (count - 1) == 0:
                    self._choose_again(path, text)

    def _choose_again(self, path: str, text: str) -> None:
        for entry in list(self._filed.get(path, {}).get(text, ())):
            if len(entry.choices) > 1:
                self._unfile(entry)
                self._file(entry)

    def _file(self, entry: _Entry[K]) -> None:
        if not entry.choices:
            self._unfiled.add(entry)
            return
        home = min(entry.choices, key=lambda path: self._cost(path, entry.choices[path]))
        entry.home = home
        by_text = self._filed.setdefault(home, {})
        for text in entry.choices[home]:
            by_text.setdefault(text, set()).add(entry)

    def _cost(self, path: str, texts: frozenset[str]) -> tuple[int, int, int, str]:
        most = max(self._crowd[path, text] for text in texts)
        return most, _PREFERRED.get(path, len(_PREFERRED)), len(texts), path

    def _unfile(self, entry: _Entry[K]) -> None:
        self._unfiled.discard(entry)
        if entry.home is None:
            return
        by_text = self._filed[entry.home]
        for text in entry.choices[entry.home]:
            by_text[text].discard(entry)
            if not by_text[text]:
                del by_text[text]
        if not by_text:
            del self._filed[entry.home]
        entry.home = None

    def _drop(self, entries: list[_Entry[K]]) -> None:
        for entry in entries:
            self._unfile(entry)
            for path, texts in entry.choices.items():
                for text in texts:
                    self._crowd[path, text] -= 1
                    if not self._crowd[path, text]:
                        del self._crowd[path, text]
