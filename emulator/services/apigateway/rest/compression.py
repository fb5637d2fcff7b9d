"""Compression of payloads (AWS docs, "Payload compression for REST APIs"): both ways, where an API sets a size."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace

from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.http.front import PAYLOAD_LIMIT
from emulator.services.apigateway.http.request import HttpRequest

_KNOWN = ("gzip", "deflate")


def compressed(answer: Answer, minimum: int | None, accepted: str | None) -> Answer:
    """The answer in the first encoding that the client accepts, if it is large enough."""
    if minimum is None or len(answer.body) < minimum or not answer.body or answer.header("content-encoding"):
        return answer
    names = [part.partition(";")[0].strip().lower() for part in (accepted or "").split(",")]
    encoding = next(("gzip" if name == "*" else name for name in names if name in (*_KNOWN, "*")), None)
    if encoding is None:
        return answer
    body = gzip.compress(answer.body, mtime=0) if encoding == "gzip" else zlib.compress(answer.body)
    return Answer(answer.status, [*answer.headers, ("Content-Encoding", encoding)], body, answer.error)


def decompressed(request: HttpRequest, minimum: int | None) -> HttpRequest | None:
    """The request with its body unpacked; None for a body that is not what its header says, or far too large."""
    encoding = (request.header("content-encoding") or "").strip().lower()
    if minimum is None or encoding not in _KNOWN or not request.body:
        return request
    unpacker = zlib.decompressobj(wbits=47 if encoding == "gzip" else 15)
    try:
        body = unpacker.decompress(request.body, PAYLOAD_LIMIT + 1)
    except zlib.error:
        return None
    if not unpacker.eof and len(body) <= PAYLOAD_LIMIT:
        return None
    headers = tuple(pair for pair in request.headers if pair[0].lower() != "content-encoding")
    return replace(request, headers=headers, body=body)
