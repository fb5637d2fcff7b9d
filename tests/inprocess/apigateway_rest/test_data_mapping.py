"""Templates, parameters, passthrough, overrides, binary bodies and HTTP endpoints (AWS docs)."""

import base64
import json

import pytest
from data_world import custom, function_uri, in_world, method, mock

from emulator.http_out import HttpAnswer, HttpFailedError
from emulator.services.apigateway.rest import endpoint_backend

URL = "http://backend.test/items"


class Backend:
    """What HTTP integrations call; ``answer`` may be an exception."""

    def __init__(self, monkeypatch):
        self.answer = HttpAnswer(200, (("Content-Type", "application/json"),), b"{}")
        self.asked = []
        monkeypatch.setattr(endpoint_backend, "send_request", self._answer)

    async def _answer(self, ground, method, url, **options):
        headers = {name.lower(): value for name, value in options["headers"]}
        self.asked.append((method, url, headers, list(options["query"]), options["body"]))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def backend(monkeypatch):
    return Backend(monkeypatch)


def echo(w):
    """A function that gives back what it got."""
    w.functions["echo"] = lambda event: event
    return function_uri("echo")


def test_passthrough_without_a_matching_template():
    expected = {
        ("WHEN_NO_MATCH", "text/plain", True): 200,
        ("WHEN_NO_TEMPLATES", "text/plain", True): 415,
        ("WHEN_NO_TEMPLATES", "text/plain", False): 200,
        ("NEVER", "text/plain", False): 415,
        ("NEVER", "text/plain", True): 415,
        ("NEVER", "application/json", True): 200,
        ("NEVER", "", True): 200,
        ("NEVER", "application/json; charset=utf-8", True): 200,
    }

    @in_world
    async def run(world):
        w = world()
        uri = echo(w)
        for case, status in expected.items():
            behaviour, media, has_template = case
            template = '{"from": "template"}' if has_template else None
            w.api({"POST /": custom(uri, template, None, {"passthroughBehavior": behaviour})})
            answer = await w.call("POST", "/", {"Content-Type": media} if media else {}, b'"raw"')
            assert answer.status == status, case
            if status == 415:
                assert answer.body == b'{"message":"Unsupported Media Type"}'
                assert answer.headers["x-amzn-errortype"] == "UnsupportedMediaTypeException"
            else:
                raw = media == "text/plain"
                assert json.loads(answer.body) == ("raw" if raw else {"from": "template"})

    run()


@in_world
async def test_what_templates_see(world):
    w = world()
    template = """{"method": "$context.httpMethod", "stage": "$context.stage", "path": "$context.resourcePath",
"variable": "$stageVariables.k", "id": "$input.params('id')", "query": "$input.params().querystring.get('q')",
"header": "$input.params('X-Who')", "ip": "$context.identity.sourceIp", "resource": "$context.resourceId",
"api": "$context.apiId", "protocol": "$context.protocol", "at": $context.requestTimeEpoch, "none": "$context.nothing",
"key": "$context.identity.apiKey", "body": "$util.escapeJavaScript($input.body)"}"""
    w.api({"POST /a/{id}": custom(echo(w), template)}, variables={"k": "v"})
    answer = await w.call("POST", "/a/7?q=x&q=y", {"X-Who": "ada"}, b'{"n": 1}')
    assert json.loads(answer.body) == {
        "method": "POST",
        "stage": "dev",
        "path": "/a/{id}",
        "variable": "v",
        "id": "7",
        "query": "y",
        "header": "ada",
        "ip": "203.0.113.7",
        "resource": "r0",
        "api": "a1b2c3d4e5",
        "protocol": "HTTP/1.1",
        "at": 1700000000000,
        "none": "",
        "key": "",
        "body": '{"n": 1}',
    }


@in_world
async def test_a_missing_field_is_an_empty_text(world):
    w = world()
    w.api({"POST /": custom(echo(w), '{"a": "$input.path(\'$.a\')"}')})
    assert json.loads((await w.call("POST", "/", body=b"{}")).body) == {"a": ""}
    assert json.loads((await w.call("POST", "/")).body) == {"a": ""}


@in_world
async def test_a_body_that_is_no_json_is_the_clients_fault(world):
    w = world()
    w.api({"POST /": custom(echo(w), '{"a": "$input.path(\'$.a\')"}')})
    answer = await w.call("POST", "/", body=b"{no json")
    assert answer.status == 400
    assert json.loads(answer.body)["message"].startswith("Could not parse request body into json: ")
    assert w.events == []


