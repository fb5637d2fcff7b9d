"""Payload compression (AWS docs, "Payload compression for REST APIs in API Gateway")."""

import gzip
import zlib

from data_world import in_world, proxy

TEXT = "hello " * 100


def api(w, **fields):
    w.functions["ok"] = lambda event: {"body": TEXT if event["httpMethod"] == "GET" else event["body"]}
    w.api({"ANY /": proxy("ok")}, **fields)


@in_world
async def test_large_answers_are_compressed_as_the_client_likes(world):
    w = world()
    api(w, minimumCompressionSize=100)
    answer = await w.call("GET", "/", {"Accept-Encoding": "br, gzip, deflate"})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body).decode() == TEXT
    answer = await w.call("GET", "/", {"Accept-Encoding": "deflate"})
    assert answer.headers["content-encoding"] == "deflate"
    assert zlib.decompress(answer.body).decode() == TEXT
    for headers in ({}, {"Accept-Encoding": "identity"}):
        answer = await w.call("GET", "/", headers)
        assert (answer.text, "content-encoding" in answer.headers) == (TEXT, False)


@in_world
async def test_small_answers_and_other_apis_are_left_alone(world):
    w = world()
    api(w, minimumCompressionSize=10_000)
    assert (await w.call("GET", "/", {"Accept-Encoding": "gzip"})).text == TEXT
    api(w)
    assert (await w.call("GET", "/", {"Accept-Encoding": "gzip"})).text == TEXT


@in_world
async def test_compressed_requests(world):
    w = world()
    api(w, minimumCompressionSize=0)
    for encoding, packed in (("gzip", gzip.compress(b"packed")), ("deflate", zlib.compress(b"packed"))):
        answer = await w.call("POST", "/", {"Content-Encoding": encoding}, packed)
        assert (answer.status, answer.text) == (200, "packed")
        assert "Content-Encoding" not in w.events[-1]["headers"]
    for body in (b"not packed", gzip.compress(b"packed")[:-3], b"\x1f\x8b"):
        assert (await w.call("POST", "/", {"Content-Encoding": "gzip"}, body)).status == 400
    bomb = gzip.compress(b"\0" * (10 * 1024 * 1024 + 1))
    assert (await w.call("POST", "/", {"Content-Encoding": "gzip"}, bomb)).status == 413
    assert not w.hops("fault")
