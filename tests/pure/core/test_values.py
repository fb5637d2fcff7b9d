"""Ids, ARNs, instants, causes: AWS's formats."""

import base64
import re
import uuid

import pytest

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.ids import Ids
from emulator.core.timestamps import common_log, iso_milliseconds, iso_offset, iso_seconds, milliseconds


def test_arn_keeps_colons_of_its_resource():
    text = "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST"
    arn = Arn.parse(text)
    assert arn.resource == "function:f:$LATEST"
    assert str(arn) == text


@pytest.mark.parametrize("text", ["", "arn:aws:sqs", "urn:aws:sqs:r:a:q", "arn:aws::r:a:q", "arn:aws:sqs:r:a:"])
def test_what_is_no_arn(text):
    with pytest.raises(ValueError, match="not an ARN"):
        Arn.parse(text)


def test_instants():
    instant = 1697337753.123
    assert iso_seconds(instant) == "2023-10-15T02:42:33Z"
    assert iso_milliseconds(instant) == "2023-10-15T02:42:33.123Z"
    assert iso_offset(instant) == "2023-10-15T02:42:33.123+0000"
    assert milliseconds(instant) == 1697337753123
    assert common_log(1674162806.0) == "19/Jan/2023:21:13:26 +0000"


def test_uuid_is_version_4():
    parsed = uuid.UUID(Ids(1).uuid())
    assert parsed.version == 4
    assert parsed.variant == uuid.RFC_4122


def test_gateway_ids_have_the_recorded_shape():
    ids = Ids(1)
    connection = ids.gateway(2)
    assert re.fullmatch(r"[A-Za-z0-9_-]{15}=", connection)
    raw = base64.urlsafe_b64decode(connection)
    assert raw[8] == 2
    message = base64.urlsafe_b64decode(ids.gateway(2, raw[8:]))
    assert message[8:] == raw[8:]


def test_a_seed_repeats_ids():
    assert Ids(7).uuid() == Ids(7).uuid()
    assert Ids(7).uuid() != Ids(8).uuid()


def test_trace_ids():
    assert re.fullmatch(r"1-65f1c2a3-[0-9a-f]{24}", Ids(1).trace(0x65F1C2A3))


def test_cause_travels_as_a_trace_header():
    cause = Cause("1-65f1c2a3-0123456789abcdef01234567", "00000000000000ff")
    assert cause.header() == "Root=1-65f1c2a3-0123456789abcdef01234567;Parent=00000000000000ff;Sampled=1"
    assert Cause.from_header(cause.header()) == cause


@pytest.mark.parametrize("text", ["", "Root=", "Root=1-zz-00", "Parent=53995c3f42cd8ad8", "garbage", "=;=;"])
def test_a_header_without_a_root_is_no_cause(text):
    assert Cause.from_header(text) is None


def test_a_malformed_parent_is_dropped():
    assert Cause.from_header("Root=1-65f1c2a3-0123456789abcdef01234567;Parent=xyz") == Cause(
        "1-65f1c2a3-0123456789abcdef01234567"
    )
