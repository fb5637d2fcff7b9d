"""Binary bodies (AWS docs, "Content type conversions in API Gateway")."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from emulator.services.apigateway.rest.exchange import Exchange, media_type

TO_TEXT, TO_BINARY = "CONVERT_TO_TEXT", "CONVERT_TO_BINARY"


def is_binary(media: str, binary_types: Iterable[str]) -> bool:
    """Whether a media type is one of the API's binary ones, of which ``*/*`` means all."""
    return any(known == "*/*" or media_type(known) == media for known in binary_types)


def wants_binary(exchange: Exchange, content_type: str | None) -> bool:
    """Whether the client accepts a binary answer: its first accepted type counts, without any the answer's own."""
    accepted = media_type((exchange.request.header("accept") or "").partition(",")[0])
    if accepted in ("", "*/*"):
        accepted = media_type(content_type)
    return is_binary(accepted, exchange.served.binary_media_types)


def response_content(body: bytes, handling: str | None, from_binary: bool, to_binary: bool) -> bytes:
    """The body of an integration's answer as the client gets it.  Raises ValueError for base64 that is none."""
    if from_binary:
        keep = handling == TO_BINARY or (handling is None and to_binary)
        return body if keep else base64.b64encode(body)
    if handling == TO_BINARY or (handling is None and to_binary):
        return decoded(body)
    return body


def decoded(text: str | bytes) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"no base64: {error}") from None
