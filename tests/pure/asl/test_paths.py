"""Paths.  Values and texts: recorded from AWS."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.asl.errors import RUNTIME
from emulator.asl.paths import PathSyntaxError, compile_asl_path
from emulator.asl.scope import ABSENT
from tests.pure.asl.support import fails, scope


@pytest.mark.parametrize(
    ("path", "data", "value"),
    [
        ("$", 5, 5),
        ("$.a.b", {"a": {"b": None}}, None),
        ("$.with-dash", {"with-dash": 1}, 1),
        ("$['a b']", {"a b": 1}, 1),
        ("$.a[-1]", {"a": [1, 2]}, 2),
        ("$.a[1:3]", {"a": [1, 2, 3, 4]}, [2, 3]),
        ("$..x", {"a": {"x": 1}, "x": 2}, [2, 1]),
        ("$.users[?(@.status == 0)]", {"users": [{"status": 0}, {"status": 1}]}, [{"status": 0}]),
        # A path that can mean several values gives a list even where nothing is.
        ("$[*]", {}, []),
        ("$.item.items[1:5].itemValue", {}, []),
        ("$.missing", {}, ABSENT),
    ],
)
def test_a_path_means_a_value_or_a_list(path: str, data: Any, value: Any) -> None:
    assert compile_asl_path(path).find(scope(data)) == value


def test_roots_are_input_context_and_variables() -> None:
    here = scope({"Name": "input"}, Name={"a": [7]})
    assert compile_asl_path("$.Name").find(here) == "input"
    assert compile_asl_path("$$.Execution.Name").find(here) == "E"
    assert compile_asl_path("$Name.a[0]").find(here) == 7


@pytest.mark.parametrize(
    ("path", "data", "text"),
    [
        ("$.NoSuchInputPath", {}, "No results for path: $['NoSuchInputPath']"),
        ("$.no.such.result.path", {}, "Missing property in path $['no']"),
    ],
)
def test_a_path_that_leads_nowhere(path: str, data: Any, text: str) -> None:
    fails(lambda: compile_asl_path(path).evaluate(scope(data)), RUNTIME, f"Invalid path '{path}' : {text}")


@pytest.mark.parametrize("text", ["", "a", "$.", "$[", "$.a[", "$['a", "$.a b", "$1x", "$.a[?(@.b ==)]", "$$$"])
def test_other_texts_are_no_paths(text: str) -> None:
    with pytest.raises(PathSyntaxError):
        compile_asl_path(text)


@pytest.mark.parametrize(
    ("path", "document", "result"),
    [
        ("$", {"a": 1}, "new"),
        ("$.b", {"a": 1}, {"a": 1, "b": "new"}),
        ("$.b.c.d", {"a": 1}, {"a": 1, "b": {"c": {"d": "new"}}}),
        ("$.a[1]", {"a": [1, 2]}, {"a": [1, "new"]}),
    ],
)
def test_result_path_writes_into_a_copy(path: str, document: Any, result: Any) -> None:
    before = repr(document)
    assert compile_asl_path(path).put(document, "new") == result
    assert repr(document) == before
