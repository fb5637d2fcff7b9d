"""The opening handshake: from the request to a connection, or to a refusal.

Order (AWS docs): stage, authorizer or IAM, throttling, ``$connect`` integration, 101.  The client hears nothing before
the last of them has finished.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.services.apigateway import frames
from emulator.services.apigateway.address import find_connect_target, host_domain, parse_address
from emulator.services.apigateway.authorizer import Denied, authorize
from emulator.services.apigateway.connection import Connection
from emulator.services.apigateway.events import Occasion
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.handshake_request import HandshakeRequest
from emulator.services.apigateway.integration import integrate
from emulator.services.apigateway.lifecycle import REQUEST_MARK
from emulator.services.apigateway.outcome import Failure
from emulator.services.apigateway.signature import access_key, signer
from emulator.services.apigateway.snapshot import RoutePlan
from emulator.services.apigateway.store import Api, ApiIndex, Resource
from emulator.services.apigateway.throttle import ThrottleStore

CONNECTION_MARK = 2
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
MISSING_TOKEN = Denied(403, "Missing Authentication Token")
FORBIDDEN = Denied(403, frames.FORBIDDEN)
THROTTLED = Denied(429, frames.TOO_MANY_REQUESTS)
_TEXTS = {
    401: frames.UNAUTHORIZED,
    403: frames.FORBIDDEN,
    429: frames.TOO_MANY_REQUESTS,
    504: frames.TIMED_OUT,
}


@dataclass(frozen=True, slots=True)
class Admitted:
    """The handshake may be answered with 101, with ``subprotocol`` if the integration chose one."""

    connection: Connection
    subprotocol: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The handshake is answered with ``status`` and the JSON text ``body``."""

    status: int
    body: str


async def shake_hands(ground: Ground, scope: Mapping[str, Any]) -> Admitted | Refused:
    """Decide about one handshake; never raises for what a client may send."""
    request = HandshakeRequest.from_scope(scope)
    address = parse_address(request.host, request.raw_path)
    api = find_connect_target(ground, address)
    ids = (ground.ids.gateway(CONNECTION_MARK), ground.ids.gateway(REQUEST_MARK))
    cause = ground.new_cause()
    hop = ground.journal.begin("connect", request.peer, api.execute_arn(address.stage) if api else "", cause)
    served = api.deployed(address.stage) if api is not None else None
    if api is None or served is None:
        refused: Denied | Admitted = FORBIDDEN
    else:
        refused = await _admit(ground, api, served[0], served[1].routes.get("$connect"), request, ids, hop.cause)
    if isinstance(refused, Denied):
        ground.journal.end(hop, str(refused.status), reason=refused.reason or refused.message)
        return Refused(refused.status, frames.error_frame(refused.message, *ids))
    ground.journal.end(hop, connection=ids[0])
    return refused


async def _admit(
    ground: Ground,
    api: Api,
    stage: Resource,
    plan: RoutePlan | None,
    request: HandshakeRequest,
    ids: tuple[str, str],
    cause: Cause,
) -> Admitted | Denied:
    at = ground.clock.now()
    connection = Connection(
        ids[0],
        (api.account, api.region, api.api_id),
        stage["StageName"],
        at,
        domain_name(ground, api, request.host),
        _identity(request),
    )
    if plan is None:
        return Admitted(connection, None)
    exchange = Exchange(
        ground, connection, plan, stage, Occasion("CONNECT", "$connect", ids[1], at), cause, "", request
    )
    latency = None
    match plan.route["AuthorizationType"]:
        case "CUSTOM":
            denied = await _ask_authorizer(exchange, request, cause)
            latency = round((ground.clock.now() - at) * 1000)
        case "AWS_IAM":
            denied = _check_signature(connection, request)
        case _:
            denied = None
    if denied is not None:
        return denied
    if not ground.cloud.shared(ThrottleStore).allows(api.api_id, stage, "$connect", ground.clock.now()):
        return THROTTLED
    if plan.integration is None:
        return Admitted(connection, None)
    occasion = Occasion("CONNECT", "$connect", ids[1], at, latency=latency)
    return await _ask_integration(Exchange(ground, connection, plan, stage, occasion, cause, "", request))


async def _ask_authorizer(exchange: Exchange, request: HandshakeRequest, cause: Cause) -> Denied | None:
    journal = exchange.ground.journal
    name = (exchange.plan.authorizer or {}).get("Name", "")
    hop = journal.begin("authorize", exchange.route_arn, name, cause)
    answer = await authorize(exchange, request, hop.cause)
    if isinstance(answer, Denied):
        journal.end(hop, str(answer.status), reason=answer.reason or answer.message)
        return answer
    journal.end(hop)
    exchange.connection.authorizer = answer.context
    return None


async def _ask_integration(exchange: Exchange) -> Admitted | Denied:
    outcome = await integrate(exchange)
    if isinstance(outcome, Failure):
        return Denied(outcome.status, outcome.message)
    if 200 <= outcome.status < 300:
        protocol = outcome.headers.get("sec-websocket-protocol")
        if protocol and not _TOKEN.fullmatch(protocol):
            return Denied(502, frames.INTERNAL_ERROR, f"{protocol!r} is no name of a subprotocol")
        return Admitted(exchange.connection, protocol)
    # What is no HTTP status cannot be an answer.
    status = outcome.status if 300 <= outcome.status < 600 else 502
    return Denied(status, _TEXTS.get(status, frames.INTERNAL_ERROR if status >= 500 else frames.FORBIDDEN))


def _check_signature(connection: Connection, request: HandshakeRequest) -> Denied | None:
    """AWS_IAM: a signed handshake is allowed, its signature is not verified."""
    key = access_key(request.header("authorization"), dict(request.query))
    if key is None:
        return MISSING_TOKEN
    known = signer(key, connection.account)
    shown = {name: str(known[name]) for name in ("accessKey", "accountId", "userArn")}
    connection.identity = {**shown, **connection.identity}
    return None


def domain_name(ground: Ground, api: Api, host: str) -> str:
    """``requestContext.domainName``: the setting, else the host the client used if it names an API, else AWS's."""
    return ground.settings.domain_name or host_domain(host) or f"{api.api_id}.execute-api.{api.region}.amazonaws.com"


def _identity(request: HandshakeRequest) -> dict[str, str]:
    agent = request.header("user-agent")
    return {"userAgent": agent, "sourceIp": request.peer} if agent else {"sourceIp": request.peer}


def is_stage(ground: Ground, api_id: str, stage: str) -> bool:
    """Whether an API exists and serves that stage."""
    api = ground.cloud.shared(ApiIndex).apis.get(api_id)
    return api is not None and api.deployed(stage) is not None
