"""JSONata through both libraries.  Results of AWS's own functions: recorded from AWS."""

from __future__ import annotations

import re
from typing import Any

import pytest

from emulator.asl import jsonata_engines
from emulator.asl.errors import StatesError
from emulator.asl.jsonata import compile_query, is_expression
from emulator.asl.jsonata_engines import FUNCTION, UNDEFINED, JsonataError, compile_expression
from emulator.asl.jsonata_references import longest_range, variables_of
from emulator.asl.scope import Scope
from tests.pure.asl.support import HOST

pytest.importorskip("jsonatapy")
pytest.importorskip("jsonata")
ENGINES = pytest.mark.parametrize("engine", ["jsonatapy", "jsonata"])
BINDINGS = {"states": {"input": {"a": [1, 2], "none": None}}, "v": None}


def ask(text: str, engine: str) -> Any:
    return compile_expression(text, engine).evaluate(BINDINGS, HOST)


@ENGINES
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'a' + 1", 'T2001: The left side of the "+" operator must evaluate to a number'),
        ("1 - 'a'", 'T2002: The right side of the "-" operator must evaluate to a number'),
        ("foo(1)", "T1006: Attempted to invoke a non-function"),
    ],
)
def test_messages_of_the_reference_implementation(text: str, message: str, engine: str) -> None:
    """JSONata 2.0.6 (MIT), its table of error codes."""
    with pytest.raises(JsonataError) as fault:
        ask(text, engine)
    assert str(fault.value) == message


def test_a_function_without_its_dollar() -> None:
    """JSONata 2.0.6, T1005: the name that was meant is part of the message."""
    with pytest.raises(JsonataError) as fault:
        ask("sum([1])", "jsonatapy")
    assert str(fault.value) == "T1005: Attempted to invoke a non-function. Did you mean $sum?"


@ENGINES
@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$states.input.a[0] + 6", 7),
        ("$variable := 1", 1),
        ("$v", None),
        ("$states.input.none", None),
        ("$nope", UNDEFINED),
        ("$", UNDEFINED),
        ("$sum", FUNCTION),
        ("$fn := function($x){$x}", FUNCTION),
        ('""', ""),
        ("1/0", "Infinity"),
        ("$range(1, 9, 9)", 1),
        ("$range(0, 10, 3)", [0, 3, 6, 9]),
        ("$partition([0], 2)", [[0]]),
        ('$hash("input data", "MD5")', "812f45842bc6d66ee14572ce20db8e86"),
        ("$parse('{\"a\":[1]}')", {"a": [1]}),
        ("$now()", "2023-11-14T22:13:20.500Z"),
        ("$millis()", 1_700_000_000_500),
        ("$random(4) = $random(4)", True),
        ("$random() < 1", True),
    ],
)
def test_results(text: str, result: Any, engine: str) -> None:
    assert ask(text, engine) == result


@ENGINES
def test_integers_stay_integers(engine: str) -> None:
    assert repr(ask("14 / 2", engine)) == "7"


@ENGINES
def test_uuid(engine: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", ask("$uuid()", engine))


@ENGINES
@pytest.mark.parametrize("text", ['$eval("1")', "$nope()"])
def test_eval_is_no_function(text: str, engine: str) -> None:
    with pytest.raises(JsonataError) as caught:
        ask(text, engine)
    assert str(caught.value) == "T1006: Attempted to invoke a non-function"


@ENGINES
def test_deep_recursion_is_stopped(engine: str) -> None:
    with pytest.raises(JsonataError, match="Stack overflow error"):
        ask("($f := function($n){ $n = 0 ? 0 : $n + $f($n - 1) }; $f(200))", engine)


@ENGINES
@pytest.mark.parametrize("text", ["1 +", "(", "$uppercase('x'", "", "{"])
def test_syntax_errors(text: str, engine: str) -> None:
    with pytest.raises(JsonataError):
        compile_expression(text, engine)


@pytest.mark.parametrize(
    ("text", "is_one"), [("{% 1 %}", True), ("{%1%}", True), (" {% 1 %}", False), ("{% 1 %} ", False), ("{%}", False)]
)
def test_what_is_an_expression(text: str, is_one: bool) -> None:
    assert is_expression(text) is is_one


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("$a + $states.input.b", {"a"}),
        ("($x := $y; $x)", {"y"}),
        ("$map($list, function($v){ $v + $z })", {"list", "z"}),
        ("'$no' & \"$no\" & `$no` /* $no */", set()),
        ("$map($a, $uppercase)", {"a"}),
    ],
)
def test_which_variables_an_expression_reads(text: str, names: set[str]) -> None:
    assert variables_of(text) == names


@pytest.mark.parametrize(
    ("text", "count"),
    [("$count([1..873782])", 873_782), ('"[1..9999999]"', 0), ("[$a..9999999]", 0), ("[ 5 .. 7 ][1..2]", 3)],
)
def test_how_long_ranges_are(text: str, count: int) -> None:
    assert longest_range(text) == count


def test_a_range_of_one_number_more_is_over_the_limit_recorded() -> None:
    scope = Scope({}, {}, {}, HOST)
    assert compile_query("{% $count([1..873782]) %}", "Output").evaluate(scope) == 873_782
    with pytest.raises(StatesError) as caught:
        compile_query("{% $count([1..873783]) %}", "Output").evaluate(scope)
    assert caught.value.cause == (
        "The JSONata expression '$count([1..873783])' specified for the field 'Output' threw an error during "
        "evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2", "S0201: Syntax error: 2"),
        ("1; 2", "S0201: Syntax error: ;"),
        ("true false", "S0201: Syntax error: false"),
        ("[1,2", "S0203: Expected ] before end of expression"),
        ("a^b", "S0202: Expected (, got b"),
    ],
)
def test_tokens_stand_in_messages_as_in_the_expression(text: str, message: str) -> None:
    with pytest.raises(JsonataError) as caught:
        compile_expression(text, "jsonatapy")
    assert str(caught.value) == message


@ENGINES
def test_a_loop_without_end_is_stopped(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonata_engines, "_MAX_MILLISECONDS", 50)
    with pytest.raises(JsonataError, match="Expression evaluation timeout: Check for infinite loop"):
        compile_expression("($f := function($n){$f($n+1)}; $f(1))", engine).evaluate({}, HOST)


@ENGINES
def test_clone(engine: str) -> None:
    assert compile_expression('$clone({"a":[1]})', engine).evaluate({}, HOST) == {"a": [1]}
