"""What a function's result means (AWS docs, "AWS Lambda integrations for HTTP APIs")."""

import json

import pytest

from emulator.services.apigateway.http.results import read_result


def answer(result, version="2.0"):
    return read_result(result if isinstance(result, bytes) else json.dumps(result).encode(), version)


@pytest.mark.parametrize(
    ("result", "body"),
    [({"message": "hi"}, b'{"message": "hi"}'), ([1, 2], b"[1, 2]"), (5, b"5"), ("plain", b"plain")],
)
def test_format_2_without_status_code_is_the_body(result, body):
    got = answer(result)
    assert (got.status, got.headers, got.body) == (200, [("content-type", "application/json")], body)


def test_format_2_with_status_code():
    cookies = ["a=1; Secure", "b=2"]
    headers = {"X-One": "1", "Content-Type": "text/html"}
    got = answer({"statusCode": 201, "headers": headers, "cookies": cookies, "body": "<p>"})
    assert (got.status, got.body) == (201, b"<p>")
    assert got.headers == [
        *[("X-One", "1"), ("Content-Type", "text/html"), ("set-cookie", "a=1; Secure"), ("set-cookie", "b=2")],
    ]


def test_a_numeric_string_as_status():
    assert answer({"statusCode": "404"}).status == 404


def test_base64():
    got = answer({"statusCode": 200, "body": "AAH/", "isBase64Encoded": True})
    assert got.body == b"\x00\x01\xff"


def test_format_1_merges_its_headers():
    result = {
        "statusCode": 200,
        "headers": {"X-A": "1", "X-B": "b"},
        "multiValueHeaders": {"X-A": ["1", "2"]},
        "body": "x",
    }
    pairs = answer(result, "1.0").headers
    assert [pair for pair in pairs if pair[0].startswith("X-")] == [("X-A", "1"), ("X-A", "2"), ("X-B", "b")]


@pytest.mark.parametrize(
    ("result", "version"),
    [
        ({"message": "hi"}, "1.0"),
        ("text", "1.0"),
        (None, "1.0"),
        ({"statusCode": 200, "body": {"a": 1}}, "1.0"),
        ({"statusCode": "abc"}, "2.0"),
        ({"statusCode": None}, "2.0"),
        ({"statusCode": True}, "2.0"),
        ({"statusCode": 99}, "2.0"),
        ({"statusCode": 200, "headers": "x"}, "2.0"),
        ({"statusCode": 200, "cookies": "x"}, "2.0"),
        ({"statusCode": 200, "multiValueHeaders": {"a": "b"}}, "1.0"),
        ({"statusCode": 200, "headers": {"a b": "c"}}, "2.0"),
        ({"statusCode": 200, "body": "%", "isBase64Encoded": True}, "2.0"),
        (b"not json", "2.0"),
    ],
)
def test_malformed_results(result, version):
    got = answer(result, version)
    assert (got.status, got.body) == (500, b'{"message":"Internal Server Error"}')
    assert got.headers == [("content-type", "application/json")]


def test_a_header_cannot_end_the_headers():
    got = answer({"statusCode": 200, "headers": {"x-a": "1\r\nx-b: 2", "Content-Length": "99"}})
    assert [name for name, _ in got.headers] == ["x-a"]
    assert "\n" not in got.headers[0][1]
