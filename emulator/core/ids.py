"""Identifiers in AWS's shapes, all drawn from one source so that a seed repeats a run."""

from __future__ import annotations

import base64
import random
import string

_ALNUM = string.ascii_lowercase + string.digits


class Ids:
    """A source of identifiers; two sources with the same ``seed`` give the same ids."""

    def __init__(self, seed: int | str | None = None) -> None:
        self._random = random.Random(seed)

    def hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"

    def uuid(self) -> str:
        """A version-4 UUID in lower case."""
        text = self.hex(32)
        variant = "89ab"[self._random.getrandbits(2)]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"

    def alnum(self, length: int) -> str:
        """Lower-case letters and digits, as API Gateway's resource ids; the first is a letter."""
        return self._random.choice(string.ascii_lowercase) + "".join(self._random.choices(_ALNUM, k=length - 1))

    def gateway(self, marker: int, tail: bytes | None = None) -> str:
        """An API Gateway id: 11 bytes in padded base64url, ``M0en2eVpSwMCFmw=`` (recorded from AWS).

        Byte 8 is ``marker`` (2: connection and message ids, 5: request ids); ``tail`` repeats the last three bytes of
        a connection's id in its message ids: byte 8 is the first of them.
        """
        raw = bytearray(self._random.getrandbits(88).to_bytes(11, "big"))
        raw[8] = marker
        if tail is not None:
            raw[8:] = tail
        return base64.urlsafe_b64encode(raw).decode()

    def bytes(self, count: int) -> bytes:
        return self._random.getrandbits(count * 8).to_bytes(count, "big")

    def uniform(self, low: float, high: float) -> float:
        """For jitter."""
        return self._random.uniform(low, high)

    def trace(self, now: float) -> str:
        """An X-Ray trace id: ``1-<8 hex of epoch seconds>-<24 hex>``."""
        return f"1-{int(now):08x}-{self.hex(24)}"
