"""Signatures, checked with nothing but the certificate."""

import base64
import hashlib
import shutil
import ssl
import subprocess

import pytest

from emulator.services.sns.signature import certificate, certificate_name, sign, string_to_sign

DIGESTS = {
    "1": (hashlib.sha1, "3021300906052b0e03021a05000414"),
    "2": (hashlib.sha256, "3031300d060960864801650304020105000420"),
}


def integers(der):
    """Every INTEGER that is found in a DER document, in order, bit strings included."""
    found = []

    def walk(data):
        at = 0
        while at < len(data):
            tag, size, at = data[at], data[at + 1], at + 2
            if size & 0x80:
                count = size & 0x7F
                size, at = int.from_bytes(data[at : at + count], "big"), at + count
            content, at = data[at : at + size], at + size
            if tag == 2:
                found.append(int.from_bytes(content, "big"))
            elif tag & 0x20:
                walk(content)
            elif tag == 3 and content[1:2] == b"\x30":
                walk(content[1:])

    walk(der)
    return found


def public_key():
    numbers = integers(ssl.PEM_cert_to_DER_cert(certificate().decode()))
    modulus = next(number for number in numbers if number.bit_length() == 2048)
    return modulus, numbers[numbers.index(modulus) + 1]


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("text", ["Message\nhello\n", "", "é\U0001f600\n", "x" * 300_000])
def test_the_certificate_verifies_signatures(version, text):
    modulus, exponent = public_key()
    signature = base64.b64decode(sign(text, version))
    digest, prefix = DIGESTS[version]
    info = bytes.fromhex(prefix) + digest(text.encode()).digest()
    expected = b"\x00\x01" + b"\xff" * (256 - 3 - len(info)) + b"\x00" + info
    assert len(signature) == 256
    assert pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(256, "big") == expected


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
@pytest.mark.parametrize(("version", "digest"), [("1", "-sha1"), ("2", "-sha256")])
def test_openssl_agrees(version, digest, tmp_path):
    (tmp_path / "certificate.pem").write_bytes(certificate())
    (tmp_path / "signature").write_bytes(base64.b64decode(sign("Message\nhello\n", version)))
    key = subprocess.run(
        ["openssl", "x509", "-in", "certificate.pem", "-pubkey", "-noout"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    (tmp_path / "key.pem").write_bytes(key.stdout)
    command = ["openssl", "dgst", digest, "-verify", "key.pem", "-signature", "signature"]
    done = subprocess.run(command, cwd=tmp_path, input=b"Message\nhello\n", capture_output=True, check=False)
    assert done.stdout == b"Verified OK\n", done.stderr


def test_the_string_to_sign():
    message = {
        "Type": "Notification",
        "MessageId": "id",
        "TopicArn": "arn",
        "Message": "text",
        "Timestamp": "t",
        "SignatureVersion": "1",
    }
    assert string_to_sign(message) == "Message\ntext\nMessageId\nid\nTimestamp\nt\nTopicArn\narn\nType\nNotification\n"
    assert "\nSubject\ns\nTimestamp\n" in string_to_sign({**message, "Subject": "s"})
    asked = {**message, "Type": "SubscriptionConfirmation", "SubscribeURL": "u", "Token": "k"}
    assert string_to_sign(asked) == (
        "Message\ntext\nMessageId\nid\nSubscribeURL\nu\nTimestamp\nt\nToken\nk\nTopicArn\narn\n"
        "Type\nSubscriptionConfirmation\n"
    )


def test_the_certificate_has_aws_shaped_name():
    stem = certificate_name().removeprefix("SimpleNotificationService-").removesuffix(".pem")
    assert len(stem) == 32
    assert set(stem) <= set("0123456789abcdef")
