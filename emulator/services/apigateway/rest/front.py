"""The data plane of REST APIs: from a request to its answer.

Order (AWS docs): stage, method, size, authorizer, API key, throttling, request validator, integration.
"""

from __future__ import annotations

from dataclasses import replace

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.services.apigateway.address import host_domain
from emulator.services.apigateway.http.answer import Answer, forbidden
from emulator.services.apigateway.http.front import PAYLOAD_LIMIT, begin_hop
from emulator.services.apigateway.http.request import HttpRequest
from emulator.services.apigateway.lifecycle import REQUEST_MARK
from emulator.services.apigateway.rest.admission import check_key, meter, throttle
from emulator.services.apigateway.rest.authorize import authorize
from emulator.services.apigateway.rest.compression import compressed, decompressed
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.gateway_responses import answer_for
from emulator.services.apigateway.rest.integration import integrate
from emulator.services.apigateway.rest.model import RestApi
from emulator.services.apigateway.rest.results import sendable
from emulator.services.apigateway.rest.served import Served
from emulator.services.apigateway.rest.validation import validate
from emulator.wire.messages import WireResponse


async def serve(ground: Ground, api: RestApi, request: HttpRequest, cause: Cause) -> WireResponse:
    """Answer one request."""
    request_id, extended_id = ground.ids.uuid(), ground.ids.gateway(REQUEST_MARK)
    stage, path = split_stage(request.path)
    hop = begin_hop(ground, request, api.execute_arn(stage), request_id, cause)
    served = api.deployed(stage)
    traced = False
    if served is None or api.fields.get("disableExecuteApiEndpoint"):
        answer = forbidden("there is no such stage")
        answer.headers.append(("x-amzn-ErrorType", "ForbiddenException"))
    else:
        domain = ground.settings.domain_name or host_domain(request.host)
        exchange = Exchange(
            ground,
            Served(api, *served),
            request,
            path,
            request_id,
            extended_id,
            domain or f"{api.api_id}.execute-api.{api.region}.amazonaws.com",
            ground.clock.now(),
            hop.cause,
        )
        answer, traced = await _answer(exchange)
    answer = compressed(answer, api.fields.get("minimumCompressionSize"), request.header("accept-encoding"))
    ground.journal.end(hop, answer.error or "ok", status=answer.status)
    headers = [*answer.headers, ("x-amzn-RequestId", request_id), ("x-amz-apigw-id", extended_id)]
    if traced:
        headers.append(("X-Amzn-Trace-Id", f"Root={cause.trace}"))
    return WireResponse(answer.status, headers, answer.body)


def split_stage(path: str) -> tuple[str, str]:
    """The path's first part, and the path below it."""
    stage, slash, rest = path.lstrip("/").partition("/")
    return stage, slash + rest or "/"


async def _answer(exchange: Exchange) -> tuple[Answer, bool]:
    """The answer, and whether a backend was asked for it."""
    ground, served = exchange.ground, exchange.served
    match = served.snapshot.table.find(exchange.request.method, exchange.path)
    if match is None:
        fault = Fault("MISSING_AUTHENTICATION_TOKEN")
        ground.journal.note("route", served.execute_arn(""), exchange.method_arn, exchange.cause, fault.outcome)
        return answer_for(fault, exchange), False
    unpacked = decompressed(exchange.request, served.snapshot.fields.get("minimumCompressionSize"))
    if unpacked is None:
        return answer_for(Fault("BAD_REQUEST_BODY", reason="the body is not as Content-Encoding says"), exchange), False
    found = replace(exchange, match=match, request=unpacked)
    hop = ground.journal.begin("route", served.execute_arn(""), found.source, exchange.cause)
    found = replace(found, cause=hop.cause)
    admitted = await admit(found)
    ground.journal.end(hop, admitted.outcome if isinstance(admitted, Fault) else "ok")
    if isinstance(admitted, Fault):
        return answer_for(admitted, found), False
    return await answer_of(admitted), admitted.integration.get("type") != "MOCK"


async def answer_of(exchange: Exchange) -> Answer:
    """What the integration gives, whoever was admitted to it."""
    answer = await integrate(exchange)
    if not isinstance(answer, Fault):
        answer = sendable(answer)
    return answer_for(answer, exchange) if isinstance(answer, Fault) else answer


async def admit(exchange: Exchange) -> Exchange | Fault:
    """The exchange with what is known of the caller, or a refusal."""
    ground = exchange.ground
    if len(exchange.request.body) > PAYLOAD_LIMIT and ground.settings.enforce_quotas:
        return Fault("REQUEST_TOO_LARGE")
    grant = await authorize(exchange)
    if isinstance(grant, Fault):
        return grant
    admitted = replace(exchange, authorizer=grant.authorizer, known=grant.known)
    keyed = check_key(admitted, grant.usage_key)
    if isinstance(keyed, Fault):
        return keyed
    if keyed is not None:
        refused = meter(admitted, *keyed)
        if refused is not None:
            return refused
        known = {**admitted.known, "apiKey": keyed[0]["value"], "apiKeyId": keyed[0]["id"]}
        admitted = replace(admitted, known=known)
    return throttle(admitted) or validate(admitted) or admitted
