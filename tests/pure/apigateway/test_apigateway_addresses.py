"""Addresses without a world: which requests are API Gateway's at all."""

import pytest

from emulator.core.ground import Ground
from emulator.services.apigateway.address import Address, host_domain, is_connection_id, locate, parse_address

ID = "M0en2eVpSwMCFmw="
HERE = "127.0.0.1:4566"
AWS = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/dev",
        "/000000000000/queue",
        "/2015-03-31/functions/f/invocations",
        "/v2/apis",
        "/v2/apis/a1b2c3d4e5/stages/dev",
        "/v2/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapis%2Fa1b2c3d4e5",
        "/_emulator/health",
        "/_aws/execute-api",
        "/bucket/@connection/x",
    ],
)
def test_other_services_paths_are_left_alone(path):
    assert locate(Ground(), HERE, path) is None


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        (AWS, "/", Address("host", "a1b2c3d4e5", (), None)),
        (AWS, "/dev", Address("host", "a1b2c3d4e5", ("dev",), None)),
        (AWS + ":4566", "/dev/", Address("host", "a1b2c3d4e5", ("dev",), None)),
        ("a1b2c3d4e5.execute-api.localhost:4566", "/dev", Address("host", "a1b2c3d4e5", ("dev",), None)),
        (AWS, f"/dev/@connections/{ID}", Address("host", "a1b2c3d4e5", ("dev",), ID)),
        (AWS, f"/@connections/{ID}", Address("host", "a1b2c3d4e5", (), ID)),
        (AWS, f"/prod/test0/@connections/{ID}", Address("host", "a1b2c3d4e5", ("prod", "test0"), ID)),
        (HERE, "/_aws/execute-api/abc/dev/pets", Address("path", "abc", ("dev", "pets"), None)),
        (HERE, "/_aws/execute-api/abc/dev", Address("path", "abc", ("dev",), None)),
        (HERE, "/_aws/execute-api/abc", Address("path", "abc", (), None)),
        (HERE, f"/_aws/execute-api/abc/dev/@connections/{ID}", Address("path", "abc", ("dev",), ID)),
        (HERE, "/dev/@connections/M0en2eVpSwMCFmw%3D", Address("bare", "", ("dev",), ID)),
        (HERE, f"/dev//@connections/{ID}", Address("bare", "", ("dev",), ID)),
        (HERE, f"/dev/%40connections/{ID}", Address("bare", "", ("dev",), ID)),
        (HERE, f"/@connections/{ID}", Address("bare", "", (), ID)),
        (HERE, "/dev/@connections/abc%253D", Address("bare", "", ("dev",), "abc%3D")),  # decoded once
    ],
)
def test_forms(host, path, expected):
    assert locate(Ground(), host, path) == expected


def test_a_bare_connect_is_for_websockets_only():
    assert parse_address(HERE, "/dev") == Address("bare", "", ("dev",), None)
    assert locate(Ground(), HERE, "/dev") is None


@pytest.mark.parametrize("text", [ID, "eHrdFcnvvHcCE-w=", "abc_efghijklmno="])
def test_connection_ids(text):
    assert is_connection_id(text)


@pytest.mark.parametrize("text", ["", "abc", ID[:-1], ID + "=", ID + "\n", "M0en2eVpSwMCFm==", "M0en2eVpSw+CFmw="])
def test_malformed_connection_ids(text):
    assert not is_connection_id(text)


def test_the_domain_of_a_host():
    assert host_domain(AWS) == AWS
    assert host_domain("abc.execute-api.localhost:4566") == "abc.execute-api.localhost"
    assert host_domain(HERE) is None
    assert host_domain("execute-api.us-east-1.amazonaws.com") is None
