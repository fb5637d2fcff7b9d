"""Filter patterns (AWS docs, "Filter pattern syntax for metric filters, subscription filters, and filter log
events")."""

from __future__ import annotations

import pytest

from emulator.core.errors import AwsError
from emulator.services.logs.filter_pattern import compile_pattern

LINES = ["[ERROR] 400 BAD REQUEST", "[ERROR] 401 UNAUTHORIZED REQUEST", "[WARN] 200 ok", "ERROR arguments"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ("ERROR", [0, 1, 3]),
        ("ERROR REQUEST", [0, 1]),
        ('"BAD REQUEST"', [0]),
        ("?400 ?401", [0, 1]),
        ("ERROR -400", [1, 3]),
        ("error", []),
        ("%40[01]%", [0, 1]),
        ('"[ERROR]"', [0, 1]),
    ],
)
def test_terms(pattern: str, expected: list[int]) -> None:
    accepts = compile_pattern(pattern)
    assert [index for index, line in enumerate(LINES) if accepts(line)] == expected


EVENT = '{"level":"ERROR","code":500,"user":null,"ok":true,"ids":[1,2],"who":{"name":"Martha","city":"X Y"}}'


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.level = "ERROR" }', True),
        ("{ $.level = ERROR }", True),
        ('{ $.level = "ERR*" }', True),
        ('{ $.level != "ERROR" }', False),
        ("{ $.code = 500 }", True),
        ("{ $.code >= 501 }", False),
        ("{ $.code > 400 && $.level = ERROR }", True),
        ("{ $.code < 400 || $.who.name = Martha }", True),
        ("{ ($.code < 400 || $.code > 499) && $.ok IS TRUE }", True),
        ("{ $.user IS NULL }", True),
        ("{ $.missing NOT EXISTS }", True),
        ("{ $.level NOT EXISTS }", False),
        ("{ $.missing = 1 }", False),
        ("{ $.ids[1] = 2 }", True),
        ('{ $.who.city = "X Y" }', True),
        ("{ $.who.name = %Mar.ha% }", True),
    ],
)
def test_json(pattern: str, expected: bool) -> None:
    assert compile_pattern(pattern)(EVENT) is expected


def test_json_patterns_reject_plain_text() -> None:
    assert not compile_pattern("{ $.level = ERROR }")("ERROR")


@pytest.mark.parametrize("pattern", ["{ $.a }", "{ $.a = ", "{ a = 1 }", '"open', "{ $.a IS 5 }", "%(%", "[a, b]"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(AwsError) as failure:
        compile_pattern(pattern)
    assert failure.value.code == "InvalidParameterException"
