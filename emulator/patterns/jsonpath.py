"""JSONPath in the dialect that AWS's services share (the Java library Jayway JsonPath).

Path:    ``$`` ``.name`` ``['name']`` ``['a','b']`` ``[n]`` ``[0,2]`` ``[a:b:c]`` ``[*]`` ``.*`` ``..name`` ``..*``
         ``..[0]`` ``[?(expr)]``, and at the end a function: ``length() min() max() avg() sum() keys() first() last()``.
Filter:  ``@`` is the item, ``$`` the document; ``== != < <= > >= =~ in nin subsetof anyof noneof size empty``,
         ``! && ||``, parentheses; a bare path asks for existence.  Comparing different types is false.

A path of names and single indexes is *definite*: it means one value or nothing.  Every other path means a list.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from emulator.patterns.jsonpath_parser import NAME, Parser
from emulator.patterns.jsonpath_steps import FUNCTIONS, Indexes, JsonPath, JsonPathError, Name, Names, Step

__all__ = ["Indexes", "JsonPath", "JsonPathError", "Name", "Names", "Step", "compile_path", "find"]

_FUNCTION = re.compile(r"\.(\w+)\(\s*\)$")


def find(path: str, document: Any) -> list[Any]:
    """``compile_path(path).find(document)``."""
    return compile_path(path).find(document)


@lru_cache(maxsize=1024)
def compile_path(text: str) -> JsonPath:
    """``text`` as a path that starts at ``$``.  Raises JsonPathError."""
    function = _FUNCTION.search(text)
    if function and function[1] not in FUNCTIONS:
        raise JsonPathError(f"unknown function {function[1]}() in path: {text}")
    parser = Parser(text[: function.start()] if function else text)
    if not parser.take("$"):
        parser.fail("a path starts with $")
    steps = parser.steps(NAME)
    if parser.at < len(parser.text):
        parser.fail("unexpected text")
    return JsonPath(text, steps, function[1] if function else None)
