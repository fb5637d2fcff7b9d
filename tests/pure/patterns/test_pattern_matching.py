"""Which events a pattern matches: one row per rule of AWS's docs or recorded answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.patterns.event_pattern import compile_parsed, compile_pattern, parse_event


def matches(matchers: Any, leaf: Any) -> bool:
    return compile_parsed({"a": matchers}).matches({"a": leaf})


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"t": ["b"]}, {"t": ["a", "b"]}, True),
        ({"t": ["b"]}, {"t": [["a"], ["b"]]}, True),
        ({"t": ["b"]}, {"t": []}, False),
        ({"e": {"f": ["A"], "l": ["S"]}}, {"e": [{"f": "A", "l": "D"}, {"f": "J", "l": "S"}]}, False),
        ({"e": {"f": ["A"], "l": ["S"]}}, {"e": [{"f": "A", "l": "D"}, {"f": "A", "l": "S"}]}, True),
        ({"e": {"f": ["A"], "l": ["S"]}}, {"e": {"f": ["J", "A"], "l": ["D", "S"]}}, True),
        ({"a": {"x": [1]}, "b": {"y": [2]}}, {"a": [{"x": 0}, {"x": 1}], "b": [{"y": 2}]}, True),
        ({"a": ["x"]}, {"a": {"a": "x"}}, False),
        ({"detail": {"k": ["v"]}}, {"detail": '{"k":"v"}'}, False),
        ({"resources": [None]}, {"resources": []}, False),
        ({"a": {"b": [1]}}, {"a.b": 1}, True),
        ({"a.b": [1]}, {"a": {"b": 1}}, True),
        ({"a": {"b.c": [1]}}, {"a.b": {"c": 1}}, True),
        ({"a": ["x"], "b": ["y"]}, {"a": "x"}, False),
        ({"A": ["x"]}, {"a": "x"}, False),
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"exists": False}]}, {"a": {}}, True),
        ({"a": [{"exists": False}]}, {"a": []}, True),
        ({"a": [{"exists": False}]}, {"a": {"b": 1}}, True),
        ({"a": [{"exists": False}]}, {"a": None}, False),
        ({"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
        ({"a": [{"exists": False}, "x"]}, {"a": "x"}, True),
        ({"a": [{"exists": False}, "x"]}, {"a": "y"}, False),
        # absence is judged beside what smaller paths have picked
        ({"e": {"a": ["1"], "b": [{"exists": False}]}}, {"e": [{"a": "1"}, {"b": "2"}]}, True),
        ({"e": {"a": ["1"], "b": [{"exists": False}]}}, {"e": [{"a": "1", "b": "2"}]}, False),
        ({"e": {"a": [{"exists": False}], "b": ["2"]}}, {"e": [{"a": "1"}, {"b": "2"}]}, False),
    ],
)
def test_fields_and_arrays(pattern: Any, event: Any, expected: bool) -> None:
    assert compile_parsed(pattern).matches(event) is expected


@pytest.mark.parametrize(
    ("matcher", "accepted", "rejected"),
    [
        ("x", ["x"], ["X", "", 1, None, True]),
        ("1", ["1"], [1, 1.0]),
        (1, [1, 1.0], ["1", True, 2]),
        (300, [300, 300.0], [301]),
        (True, [True], ["true", 1, False]),
        (False, [False], [0, "false", None]),
        (None, [None], ["", "null", False, 0]),
        ({"prefix": "ab"}, ["ab", "abc"], ["a", "xab", 1]),
        ({"prefix": ""}, ["", "x"], [1, None]),
        ({"suffix": "ab"}, ["ab", "xab"], ["abx", None]),
        ({"prefix": {"equals-ignore-case": "aB"}}, ["Abc", "ABc"], ["b"]),
        ({"suffix": {"equals-ignore-case": ".PNG"}}, ["x.png", "x.Png"], ["x.png "]),
        ({"equals-ignore-case": "Straße"}, ["STRASSE", "straße", "StraSSe"], ["strasse"]),
        ({"equals-ignore-case": "STRASSE"}, ["strasse"], ["straße"]),
        ({"equals-ignore-case": "k"}, ["K"], ["\u212a", 1]),
        ({"wildcard": "a*b"}, ["ab", "axxb", "a\nb", "abab"], ["a", "b", "abc"]),
        ({"wildcard": "*a*"}, ["a", "bab"], ["b", ""]),
        ({"wildcard": "ab*ba"}, ["abba", "abxba"], ["aba"]),
        ({"wildcard": "a*b*a"}, ["aba", "axbxa"], ["aa", "ba"]),
        ({"wildcard": ""}, [""], ["x"]),
        ({"wildcard": "*"}, ["", "x"], [1, None]),
        ({"wildcard": "a\\*b\\\\"}, ["a*b\\"], ["axb\\"]),
        ({"numeric": ["=", 300]}, [300, 300.0], ["300", 301, None]),
        ({"numeric": [">", 0, "<=", 5]}, [1, 5, 0.5], [0, 5.1, "1"]),
        ({"numeric": [">=", 0, "<", 5]}, [0, 4.9], [5]),
        ({"numeric": ["<", -1]}, [-2], [-1]),
        ({"exists": True}, [None, "", False, 0], []),
        ({"cidr": "10.0.0.0/24"}, ["10.0.0.0", "10.0.0.255"], ["10.0.1.0", "x", 10, "2001:db8::"]),
        ({"cidr": "10.0.0.7/24"}, ["10.0.0.1"], ["10.0.1.1"]),
        ({"cidr": "2001:db8::/32"}, ["2001:db8:1::", "2001:0DB8:0:0:0:0:0:1"], ["2001:db9::", "10.0.0.1"]),
        ("2001:db8::1", ["2001:0DB8:0:0:0:0:0:1", "2001:db8::1"], ["2001:db8::2"]),
        ({"anything-but": 5}, ["5", None, True, 6], [5, 5.0]),
        ({"anything-but": "x"}, ["y", 1, None], ["x"]),
        ({"anything-but": ["x", "y"]}, ["z"], ["x", "y"]),
        ({"anything-but": [1, 2]}, [3, "1"], [1, 2.0]),
        ({"anything-but": {"prefix": "in"}}, ["out", 1, None], ["in", "init"]),
        ({"anything-but": {"suffix": ["a", "b"]}}, ["c"], ["a", "xb"]),
        ({"anything-but": {"equals-ignore-case": ["A", "b"]}}, ["c"], ["a", "B"]),
        ({"anything-but": {"wildcard": "*/lib/*"}}, ["/usr/bin", 1], ["/usr/lib/x"]),
    ],
)
def test_matchers(matcher: Any, accepted: list[Any], rejected: list[Any]) -> None:
    for leaf in accepted:
        assert matches([matcher], leaf), leaf
    for leaf in rejected:
        assert not matches([matcher], leaf), leaf


def test_several_matchers_are_alternatives() -> None:
    matchers = ["x", 5, None, {"prefix": "p"}, {"suffix": "s"}, "10.0.0.1", {"numeric": [">", 100]}]
    for leaf in ("x", 5.0, None, "pq", "qs", "10.0.0.01", 101):
        assert matches(matchers, leaf), leaf
    assert not matches(matchers, "q")


def test_anything_but_over_an_array_needs_one_other_element() -> None:
    assert matches([{"anything-but": "a"}], ["a", "b"])
    assert not matches([{"anything-but": "a"}], ["a", "a"])
    assert not matches([{"anything-but": "a"}], [])


def test_anything_but_needs_the_field() -> None:
    assert not compile_parsed({"a": [{"anything-but": "x"}]}).matches({"b": "y"})


def test_two_anything_but_accept_everything_present() -> None:
    matchers = [{"anything-but": "a"}, {"anything-but": "b"}]
    assert matches(matchers, "a")
    assert matches(matchers, "b")


@pytest.mark.parametrize(
    ("pattern", "literal", "expected"),
    [
        ("300", "3.0e2", True),
        ("3.0e2", "300", True),
        ("-0", "0", True),
        ("12345678901234567890", "12345678901234567890", True),
        ("12345678901234567890", "12345678901234567891", False),
        ("12345678901234567890", "1.2345678901234567890e19", False),
        ("1e999", "1e999", True),
        ("1e999", "1e998", False),
        ("9007199254740993", "9007199254740992", False),
        ('{"anything-but":1}', "1e999", True),
    ],
)
def test_numbers_compare_as_text_or_exact_double(pattern: str, literal: str, expected: bool) -> None:
    event = parse_event('{"a":' + literal + "}")
    assert compile_pattern('{"a":[' + pattern + "]}").matches(event) is expected


@pytest.mark.parametrize("text", ["[]", '"x"', "{", "", '{"a":NaN}', '{"a":' * 5000])
def test_parse_event_refuses_what_is_no_json_object(text: str) -> None:
    with pytest.raises(ValueError):
        parse_event(text)


def test_numbers_of_stdlib_json_match() -> None:
    assert compile_pattern('{"a":[3.0e2]}').matches(json.loads('{"a":300.0}'))
    assert compile_pattern('{"a":[12345678901234567890]}').matches(json.loads('{"a":12345678901234567890}'))


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ('{"$or":[{"a":["1"]},{"b":["2"]}]}', {"b": "2"}, True),
        ('{"$or":[{"a":["1"]},{"b":["2"]}]}', {"b": "1"}, False),
        ('{"c":["3"],"$or":[{"a":["1"]},{"b":["2"]}]}', {"b": "2"}, False),
        ('{"$or":[{"a":["1"]},{"b":["2"]}],"c":["3"]}', {"b": "2", "c": "3"}, True),
        ('{"x":{"$or":[{"a":["1"]},{"$or":[{"b":["2"]},{"c":["3"]}]}]}}', {"x": {"c": "3"}}, True),
        # a field named again in an alternative replaces the one beside the $or
        ('{"a":["x"],"$or":[{"a":["y"]},{"b":["z"]}]}', {"a": "y"}, True),
        ('{"a":["x"],"$or":[{"a":["y"]},{"b":["z"]}]}', {"a": "x", "b": "z"}, True),
        ('{"a":["x"],"$or":[{"a":["y"]},{"b":["z"]}]}', {"a": "x"}, False),
        # not the operator: an ordinary field name
        ('{"$or":{"k":["v"]}}', {"$or": {"k": "v"}}, True),
        ('{"$or":["x"]}', {"$or": "x"}, True),
        ('{"$or":[{"prefix":"x"},{"prefix":"y"}]}', {"$or": "yes"}, True),
        # a key given twice: the last wins
        ('{"a":["x"],"a":["y"]}', {"a": "y"}, True),
        ('{"a":["x"],"a":["y"]}', {"a": "x"}, False),
    ],
)
def test_or_and_repeated_keys(pattern: str, event: Any, expected: bool) -> None:
    assert compile_pattern(pattern).matches(event) is expected


def test_a_long_array_of_objects_is_searched_without_explosion() -> None:
    names = [f"f{number}" for number in range(8)]
    pattern = compile_parsed({name: {"x": ["1"], "y": ["2"]} for name in names})
    element = [{"x": "1", "y": "0"}] * 150 + [{"x": "0", "y": "2"}] * 150
    assert not pattern.matches({name: list(map(dict, element)) for name in names})


def test_a_deep_event_is_no_problem() -> None:
    event: Any = "x"
    for _ in range(2_000):
        event = [event]
    assert compile_parsed({"a": ["x"]}).matches({"a": event})
