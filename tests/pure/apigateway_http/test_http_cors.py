"""CORS of HTTP APIs."""

import pytest

from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.http.cors import InvalidCorsError, add_cors, check_cors, is_preflight, preflight
from emulator.services.apigateway.http.request import HttpRequest

CORS = {
    "AllowOrigins": ["https://a.example", "http://*"],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["authorization", "x-a"],
    "ExposeHeaders": ["date", "x-b"],
    "MaxAge": 600,
    "AllowCredentials": True,
}


def request(method="OPTIONS", **headers):
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpRequest(method, "h", "/", "", pairs, b"", "peer")


def test_a_preflight():
    asked = request(Origin="https://a.example", Access_Control_Request_Method="POST")
    assert is_preflight(asked)
    got = preflight(CORS, asked)
    assert (got.status, got.body) == (204, b"")
    assert dict(got.headers) == {
        "access-control-allow-origin": "https://a.example",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization,x-a",
        "access-control-expose-headers": "date,x-b",
        "access-control-max-age": "600",
        "access-control-allow-credentials": "true",
    }


def test_what_is_no_preflight():
    assert not is_preflight(request(Origin="https://a.example"))
    assert not is_preflight(request(Access_Control_Request_Method="GET"))
    assert not is_preflight(request("GET", Origin="https://a.example", Access_Control_Request_Method="GET"))


def test_an_origin_that_is_not_listed_gets_no_headers():
    got = preflight(CORS, request(Origin="https://b.example", Access_Control_Request_Method="GET"))
    assert (got.status, got.headers) == (204, [])


@pytest.mark.parametrize(
    ("allowed", "origin", "shown"),
    [
        (["*"], "https://x.example", "*"),
        (["https://*"], "https://x.example", "https://x.example"),
        (["https://*"], "http://x.example", None),
        (["http://*"], "http://x.example", "http://x.example"),
    ],
)
def test_origins(allowed, origin, shown):
    answer = Answer(200)
    add_cors({"AllowOrigins": allowed}, request("GET", Origin=origin), answer)
    assert answer.header("access-control-allow-origin") == shown


def test_the_backends_cors_headers_are_dropped():
    answer = Answer(200, [("Access-Control-Allow-Origin", "*"), ("access-control-max-age", "1"), ("x-a", "1")])
    add_cors(CORS, request("GET", Origin="https://a.example"), answer)
    assert sorted(answer.headers) == [
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-expose-headers", "date,x-b"),
        ("x-a", "1"),
    ]


@pytest.mark.parametrize(
    "cors",
    [
        {"AllowOrigins": ["*"], "AllowCredentials": True},
        {"AllowOrigins": ["a.example"]},
        {"AllowMethods": ["FETCH"]},
        {"MaxAge": 86401},
    ],
)
def test_refused(cors):
    with pytest.raises(InvalidCorsError):
        check_cors(cors)
