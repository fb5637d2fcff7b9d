"""Requests at which moto fails: what AWS says where its model does not allow them."""

from __future__ import annotations

import json

import pytest

from emulator.fallthrough.blame import refusal_of, refusal_of_call
from emulator.wire import Target, WireRequest, identify
from emulator.wire.identify import Unspoken

BROKEN = KeyError("somewhere")


def refused_by_s3(operation: str, body: bytes) -> str | None:
    request = WireRequest("PUT", "/files", "", {}, body)
    refusal = refusal_of(request, Target("s3", operation, Unspoken("rest-xml")), BROKEN)
    return refusal.code if refusal else None


RULE = b"<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>"
NAMED = b'<?xml version="1.0"?><CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        *(("PutBucketCors", body) for body in (b"<", b"{}", b"\x00\xff", b"<a/><b/>")),
        ("PutBucketCors", b"<CORSConfiguration>None</CORSConfiguration>"),
        ("PutBucketCors", b"<CORSConfiguration><CORSRule><ID>no methods</ID></CORSRule></CORSConfiguration>"),
        ("PutBucketTagging", b"<Tagging><TagSet><Key>a</Key><Value>b</Value></TagSet></Tagging>"),
        ("DeleteObjects", b"<Delete>True</Delete>"),
    ],
)  # fmt: skip
def test_documents_that_s3_s_schema_does_not_allow(operation: str, body: bytes) -> None:
    """MalformedXML: AWS docs, S3's list of error codes."""
    assert refused_by_s3(operation, body) == "MalformedXML"


def test_documents_that_are_in_order_or_missing() -> None:
    """MissingRequestBodyError: AWS docs, S3's list of error codes."""
    assert refused_by_s3("PutBucketCors", NAMED + RULE * 2 + b"</CORSConfiguration>") is None
    assert refused_by_s3("PutObject", b"<") is None
    assert refused_by_s3("PutBucketTagging", b"") == "MissingRequestBodyError"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[1]", "SerializationException"),
        (b'{"Name": 1, "Value": {}}', "SerializationException"),
        (b'{"Value": "v"}', "ValidationException"),
        (b'{"Name": "n", "Value": "v"}', None),
    ],
)
def test_json_that_a_model_does_not_allow(body: bytes, code: str | None) -> None:
    headers = {"x-amz-target": "AmazonSSM.PutParameter", "content-type": "application/x-amz-json-1.1"}
    request = WireRequest("POST", "/", "", headers, body)
    refusal = refusal_of(request, identify(request), BROKEN)
    assert (refusal and refusal.code) == code


def test_calls_by_name() -> None:
    assert refusal_of_call("ssm", "PutParameter", json.loads('{"Name": "n", "Value": "v"}'), BROKEN) is None
    missing = refusal_of_call("ssm", "PutParameter", {"Name": "n"}, BROKEN)
    assert missing is not None
    assert "Value null at 'value' failed to satisfy constraint" in missing.message


def test_an_upload_that_is_not_there() -> None:
    """NoSuchUpload: AWS docs, S3's list of error codes."""
    request = WireRequest("POST", "/files/a", "uploadId=no%2Fne", {}, b"<CompleteMultipartUpload/>")
    target = Target("s3", "CompleteMultipartUpload", Unspoken("rest-xml"))
    refusal = refusal_of(request, target, KeyError("no/ne"))
    assert refusal is not None
    assert refusal.code == "NoSuchUpload"
    assert refusal_of(request, target, BROKEN) is None
