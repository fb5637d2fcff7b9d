"""Routes of HTTP APIs: what AWS takes and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway.http.route_keys import InvalidRouteKeyError, check_route_key
from emulator.services.apigateway.resources import Params, bad_request, given, new_id, refuse, require
from emulator.services.apigateway.snapshot import TARGET_PREFIX
from emulator.services.apigateway.store import Api, Resource

FIELDS = ("AuthorizationScopes", "AuthorizationType", "AuthorizerId", "OperationName", "RouteKey", "Target")
_WEBSOCKET_ONLY = (
    *("ApiKeyRequired", "ModelSelectionExpression", "RequestModels", "RequestParameters"),
    "RouteResponseSelectionExpression",
)
_AUTHORIZERS = {"JWT": "JWT", "CUSTOM": "REQUEST"}


def new_route(call: Call, api: Api, params: Params) -> Resource:
    """Add a route; the caller deploys."""
    require(params, "RouteKey")
    refuse(params, "HTTP APIs' routes", *_WEBSOCKET_ONLY)
    route_id = new_id(call, api.routes)
    route = {"ApiKeyRequired": False, "AuthorizationType": "NONE", "RouteId": route_id, **given(params, FIELDS)}
    _check(api, route)
    api.routes[route_id] = route
    return route


def changed_route(api: Api, old: Resource, params: Params) -> Resource:
    """Put the changed route in the old one's place; the caller deploys."""
    refuse(params, "HTTP APIs' routes", *_WEBSOCKET_ONLY)
    route = {**old, **given(params, FIELDS)}
    if old.get("ApiGatewayManaged") and route["RouteKey"] != old["RouteKey"]:
        raise bad_request("The route key of a route that is managed by API Gateway cannot be changed")
    if route["AuthorizationType"] not in _AUTHORIZERS:
        route.pop("AuthorizerId", None)
    if route["AuthorizationType"] != "JWT":
        route.pop("AuthorizationScopes", None)
    _check(api, route)
    api.routes[route["RouteId"]] = route
    return route


def _check(api: Api, route: Resource) -> None:
    key = route["RouteKey"]
    try:
        check_route_key(key)
    except InvalidRouteKeyError as error:
        raise bad_request(str(error)) from None
    for other in api.routes.values():
        if other["RouteKey"] == key and other["RouteId"] != route["RouteId"]:
            raise AwsError("ConflictException", f"Route with key {key} already exists for this API")
    target = route.get("Target")
    if target is not None and not _leads_somewhere(api, target):
        raise bad_request(f"Invalid target specified: {target}. It must be integrations/ and the id of an integration")
    _check_authorization(api.authorizers, route)


def _leads_somewhere(api: Api, target: str) -> bool:
    return target.startswith(TARGET_PREFIX) and target.removeprefix(TARGET_PREFIX) in api.integrations


def _check_authorization(authorizers: Mapping[str, Mapping[str, Any]], route: Resource) -> None:
    kind = route["AuthorizationType"]
    if kind not in ("NONE", "AWS_IAM", *_AUTHORIZERS):
        raise bad_request(f"Invalid authorizationType {kind}. Must be one of [NONE, AWS_IAM, CUSTOM, JWT]")
    if route.get("AuthorizationScopes") and kind != "JWT":
        raise bad_request("Authorization scopes are supported for JWT authorizers only")
    if kind in _AUTHORIZERS:
        authorizer = authorizers.get(route.get("AuthorizerId", ""))
        if authorizer is None or authorizer["AuthorizerType"] != _AUTHORIZERS[kind]:
            raise bad_request(f"Invalid authorizer identifier specified {route.get('AuthorizerId', '')}")
    elif route.get("AuthorizerId"):
        raise bad_request(f"authorizationType {kind} takes no authorizer")
