"""Mapping templates: $input, $util, $context, $stageVariables, overrides, and the templates AWS publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.templates import BodyNotJsonError, Params, TemplateError, compile_template, render_mapping
from emulator.templates.mapping import Rendered

BODY = '{"a": {"b": [1, 2.50, "x"]}, "text": "it\'s \\"so\\"", "price": 1.652716274909E9, "none": null, "id": 5}'
PARAMS = Params(path={"id": "p1"}, querystring={"id": "q1", "page": "2"}, header={"id": "h1", "X-Who": "me"})
CONTEXT = {"requestId": "r-1", "identity": {"sourceIp": "10.0.0.1"}, "authorizer": {"principalId": "ada"}}


def mapped(text: str, body: str = BODY, params: Params | None = PARAMS) -> Rendered:
    variables = {"table": "Jobs", "with-dash": "d"}
    template = compile_template(text)
    return render_mapping(template, body=body, params=params, context=CONTEXT, stage_variables=variables)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$input.body", BODY),
        ("$input.json('$.a')", '{"b":[1,2.50,"x"]}'),
        ("$input.json('$.a.b[0]')", "1"),
        ("$input.json('$.text')", '"it\'s \\"so\\""'),
        ("$input.json('$.price')", "1.652716274909E9"),
        ("$input.json('$.missing')", '""'),
        ("$input.json('$.a.b[*]')", '[1,2.50,"x"]'),
        ('$input.json("$.id")', "5"),
        ("$input.path('$.id')", "5"),
        ("$input.path('$.price')", "1.652716274909E9"),
        ("$input.path('$.a.b')", '[1,2.50,"x"]'),
        ("$input.path('$.a.b[2]')", "x"),
        ("$input.path('$').a.b[2]", "x"),
        ("<$input.path('$.missing')>", "<>"),
        ("#if($input.path('$.missing'))y#{else}n#end", "n"),
        ("#if($input.path('$.missing') == '')y#{else}n#end", "y"),
        ("#set($root = $input.path('$'))$root.id $root.a.b.size()", "5 3"),
        ("#foreach($i in $input.path('$.a.b'))$i;#end", "1;2.50;x;"),
        ("$input.params('page')", "2"),
        ("$input.params('id')", "p1"),
        ("$input.params('X-Who')", "me"),
        ("$input.params().header.get('X-Who')", "me"),
        ("$input.params().get('querystring').get('page')", "2"),
        ("$input.params().path", "{id=p1}"),
        ("#foreach($n in $input.params().querystring.keySet())$n #end", "id page "),
        ("$context.requestId $context.identity.sourceIp", "r-1 10.0.0.1"),
        ("$context.authorizer.principalId", "ada"),
        ("$stageVariables.table ${stageVariables.table}", "Jobs Jobs"),
        ("$stageVariables['with-dash'] ${stageVariables['with-dash']}", "d d"),
        ("$util.urlEncode('a b&c=d/é')", "a+b%26c%3Dd%2F%C3%A9"),
        ("$util.urlDecode('a+b%26')", "a b&"),
        ("$util.base64Encode('hé')", "aMOp"),
        ("$util.base64Decode('aMOp')", "hé"),
        ("""$util.parseJson('{"k": {"v": [1, 2]}}').k.v[1]""", "2"),
    ],
)
def test_variables(text: str, expected: str) -> None:
    assert mapped(text).text == expected


def test_a_map_prints_as_java_prints_it() -> None:
    assert mapped("$input.path('$')", body='{"foo": "bar"}').text == "{foo=bar}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'", "\\'"),
        ('"', '\\"'),
        ("\\", "\\\\"),
        ("/", "\\/"),
        ("\n\t\r\b\f", "\\n\\t\\r\\b\\f"),
        ("\x01", "\\u0001"),
        ("é", "\\u00E9"),
        ("😀", "\\uD83D\\uDE00"),
        ("plain <&> text", "plain <&> text"),
    ],
)
def test_escape_javascript(text: str, expected: str) -> None:
    assert mapped("$util.escapeJavaScript($input.path('$.x'))", body=json.dumps({"x": text})).text == expected


@pytest.mark.parametrize("template", ["$input.body", "$input.json('$')", "$input.path('$')"])
def test_an_empty_body_is_an_empty_object(template: str) -> None:
    assert mapped(template, body="").text == "{}"


def test_websocket_messages_have_no_parameters() -> None:
    assert mapped("<$!input.params('x')>", params=None).text == "<>"


def test_a_body_that_is_not_json() -> None:
    assert mapped("$input.body", body="not json").text == "not json"
    with pytest.raises(BodyNotJsonError):
        mapped("$input.json('$')", body="not json")


@pytest.mark.parametrize(
    "text",
    ["$input.path('nope')", "$util.parseJson('{')", "$util.urlDecode('%zz')", "$input.path('$[?(')"],
)
def test_failing_functions(text: str) -> None:
    with pytest.raises(TemplateError):
        mapped(text)


def test_numbers_that_python_does_not_read() -> None:
    """Python limits the digits of an integer; its advice about that is nothing for a client of the API."""
    for template in ("$input.json('$')", "$util.parseJson($input.body)"):
        with pytest.raises(TemplateError) as failure:
            mapped(template, body="9" * 5000)
        assert "sys" not in failure.value.message


def test_overrides_of_the_request() -> None:
    rendered = mapped(
        '#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")\n'
        '#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1")\n'
        "#set($context.requestOverride.path.key = $input.params('id'))\n"
        "#set($context.requestOverride.querystring['page'] = 3)\n"
        "{}"
    )
    assert rendered.text == "{}"
    assert rendered.overrides.header == {
        "X-Amz-Target": "AWSEvents.PutEvents",
        "Content-Type": "application/x-amz-json-1.1",
    }
    assert rendered.overrides.path == {"key": "p1"}
    assert rendered.overrides.querystring == {"page": "3"}
    assert rendered.overrides.status is None


def test_overrides_of_the_response() -> None:
    rendered = mapped(
        "#set($context.responseOverride.status = 404)\n"
        '#set($context.responseOverride.header.Location = "/api/v1/report/$context.requestId")\n'
    )
    assert rendered.overrides.status == 404
    assert rendered.overrides.response_header == {"Location": "/api/v1/report/r-1"}


def test_each_override_may_be_set_once() -> None:
    with pytest.raises(TemplateError):
        mapped("#set($context.responseOverride.status = 404)#set($context.responseOverride.status = 200)")


GET_JOB = """
#set($item = $input.path('$').Item)
#if($item == "" || !$item)
#set($context.responseOverride.status = 404)
{"error": "not found"}
#else
{"id": "$item.id.S", "version": $item.version.N #if($item.results != ""), "results": {
#foreach($e in $item.results.M.entrySet()) "$e.key": $util.parseJson($e.value.S)#if($foreach.hasNext),#end #end
}#end}
#end
"""


@pytest.mark.parametrize(
    ("item", "expected", "status"),
    [
        ({}, {"error": "not found"}, 404),
        ({"Item": {"id": {"S": "j1"}, "version": {"N": "2"}}}, {"id": "j1", "version": 2}, None),
        (
            {
                "Item": {
                    "id": {"S": "j1"},
                    "version": {"N": "2"},
                    "results": {"M": {"a": {"S": "1"}, "b": {"S": "[2]"}}},
                }
            },
            {"id": "j1", "version": 2, "results": {"a": 1, "b": [2]}},
            None,
        ),
    ],
)
def test_storage_first_reply_from_an_item(item: dict[str, Any], expected: dict[str, Any], status: int | None) -> None:
    rendered = mapped(GET_JOB, body=json.dumps(item))
    assert json.loads(rendered.text) == expected
    assert rendered.overrides.status == status


def test_storage_first_put_with_a_field_missing() -> None:
    text = '{"TableName":"Jobs","Item":{"id":{"S":"$context.requestId"},"seconds":{"N":"$input.path(\'$.seconds\')"}}}'
    assert json.loads(mapped(text, body='{"seconds": 3}').text)["Item"]["seconds"] == {"N": "3"}
    assert json.loads(mapped(text, body="{}").text)["Item"] == {"id": {"S": "r-1"}, "seconds": {"N": ""}}


@pytest.mark.parametrize("value", ["plain", "it's", 'say "hi"', "back\\slash", "a/b", "line\nbreak", "é 😀", "\\'"])
def test_start_execution_with_any_text_stays_json(value: str) -> None:
    text = (
        "#set($data = $util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\"))\n"
        '{"input": "$data", "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Report"}'
    )
    rendered = mapped(text, body=json.dumps({"value": value}))
    assert json.loads(json.loads(rendered.text)["input"]) == {"value": value}


def test_start_execution_from_a_websocket_message() -> None:
    text = (
        '#set($sfn_input=$util.escapeJavaScript($input.body).replaceAll("\\\\\'","\'")) '
        '{"input":"{\\"data\\":$sfn_input, \\"ConnectionID\\":\\"$context.requestId\\"}","stateMachineArn":"arn"}'
    )
    rendered = mapped(text, body='{"action":"run"}', params=None)
    assert json.loads(json.loads(rendered.text)["input"]) == {"data": {"action": "run"}, "ConnectionID": "r-1"}


def test_send_message_as_a_form() -> None:
    text = "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$'))&MessageAttribute.1.Name=connectionId"
    expected = "Action=SendMessage&MessageBody=%7B%22a%22%3A%22b+c%22%7D&MessageAttribute.1.Name=connectionId"
    assert mapped(text, body='{"a":"b c"}').text == expected
