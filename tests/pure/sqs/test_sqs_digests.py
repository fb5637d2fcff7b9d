"""MD5 vectors recorded from AWS, sizes, receipt handles."""

import pytest

from emulator.core.errors import AwsError
from emulator.services.sqs.digests import md5_of_attributes, md5_of_body, size_of
from emulator.services.sqs.receipts import Receipt, read_handle

QUEUE = "arn:aws:sqs:us-east-1:000000000000:q"
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def test_body_digest():
    assert md5_of_body("message") == "78e731027d8fd50ed642340b7c9a63b3"


@pytest.mark.parametrize(
    ("name", "data_type", "value", "digest"),
    [
        ("k", "String", "x", "a45daa70926828a2f0a1db3418e6feb4"),
        ("attr1", "Number", "99.12", "d302007e9aa062660afc85fd0a482472"),
        ("timestamp", "Number", "1493147359900", "235c5c510d26fb653d073faed50ae77c"),
        ("AWSTraceHeader", "String", TRACE, "5ae4d5d7636402d80f4eb6d213245a88"),
    ],
)
def test_attribute_digest(name, data_type, value, digest):
    assert md5_of_attributes({name: {"DataType": data_type, "StringValue": value}}) == digest


def test_attribute_digest_does_not_depend_on_the_order_of_attributes():
    one, two = {"DataType": "String", "StringValue": "1"}, {"DataType": "Binary", "BinaryValue": b"\x00"}
    assert md5_of_attributes({"a": one, "b": two}) == md5_of_attributes({"b": two, "a": one})


def test_size_counts_utf8_bytes_of_body_names_types_and_values():
    attributes = {"é": {"DataType": "Binary", "BinaryValue": b"123"}}
    assert size_of("äx", attributes) == 3 + 2 + 6 + 3


def test_receipt_handle_reads_back():
    receipt = Receipt(QUEUE, "11111111-2222-4333-8444-555555555555", 3)
    assert read_handle(QUEUE, receipt.handle()) == receipt


@pytest.mark.parametrize("handle", ["garbage", "AQEB", "AQEBxyz", Receipt(QUEUE + "2", "m", 1).handle()])
def test_handles_of_others_are_refused(handle):
    with pytest.raises(AwsError) as caught:
        read_handle(QUEUE, handle)
    assert caught.value.code == "ReceiptHandleIsInvalid"
    assert caught.value.message == f'The input receipt handle "{handle}" is not a valid receipt handle.'
