"""Data through a state.  Order, texts and results: recorded from AWS."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.asl.dataflow import failure, leave, leave_by_catch, pass_through, work_input
from emulator.asl.errors import DATA_LIMIT_EXCEEDED, QUERY_EVALUATION_ERROR, RUNTIME, StatesError
from emulator.asl.states import Task
from tests.pure.asl.support import fails, visit

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": FUNCTION, **fields}


def test_the_way_through_a_jsonpath_task() -> None:
    here = visit(
        task(
            InputPath="$.in",
            Parameters={"x.$": "$.a", "lit": "$.a", "deep": [{"y.$": "$$.State.Name"}, "$.a"]},
            ResultSelector={"r.$": "$.value"},
            ResultPath="$.out.r",
            OutputPath="$.out",
        ),
        {"in": {"a": 1}, "keep": 2},
    )
    assert work_input(here) == {"x": 1, "lit": "$.a", "deep": [{"y": "S"}, "$.a"]}
    assert leave(here, {"value": 5, "other": 6}).output == {"r": {"r": 5}}
    assert here.stages["afterResultPath"] == {"in": {"a": 1}, "keep": 2, "out": {"r": {"r": 5}}}


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({}, {"a": 1}),
        ({"InputPath": None}, {}),
        ({"OutputPath": None}, {}),
        ({"ResultPath": None, "Result": 5}, {"a": 1}),
        ({"Result": 5}, 5),
        ({"Result": {"TestResult.$": "x"}}, {"TestResult.$": "x"}),
        ({"Result": 5, "ResultPath": "$.r"}, {"a": 1, "r": 5}),
        ({"OutputPath": "$$.State.Name"}, "S"),
        ({"Parameters": {"b.$": "States.Format('<{}>', $.a)"}}, {"b": "<1>"}),
    ],
)
def test_pass(fields: dict[str, Any], output: Any) -> None:
    assert pass_through(visit({"Type": "Pass", **fields}, {"a": 1})).output == output


def test_variables_are_read_with_their_old_values() -> None:
    here = visit(
        {"Type": "Pass", "InputPath": "$answer", "ResultPath": "$.theAnswer", "OutputPath": "$answer"}
        | {"Assign": {"answer": "new", "old.$": "$answer"}},
        {},
        {"answer": 42},
    )
    left = pass_through(here)
    assert left.output == 42
    assert left.assigned == {"answer": "new", "old": 42}


def test_assign_sees_the_result_of_a_pass() -> None:
    left = pass_through(visit({"Type": "Pass", "Parameters": {"input": "P"}, "Assign": {"v.$": "$.input"}}))
    assert left.assigned == {"v": "P"}


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"InputPath": "$.No"}, "Invalid path '$.No' : No results for path: $['No']"),
        ({"OutputPath": "$.No"}, "Invalid path '$.No' : No results for path: $['No']"),
        ({"OutputPath": "$.no.such"}, "Invalid path '$.no.such' : Missing property in path $['no']"),
        (
            {"Parameters": {"v": {"value.$": "$.x"}}},
            "The JSONPath '$.x' specified for the field 'value.$' could not be found in the input '{\"a\": 1}'",
        ),
    ],
)
def test_missing_paths(fields: dict[str, Any], cause: str) -> None:
    fails(lambda: pass_through(visit({"Type": "Pass", **fields}, {"a": 1})), RUNTIME, cause)


def test_fail() -> None:
    plain = failure(visit({"Type": "Fail", "Error": "E", "Cause": "C"}))
    assert (plain.error, plain.cause) == ("E", "C")
    assert (failure(visit({"Type": "Fail"})).error, failure(visit({"Type": "Fail"})).cause) == (None, None)
    paths = visit({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.e)"}, {"e": "x"})
    assert (failure(paths).error, failure(paths).cause) == ("x", "x!")
    fails(
        lambda: failure(visit({"Type": "Fail", "CausePath": "$.No"}, {"a": 1})),
        RUNTIME,
        "The JSONPath '$.No' specified for the field 'CausePath' could not be found in the input '{\"a\": 1}'",
    )


def test_a_catcher_writes_over_the_raw_input() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "N", "ResultPath": "$.error"}]
    here = visit(task(InputPath="$.in", OutputPath="$.never", Catch=catch), {"in": 1})
    assert isinstance(here.state, Task)
    left = leave_by_catch(here, here.state.catch[0], StatesError("Boom", "why"))
    assert left.output == {"in": 1, "error": {"Error": "Boom", "Cause": "why"}}
    assert left.next == "N"


def test_a_jsonata_catcher_has_output_and_assign() -> None:
    catcher = {
        "ErrorEquals": ["States.ALL"],
        "Next": "N",
        "Output": "{% $states.errorOutput.Error %}",
        "Assign": {"input": "{% $states.input %}"},
    }
    here = visit(task(QueryLanguage="JSONata", Catch=[catcher]), {"in": 1})
    assert isinstance(here.state, Task)
    left = leave_by_catch(here, here.state.catch[0], StatesError("Boom", "why"))
    assert (left.output, left.assigned) == ("Boom", {"input": {"in": 1}})


def test_the_way_through_a_jsonata_task() -> None:
    here = visit(
        task(
            QueryLanguage="JSONata",
            Arguments={"n": "{% $states.input.a + $v %}", "lit": " {% 1 %}"},
            Output={"r": "{% $states.result.x %}", "was": "{% $v %}"},
            Assign={"v": "{% $states.result.x %}"},
        ),
        {"a": 1},
        {"v": 10},
    )
    assert work_input(here) == {"n": 11, "lit": " {% 1 %}"}
    left = leave(here, {"x": 7})
    assert (left.output, left.assigned) == ({"r": 7, "was": 10}, {"v": 7})


def test_the_data_limit_counts_bytes_of_utf8() -> None:
    half = "ä" * 131_071
    assert pass_through(visit({"Type": "Pass"}, half)).output == half
    fails(
        lambda: pass_through(visit({"Type": "Pass"}, half + "ä")),
        DATA_LIMIT_EXCEEDED,
        "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.",
    )


@pytest.mark.parametrize(
    ("fields", "location", "rest"),
    [
        ({"Output": "{% $nope %}"}, "Output", "returned nothing (undefined)."),
        ({"Output": {"a": {"b": "{% $nope %}"}}}, "Output/a/b", "returned nothing (undefined)."),
        ({"Output": {"values": ["{% $nope %}"]}}, "Output/values[0]", "returned nothing (undefined)."),
        ({"Assign": {"x": "{% $nope %}"}}, "Assign/x", "returned nothing (undefined)."),
        (
            {"Output": {"FunctionResult": "{% $nope() %}"}},
            "Output/FunctionResult",
            "threw an error during evaluation. T1006: Attempted to invoke a non-function",
        ),
    ],
)
def test_jsonata_failures(fields: dict[str, Any], location: str, rest: str) -> None:
    expression = "$nope()" if "T1006" in rest else "$nope"
    with pytest.raises(StatesError) as caught:
        pass_through(visit({"Type": "Pass", "QueryLanguage": "JSONata", **fields}))
    assert caught.value.error == QUERY_EVALUATION_ERROR
    assert caught.value.cause == f"The JSONata expression '{expression}' specified for the field '{location}' {rest}"
    assert caught.value.location == location
    assert caught.value.evaluation
    assert caught.value.entered("S", 2).evaluation
