"""Choice states.  The comparison table: recorded from AWS (no conversions, a wrong type is false)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.asl.choice import choose
from emulator.asl.comparisons import COMPARISONS, TESTS, string_matches
from emulator.asl.errors import RUNTIME
from tests.pure.asl.support import fails, visit

VALUES: list[Any] = [None, True, False, 0, 1, 1.5, "", "a", "true", "1", "2016-12-05T21:29:29Z", [], {}]


def holds(operator: str, value: Any, other: Any) -> bool:
    state = {"Type": "Choice", "Choices": [{"Variable": "$.v", operator: other, "Next": "yes"}], "Default": "no"}
    return choose(visit(state, {"v": value})).next == "yes"


@pytest.mark.parametrize(
    ("operator", "value", "other", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringLessThan", "A", "AB", True),
        ("StringGreaterThan", "b", "a", True),
        ("StringEquals", 1, "1", False),
        ("NumericEquals", 0, 0.0, True),
        ("NumericEquals", 1.0, 1, True),
        ("NumericEquals", False, 0, False),
        ("NumericEquals", "1", 1, False),
        ("NumericGreaterThanEquals", 2, 2, True),
        ("NumericLessThan", 2, 2, False),
        ("BooleanEquals", "true", True, False),
        ("BooleanEquals", True, True, True),
        ("BooleanEquals", False, True, False),
        ("TimestampEquals", "2016-12-05T21:29:29Z", "2016-12-05T22:29:29+01:00", True),
        ("TimestampLessThan", "2016-12-05T21:29:29.1Z", "2016-12-05T21:29:29.2Z", True),
        ("TimestampEquals", "yesterday", "2016-12-05T21:29:29Z", False),
        ("StringMatches", "log-2023.txt", "log-*.txt", True),
        ("StringMatches", "a*b", "a\\*b", True),
        ("StringMatches", "axb", "a\\*b", False),
        ("StringMatches", 5, "*", False),
        ("IsNull", None, True, True),
        ("IsNull", 0, True, False),
        ("IsTimestamp", "2016-12-05T21:29:29Z", True, True),
        ("IsTimestamp", "2016-12-05 21:29:29Z", True, False),
        ("IsPresent", None, True, True),
    ],
)
def test_operators(operator: str, value: Any, other: Any, expected: bool) -> None:
    assert holds(operator, value, other) is expected


@pytest.mark.parametrize("operator", sorted(TESTS))
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_negated_type_test_is_the_exact_negation(operator: str, value: Any) -> None:
    assert holds(operator, value, True) is not holds(operator, value, False)


@pytest.mark.parametrize("operator", sorted(COMPARISONS))
def test_comparisons_of_different_types_are_false(operator: str) -> None:
    for left in VALUES:
        for right in VALUES:
            if type(left) is not type(right) and not {type(left), type(right)} <= {int, float}:
                assert COMPARISONS[operator](left, right) is False


def test_logic_nests_and_stops_at_the_first_rule() -> None:
    rule = {"And": [{"Not": {"Variable": "$.a", "IsNull": True}}, {"Or": [{"Variable": "$.a", "NumericEquals": 9}]}]}
    state = {
        "Type": "Choice",
        "Choices": [{**rule, "Next": "first"}, {"Variable": "$.a", "IsNumeric": True, "Next": "second"}],
    }
    assert choose(visit(state, {"a": 9})).next == "first"
    assert choose(visit(state, {"a": 8})).next == "second"


def test_paths_on_both_sides_and_variables() -> None:
    state = {
        "Type": "Choice",
        "Choices": [{"Variable": "$guess", "StringEqualsPath": "$answer", "Next": "yes"}],
        "Default": "no",
    }
    assert choose(visit(state, {}, {"guess": "a", "answer": "a"})).next == "yes"
    assert choose(visit(state, {}, {"guess": "a", "answer": "b"})).next == "no"


def test_is_present_is_the_only_one_for_a_missing_variable() -> None:
    state = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": False, "Next": "gone"}], "Default": "no"}
    assert choose(visit(state, {})).next == "gone"
    assert choose(visit(state, {"x": None})).next == "no"


def test_a_null_input() -> None:
    state = {"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "yes"}], "Default": "no"}
    asked = visit(state)
    asked.input = None
    fails(lambda: choose(asked), RUNTIME, "Unable to apply Path transformation to null or empty input.")


def test_assign_belongs_to_the_rule_or_to_the_default() -> None:
    state = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.a", "BooleanEquals": True, "Next": "yes", "Assign": {"v.$": "$.a"}}],
        "Default": "no",
        "Assign": {"v": "default"},
    }
    assert choose(visit(state, {"a": True})).assigned == {"v": True}
    assert choose(visit(state, {"a": False})).assigned == {"v": "default"}


def test_jsonata_conditions_with_output() -> None:
    state = {
        "Type": "Choice",
        "QueryLanguage": "JSONata",
        "Choices": [
            {"Condition": "{% $states.input.n > 3 %}", "Next": "big", "Output": {"n": "{% $states.input.n %}"}}
        ],
        "Default": "small",
        "Output": "default",
    }
    big, small = choose(visit(state, {"n": 4})), choose(visit(state, {"n": 1}))
    assert (big.next, big.output) == ("big", {"n": 4})
    assert (small.next, small.output) == ("small", "default")


@given(st.text(max_size=20))
def test_a_star_matches_everything_and_an_escaped_text_itself(text: str) -> None:
    assert string_matches(text, "*")
    assert string_matches(text, text.replace("\\", "\\\\").replace("*", "\\*"))
