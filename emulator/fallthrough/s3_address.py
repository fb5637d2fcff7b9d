"""Which requests are S3's: buckets in host names, presigned URLs, and paths of buckets that exist."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote

from emulator.core.errors import AwsError
from emulator.wire import WireRequest

_AWS_HOST = re.compile(r"(?P<bucket>.+?)\.s3(?:[.-][a-z0-9.-]+)?(?::\d+)?", re.IGNORECASE)
_LOCAL_HOST = re.compile(r"(?P<bucket>.+)\.localhost(?::\d+)?", re.IGNORECASE)


def path_style(request: WireRequest, signed_for_s3: bool, buckets: Container[str]) -> WireRequest:
    """The request with its bucket in the path; unchanged when the host names none.

    ``bucket.s3.…`` always does, ``bucket.localhost`` when the request is S3's by its signature or the bucket exists.
    """
    host = request.headers.get("host", "")
    named = _AWS_HOST.fullmatch(host)
    if named is None:
        named = _LOCAL_HOST.fullmatch(host)
        if named is None or named["bucket"] == "s3" or not (signed_for_s3 or named["bucket"] in buckets):
            return request
    return replace(request, path=f"/{named['bucket']}{request.path}")


def is_presigned(request: WireRequest) -> bool:
    """Whether the query holds a signature of version 2, which names no service: only S3 takes it."""
    query = request.query
    return "AWSAccessKeyId=" in query and "Signature=" in query and "Expires=" in query


def bucket_of(request: WireRequest) -> str:
    """The first segment of the path."""
    return unquote(request.path.lstrip("/").partition("/")[0])


def check_expiry(request: WireRequest, wall: float) -> None:
    """Refuse a presigned URL whose time is over (AWS docs, "Download and upload objects with presigned URLs").

    ``wall`` is real time: URLs are signed with the signer's real clock.  Raises AccessDenied.
    """
    if "Expires=" not in request.query:
        return
    query = {name: values[0] for name, values in parse_qs(request.query).items()}
    try:
        if "X-Amz-Expires" in query:
            signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            end = signed.timestamp() + int(query["X-Amz-Expires"])
        elif is_presigned(request):
            end = float(query["Expires"])
        else:
            return
    except (KeyError, ValueError):
        raise AwsError("AuthorizationQueryParametersError", "Query-string authentication is malformed.") from None
    if end < wall:
        raise AwsError("AccessDenied", "Request has expired")
