"""JSON of strangers: what stdlib's reader gives, up to a fixed depth."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emulator.core.jsontext import MAX_DEPTH, NestedTooDeeplyError, compact, parse, parse_standard

OPENED = {
    "lists": ["["],
    "objects": ['{"a":'],
    "both": ["[", '{"a":'],
    "spaced": [" [\n\t", '{ "a" : '],
    "crowded": ["[[],", '{"c":"[[",\n"a":'],
}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def nested(kind: str, depth: int) -> str:
    opened = list(islice(cycle(OPENED[kind]), depth))
    return f"{''.join(opened)}null{''.join(']' if '[' in part[:2] else '}' for part in reversed(opened))}"


@pytest.mark.parametrize("kind", sorted(OPENED))
def test_the_limit_is_exact(kind: str) -> None:
    assert parse(nested(kind, MAX_DEPTH)) == json.loads(nested(kind, MAX_DEPTH))
    with pytest.raises(NestedTooDeeplyError, match=f"nested deeper than {MAX_DEPTH} levels"):
        parse(nested(kind, MAX_DEPTH + 1))


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("depth", [600, 900, 1_000, 5_000, 100_000])
def test_how_deep_python_itself_reads_has_no_say(kind: str, depth: int) -> None:
    with pytest.raises(NestedTooDeeplyError):
        parse(nested(kind, depth))
    with pytest.raises(ValueError):
        parse("".join(OPENED[kind]) * depth)  # never closed


def test_the_deep_place_may_be_anywhere() -> None:
    deep, flat = nested("both", MAX_DEPTH), [{"a": [{}]}] * 1_000
    for text in (f"[{deep}]", f'{{"a":{compact(flat)},"b":{deep}}}', f"[{deep},{compact(flat)}]", f" [{deep}]\n"):
        with pytest.raises(NestedTooDeeplyError):
            parse(text)


def test_many_brackets_are_not_deep() -> None:
    wide = [[{"a": {}}, []]] * 5_000
    assert parse(compact(wide)) == wide
    text = "[" * 5_000 + "{" * 5_000
    assert parse(compact(text)) == text
    assert parse(compact({"a": text})) == {"a": text}


@given(values, st.sampled_from([None, 1]), st.sampled_from(["", " ", "\r\n\t "]), st.booleans())
@example(-0.0, None, "", True)
def test_it_reads_what_the_standard_library_reads(value: Any, indent: int | None, blank: str, ascii_only: bool) -> None:
    text = blank + json.dumps(value, indent=indent, ensure_ascii=ascii_only) + blank
    assert parse(text) == json.loads(text)
    if not ascii_only and all(ord(character) < 0xD800 for character in text):
        assert parse(text.encode()) == json.loads(text)


@given(st.text(alphabet='[]{}",:\\u1 ae.-\n'))
@example("1 2")
@example("{}x")
@example("")
@example(" ")
@example("\ufeff{}")
def test_it_refuses_what_the_standard_library_refuses(text: str) -> None:
    assert outcome(parse, text) == outcome(json.loads, text)


def outcome(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except json.JSONDecodeError as error:
        return str(error)


def test_nan_passes_and_broken_bytes_do_not() -> None:
    assert math.isnan(parse(b"[NaN]")[0])
    with pytest.raises(UnicodeDecodeError):
        parse(b'"\xff"')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud800"', "\ufffd"),
        (r'{"\uDC00": ["a\ud800b"]}', {"\ufffd": ["a\ufffdb"]}),
        (r'"\ud83c\udd97"', "\U0001f197"),
        (r'"\\ud800"', r"\ud800"),
    ],
)
def test_half_characters_are_made_whole(text: str, value: Any) -> None:
    assert parse(text) == value
    json.dumps(parse(text), ensure_ascii=False).encode()


@pytest.mark.parametrize("text", ["NaN", '{"a":Infinity}', "[-Infinity]"])
def test_javascript_s_constants_are_no_json(text: str) -> None:
    parse(text)
    with pytest.raises(ValueError, match="is not JSON"):
        parse_standard(text)


def test_they_may_stand_in_texts() -> None:
    assert parse_standard('["NaN", "Infinity"]') == ["NaN", "Infinity"]
