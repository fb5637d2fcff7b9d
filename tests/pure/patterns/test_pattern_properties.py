"""Random patterns and events: only ``InvalidPattern`` escapes, and every way to match gives the same answer."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.patterns.event_pattern import InvalidPattern, compile_parsed, compile_pattern, parse_event
from emulator.patterns.rule_index import RuleIndex

NAMES = st.sampled_from(["a", "b", "source", "a.b", "$or", ""])
TEXTS = st.sampled_from(
    ["x", "y", "", "xy", "10.0.0.1", "010.0.0.1", "*", "a*b*", "\\", "ß", "::1", "1.0.0.0/8"]
) | st.text(max_size=4)
SCALARS = TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
OPERATORS = st.sampled_from(
    "prefix suffix exists numeric anything-but wildcard cidr equals-ignore-case exactly unknown".split()
)
OPERANDS = st.recursive(
    SCALARS | st.sampled_from(["=", "<", ">", ">=", "<="]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(OPERATORS, inner, max_size=2),
    max_leaves=5,
)
MATCHERS = SCALARS | st.dictionaries(OPERATORS, OPERANDS, max_size=2)
ANY_PATTERNS = st.dictionaries(
    NAMES,
    st.recursive(
        st.lists(MATCHERS, max_size=3),
        lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(st.dictionaries(NAMES, inner, max_size=2)),
        max_leaves=6,
    ),
    max_size=3,
)
EVENTS = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=10,
    ),
    max_size=4,
)

SMALL_MATCHERS = st.lists(
    st.sampled_from(["x", "y", {"exists": True}, {"exists": False}, {"anything-but": "x"}]), min_size=1, max_size=2
)
SMALL_NAMES = st.sampled_from(["a", "b", "c"])
SMALL_PATTERNS = st.dictionaries(
    SMALL_NAMES,
    st.recursive(
        SMALL_MATCHERS, lambda inner: st.dictionaries(SMALL_NAMES, inner, min_size=1, max_size=3), max_leaves=4
    ),
    min_size=1,
    max_size=3,
)
SMALL_EVENTS = st.dictionaries(
    SMALL_NAMES,
    st.recursive(
        st.sampled_from(["x", "y", "z"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SMALL_NAMES, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(ANY_PATTERNS, EVENTS)
def test_only_invalid_pattern_escapes(pattern: Any, event: Any) -> None:
    exact = parse_event(json.dumps(event))
    with contextlib.suppress(InvalidPattern):
        compiled = compile_parsed(pattern)
        assert compiled.matches(event) is compiled.matches(exact)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='{}[]":,ab*\\$or01.-e \n', max_size=30) | st.text(max_size=10))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidPattern):
        compile_pattern(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(SMALL_PATTERNS, max_size=8), st.lists(SMALL_EVENTS, max_size=4), st.sets(st.integers(0, 7)))
def test_the_index_finds_what_a_look_at_all_finds(patterns: list[Any], events: list[Any], removed: set[int]) -> None:
    index: RuleIndex[int] = RuleIndex()
    compiled = dict(enumerate(map(compile_parsed, patterns)))
    for number, pattern in compiled.items():
        index.put(number, pattern)
    for number in removed:
        index.remove(number)
        compiled.pop(number, None)
    for event in events:
        assert index.match(event) == [number for number, pattern in compiled.items() if pattern.matches(event)]


def flattened(value: Any, path: str, membership: dict[int, int]) -> list[tuple[str, Any, dict[int, int]]]:
    """AWS docs and event-ruler: leaves with their path and the array elements they are in."""
    if isinstance(value, dict):
        joined = [(f"{path}.{name}" if path else name, member) for name, member in value.items()]
        return [leaf for name, member in joined for leaf in flattened(member, name, membership)]
    if isinstance(value, list):
        nested = [(number, item) for number, item in enumerate(value) if isinstance(item, (dict, list))]
        leaves = [(path, item, membership) for item in value if not isinstance(item, (dict, list))]
        return leaves + [leaf for n, item in nested for leaf in flattened(item, path, membership | {id(value): n})]
    return [(path, value, membership)]


def naive_match(pattern: Any, event: Any) -> bool:
    """Try every choice of one leaf (or absence) per path."""
    fields: dict[str, Any] = {}

    def collect(node: Any, path: str) -> None:
        for name, member in node.items():
            if isinstance(member, dict):
                collect(member, f"{path}{name}.")
            else:
                fields[path + name] = member

    collect(pattern, "")
    leaves = flattened(event, "", {})
    by_path = {path: [(v, m) for p, v, m in leaves if p == path] for path in fields}

    def accepts(matcher: Any, value: Any) -> bool:
        if isinstance(matcher, str):
            return bool(value == matcher)
        return bool(matcher == {"exists": True} or (matcher == {"anything-but": "x"} and value != "x"))

    def consistent(one: dict[int, int], other: dict[int, int]) -> bool:
        return all(other.get(array, index) == index for array, index in one.items())

    choices = []
    for path in sorted(fields):
        options: list[Any] = [(m,) for v, m in by_path[path] if any(accepts(x, v) for x in fields[path])]
        choices.append(options + ([None] if {"exists": False} in fields[path] else []))
    for choice in itertools.product(*choices):
        picked: dict[int, int] = {}
        for path, option in zip(sorted(fields), choice, strict=True):
            if option is None:
                if any(consistent(m, picked) for _, m in by_path[path]):
                    break
            elif consistent(option[0], picked):
                picked = picked | option[0]
            else:
                break
        else:
            return True
    return False


@settings(max_examples=300, deadline=None)
@given(SMALL_PATTERNS, SMALL_EVENTS)
def test_matching_equals_the_definition(pattern: Any, event: Any) -> None:
    assert compile_parsed(pattern).matches(event) is naive_match(pattern, event)
