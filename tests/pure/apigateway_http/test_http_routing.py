"""Which route of an HTTP API a request takes (AWS docs, "Create routes for HTTP APIs")."""

import pytest

from emulator.services.apigateway.http.request import HttpRequest, path_below
from emulator.services.apigateway.http.route_keys import InvalidRouteKeyError, RouteTable, check_route_key

AWS_EXAMPLE = ("GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default")


@pytest.mark.parametrize(
    ("method", "path", "key", "variables"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        ("GET", "/", "$default", {}),
    ],
)
def test_the_example_of_aws(method, path, key, variables):
    found = RouteTable(reversed(AWS_EXAMPLE)).find(method, path)
    assert (found.key, found.variables) == (key, variables)


def test_a_method_beats_any_on_the_same_path():
    table = RouteTable(["ANY /a", "POST /a"])
    assert table.find("POST", "/a").key == "POST /a"
    assert table.find("GET", "/a").key == "ANY /a"


def test_a_full_match_beats_a_greedy_one_of_another_method():
    assert RouteTable(["GET /{proxy+}", "ANY /a/{b}"]).find("GET", "/a/b").key == "ANY /a/{b}"


def test_static_segments_count_from_the_left():
    table = RouteTable(["GET /{a}/x", "GET /a/{x}"])
    assert table.find("GET", "/a/x").key == "GET /a/{x}"


def test_no_route():
    table = RouteTable(["GET /a/{id}", "GET /b/{rest+}"])
    for method, path in (("POST", "/a/1"), ("GET", "/a/"), ("GET", "/a"), ("GET", "/b"), ("GET", "/b/"), ("GET", "/")):
        assert table.find(method, path) is None, path


def test_variables_are_decoded_and_a_slash_inside_stays_one_segment():
    table = RouteTable(["GET /files/{name}", "GET /all/{rest+}"])
    assert table.find("GET", "/files/a%2Fb%20c").variables == {"name": "a/b c"}
    assert table.find("GET", "/all/a%20b/c").variables == {"rest": "a b/c"}


@pytest.mark.parametrize("key", ["$default", "GET /", "ANY /{proxy+}", "POST /a/{b}/c-d", "PUT /a.b/{c}"])
def test_route_keys(key):
    check_route_key(key)


@pytest.mark.parametrize(
    "key", ["", "task", "$connect", "GET", "get /a", "FETCH /a", "GET a", "GET /{a+}/b", "GET /a{b}", "GET /{a}/{a}"]
)
def test_what_is_no_route_key(key):
    with pytest.raises(InvalidRouteKeyError):
        check_route_key(key)


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("/_aws/execute-api/abc/dev/pets", "/dev/pets"),
        ("/_aws/execute-api/abc", "/"),
        ("/_aws/execute-api/abc/", "/"),
        ("/_aws/execute-api/abc/a%2Fb/", "/a%2Fb/"),
        ("//_aws//execute-api/abc/x", "/x"),
        ("/dev/pets", "/dev/pets"),
        ("/abc/x", "/abc/x"),
        ("", "/"),
    ],
)
def test_the_path_below_the_api(path, below):
    assert path_below(path, "abc") == below


def test_repeated_headers_and_parameters():
    request = HttpRequest("GET", "h", "/", "a=1&b=&a=2%20", (("X-A", "1"), ("x-a", "2")), b"", "peer")
    assert request.header("X-a") == "1,2"
    assert request.header("none") is None
    assert request.parameter("a") == "1,2 "
    assert request.parameter("b") == ""
