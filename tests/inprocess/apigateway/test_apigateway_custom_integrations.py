"""AWS, HTTP, HTTP_PROXY and MOCK integrations."""

import asyncio
import json

from apigateway_world import in_world, lambda_uri

DEFAULT = "\\$default"


def answering(w, api, key, template, response_key="$default"):
    w.op(
        "create_integration_response",
        ApiId=api,
        IntegrationId=w.integration_of(api, key),
        IntegrationResponseKey=response_key,
        ResponseTemplates={"$default": template},
        TemplateSelectionExpression=DEFAULT,
    )


@in_world
async def test_mock_answers_from_templates(world):
    w = world()
    api = w.api()
    templates = {"$default": '{"statusCode": 200}'}
    integration = {"IntegrationType": "MOCK", "RequestTemplates": templates, "TemplateSelectionExpression": DEFAULT}
    w.route(api, "ping", two_way=True, integration=integration)
    answering(w, api, "ping", '{"you":"$context.connectionId"}', "/2\\d\\d/")
    answering(w, api, "ping", "wrong")
    client = await w.connect(api)
    await client.send({"action": "ping"})
    assert client.frames == [json.dumps({"you": client.connection.connection_id}, separators=(",", ":"))]


@in_world
async def test_lambda_with_templates(world):
    w = world()
    w.functions["sum"] = lambda event: {"sum": event["a"] + event["b"]}
    api = w.api()
    integration = {
        "IntegrationType": "AWS",
        "IntegrationUri": lambda_uri("sum"),
        "RequestTemplates": {"$default": '{"a": $input.json("$.x"), "b": 1}'},
        "TemplateSelectionExpression": DEFAULT,
    }
    w.route(api, "sum", two_way=True, integration=integration)
    answering(w, api, "sum", "result $input.path('$.sum')")
    client = await w.connect(api)
    await client.send({"action": "sum", "x": 41})
    assert w.events == [{"a": 41, "b": 1}]
    assert client.frames == ["result 42"]


@in_world
async def test_an_error_message_selects_the_response(world):
    w = world()

    def fails(event):
        raise RuntimeError("no room 7")

    w.functions["fails"] = fails
    api = w.api()
    w.route(api, "a", two_way=True, integration={"IntegrationType": "AWS", "IntegrationUri": lambda_uri("fails")})
    answering(w, api, "a", "default")
    answering(w, api, "a", "full: $input.path('$.errorMessage')", "/no room .*/")
    client = await w.connect(api)
    await client.send({"action": "a"})
    assert client.frames == ["full: no room 7"]


@in_world
async def test_asynchronous_invocation(world):
    w = world()
    api = w.api()
    header = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    integration = {"IntegrationType": "AWS", "IntegrationUri": lambda_uri("ok"), "RequestParameters": header}
    w.route(api, "a", two_way=True, integration=integration)
    answering(w, api, "a", "accepted")
    client = await w.connect(api)
    await client.send({"action": "a"})
    assert client.frames == ["accepted"]
    assert len(w.events) == 1


@in_world
async def test_passthrough(world):
    w = world()
    api = w.api()
    for name, behaviour, templates in (
        ("match", "WHEN_NO_MATCH", {"other": "x"}),
        ("none", "WHEN_NO_TEMPLATES", {}),
        ("some", "WHEN_NO_TEMPLATES", {"other": "x"}),
        ("never", "NEVER", {}),
    ):
        integration = {
            "IntegrationType": "AWS",
            "IntegrationUri": lambda_uri("ok"),
            "PassthroughBehavior": behaviour,
            "RequestTemplates": templates,
        }
        w.route(api, name, integration=integration)
    client = await w.connect(api)
    for name in ("match", "none", "some", "never"):
        await client.send({"action": name})
    assert [event["action"] for event in w.events] == ["match", "none"]


class HttpServer:
    """Answers every request with ``answer`` and keeps what it was sent."""

    def __init__(self, status=200, body=b"answer"):
        self.status, self.body = status, body
        self.requests = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc):
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.strip().split("\r\n")[1:])
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append((head.split("\r\n")[0], headers, body.decode()))
        writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%s" % (self.status, len(self.body), self.body))
        await writer.drain()
        writer.close()


@in_world
async def test_http_proxy_returns_the_body_with_any_status(world):
    async with HttpServer(500, b'{"ok":false}') as server:
        w = world()
        api = w.api()
        integration = {
            "IntegrationType": "HTTP_PROXY",
            "IntegrationUri": server.url + "/rooms/{id}?a=1",
            "IntegrationMethod": "POST",
            "RequestParameters": {
                "integration.request.path.id": "context.connectionId",
                "integration.request.querystring.room": "route.request.body.room",
                "integration.request.header.X-Stage": "context.stage",
            },
        }
        w.route(api, "a", two_way=True, integration=integration)
        client = await w.connect(api)
        text = '{"action":"a","room":"r 1"}'
        await client.send(text)
        [(line, headers, body)] = server.requests
        connection_id = client.connection.connection_id.replace("=", "%3D")
        assert line == f"POST /rooms/{connection_id}?a=1&room=r+1 HTTP/1.1"
        assert headers["x-stage"] == "dev"
        assert body == text
        assert client.frames == ['{"ok":false}']
        [hop] = w.hops("http-out")
        assert hop.outcome == "500"


@in_world
async def test_http_proxy_passes_the_handshake_on(world):
    async with HttpServer(401) as server:
        w = world()
        api = w.api()
        integration = {"IntegrationType": "HTTP_PROXY", "IntegrationUri": server.url, "IntegrationMethod": "GET"}
        w.route(api, "$connect", integration=integration)
        client = await w.connect(api, headers=[("Sec-WebSocket-Key", "k"), ("X-Mine", "m")], query="q=1")
        assert client.status == 401
        [(line, headers, _)] = server.requests
        assert line == "GET /?q=1 HTTP/1.1"
        assert headers["sec-websocket-key"] == "k"
        assert headers["x-mine"] == "m"


@in_world
async def test_http_with_templates(world):
    async with HttpServer(201, b'{"id":7}') as server:
        w = world()
        api = w.api()
        integration = {
            "IntegrationType": "HTTP",
            "IntegrationUri": server.url,
            "IntegrationMethod": "PUT",
            "RequestTemplates": {"$default": '{"got": $input.json("$.n")}'},
            "TemplateSelectionExpression": DEFAULT,
        }
        w.route(api, "a", two_way=True, integration=integration)
        answering(w, api, "a", "other")
        answering(w, api, "a", "made $input.path('$.id')", "/201/")
        client = await w.connect(api)
        await client.send({"action": "a", "n": [1]})
        assert server.requests[0][2] == '{"got": [1]}'
        assert client.frames == ["made 7"]


@in_world
async def test_an_unreachable_backend_is_an_error_frame(world):
    w = world()
    api = w.api()
    integration = {"IntegrationType": "HTTP_PROXY", "IntegrationUri": "http://127.0.0.1:1/", "IntegrationMethod": "GET"}
    w.route(api, "a", integration=integration)
    client = await w.connect(api)
    await client.send({"action": "a"})
    [hop] = w.hops("http-out")
    assert hop.outcome == "ConnectError"
