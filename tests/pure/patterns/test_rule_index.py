"""The index finds what a look at every pattern would find, and looks at few."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.patterns.event_pattern import compile_parsed
from emulator.patterns.rule_index import RuleIndex


def index_of(patterns: list[Any]) -> RuleIndex[int]:
    index: RuleIndex[int] = RuleIndex()
    for number, pattern in enumerate(patterns):
        index.put(number, compile_parsed(pattern))
    return index


@pytest.mark.parametrize(
    ("pattern_of", "event"),
    [
        (lambda n: {"source": [f"s{n}"]}, {"source": "s7", "detail-type": "t"}),
        (lambda n: {"source": [f"s{n}"], "detail-type": ["t"]}, {"source": "s7", "detail-type": "t"}),
        (lambda n: {"source": ["s"], "detail-type": [f"t{n}"]}, {"source": "s", "detail-type": "t7"}),
        (lambda n: {"detail-type": [f"t{n}"]}, {"source": "s", "detail-type": "t7"}),
        (
            lambda n: {"source": ["s"], "detail-type": ["t"], "detail": {"kind": [f"k{n}"]}},
            {"source": "s", "detail-type": "t", "detail": {"kind": "k7"}},
        ),
        (lambda n: {"detail": {f"f{n}": ["x"]}}, {"detail": {"f7": "x", "other": "x"}}),
    ],
)
@pytest.mark.parametrize("last_first", [False, True])
def test_of_a_thousand_distinct_rules_one_is_evaluated(pattern_of: Any, event: Any, last_first: bool) -> None:
    numbers = range(1000)
    index: RuleIndex[int] = RuleIndex()
    for number in reversed(numbers) if last_first else numbers:
        index.put(number, compile_parsed(pattern_of(number)))
    assert index.match(event) == [7]
    assert index.evaluated == 1


def test_even_the_rule_that_came_first_moves_to_a_better_field() -> None:
    index = index_of([{"source": ["s"], "detail-type": [f"t{n}"]} for n in range(50)])
    assert index.match({"source": "s", "detail-type": "t49"}) == [49]
    assert index.evaluated == 1


def test_answers_come_in_the_order_of_insertion() -> None:
    index = index_of([{"a": [{"exists": True}]}, {"a": ["x"]}, {"b": ["y"]}, {"a": ["x", "z"]}])
    assert index.match({"a": "x", "b": "y"}) == [0, 1, 2, 3]


def test_a_replaced_rule_forgets_its_former_pattern() -> None:
    index = index_of([{"a": ["x"]}, {"a": ["x"]}])
    index.put(0, compile_parsed({"a": ["y"]}))
    assert index.match({"a": "x"}) == [1]
    assert index.match({"a": ["x", "y"]}) == [0, 1]
    assert len(index) == 2


def test_a_removed_rule_is_not_looked_at() -> None:
    index = index_of([{"a": ["x"]}, {"a": [{"prefix": "x"}]}])
    index.remove(0)
    index.remove(1)
    index.remove(2)
    assert index.match({"a": "x"}) == []
    assert index.evaluated == 0
    assert 0 not in index


def test_a_rule_with_alternatives_is_found_once() -> None:
    index = index_of([{"$or": [{"a": ["x"]}, {"b": ["y"]}, {"c": [{"exists": False}]}]}])
    assert index.match({"a": "x", "b": "y"}) == [0]
    assert index.match({"c": 1}) == []


def test_an_address_is_found_in_any_spelling() -> None:
    index = index_of([{"ip": ["10.0.0.1"]}])
    assert index.match({"ip": "10.0.0.001"}) == [0]
