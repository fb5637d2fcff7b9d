"""Definitions as a whole: typed states, variable references, and no input that breaks the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.asl.checks.fields import FIELDS
from emulator.asl.definition import load
from emulator.asl.errors import InvalidDefinitionError
from emulator.asl.jackson import JsonSyntaxError, read_json
from emulator.asl.states import Choice, Map, Pass, Task
from emulator.asl.validate import diagnose, diagnose_state


def test_states_are_typed() -> None:
    definition = {
        "StartAt": "A",
        "TimeoutSeconds": 60,
        "States": {
            "A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "B"}], "Default": "C"},
            "B": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": 1, "Next": "C"},
            "C": {
                "Type": "Map",
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                    "StartAt": "D",
                    "States": {
                        "D": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                            "Retry": [{"ErrorEquals": ["States.ALL"], "BackoffRate": 1}],
                            "End": True,
                        }
                    },
                },
                "End": True,
            },
        },
    }
    machine = load(json.dumps(definition))
    first, second, third = machine.states.values()
    assert machine.first is first
    assert machine.timeout_seconds == 60
    assert isinstance(first, Choice)
    assert first.default == "C"
    assert isinstance(second, Pass)
    assert second.jsonata
    assert isinstance(third, Map)
    assert (third.distributed, third.execution_type, third.next) == (True, "EXPRESS", None)
    task = third.processor.first
    assert isinstance(task, Task)
    assert task.resource.waits_for_token
    assert (task.retry[0].backoff_rate, task.retry[0].max_attempts) == (1.0, 3)


def test_variable_references() -> None:
    """Recorded from AWS: sorted names, inner states included, literals and assigned names left out."""
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Assign": {"b": 1, "a": "$b"}, "Next": "M"},
            "M": {
                "Type": "Map",
                "ItemsPath": "$b",
                "ItemSelector": {"lit": "$a"},
                "ItemProcessor": {
                    "StartAt": "I",
                    "States": {"I": {"Type": "Pass", "Assign": {"s.$": "States.MathAdd($b, $a)"}, "End": True}},
                },
                "Next": "F",
            },
            "F": {"Type": "Fail", "CausePath": "$a"},
        },
    }
    assert load(json.dumps(definition)).variable_references == {"M": ["b"], "I": ["a", "b"], "F": ["a"]}


def test_an_invalid_definition_carries_its_findings() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        load('{"StartAt": "A"}')
    assert str(caught.value) == (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'"
    )
    assert len(caught.value.diagnostics) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "not some json",
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
            "'false')",
        ),
        ("{'not': 'json'", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
    ],
)
def test_texts_that_are_not_json(text: str, message: str) -> None:
    """Recorded from AWS."""
    with pytest.raises(JsonSyntaxError) as caught:
        read_json(text)
    assert caught.value.message == message


NAMES = st.sampled_from(["A", "B", "C", "D"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["$.a", "{% 1 %}", "x"]),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.sampled_from(["a", "b.$", "Next"]), children, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def good_state(draw: Any, name: str, following: list[str]) -> dict[str, Any]:
    """A valid state that goes on to the next one (or ends)."""
    way: dict[str, Any] = {"Next": following[0]} if following else {"End": True}
    kind = draw(st.sampled_from(["Pass", "Wait", "Task", "Parallel", "Map", "JSONata"]))
    inner = {"StartAt": f"{name}i", "States": {f"{name}i": {"Type": "Succeed"}}}
    state: dict[str, Any] = {
        "Pass": {"Type": "Pass", "Result": draw(JSON), "ResultPath": draw(st.sampled_from([None, "$", "$.r.s"]))},
        "Wait": {"Type": "Wait", "Seconds": draw(st.integers(0, 9))},
        "Task": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"a.$": draw(st.sampled_from(["$.x", "$$.State", "$v", "States.UUID()"]))},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": name}],
        },
        "Parallel": {"Type": "Parallel", "Branches": [inner]},
        "Map": {"Type": "Map", "ItemProcessor": inner, "ItemsPath": "$.items"},
        "JSONata": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": "{% $states.input %}"}},
    }[kind]
    return {**state, **way}


@st.composite
def good_definition(draw: Any) -> dict[str, Any]:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    states = {name: draw(good_state(name, names[at + 1 :])) for at, name in enumerate(names)}
    return {"StartAt": names[0], "States": states}


@given(good_definition())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_good_definitions_are_read(definition: dict[str, Any]) -> None:
    text = json.dumps(definition)
    assert diagnose(text) == []
    assert set(load(text).states) == set(definition["States"])


@st.composite
def odd_state(draw: Any) -> dict[str, Any]:
    """A state with fields of its type and others, and values of any kind."""
    kind = draw(st.sampled_from(sorted(FIELDS)))
    fields = draw(st.dictionaries(st.sampled_from([*FIELDS[kind], "Nope"]), JSON, max_size=5))
    return {**fields, "Type": draw(st.sampled_from([kind, kind, kind, 5, None]))}


@given(st.dictionaries(NAMES, odd_state() | JSON, max_size=3), JSON)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_bad_definitions_give_findings_and_never_an_error(states: dict[str, Any], start: Any) -> None:
    text = json.dumps({"StartAt": start, "States": states}, allow_nan=False) if _finite(states, start) else "{}"
    if not diagnose(text):
        load(text)  # nothing found: then it must be readable
    for state in states.values():
        diagnose_state(json.dumps(state))


@given(st.text(alphabet='{}[]",:019.eE-+truefalsn \\\n', max_size=30))
def test_no_text_breaks_the_json_reader(text: str) -> None:
    try:
        value = read_json(text)
    except JsonSyntaxError:
        assert diagnose(text)[0].code == "INVALID_JSON_DESCRIPTION"
    else:
        assert json.loads(text) == value
        diagnose(text)


def _finite(*values: Any) -> bool:
    try:
        json.dumps(values, allow_nan=False)
    except ValueError:
        return False
    return True
