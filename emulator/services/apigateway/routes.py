"""Operations on routes and route responses."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.patterns.route_selection import compile_selection
from emulator.services.apigateway import deployment
from emulator.services.apigateway.http.routes import changed_route, new_route
from emulator.services.apigateway.resources import (
    Params,
    bad_request,
    find,
    find_api,
    given,
    merged_maps,
    new_id,
    not_found,
    page,
    refuse,
    require,
    require_websocket,
    unsupported,
)
from emulator.services.apigateway.snapshot import TARGET_PREFIX
from emulator.services.apigateway.store import Api, Resource

_FIELDS = (
    *("ApiKeyRequired", "AuthorizationType", "AuthorizerId", "ModelSelectionExpression", "OperationName"),
    *("RequestModels", "RequestParameters", "RouteKey", "RouteResponseSelectionExpression", "Target"),
)
_HTTP_ONLY = ("AuthorizationScopes",)
_RESPONSE_FIELDS = ("ModelSelectionExpression", "ResponseModels", "ResponseParameters", "RouteResponseKey")
_RESERVED = ("$connect", "$disconnect", "$default")
_SOURCE = re.compile(r"route\.request\.(header|querystring|multivalueheader|multivaluequerystring)\.[\w.-]+")


@deployment.changing
def create_route(call: Call, api: Api, params: Params) -> dict[str, Any]:
    if api.is_http:
        return new_route(call, api, params)
    require(params, "RouteKey")
    refuse(params, "a WebSocket API's route", *_HTTP_ONLY)
    route_id = new_id(call, api.routes)
    route = {"ApiKeyRequired": False, "AuthorizationType": "NONE", "RouteId": route_id, **given(params, _FIELDS)}
    _check(api, route)
    api.routes[route_id] = route
    return route


def get_route(call: Call, params: Params) -> dict[str, Any]:
    return find(find_api(call, params).routes, params, "Route")


def get_routes(call: Call, params: Params) -> dict[str, Any]:
    return page(find_api(call, params).routes.values(), params)


@deployment.changing
def update_route(call: Call, api: Api, params: Params) -> dict[str, Any]:
    old = find(api.routes, params, "Route")
    if api.is_http:
        return changed_route(api, old, params)
    refuse(params, "a WebSocket API's route", *_HTTP_ONLY)
    route = {**old, **merged_maps(old, given(params, _FIELDS), ("RequestParameters",))}
    if route["AuthorizationType"] != "CUSTOM":
        route.pop("AuthorizerId", None)
    _check(api, route)
    api.routes[params["RouteId"]] = route
    return route


@deployment.changing
def delete_route(call: Call, api: Api, params: Params) -> None:
    find(api.routes, params, "Route")
    del api.routes[params["RouteId"]]
    api.route_responses.pop(params["RouteId"], None)


@deployment.changing
def delete_route_request_parameter(call: Call, api: Api, params: Params) -> None:
    route = find(api.routes, params, "Route")
    key = params.get("RequestParameterKey", "")
    parameters = dict(route.get("RequestParameters", {}))
    if key not in parameters:
        raise not_found(f"Invalid RequestParameter identifier specified {key}", "RequestParameter")
    del parameters[key]
    api.routes[params["RouteId"]] = {**route, "RequestParameters": parameters}


def _check(api: Api, route: Resource) -> None:
    key = route["RouteKey"]
    if not key:
        raise bad_request("Invalid route key: it is empty")
    if key.startswith("$") and key not in _RESERVED:
        raise bad_request(f"Invalid route key: {key}. After $ only {', '.join(_RESERVED)} are allowed")
    for other in api.routes.values():
        if other["RouteKey"] == key and other["RouteId"] != route["RouteId"]:
            raise AwsError("ConflictException", f"Route with key {key} already exists for this API")
    if route.get("RouteResponseSelectionExpression", "$default") != "$default":
        raise bad_request("RouteResponseSelectionExpression: $default is the only supported value for WebSocket APIs")
    for name in route.get("RequestParameters", {}):
        if not _SOURCE.fullmatch(name):
            raise bad_request(f"Invalid request parameter specified: {name}")
    if route.get("ModelSelectionExpression"):
        try:
            compile_selection(route["ModelSelectionExpression"])
        except ValueError as error:
            raise bad_request(f"Invalid modelSelectionExpression: {error}") from None
    _check_target(api, route)
    _check_authorization(api, route)


def _check_target(api: Api, route: Resource) -> None:
    target = route.get("Target")
    if target is None:
        return
    if not target.startswith(TARGET_PREFIX) or target.removeprefix(TARGET_PREFIX) not in api.integrations:
        raise bad_request(f"Invalid target specified: {target}. It must be integrations/ and the id of an integration")


def _check_authorization(api: Api, route: Resource) -> None:
    kind = route["AuthorizationType"]
    if kind not in ("NONE", "AWS_IAM", "CUSTOM"):
        raise bad_request(f"Invalid authorizationType {kind}. Must be one of [NONE, AWS_IAM, CUSTOM]")
    if route["ApiKeyRequired"]:
        raise unsupported("ApiKeyRequired (API keys and usage plans)")
    if kind != "NONE" and route["RouteKey"] != "$connect":
        raise bad_request("Currently, authorization is restricted to the $connect route only")
    if kind == "CUSTOM" and route.get("AuthorizerId") not in api.authorizers:
        raise bad_request(f"Invalid authorizer identifier specified {route.get('AuthorizerId', '')}")


# Route responses


@deployment.changing
def create_route_response(call: Call, api: Api, params: Params) -> dict[str, Any]:
    require_websocket(api, "Route responses")
    find(api.routes, params, "Route")
    require(params, "RouteResponseKey")
    responses = api.route_responses.setdefault(params["RouteId"], {})
    _check_response(params)
    if responses:
        raise AwsError("ConflictException", "RouteResponse with key $default already exists for this route")
    response_id = new_id(call, responses)
    responses[response_id] = {"RouteResponseId": response_id, **given(params, _RESPONSE_FIELDS)}
    return responses[response_id]


def get_route_response(call: Call, params: Params) -> dict[str, Any]:
    return find(_responses(find_api(call, params), params), params, "RouteResponse")


def get_route_responses(call: Call, params: Params) -> dict[str, Any]:
    return page(_responses(find_api(call, params), params).values(), params)


@deployment.changing
def update_route_response(call: Call, api: Api, params: Params) -> dict[str, Any]:
    responses = _responses(api, params)
    old = find(responses, params, "RouteResponse")
    _check_response(params)
    responses[params["RouteResponseId"]] = {**old, **given(params, _RESPONSE_FIELDS)}
    return responses[params["RouteResponseId"]]


@deployment.changing
def delete_route_response(call: Call, api: Api, params: Params) -> None:
    responses = _responses(api, params)
    find(responses, params, "RouteResponse")
    del responses[params["RouteResponseId"]]


def _responses(api: Api, params: Params) -> dict[str, Resource]:
    find(api.routes, params, "Route")
    return api.route_responses.get(params["RouteId"], {})


def _check_response(params: Params) -> None:
    if params.get("RouteResponseKey", "$default") != "$default":
        raise bad_request("Invalid routeResponseKey: only $default is allowed for WebSocket APIs")
    refuse(params, "a WebSocket API's RouteResponse", "ResponseParameters")
