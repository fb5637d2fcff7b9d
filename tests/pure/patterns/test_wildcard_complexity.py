"""Complexity of wildcards: values of AWS's matching library and two recorded answers."""

from __future__ import annotations

import pytest

from emulator.patterns.wildcard import segments_of
from emulator.patterns.wildcard_complexity import complexity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", 2),
        ("a*", 2),
        ("*a", 2),
        ("a*b", 2),
        ("*a*", 3),
        ("*a*b", 3),
        ("*a*b*", 4),
        ("/Users/*/dir/dir/dir/dir/dir/doc.txt", 7),
        ("*:*:*:*:*:event-bus/*", 11),
    ],
)
def test_one_pattern(text: str, expected: int) -> None:
    assert complexity([segments_of(text)], limit=100) == expected


def test_patterns_of_one_field_add_up() -> None:
    assert complexity([segments_of("*a"), segments_of("*b")], limit=100) == 4
    assert complexity([segments_of("a"), segments_of("b")], limit=100) == 2


def test_the_search_stops_at_the_limit() -> None:
    text = "".join(f"*{number}a" for number in range(200))
    assert complexity([segments_of(text)], limit=10) > 10
