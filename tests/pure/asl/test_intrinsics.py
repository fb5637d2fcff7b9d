"""Intrinsic functions.  Results: recorded from AWS, limits from the AWS docs."""

from __future__ import annotations

import contextlib
import hashlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.asl.errors import RUNTIME, StatesError
from emulator.asl.intrinsics import IntrinsicSyntaxError, parse_call
from tests.pure.asl.support import scope

DATA = {
    "name": "Ann",
    "none": None,
    "obj": {"Arg1": 1, "Arg2": []},
    "list": [1, 2, 3, 4, 5],
    "empty": [],
    "text": '{"k": [1]}',
    "half": 1.5,
}


def call(text: str, **variables: Any) -> Any:
    return parse_call(text).evaluate(scope(DATA, **variables), "v.$")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("States.Format('Hi {}.', $.name)", "Hi Ann."),
        ("States.Format('{} {} {}', 1.5, true, $.none)", "1.5 true null"),
        ("States.Format('{}', $.obj)", "{Arg1=1, Arg2=[]}"),
        ("States.Format('it\\'s \\{\\} {}', 'x')", "it's {} x"),
        ("States.StringToJson($.text)", {"k": [1]}),
        ("States.StringToJson('')", None),
        ("States.StringToJson('-0')", 0),
        ("States.JsonToString($.obj)", '{"Arg1":1,"Arg2":[]}'),
        ("States.JsonToString(null)", "null"),
        ("States.Array()", []),
        ("States.Array(1, 'a', $.none)", [1, "a", None]),
        ("States.ArrayPartition($.list, 2)", [[1, 2], [3, 4], [5]]),
        ("States.ArrayPartition($.list, 9)", [[1, 2, 3, 4, 5]]),
        ("States.ArrayPartition($.empty, 3)", []),
        ("States.ArrayContains($.list, 3)", True),
        ("States.ArrayContains($.empty, null)", False),
        ("States.ArrayContains($.empty, $.empty)", False),
        ("States.ArrayRange(1, 9, 9)", [1]),
        ("States.ArrayRange(0, 10, 3)", [0, 3, 6, 9]),
        ("States.ArrayRange(0, 9, 3)", [0, 3, 6, 9]),
        ("States.ArrayGetItem($.list, 0)", 1),
        ("States.ArrayLength($.list)", 5),
        ("States.Base64Encode('')", ""),
        ("States.Base64Decode(States.Base64Encode('Zoë'))", "Zoë"),
        ("States.Hash('input data', 'MD5')", "812f45842bc6d66ee14572ce20db8e86"),
        ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("States.StringSplit('This.is+a,test=string', '.+,=')", ["This", "is", "a", "test", "string"]),
        ("States.StringSplit(',,,,', ',')", []),
        ("States.StringSplit(' ', ',')", [" "]),
        ("States.StringSplit('a-]b', ']-')", ["a", "b"]),
    ],
)
def test_results(text: str, result: Any) -> None:
    assert call(text) == result


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        (1.49, 1.5, 3),
        (1.5, 1.51, 4),
        (-1.49, -1.5, -2),
        (-1.5, -1.51, -3),
        (0.5, 0, 1),
        (-0.5, 0, 0),
        (2.5, 0, 3),
        (-2.5, 0, -2),
        (-3.5, 0, -3),
        (-0.5, 0.5, 1),
        (-9, 3, -6),
    ],
)
def test_math_add_rounds_half_up(left: float, right: float, total: int) -> None:
    assert call(f"States.MathAdd({left}, {right})") == total


@pytest.mark.parametrize("algorithm", ["SHA-256", "SHA-384", "SHA-512"])
def test_hash_is_lowercase_hex(algorithm: str) -> None:
    assert call(f"States.Hash('x', '{algorithm}')") == hashlib.new(algorithm.replace("-", "").lower(), b"x").hexdigest()


def test_json_merge_of_a_formatted_text() -> None:
    merged = call("States.JsonMerge($.obj, States.StringToJson(States.Format('\\{\"k\":\"{}\"\\}', 'v')), false)")
    assert merged == {"Arg1": 1, "Arg2": [], "k": "v"}


def test_unique_and_uuid_and_random() -> None:
    assert sorted(call("States.ArrayUnique($v)", v=[1, 1.0, 2, 2])) == [1, 2]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", call("States.UUID()"))
    assert call("States.MathRandom(1, 1000, 7)") == call("States.MathRandom(1, 1000, 7)")
    assert all(12 <= call("States.MathRandom(12, 15)") < 15 for _ in range(50))


def test_filters_and_commas_in_paths_are_no_argument_ends() -> None:
    assert call("States.ArrayLength($v[?(@.a == 'x, y)')])", v=[{"a": "x, y)"}, {"a": "z"}]) == 1
    assert call("States.Array($v['a,b'], 2)", v={"a,b": 1}) == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "States.ArrayRange(0, 10, 0)",
        "States.ArrayRange(0, 1001, 1)",
        "States.ArrayGetItem($.list, 5)",
        "States.ArrayLength($.name)",
        "States.JsonMerge($.obj, $.obj, true)",
        "States.StringToJson('{')",
        "States.Hash('x', 'SHA-3')",
        "States.Format('{}')",
        "States.Format('', 1)",
        "States.ArrayPartition($.list, 0)",
    ],
)
def test_failures_are_states_errors(text: str) -> None:
    with pytest.raises(StatesError) as caught:
        call(text)
    assert caught.value.error == RUNTIME


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "States.Nope()",
        "States.UUID",
        "States.UUID(1)",
        "States.MathAdd(1)",
        "States.MathAdd('1', 2)",
        "States.Format('a)",
        "States.Array(1,)",
        "States.Array(1 2)",
        "States.UUID() x",
        "States.Array($.)",
        "States.Array(" * 11 + ")" * 11,
    ],
)
def test_other_texts_are_no_calls(text: str) -> None:
    with pytest.raises(IntrinsicSyntaxError):
        parse_call(text)


@given(st.text(alphabet="States.Format'{}\\,()[]$@?*1 \"", max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    with contextlib.suppress(IntrinsicSyntaxError):
        parse_call("States.Array(" + text)


@given(st.text(max_size=50))
def test_base64_round_trip(text: str) -> None:
    assert parse_call("States.Base64Decode(States.Base64Encode($))").evaluate(scope(text or "x"), "v") == (text or "x")


@pytest.mark.parametrize(
    "text", [r"States.StringToJson('{\"a\":1}')", r"States.Format('a\tb')", r"States.Format('\$')"]
)
def test_escapes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(IntrinsicSyntaxError):
        parse_call(text)
