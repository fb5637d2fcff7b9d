"""Templates and parameters of non-proxy integrations."""

import pytest

from emulator.services.apigateway.handshake_request import HandshakeRequest
from emulator.services.apigateway.mapping import (
    Backend,
    InvalidMappingError,
    Values,
    check_parameters,
    check_templates,
    choose_template,
    map_parameters,
    render,
)

BODY = '{"service":"chat","action":"join","data":{"room":"room1234"}}'


def values(body=BODY, **more):
    context = {"connectionId": "abc=", "authorizer": {"tenant": "t1"}}
    return Values(body, context, {"k": "v"}, **more)


@pytest.mark.parametrize(
    ("expression", "keys", "chosen"),
    [
        ("${request.body.action}", ("join", "$default"), "join"),
        ("${request.body.action}", ("leave", "$default"), "$default"),
        ("static", ("static",), "static"),
        ("\\$default", ("$default",), "$default"),
        ("${request.body.missing}", ("join",), None),
        (None, ("$default", "application/json"), "$default"),
        (None, ("application/json",), "application/json"),
        (None, ("other",), None),
    ],
)
def test_the_template_that_is_selected(expression, keys, chosen):
    assert choose_template({key: key for key in keys}, expression, values()) == chosen


def test_an_integration_responses_selection_sees_the_backend():
    backend = Backend(201, '{"errorMessage":"x"}', (("X-A", "1"), ("x-a", "2")))
    keys = {key: key for key in ("201", "2", "x")}
    for expression, chosen in (
        ("${integration.response.statuscode}", "201"),
        ("${integration.response.header.X-A}", "2"),
        ("${integration.response.body.errorMessage}", "x"),
    ):
        assert choose_template(keys, expression, values(backend=backend)) == chosen


def test_a_template_sees_the_connection():
    text, _ = render('{"c":"$context.connectionId","t":"$context.authorizer.tenant"}', BODY, values())
    assert text == '{"c":"abc=","t":"t1"}'
    text, _ = render("$input.json('$.data') $stageVariables.k", BODY, values())
    assert text == '{"room":"room1234"} v'


def test_parameters_of_a_message():
    parameters = {
        "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
        "integration.request.querystring.room": "route.request.body.data.room",
        "integration.request.path.id": "context.connectionId",
        "integration.request.header.V": "stageVariables.k",
        "integration.request.header.Missing": "route.request.body.missing",
        "integration.request.header.All": "route.request.body",
    }
    mapped = map_parameters(parameters, values())
    assert mapped.header == {"Content-Type": "application/x-www-form-urlencoded", "V": "v", "All": BODY}
    assert mapped.querystring == {"room": "room1234"}
    assert mapped.path == {"id": "abc="}


def test_sources_of_the_handshake_must_be_declared():
    request = HandshakeRequest("h", "/dev", (("X-A", "1"), ("x-a", "2")), (("q", "3"), ("q", "4")), "203.0.113.7")
    parameters = {
        "integration.request.header.one": "route.request.header.X-A",
        "integration.request.header.all": "route.request.multivalueheader.X-A",
        "integration.request.querystring.q": "route.request.querystring.q",
    }
    declared = frozenset({"route.request.header.X-A", "route.request.querystring.q"})
    mapped = map_parameters(parameters, values(request=request, declared=declared))
    assert mapped.header == {"one": "2", "all": ["1", "2"]}
    assert mapped.querystring == {"q": "4"}
    assert map_parameters(parameters, values(request=request)).header == {}


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("method.request.header.X", "'x'"),
        ("integration.request.header.X", "method.request.header.X"),
        ("integration.request.header.X", "x"),
        ("integration.request.body.X", "'x'"),
    ],
)
def test_parameters_that_do_not_exist(target, source):
    with pytest.raises(InvalidMappingError):
        check_parameters({target: source})


def test_templates_are_read_at_creation():
    check_templates({"$default": "$input.body"}, "\\$default")
    with pytest.raises(InvalidMappingError):
        check_templates({"$default": "#if("}, None)
    with pytest.raises(InvalidMappingError):
        check_templates({}, "${request.body")
