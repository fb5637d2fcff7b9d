"""Selection expressions of WebSocket APIs (AWS docs, "WebSocket selection expressions")."""

from __future__ import annotations

import pytest

from emulator.patterns.route_selection import MISSING, compile_selection

MESSAGE = '{"service":"chat","action":"join","data":{"room":"room1234"},"n":1,"t":true,"l":["item1","item2"]}'


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$request.body.action", "join"),
        ("${request.body.action}", "join"),
        ("$request.body.data.room", "room1234"),
        ("$request.body['data']['room']", "room1234"),
        ("$request.body.l[1]", "item2"),
        ("${request.body.service}/${request.body.action}", "chat/join"),
        ("${request.body.action}-${request.body.invalidPath}", "join-"),
        ("action", "action"),
        (r"\$default", "$default"),
        ("$request.body.n", "1"),
        ("$request.body.t", "true"),
        ("$request.body.l", "[item1, item2]"),
        ("$request.body.invalidPath", None),
        ("${request.body.invalidPath}", None),
    ],
)
def test_forms(expression: str, expected: str | None) -> None:
    assert compile_selection(expression).select(MESSAGE) == expected


@pytest.mark.parametrize("message", ["", "hello", "[1]", '"x"', "null", '{"action":', '{"action":NaN}'])
def test_a_message_that_is_no_object_has_no_value(message: str) -> None:
    assert compile_selection("$request.body.action").select(message) is None


def test_the_value_is_not_read_again() -> None:
    assert compile_selection("${request.body.a}").select('{"a":"${request.body.b}","b":"x"}') == "${request.body.b}"


def test_other_variables_come_from_the_lookup() -> None:
    values = {
        "integration.response.statuscode": 200,
        "request.header.x-api-key": "key",
        "context.authorizer.usageIdentifierKey": "usage",
        "integration.response.body": {"errorMessage": "boom"},
        "request.body": {"action": "join"},
    }
    for expression, expected in {
        "${integration.response.statuscode}": "200",
        "$request.header.x-api-key": "key",
        "$context.authorizer.usageIdentifierKey": "usage",
        "${integration.response.body.errorMessage}": "boom",
        "${request.body.action}:${integration.response.statuscode}": "join:200",
        "$request.header.absent": None,
        "$default": "$default",
    }.items():
        assert compile_selection(expression).evaluate(values) == expected


def test_the_lookup_may_be_a_function() -> None:
    selection = compile_selection("${request.header.A}|${request.header.b}")
    assert selection.evaluate(lambda name: "x" if name.lower() == "request.header.a" else MISSING) == "x|"


@pytest.mark.parametrize("expression", ["${request.body.a", "${nonsense}", "$request.body.a["])
def test_wrong_expressions(expression: str) -> None:
    with pytest.raises(ValueError):
        compile_selection(expression)
