"""Does one branch of a pattern match an event?

Every field of the branch needs a leaf that it accepts, and the picked leaves must agree about array elements.
``{"exists": false}`` picks nothing: it holds when no leaf of its path is consistent with what the fields before it
(in the order of their paths) have picked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emulator.patterns.flat_event import ArrayId, FlatEvent, Membership
from emulator.patterns.matchers import Field

Fields = tuple[Field, ...]
Picked = dict[ArrayId, int]
_Groups = dict[tuple[ArrayId, ...], set[tuple[int, ...]]]


def branch_matches(fields: Fields, event: FlatEvent) -> bool:
    """Whether the branch matches; ``fields`` are sorted by path."""
    in_elements = False
    for path, accept, absent, _ in fields:
        values, memberships = event.leaves(path)
        if memberships is not None:
            in_elements = True
        for value in values:
            if accept(value):
                break
        else:
            if not absent or (values and memberships is None):
                return False
    return not in_elements or _elements_agree(fields, event)


def _elements_agree(fields: Fields, event: FlatEvent) -> bool:
    """Carry every possible set of picked elements from field to field, reduced to what later fields can still see."""
    states: set[frozenset[tuple[ArrayId, int]]] = {frozenset()}
    needed_after = _arrays_needed_after(fields, event)
    for field, needed in zip(fields, needed_after, strict=True):
        memberships = _memberships(field, event)
        every = _grouped(memberships)
        accepted = _grouped(
            membership
            for value, membership in zip(event.leaves(field.path).values, memberships, strict=True)
            if field.accept(value)
        )
        followers: set[frozenset[tuple[ArrayId, int]]] = set()
        for state in states:
            picked = dict(state)
            for merged in _extensions(picked, accepted):
                followers.add(_reduced(merged, needed))
            if field.absent and next(_extensions(picked, every), None) is None:
                followers.add(_reduced(picked, needed))
        if not followers:
            return False
        states = followers
    return True


def _memberships(field: Field, event: FlatEvent) -> list[Membership]:
    values, memberships = event.leaves(field.path)
    return [()] * len(values) if memberships is None else memberships


def _arrays_needed_after(fields: Fields, event: FlatEvent) -> list[set[ArrayId]]:
    needed: list[set[ArrayId]] = []
    seen: set[ArrayId] = set()
    for field in reversed(fields):
        needed.append(set(seen))
        seen.update(array for membership in _memberships(field, event) for array, _ in membership)
    needed.reverse()
    return needed


def _reduced(picked: Picked, needed: set[ArrayId]) -> frozenset[tuple[ArrayId, int]]:
    return frozenset((array, index) for array, index in picked.items() if array in needed)


def _grouped(memberships: Iterable[Membership]) -> _Groups:
    """Memberships by the arrays they name, so that a known element is found without a search."""
    groups: _Groups = {}
    for membership in memberships:
        arrays = tuple(array for array, _ in membership)
        groups.setdefault(arrays, set()).add(tuple(index for _, index in membership))
    return groups


def _extensions(picked: Picked, groups: _Groups) -> Iterator[Picked]:
    """``picked`` together with each membership that is consistent with it."""
    for arrays, rows in groups.items():
        if all(array in picked for array in arrays):
            if tuple(picked[array] for array in arrays) in rows:
                yield picked
            continue
        for row in rows:
            if all(picked.get(array, index) == index for array, index in zip(arrays, row, strict=True)):
                yield picked | dict(zip(arrays, row, strict=True))
