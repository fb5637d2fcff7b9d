"""The data plane of HTTP APIs: from a request to its answer.

Order (AWS docs): stage, CORS preflight, route, authorizer, throttling, integration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.journal import Hop
from emulator.services.apigateway.handshake import domain_name
from emulator.services.apigateway.http.answer import Answer, failure, not_found
from emulator.services.apigateway.http.authorize import authorize
from emulator.services.apigateway.http.cors import add_cors, is_preflight, preflight
from emulator.services.apigateway.http.exchange import Exchange
from emulator.services.apigateway.http.integration import integrate
from emulator.services.apigateway.http.request import HttpRequest
from emulator.services.apigateway.lifecycle import REQUEST_MARK
from emulator.services.apigateway.snapshot import Snapshot
from emulator.services.apigateway.store import Api
from emulator.services.apigateway.throttle import ThrottleStore
from emulator.wire.messages import WireResponse

DEFAULT_STAGE = "$default"
PAYLOAD_LIMIT = 10 * 1024 * 1024


async def serve(ground: Ground, api: Api, request: HttpRequest, cause: Cause) -> WireResponse:
    """Answer one request."""
    request_id = ground.ids.gateway(REQUEST_MARK)
    stage, path = pick_stage(api, request.path)
    hop = begin_hop(ground, request, api.execute_arn(stage), request_id, cause)
    served = api.deployed(stage)
    if served is None or api.fields["DisableExecuteApiEndpoint"]:
        answer = not_found()
    else:
        answer = await _answer(ground, api, served, request, path, request_id, hop.cause)
    ground.journal.end(hop, answer.error or "ok", status=answer.status)
    headers = [*answer.headers, ("apigw-requestid", request_id)]
    return WireResponse(answer.status, headers, answer.body)


def begin_hop(ground: Ground, request: HttpRequest, target: str, request_id: str, cause: Cause) -> Hop:
    """A client's request in the journal."""
    return ground.journal.begin(
        "request",
        request.peer,
        target,
        cause,
        payload=request.body.decode("utf-8", "replace") or None,
        method=request.method,
        path=request.path,
        request=request_id,
    )


def pick_stage(api: Api, path: str) -> tuple[str, str]:
    """The stage that a path names and the path below it; ``$default`` when its first part names none."""
    first, slash, rest = path[1:].partition("/")
    if first in api.stages and first != DEFAULT_STAGE:
        return first, slash + rest or "/"
    return DEFAULT_STAGE, path


async def _answer(
    ground: Ground,
    api: Api,
    served: tuple[Mapping[str, Any], Snapshot],
    request: HttpRequest,
    path: str,
    request_id: str,
    cause: Cause,
) -> Answer:
    _, snapshot = served
    if snapshot.cors is None:
        return await _route(ground, api, served, request, path, request_id, cause)
    if is_preflight(request):
        return preflight(snapshot.cors, request)
    answer = await _route(ground, api, served, request, path, request_id, cause)
    add_cors(snapshot.cors, request, answer)
    return answer


async def _route(
    ground: Ground,
    api: Api,
    served: tuple[Mapping[str, Any], Snapshot],
    request: HttpRequest,
    path: str,
    request_id: str,
    cause: Cause,
) -> Answer:
    stage, snapshot = served
    stage_arn = api.execute_arn(stage["StageName"])
    found = snapshot.table.find(request.method, path) if snapshot.table is not None else None
    plan = snapshot.routes.get(found.key) if found is not None else None
    if found is None or plan is None or plan.integration is None:
        ground.journal.note("route", stage_arn, stage_arn, cause, "Not Found")
        return not_found()
    hop = ground.journal.begin("route", stage_arn, f"{stage_arn}/{plan.key}", cause)
    domain = domain_name(ground, api, request.host)
    exchange = Exchange(
        ground,
        api,
        plan,
        stage,
        request,
        request.path,
        found.variables,
        request_id,
        domain,
        ground.clock.now(),
        hop.cause,
    )
    refusal = await _admit(exchange)
    ground.journal.end(hop, refusal.error if isinstance(refusal, Answer) else "ok")
    return refusal if isinstance(refusal, Answer) else await integrate(refusal)


async def _admit(exchange: Exchange) -> Exchange | Answer:
    """The exchange with what its authorizer found out, or a refusal."""
    ground, stage = exchange.ground, exchange.stage
    if len(exchange.request.body) > PAYLOAD_LIMIT and ground.settings.enforce_quotas:
        return failure(413, "Request Entity Too Large")
    grant = await authorize(exchange)
    if isinstance(grant, Answer):
        return grant
    throttles = ground.cloud.shared(ThrottleStore)
    if not throttles.allows(exchange.api.api_id, stage, exchange.plan.key, ground.clock.now()):
        return failure(429, "Too Many Requests")
    return replace(exchange, grant=grant)
