"""IP addresses and CIDR blocks as AWS's matching library reads them (java.net rules, without name look-ups)."""

from __future__ import annotations

import re
from functools import lru_cache

from emulator.patterns.invalid_pattern import InvalidPattern

_V4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_V6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_LARGEST_INT = 2**31 - 1
_LONGEST = 100  # characters: longer texts are no addresses; int() stays cheap
_MAPPED = bytes(10) + b"\xff\xff"


@lru_cache(maxsize=4096)
def address_of(text: str) -> bytes | None:
    """The 4 or 16 bytes of an address literal, None for any other text.

    IPv6 forms of IPv4 addresses (``::ffff:a00:1``) become IPv4, as in Java.
    """
    if len(text) > _LONGEST:
        return None
    if _V4.fullmatch(text):
        return _v4(text)
    if _V6.fullmatch(text):
        return _v6(text)
    return None


def _v4(text: str) -> bytes | None:
    parts = [int(part) for part in text.split(".")]
    return bytes(parts) if max(parts) <= 255 else None


def _v6(text: str) -> bytes | None:
    head, gap, tail = text.partition("::")
    before = head.split(":") if head else []
    after = tail.split(":") if tail else []
    missing = 8 - len(before) - len(after)
    if (missing < 1) if gap else (missing != 0):
        return None
    groups = before + ["0"] * missing + after
    if not all(groups):
        return None
    values = [int(group, 16) for group in groups]
    if max(values) > 0xFFFF:
        return None
    packed = b"".join(value.to_bytes(2, "big") for value in values)
    return packed[12:] if packed.startswith(_MAPPED) else packed


def block_of(text: str) -> tuple[bytes, bytes]:
    """First and last address of a CIDR block; host bits in the base are allowed.  Raises ``InvalidPattern``."""
    if text.count("/") != 1 or text.endswith("/"):
        raise InvalidPattern("Malformed CIDR, one '/' required")
    base_text, mask_text = text.split("/")
    if not _INTEGER.fullmatch(mask_text) or len(mask_text) > 20 or abs(int(mask_text)) > _LARGEST_INT:
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer")
    mask = int(mask_text)
    if mask < 0:
        raise InvalidPattern("Malformed CIDR, mask bits must not be negative")
    if not _V4.fullmatch(base_text) and not _V6.fullmatch(base_text):
        raise InvalidPattern(f"Nonstandard IP address: {base_text}")
    base = address_of(base_text)
    if base is None:
        raise InvalidPattern(f"Invalid IP address: {base_text}")
    bits = len(base) * 8
    if mask >= bits:
        raise InvalidPattern(f"IPv{4 if bits == 32 else 6} mask bits must be < {bits}")
    hosts = (1 << (bits - mask)) - 1
    number = int.from_bytes(base, "big")
    return (number & ~hosts).to_bytes(len(base), "big"), (number | hosts).to_bytes(len(base), "big")