@in_world
async def test_templates_that_fail(world):
    w = world()
    failing = {"200": {"responseTemplates": {"application/json": "$input.path('$.a').substring(100)"}}}
    w.api(
        {
            "POST /request": custom(echo(w), "$input.path('$.a').substring(100)"),
            "POST /response": custom(echo(w), None, failing),
        }
    )
    for path in ("/request", "/response"):
        answer = await w.call("POST", path, body=b'{"a": "x"}')
        assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}'), path
    assert not w.hops("fault")


@in_world
async def test_parameters_and_overrides(world):
    w = world()
    w.functions["echo"] = lambda event: {"value": "from body"}
    answers = {
        "201": {
            "responseParameters": {
                "method.response.header.X-Static": "'text'",
                "method.response.header.X-Context": "context.stage",
                "method.response.header.X-Body": "integration.response.body.value",
                "method.response.header.X-Variable": "stageVariables.k",
                "method.response.header.X-None": "integration.response.header.Nothing",
                "method.response.header.Content-Type": "'text/html'",
                "method.response.header.X-Lost": "'no'",
            },
            "responseTemplates": {
                "application/json": '#set($context.responseOverride.header.X-Lost = "won")'
                "<p>$input.path('$.value')</p>"
            },
        }
    }
    w.api({"POST /": custom(function_uri("echo"), None, answers)}, variables={"k": "v"})
    answer = await w.call("POST", "/", body=b"{}")
    assert (answer.status, answer.text) == (201, "<p>from body</p>")
    shown = {
        name: answer.headers.get(f"x-{name}") for name in ("static", "context", "body", "variable", "none", "lost")
    }
    assert shown == {
        "static": "text",
        "context": "dev",
        "body": "from body",
        "variable": "v",
        "none": None,
        "lost": "won",
    }
    assert answer.headers["content-type"] == "text/html"


@in_world
async def test_the_accepted_template_is_taken(world):
    w = world()
    templates = {"text/plain": "plain", "application/xml": "<xml/>"}
    w.api(
        {
            "GET /": mock(responses={"200": {"responseTemplates": {**templates, "application/json": "json"}}}),
            "GET /first": mock(responses={"200": {"responseTemplates": templates}}),
            "GET /none": mock(responses={"200": {}}),
        }
    )
    assert (await w.call("GET", "/", {"Accept": "application/xml"})).text == "<xml/>"
    assert (await w.call("GET", "/", {"Accept": "image/png, text/plain;q=0.5"})).text == "plain"
    assert (await w.call("GET", "/")).text == "json"
    assert (await w.call("GET", "/first")).text == "plain"
    assert (await w.call("GET", "/none")).text == ""


@in_world
async def test_no_integration_response_matches(world):
    w = world()
    w.api({"GET /": mock(responses={"400": {"selectionPattern": "4.."}})})
    answer = await w.call("GET", "/")
    assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}')


def test_an_http_endpoint_with_templates(backend):
    @in_world
    async def run(world):
        w = world()
        backend.answer = HttpAnswer(404, (("X-Why", "gone"),), b'{"error": "no such item"}')
        parameters = {
            "integration.request.path.id": "method.request.path.id",
            "integration.request.header.X-Trace": "context.requestId",
            "integration.request.header.X-List": "method.request.multivalueheader.X-List",
            "integration.request.querystring.limit": "method.request.querystring.max",
            "integration.request.querystring.all": "method.request.multivaluequerystring.tag",
            "integration.request.header.X-Body": "method.request.body.a.b[1]",
        }
        template = '#set($context.requestOverride.querystring.limit = "9"){"n": $input.json(\'$.a.b\')}'
        answers = {
            "200": {},
            "410": {
                "selectionPattern": "404",
                "responseParameters": {"method.response.header.X-Why": "integration.response.header.x-why"},
                "responseTemplates": {"application/json": "$input.path('$.error')"},
            },
        }
        w.api({"POST /a/{id}": custom(URL + "/{id}", template, answers, {"requestParameters": parameters})})
        headers = [("X-List", "1"), ("X-List", "2"), ("X-Secret", "s")]
        answer = await w.call("POST", "/a/x%20y?max=5&tag=a&tag=b", headers, b'{"a": {"b": [1, 2]}}')
        assert (answer.status, answer.text, answer.headers["x-why"]) == (410, "no such item", "gone")
        verb, url, sent, query, body = backend.asked[0]
        assert (verb, url, body) == ("POST", f"{URL}/x%20y", b'{"n": [1,2]}')
        assert query == [("limit", "9"), ("all", "a"), ("all", "b")]
        assert sent["x-trace"] == answer.headers["x-amzn-requestid"]
        assert sent["x-body"] == "2"
        assert "x-secret" not in sent
        assert sent["content-type"] == "application/json"

    run()


