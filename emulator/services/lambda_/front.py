"""Lambda's addresses outside its API: function URLs, and the zip files behind ``Code.Location``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.lambda_ import url_result, urls
from emulator.services.lambda_.archives import archive
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.invocation import Job, run
from emulator.services.lambda_.payload import MAX_SYNC
from emulator.services.lambda_.url import FunctionUrl
from emulator.services.lambda_.url_event import url_event
from emulator.wire.messages import WireRequest, WireResponse

_HOST = re.compile(r"([a-z0-9]+)\.lambda-url\.[^:/]+(?::\d+)?", re.IGNORECASE)
_URL_PATH = re.compile(r"/_aws/lambda-url/([a-z0-9]+)(/.*)?", re.DOTALL)
_CODE_PATH = re.compile(r"/_aws/lambda/code/(.+)")


@dataclass(frozen=True, slots=True)
class Place:
    """``name`` is a URL's id or an archive's path, ``path`` what follows it."""

    kind: Literal["url", "code"]
    name: str
    path: str = "/"


def locate(host: str, path: str) -> Place | None:
    """What a host and a raw path mean; None when it is nothing of Lambda's own."""
    named = _HOST.fullmatch(host)
    if named is not None:
        return Place("url", named[1].lower(), path or "/")
    if not path.startswith("/_aws/lambda"):
        return None
    by_path = _URL_PATH.fullmatch(path)
    if by_path is not None:
        return Place("url", by_path[1], by_path[2] or "/")
    code = _CODE_PATH.fullmatch(path)
    return Place("code", code[1]) if code is not None else None


async def handle_http(ground: Ground, place: Place, request: WireRequest, cause: Cause) -> WireResponse:
    """Answer a request to one of them."""
    if place.kind == "code":
        data = archive(ground, place.name)
        if data is None:
            return WireResponse(404, [("content-type", "text/plain")], b"no such code")
        return WireResponse(200, [("content-type", "application/zip")], data)
    request_id = ground.ids.uuid()
    answer = await _call(ground, place, request, request_id, cause)
    answer.headers.append(("x-amzn-RequestId", request_id))
    return answer


async def _call(ground: Ground, place: Place, request: WireRequest, request_id: str, cause: Cause) -> WireResponse:
    found = urls.find(ground, place.name)
    if found is None:
        return url_result.forbidden()
    function, url = found
    shared = _cors(url, request.headers)
    if request.method == "OPTIONS" and url.cors and "access-control-request-method" in request.headers:
        return WireResponse(200, shared, b"")
    if url.auth_type == "AWS_IAM" and "authorization" not in request.headers and "X-Amz-Signature" not in request.query:
        return url_result.forbidden()
    if len(request.body) > MAX_SYNC and ground.settings.enforce_quotas:
        return WireResponse(413, [("content-type", "application/json")], b'{"message":"Request Entity Too Large"}')
    answer = await _invoke(ground, function, url, place.path, request, request_id, cause)
    answer.headers += shared
    return answer


async def _invoke(
    ground: Ground, function: Function, url: FunctionUrl, path: str, request: WireRequest, request_id: str, cause: Cause
) -> WireResponse:
    domain = f"{url.id}.lambda-url.{function.region}.on.aws"
    event = url_event(request, path, url.id, domain, request_id, ground.clock.now())
    job = Job(function, url.qualifier, event, request_id, f"lambda-url:{url.id}", cause)
    try:
        result = await run(ground, job, type="RequestResponse")
    except AwsError as error:
        return url_result.throttled() if error.code == "TooManyRequestsException" else url_result.failed()
    if result.failed:
        return url_result.failed()
    return url_result.answered(result.outcome.payload, result.outcome.content_type)


def _cors(url: FunctionUrl, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers that a browser wants to see (AWS docs, "Creating and managing Lambda function URLs", CORS)."""
    origin, cors = headers.get("origin"), url.cors
    if not origin or not cors:
        return []
    allowed = cors.get("AllowOrigins") or []
    if "*" not in allowed and origin not in allowed:
        return []
    shown: list[tuple[str, Any]] = [
        ("access-control-allow-origin", origin if cors.get("AllowCredentials") or "*" not in allowed else "*"),
        ("access-control-allow-credentials", "true" if cors.get("AllowCredentials") else None),
        ("access-control-expose-headers", ",".join(cors.get("ExposeHeaders") or [])),
    ]
    if "access-control-request-method" in headers:
        shown += [
            ("access-control-allow-methods", ",".join(cors.get("AllowMethods") or [])),
            ("access-control-allow-headers", ",".join(cors.get("AllowHeaders") or [])),
            ("access-control-max-age", cors.get("MaxAge")),
        ]
    return [(name, str(value)) for name, value in shown if value not in (None, "")]
