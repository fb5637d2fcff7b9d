"""JSONPath: what each form of the dialect selects."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.patterns.jsonpath import JsonPathError, compile_path, find

STORE: dict[str, Any] = {
    "name": "shop",
    "with-dash": 1,
    "_x": 2,
    "none": None,
    "items": [
        {"id": "a", "price": 5, "tags": ["red", "big"], "ok": True},
        {"id": "b", "price": 8.5, "tags": []},
        {"id": "c", "price": "8", "sub": {"id": "d"}, "ok": False},
    ],
}
A, B, C = STORE["items"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", [STORE]),
        ("$.name", ["shop"]),
        ("$['name']", ["shop"]),
        ('$["name"]', ["shop"]),
        ("$.with-dash", [1]),
        ("$._x", [2]),
        ("$.none", [None]),
        ("$.missing", []),
        ("$.name.missing", []),
        ("$.items[0].id", ["a"]),
        ("$.items[-1].id", ["c"]),
        ("$.items[3]", []),
        ("$.items[-4]", []),
        ("$.items['id']", []),
        ("$.items[*].id", ["a", "b", "c"]),
        ("$.items.*.id", ["a", "b", "c"]),
        ("$.items[0].*", ["a", 5, ["red", "big"], True]),
        ("$.items[0,2].id", ["a", "c"]),
        ("$.items[ 0 , 2 ].id", ["a", "c"]),
        ("$.items[1:].id", ["b", "c"]),
        ("$.items[:2].id", ["a", "b"]),
        ("$.items[-2:].id", ["b", "c"]),
        ("$.items[0:3:2].id", ["a", "c"]),
        ("$.items[1:5].id", ["b", "c"]),
        ("$..id", ["a", "b", "c", "d"]),
        ("$..['id']", ["a", "b", "c", "d"]),
        ("$..tags[0]", ["red"]),
        ("$.items[0]..*", ["a", 5, ["red", "big"], True, "red", "big"]),
        ("$.items..[0]", [A, "red"]),
        ("$.items[0]['id','price','nope']", [{"id": "a", "price": 5}]),
        ("$[*].nothing", []),
        ("$.items.length()", [3]),
        ("$.items[*].length()", [3]),
    ],
)
def test_selects(path: str, expected: list[Any]) -> None:
    assert find(path, STORE) == expected


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        ("@.id == 'b'", "b"),
        ('@.id=="b"', "b"),
        ("@.id != 'b'", "ac"),
        ("@.price > 5", "b"),
        ("@.price >= 5", "ab"),
        ("@.price == 8.5", "b"),
        ("@.price < 'z'", "c"),
        ("@.price == '8'", "c"),
        ("@.sub", "c"),
        ("@.ok", "ac"),
        ("!@.sub", "ab"),
        ("@.ok == true", "a"),
        ("@.ok == 1", ""),
        ("@.id == 'a' && @.price > 3", "a"),
        ("@.id == 'a' || @.id == 'c'", "ac"),
        ("(@.id == 'a' || @.id == 'c') && @.price == 5", "a"),
        ("!(@.id == 'a' || @.id == 'c')", "b"),
        ("@.id =~ /[AB]/i", "ab"),
        ("@.id in ['a', 'c']", "ac"),
        ("@.id nin ['a', 'c']", "b"),
        ("'red' in @.tags", "a"),
        ("@.tags size 2", "a"),
        ("@.tags empty true", "b"),
        ("@.tags anyof ['big']", "a"),
        ("@.sub.id == 'd'", "c"),
        ("@['id'] == 'a'", "a"),
        ("@.tags[0] == 'red'", "a"),
        ("@.id == $.items[1].id", "b"),
        ("@..id == 'd'", ""),
    ],
)
def test_filters(filter_: str, ids: str) -> None:
    assert find(f"$.items[?({filter_})].id", STORE) == list(ids)


def test_a_filter_on_an_object_tests_the_object_itself() -> None:
    assert find("$.items[2].sub[?(@.id == 'd')]", STORE) == [{"id": "d"}]


def test_a_filter_after_a_deep_scan_takes_each_object_once() -> None:
    assert find("$..[?(@.id)].id", STORE) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("path", "definite"),
    [
        ("$", True),
        ("$.a.b[0]['c'][-1]", True),
        ("$.a[*]", False),
        ("$.a[0,1]", False),
        ("$.a[0:1]", False),
        ("$..a", False),
        ("$.*", False),
        ("$.a[?(@.b)]", False),
    ],
)
def test_definite(path: str, definite: bool) -> None:
    assert compile_path(path).definite is definite


def test_value_of_a_definite_path_is_the_value_else_the_list() -> None:
    assert compile_path("$.a").value({"a": 1}) == 1
    assert compile_path("$.b").value({"a": 1}, "none") == "none"
    assert compile_path("$.a[*]").value({}) == []


def test_first_tells_null_from_missing() -> None:
    assert compile_path("$.none").first(STORE, "default") is None
    assert compile_path("$.nope").first(STORE, "default") == "default"


def test_compiled_paths_are_cached() -> None:
    assert compile_path("$.a.b") is compile_path("$.a.b")


REFUSED = """
a|.a|$.|$a|$..|$[|$[]|$['a|$['a'|$.a[?(@.b == )]|$.a[?(@.b|$.a b|$.a[1:2:0]|$[1:2:3:4]|$.a)|$[?@.a]|$.a.nope()
""".strip().split("|")


@pytest.mark.parametrize("path", ["", *REFUSED, "$[?(" + "(" * 5000, "$[?(@.a == " + "[" * 5000, "$[?(@.a =~ /(/)]"])
def test_refuses(path: str) -> None:
    with pytest.raises(JsonPathError):
        compile_path(path)


def test_many_deep_scans_end() -> None:
    document: Any = 1
    for _ in range(300):
        document = {"a": document}
    with pytest.raises(JsonPathError):
        find("$..*..*..*..*", document)


FRAGMENTS = ["$", ".", "..", "a", "[", "]", "*", "'a'", "0", "-1", ":", ",", "?(", "@", "==", "&&", "!", ")", "()"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12))
def test_any_text_is_a_path_or_refused(parts: list[str]) -> None:
    try:
        path = compile_path("$" + "".join(parts))
    except JsonPathError:
        return
    assert isinstance(path.find({"a": [1, {"a": 2}]}), list)
