"""Signatures of messages: RSA PKCS#1 v1.5 with a development key, by plain integers.

AWS docs, "Verifying the signatures of Amazon SNS messages"; which fields are signed is recorded from AWS.

The key is part of this package, so everybody has it and it protects nothing: it exists so that receivers can run the
verification that they run on AWS.  It is the product of sixteen primes instead of two, which no verifier can tell from
the certificate and which makes a signature cost a tenth of a millisecond without a cryptography library.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from math import prod
from typing import NamedTuple

PUBLIC_EXPONENT = 65537
_PRIMES = (
    0xF8A0B612E616D9F6C76A200C5A9457FF,
    0xFAB63B8D350ECDBEFFE92F415E0DCB3B,
    0xFB13E7BCC168E0C3DEE2FF19BB73EBB3,
    0xFC06FAA7DF932FC13800E59BF23C5465,
    0xFC2806FBD8BA9C83DA044C00D2411D49,
    0xFC590C7F4A1A8712BB2A625C2C5F06DB,
    0xFC9FEA602DAB510A4E4321DB79A8C3B9,
    0xFCB381EDDA86470137C39F5D9D566F8B,
    0xFCEEAC0314929E6848E24010DE3FEFA7,
    0xFD1A6554D53EF724789FC227D3F3B31B,
    0xFDBB7D9EFEC4086912CC392A912DAA65,
    0xFDCCFA1C73834B6B7C682A3D85FEA123,
    0xFE2447C51DEB69A019A1D48FFD906B23,
    0xFE3D911AC2FBA5545F74E032AA79B5FF,
    0xFE512E0FF30852A0E93489AE33EF96E7,
    0xFE51D94B404A8BBA7B0CA9DB4F85DF27,
)
# DigestInfo up to the digest (RFC 8017, section 9.2), and the hash, by SignatureVersion.
_DIGESTS = {
    "1": (bytes.fromhex("3021300906052b0e03021a05000414"), hashlib.sha1),
    "2": (bytes.fromhex("3031300d060960864801650304020105000420"), hashlib.sha256),
}
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class _Part(NamedTuple):
    """What the Chinese remainder theorem needs of one prime."""

    prime: int
    exponent: int
    weight: int


@cache
def _key() -> tuple[int, tuple[_Part, ...]]:
    modulus = prod(_PRIMES)
    parts = []
    for prime in _PRIMES:
        rest = modulus // prime
        parts.append(_Part(prime, pow(PUBLIC_EXPONENT, -1, prime - 1), rest * pow(rest, -1, prime)))
    return modulus, tuple(parts)


@cache
def certificate() -> bytes:
    """The X.509 certificate of the key, PEM."""
    return (resources.files("emulator.services.sns") / "certificate.pem").read_bytes()


@cache
def certificate_name() -> str:
    """``SimpleNotificationService-<32 hex>.pem``: the last part of SigningCertURL."""
    return f"SimpleNotificationService-{hashlib.sha256(certificate()).hexdigest()[:32]}.pem"


def string_to_sign(message: Mapping[str, str]) -> str:
    """``name\\nvalue\\n`` for each signed field that the message has."""
    fields = _NOTIFICATION if message["Type"] == "Notification" else _CONFIRMATION
    return "".join(f"{name}\n{message[name]}\n" for name in fields if message.get(name) is not None)


def sign(text: str, version: str) -> str:
    """The signature of ``text`` in base64; ``version`` is SignatureVersion: ``1`` (SHA1) or ``2`` (SHA256)."""
    prefix, digest = _DIGESTS[version]
    modulus, parts = _key()
    size = (modulus.bit_length() + 7) // 8
    info = prefix + digest(text.encode("utf-8", "surrogatepass")).digest()
    padded = int.from_bytes(b"\x00\x01".ljust(size - len(info) - 1, b"\xff") + b"\x00" + info, "big")
    signed = sum(pow(padded % part.prime, part.exponent, part.prime) * part.weight for part in parts) % modulus
    return base64.b64encode(signed.to_bytes(size, "big")).decode()
