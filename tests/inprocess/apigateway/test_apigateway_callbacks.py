"""``@connections`` over its addresses, with the errors recorded from AWS."""

import json
from urllib.parse import quote

from apigateway_world import in_world

WELL_FORMED = "M0en2eVpSwMCFmw="


@in_world
async def test_post_is_in_the_socket_before_the_answer(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    path = f"/dev/@connections/{client.connection.connection_id}"
    for text in ("A", "B", '{"ü":1}'):
        assert await w.http("POST", path, text.encode()) == (200, None, "")
        assert client.frames[-1] == text
    assert client.frames == ["A", "B", '{"ü":1}']


@in_world
async def test_the_ways_sdks_write_the_address(world):
    w = world()
    api = w.api({"a": "ok"})
    client = await w.connect(api)
    plain = client.connection.connection_id
    encoded = quote(plain, safe="")
    host = f"{api}.execute-api.us-east-1.amazonaws.com"
    for path in (f"/dev/@connections/{encoded}", f"/dev//@connections/{plain}", f"/dev/%40connections/{encoded}"):
        for prefix, name in (("", host), ("", "127.0.0.1:4566"), (f"/_aws/execute-api/{api}", "127.0.0.1:4566")):
            assert (await w.http("POST", prefix + path, b"x", name))[0] == 200, path
    assert (await w.http("POST", f"/@connections/{encoded}", b"x"))[0] == 200
    assert len(client.frames) == 10


@in_world
async def test_get_tells_times_and_identity(world):
    w = world()
    client = await w.connect(w.api({"$default": "ok"}), headers=[("User-Agent", "ua/1.0")])
    await w.ground.clock.advance(9.761)
    await client.send("x")
    status, _, body = await w.http("GET", f"/dev/@connections/{client.connection.connection_id}")
    assert status == 200
    assert json.loads(body) == {
        "connectedAt": "2023-11-14T22:13:20.000Z",
        "identity": {"sourceIp": "203.0.113.7", "userAgent": "ua/1.0"},
        "lastActiveAt": "2023-11-14T22:13:29.761Z",
    }
    assert list(json.loads(body)) == ["connectedAt", "identity", "lastActiveAt"]


@in_world
async def test_errors(world):
    w = world()
    api = w.api({"a": "ok"})
    client = await w.connect(api)
    mine = client.connection.connection_id
    at = f"/_aws/execute-api/{api}"
    for method in ("POST", "GET", "DELETE"):
        assert await w.http(method, f"{at}/dev/@connections/{WELL_FORMED}") == (410, "GoneException", "")
    malformed = (400, "BadRequestException", '{"message":"Invalid connectionId: abc"}')
    assert await w.http("POST", f"{at}/dev/@connections/abc") == malformed
    forbidden = (403, "ForbiddenException")
    assert (await w.http("POST", f"{at}/other/@connections/{mine}"))[:2] == forbidden
    assert (await w.http("POST", f"/_aws/execute-api/nosuchapi0/dev/@connections/{mine}"))[:2] == forbidden
    assert (await w.http("POST", f"/other/@connections/{mine}"))[:2] == forbidden
    host = f"{api}.execute-api.us-east-1.amazonaws.com"
    assert (await w.http("POST", f"/@connections/{mine}", host=host))[:2] == forbidden
    text = "No method found matching route test0/@connections/" + mine + " for http method POST."
    not_found = (404, "NotFoundException", json.dumps({"message": text}, separators=(",", ":")))
    assert await w.http("POST", f"{at}/dev/test0/@connections/{mine}") == not_found
    too_large = await w.http("POST", f"{at}/dev/@connections/{mine}", b"x" * 131073)
    assert too_large[:2] == (413, "PayloadTooLargeException")
    assert (await w.http("POST", f"{at}/dev/@connections/{mine}", b"x" * 131072))[0] == 200
    assert len(client.frames) == 1


@in_world
async def test_after_the_end_everything_is_gone(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    path = f"/dev/@connections/{client.connection.connection_id}"
    await client.leave()
    for method in ("POST", "GET", "DELETE"):
        assert await w.http(method, path) == (410, "GoneException", "")


@in_world
async def test_a_client_that_does_not_read_is_429(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    client.connection.socket = FullSocket()
    path = f"/dev/@connections/{client.connection.connection_id}"
    assert await w.http("POST", path, b"x") == (429, "LimitExceededException", "")
    [hop] = w.hops("frame-out")
    assert hop.outcome == "LimitExceededException"


class FullSocket:
    heard = None

    def buffered(self):
        return 10 * 1024 * 1024

    def abort(self):
        raise AssertionError


@in_world
async def test_a_post_belongs_to_the_trace_that_caused_it(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    await w.op("post_to_connection", ConnectionId=client.connection.connection_id, Data=b"hello")
    [hop] = w.hops("frame-out")
    assert hop.payload == "hello"
    assert hop.target == client.connection.connection_id
    assert hop.outcome == "ok"
    assert client.frames == ["hello"]


@in_world
async def test_operations_for_callers_inside(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    connection_id = client.connection.connection_id
    assert w.op("get_connection", ConnectionId=connection_id)["Identity"]["SourceIp"] == "203.0.113.7"
    await w.op("delete_connection", ConnectionId=connection_id)
    assert client.closed[0] == 1000
    assert w.refusal("get_connection", ConnectionId=connection_id)[0] == "GoneException"


@in_world
async def test_text_that_is_not_utf8_is_mended(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    status, _, _ = await w.http("POST", f"/@connections/{client.connection.connection_id}", b"a\xffb")
    assert status == 200
    assert len(w.hops("warning")) == 1


@in_world
async def test_an_encoded_slash_is_part_of_a_wrong_id(world):
    w = world()
    w.api({"a": "ok"})
    status, _, body = await w.http("POST", "/dev/@connections/M0en2eVpSwMCFm%2F%3D", b"x")
    assert (status, json.loads(body)["message"]) == (400, "Invalid connectionId: M0en2eVpSwMCFm/=")
