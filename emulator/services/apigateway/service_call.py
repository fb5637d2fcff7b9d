"""Integrations with AWS services: the request that API Gateway would sign and send, answered by the house.

The mapped request becomes a request of the service's own protocol, is read as any SDK's, and goes to its operation
through the courier.  Services whose protocol the wire does not speak (S3) are asked over this emulator's port.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from emulator import wire
from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.core.units import current_unit
from emulator.http_out import request as send_request
from emulator.services.apigateway import query_json
from emulator.services.apigateway.backend_request import BackendRequest, filled
from emulator.services.apigateway.integration_target import ServiceTarget
from emulator.wire.directory import services_signing_as
from emulator.wire.identify import Unspoken
from emulator.wire.messages import Target, WireError, WireRequest, WireResponse
from emulator.wire.models import UnknownServiceError, metadata
from emulator.wire.recorded import FORMER_QUERY

PATIENCE = 60.0
_ACTION = re.compile(r"([^&?]*)[&?]?(.*)", re.DOTALL)


async def ask_service(
    ground: Ground,
    place: ServiceTarget,
    request: BackendRequest,
    method: str,
    *,
    source: str,
    account: str,
    cause: Cause,
) -> WireResponse:
    """The service's answer, errors included; ``source`` is who asks, in the journal.

    Raises HttpFailedError when a service that is asked over the port does not answer.
    """
    asked = wire_request(place, request, method, account)
    request_id = ground.ids.uuid()
    try:
        target = wire.identify(asked)
    except WireError as error:
        _note(ground, source, f"{place.service}:{place.rest}", error.error, cause)
        return error.answer(request_id)
    if isinstance(target.protocol, Unspoken):
        return await _over_the_port(ground, place, asked, source, cause)
    try:
        parsed = wire.parse(asked, target)
    except AwsError as error:
        _note(ground, source, f"{target.service}:{target.operation}", error, cause)
        return _refused(target, error, request_id)
    try:
        result = await ground.courier.call(
            parsed.service, parsed.operation, parsed.params, account=account, region=place.region, cause=cause
        )
    except AwsError as error:
        return _refused(target, error, request_id)
    if target.protocol.name == "query":
        return query_json.write(target.service, target.operation, result, request_id)
    return wire.answer(parsed, result, request_id)


def _note(ground: Ground, source: str, what: str, error: AwsError, cause: Cause) -> None:
    """What no operation has seen would be missing in the journal."""
    ground.journal.note("api", source, what, cause, error.code, error=error.message)


def _refused(target: Target, error: AwsError, request_id: str) -> WireResponse:
    if target.protocol.name == "query":
        return query_json.write_error(target.service, error, request_id)
    return wire.error_answer(target, error, request_id)


def wire_request(place: ServiceTarget, request: BackendRequest, method: str, account: str) -> WireRequest:
    """The HTTP request that reaches the service."""
    headers = {name.lower(): value for name, value in request.headers()}
    headers.setdefault("content-type", request.content_type)
    # Who calls is read from the signature's scope; the signature itself is not verified.
    scope = f"{account}/20230101/{place.region}/{place.service}/aws4_request"
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"
    headers["host"] = f"{place.service}.{place.region}.amazonaws.com"
    query = urlencode(request.query(), quote_via=quote)
    if place.form == "path":
        path, _, more = filled(place.rest, request).partition("?")
        prefix = f"{place.subdomain}/" if place.subdomain and place.service == "s3" else ""
        return WireRequest(method, f"/{prefix}{path}", _joined(more, query), headers, request.body)
    found = _ACTION.fullmatch(place.rest)
    action, more = (found[1], found[2]) if found else (place.rest, "")
    service = _owner(place.service, action)
    if service is not None and not _speaks_query(service):
        headers.setdefault("x-amz-target", f"{metadata(service).get('targetPrefix', '')}.{action}")
        return WireRequest("POST", "/", _joined(more, query), headers, request.body)
    return WireRequest(method, "/", _joined(f"Action={action}", more, query), headers, request.body)


def _joined(*queries: str) -> str:
    return "&".join(part for part in queries if part)


def _owner(name: str, action: str) -> str | None:
    """botocore's service behind a host name that knows the action."""
    return next((service for service in services_signing_as(name) if wire.has_operation(service, action)), None)


def _speaks_query(service: str) -> bool:
    try:
        data = metadata(service)
    except UnknownServiceError:
        return True
    return service in FORMER_QUERY or "query" in (data.get("protocols") or [data["protocol"]])


async def _over_the_port(
    ground: Ground, place: ServiceTarget, asked: WireRequest, source: str, cause: Cause
) -> WireResponse:
    headers = [*asked.headers.items(), ("X-Amzn-Trace-Id", cause.header())]
    url = f"{ground.base_url}{asked.path}{'?' if asked.query else ''}{asked.query}"
    with ground.clock.unit(f"{place.service} {asked.path}", current_unit.get(), cause.parent):
        answer = await send_request(
            ground,
            asked.method,
            url,
            source=source,
            cause=cause,
            headers=headers,
            body=asked.body,
            timeout=PATIENCE,
        )
    return WireResponse(answer.status, list(answer.headers), answer.body)