def test_an_http_proxy(backend):
    @in_world
    async def run(world):
        w = world()
        backend.answer = HttpAnswer(418, (("X-A", "1"), ("Server", "tea"), ("Connection", "close")), b"short")
        integration = {
            "type": "HTTP_PROXY",
            "httpMethod": "ANY",
            "uri": "http://backend.test/${stageVariables.base}/{proxy}",
            "requestParameters": {
                "integration.request.path.proxy": "method.request.path.proxy",
                "integration.request.header.X-Extra": "'more'",
            },
        }
        w.api({"ANY /{proxy+}": method(integration)}, variables={"base": "v1"})
        answer = await w.call("PUT", "/a/b?x=1", {"X-Mine": "yes", "Content-Type": "text/plain"}, b"body")
        assert (answer.status, answer.text, answer.headers["x-a"]) == (418, "short", "1")
        assert answer.headers["x-amzn-remapped-server"] == "tea"
        assert "connection" not in answer.headers
        verb, url, sent, query, body = backend.asked[0]
        assert (verb, url, query, body) == ("PUT", "http://backend.test/v1/a/b", [("x", "1")], b"body")
        assert (sent["x-mine"], sent["x-extra"], sent["content-type"]) == ("yes", "more", "text/plain")
        assert "host" not in sent

    run()


def test_an_endpoint_that_does_not_answer(backend):
    @in_world
    async def run(world):
        w = world()
        backend.answer = HttpFailedError("unreachable")
        w.api({"GET /": method({"type": "HTTP_PROXY", "httpMethod": "GET", "uri": URL}), "POST /": custom(URL)})
        for verb in ("GET", "POST"):
            assert (await w.call(verb, "/")).status == 504

    run()


def test_content_handling(backend):
    picture = bytes(range(256))
    encoded = base64.b64encode(picture)

    @in_world
    async def run(world):
        w = world()
        backend.answer = HttpAnswer(200, (("Content-Type", "image/png"),), picture)
        to_text = {"contentHandling": "CONVERT_TO_TEXT"}
        to_binary = {"contentHandling": "CONVERT_TO_BINARY"}
        w.api(
            {
                "POST /keep": custom(URL),
                "POST /text": custom(URL, None, {"200": to_text}, to_text),
                "POST /binary": custom(URL, None, {"200": to_binary}, to_binary),
            },
            binaryMediaTypes=["image/png"],
        )
        png = {"Content-Type": "image/png", "Accept": "image/png"}
        assert (await w.call("POST", "/keep", png, picture)).body == picture
        assert backend.asked[-1][4] == picture
        assert (await w.call("POST", "/keep", {"Accept": "text/plain"}, b"x")).body == encoded
        assert (await w.call("POST", "/text", png, picture)).body == encoded
        assert backend.asked[-1][4] == encoded
        assert (await w.call("POST", "/binary", {"Content-Type": "text/plain"}, encoded)).body == picture
        assert backend.asked[-1][4] == picture
        assert (await w.call("POST", "/binary", {"Content-Type": "text/plain"}, b"???")).status == 500

    run()


def test_a_template_cannot_transform_a_binary_body(backend):
    @in_world
    async def run(world):
        w = world()
        w.api({"POST /": custom(URL, "{}")}, binaryMediaTypes=["*/*"])
        assert (await w.call("POST", "/", {"Content-Type": "application/json"}, b"{}")).status == 500
        assert backend.asked == []

    run()


@in_world
async def test_answers_that_http_does_not_have(world):
    w = world()
    headers = {"method.response.header.Transfer-Encoding": "'chunked'", "method.response.header.Content-Length": "'3'"}
    override = "#set($context.responseOverride.status = 100)x"
    name = "#set($context.responseOverride.header['a b'] = 'c')x"
    w.api(
        {
            "GET /status": mock(responses={"101": {}}),
            "GET /override": mock(responses={"200": {"responseTemplates": {"application/json": override}}}),
            "GET /name": mock(responses={"200": {"responseTemplates": {"application/json": name}}}),
            "GET /own": mock(responses={"200": {"responseParameters": headers}}),
        },
        gateway_responses={"DEFAULT_4XX": {"statusCode": "150"}},
    )
    for path in ("/status", "/override", "/name"):
        answer = await w.call("GET", path)
        assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}'), path
    own = (await w.call("GET", "/own")).headers
    assert {"transfer-encoding", "content-length"}.isdisjoint(own)
    assert (await w.call("GET", "/nothing")).status == 403
