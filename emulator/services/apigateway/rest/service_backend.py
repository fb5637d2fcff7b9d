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
from emulator.core.units import current_unit
from emulator.http_out import HttpFailedError
from emulator.http_out import request as send_request
from emulator.services.apigateway.rest import query_json
from emulator.services.apigateway.rest.endpoint_backend import filled
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.integration_target import ServiceTarget
from emulator.services.apigateway.rest.request_mapping import BackendRequest
from emulator.services.apigateway.rest.response_mapping import BackendAnswer
from emulator.wire.directory import services_signing_as
from emulator.wire.identify import Unspoken
from emulator.wire.messages import Target, WireError, WireRequest, WireResponse
from emulator.wire.models import UnknownServiceError, metadata
from emulator.wire.recorded import FORMER_QUERY

PATIENCE = 60.0
_ACTION = re.compile(r"([^&?]*)[&?]?(.*)", re.DOTALL)


async def call(
    exchange: Exchange, place: ServiceTarget, request: BackendRequest, cause: Cause
) -> BackendAnswer | Fault:
    """The service's answer; its status selects the integration response."""
    asked = wire_request(place, request, exchange.integration.get("httpMethod", "POST"), exchange.served.account)
    request_id = exchange.ground.ids.uuid()
    try:
        target = wire.identify(asked)
    except WireError as error:
        _note(exchange, f"{place.service}:{place.rest}", error.error, cause)
        return _answered(error.answer(request_id))
    if isinstance(target.protocol, Unspoken):
        return await _over_the_port(exchange, place, asked, cause)
    try:
        parsed = wire.parse(asked, target)
    except AwsError as error:
        _note(exchange, f"{target.service}:{target.operation}", error, cause)
        return _refused(target, error, request_id)
    served = exchange.served
    try:
        result = await exchange.ground.courier.call(
            parsed.service, parsed.operation, parsed.params, account=served.account, region=place.region, cause=cause
        )
    except AwsError as error:
        return _refused(target, error, request_id)
    if target.protocol.name == "query":
        return _answered(query_json.write(target.service, target.operation, result, request_id))
    return _answered(wire.answer(parsed, result, request_id))


def _note(exchange: Exchange, what: str, error: AwsError, cause: Cause) -> None:
    """What no operation has seen would be missing in the journal."""
    exchange.ground.journal.note("api", exchange.source, what, cause, error.code, error=error.message)


def _refused(target: Target, error: AwsError, request_id: str) -> BackendAnswer:
    if target.protocol.name == "query":
        return _answered(query_json.write_error(target.service, error, request_id))
    return _answered(wire.error_answer(target, error, request_id))


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


def _answered(response: WireResponse) -> BackendAnswer:
    headers = [(name, value) for name, value in response.headers]
    return BackendAnswer(str(response.status), response.body, headers)


async def _over_the_port(
    exchange: Exchange, place: ServiceTarget, asked: WireRequest, cause: Cause
) -> BackendAnswer | Fault:
    ground = exchange.ground
    headers = [*asked.headers.items(), ("X-Amzn-Trace-Id", cause.header())]
    url = f"{ground.base_url}{asked.path}{'?' if asked.query else ''}{asked.query}"
    try:
        with ground.clock.unit(f"{place.service} {asked.path}", current_unit.get(), cause.parent):
            answer = await send_request(
                ground,
                asked.method,
                url,
                source=exchange.source,
                cause=cause,
                headers=headers,
                body=asked.body,
                timeout=PATIENCE,
            )
    except HttpFailedError as error:
        return Fault("INTEGRATION_FAILURE", reason=str(error))
    return BackendAnswer(str(answer.status), answer.body, list(answer.headers))
