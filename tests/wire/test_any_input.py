"""Whatever arrives, nothing breaks inside: no answer of status 500, no ``fault`` in the journal, others are served."""

import json
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import botocore.session
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from emulator.testing import TaskClient
from tests.wire.raw_sockets import RawSocket, frame
from tests.wire.socket_world import API, socket_tasks

STACK = socket_tasks() | {
    "functions": {"victim": {"handler": "tasks.success", "code": "handlers"}},
    "websocket_apis": {"spare": {"stage": "test", "routes": {"$default": {"function": "victim", "response": True}}}},
}
pytestmark = [pytest.mark.aws_stack(STACK), pytest.mark.usefixtures("healthy_afterwards")]

QUICK = settings(
    max_examples=100,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

text = st.text(st.characters(exclude_categories=()), max_size=12)
plausible = st.sampled_from(
    [
        *("idle", "victim", "nobody", "", "default", "$LATEST", "$connect", "$default", "NaN", "true", "1", "-1", "{}"),
        *("WEBSOCKET", "$request.body.action"),
        *("2024-01-01T00:00:00Z", "AA==", "arn:aws:sqs:us-east-1:000000000000:idle", "rate(1 minute)"),
        *("arn:aws:lambda:us-east-1:000000000000:function:victim", '{"a":["b",{"prefix":"c"}]}'),
    ]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text | plausible,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text | plausible, inner, max_size=3),
    max_leaves=8,
)


def mostly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The strategy's values, and sometimes anything else."""
    return st.sampled_from([strategy] * 7 + [anything]).flatmap(lambda chosen: chosen)


def shaped(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that look like a botocore shape most of the time."""
    if depth > 3:
        return anything
    kind = shape.type_name
    if kind == "structure":
        members = {m.serialization.get("name", name): shaped(m, depth + 1) for name, m in shape.members.items()}
        required = {name: members.get(name, anything) for name in shape.required_members if name in members}
        optional = {name: value for name, value in members.items() if name not in required}
        return mostly(st.fixed_dictionaries(required, optional=optional))
    if kind == "list":
        return mostly(st.lists(shaped(shape.member, depth + 1), max_size=3))
    if kind == "map":
        return mostly(st.dictionaries(plausible | text, shaped(shape.value, depth + 1), max_size=3))
    if kind == "string":
        return st.sampled_from(shape.enum or ["x"]) | plausible | text
    if kind in ("integer", "long"):
        return st.integers(-1, 30) | st.integers()
    return st.booleans() if kind == "boolean" else anything


_session = botocore.session.get_session()
OPERATIONS = [
    (service, name)
    for service in ("sqs", "events", "lambda", "apigatewayv2", "apigatewaymanagementapi")
    for name in _session.get_service_model(service).operation_names
]


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, str, dict[str, str], bytes]:
    """Requests for AWS operations whose parameters are nearly right: method, path, headers, body."""
    service, name = draw(st.sampled_from(OPERATIONS))
    model = _session.get_service_model(service)
    operation = model.operation_model(name)
    body = draw(shaped(operation.input_shape) if operation.input_shape else anything)
    data = json.dumps(body).encode() if draw(st.integers(0, 9)) else draw(st.binary(max_size=20))
    scope = f"AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/{model.signing_name}/aws4_request"
    headers = {"Authorization": scope, "Content-Type": "application/x-amz-json-1.0"}
    if model.metadata["protocol"] == "json":
        headers["X-Amz-Target"] = f"{model.metadata['targetPrefix']}.{name}"
        return "POST", "/", headers, data
    path, _, query = operation.http["requestUri"].partition("?")
    pieces = [
        quote(draw(plausible | text), safe="", errors="replace") if piece.startswith("{") else piece
        for piece in path.split("/")
    ]
    extra = draw(st.dictionaries(plausible, plausible, max_size=2))
    query = "&".join(part for part in (query, urlencode(extra)) if part)
    return operation.http["method"], "/".join(pieces) + (f"?{query}" if query else ""), headers, data


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str], bytes]:
    """Requests for nothing in particular."""
    method = draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]))
    piece = plausible | text | st.sampled_from(["_aws", "execute-api", "@connections", "v2", "2015-03-31", "_emulator"])
    path = "/" + "/".join(quote(draw(piece), safe="@", errors="replace") for _ in range(draw(st.integers(0, 5))))
    query = urlencode(draw(st.dictionaries(plausible | st.just("Action"), plausible, max_size=2)))
    header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
    names = ["Authorization", "X-Amz-Target", "Content-Type", "Host", "X-Amzn-Trace-Id", "X-Amz-Date", "Accept"]
    headers = draw(st.dictionaries(st.sampled_from(names), header | plausible, max_size=4))
    return method, f"{path}?{query}" if query else path, headers, draw(st.binary(max_size=60))


@contextmanager
def no_fault(journal):
    """Nothing goes wrong inside meanwhile."""
    before = len(journal.hops("fault"))
    yield
    assert not journal.hops("fault")[before:]


def send(stack, request):
    """The status of the answer."""
    method, path, headers, body = request
    address = urlsplit(stack.url)
    connection = HTTPConnection(address.hostname, address.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status


@given(request=calls())
@example(request=("POST", "/2015-03-31/functions/victim/invocations", {}, b'"\\ud800"'))
@example(request=("GET", "/2020-06-30/functions/victim/code-signing-config", {}, b""))
@QUICK
def test_calls_that_are_nearly_right(aws_stack, aws_journal, request):
    with no_fault(aws_journal):
        status = send(aws_stack, request)
    assert status < 500 or status == 501


@given(request=requests())
@example(request=("GET", "/", {"Host": "x.execute-api.localhost"}, b""))
@example(request=("POST", "/%00/%40connections/%ff", {}, b""))
@QUICK
def test_requests_for_nothing_in_particular(aws_stack, aws_journal, request):
    with no_fault(aws_journal):
        status = send(aws_stack, request)
    assert status < 500 or status == 501


tasks = st.fixed_dictionaries({}, optional={"id": anything, "type": st.just("task-type") | anything, "data": anything})
messages = st.one_of(
    text,
    anything.map(json.dumps),
    st.builds(
        json.dumps, st.fixed_dictionaries({"action": st.just("task-submit") | anything, "task": tasks | anything})
    ),
)


@given(sent=st.lists(messages, min_size=1, max_size=4))
@QUICK
def test_messages_of_any_kind(aws_stack, aws_clock, aws_journal, sent):
    with no_fault(aws_journal):
        with TaskClient(aws_stack.websocket_url(API)) as client:
            for message in sent:
                client.send(message.encode("utf-8", "replace").decode())
        aws_clock.settle()


frames = st.builds(frame, st.binary(max_size=30), st.integers(0, 15), st.booleans())


@given(data=st.lists(st.binary(max_size=40) | frames))
@QUICK
def test_bytes_of_any_kind_on_a_websocket(aws_stack, aws_journal, data):
    path = urlsplit(aws_stack.websocket_url("spare")).path
    with no_fault(aws_journal), RawSocket(aws_stack.url) as raw:
        raw.upgrade(path)
        for piece in data:
            raw.send(piece)
