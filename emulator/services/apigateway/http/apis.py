"""HTTP APIs as resources: settings, CORS and quick create (AWS API reference, CreateApi)."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.http.cors import InvalidCorsError, check_cors
from emulator.services.apigateway.http.integrations import changed_integration, new_integration
from emulator.services.apigateway.http.route_keys import DEFAULT
from emulator.services.apigateway.http.routes import changed_route, new_route
from emulator.services.apigateway.resources import Params, bad_request, given, refuse
from emulator.services.apigateway.snapshot import TARGET_PREFIX
from emulator.services.apigateway.store import Api, Resource

SELECTIONS = ("$request.method $request.path", "${request.method} ${request.path}")
MANAGED = "ApiGatewayManaged"
_QUICK = ("Target", "RouteKey", "CredentialsArn")


def check_api(params: Params) -> None:
    """Raise for what HTTP APIs do not take."""
    refuse(params, "HTTP APIs", "DisableSchemaValidation")
    if params.get("RouteSelectionExpression", SELECTIONS[0]) not in SELECTIONS:
        raise bad_request(f"Invalid routeSelectionExpression. HTTP APIs support only {SELECTIONS[1]}")
    if params.get("RouteKey") and not params.get("Target"):
        raise bad_request("A route key needs a target")
    try:
        check_cors(params.get("CorsConfiguration") or {})
    except InvalidCorsError as error:
        raise bad_request(str(error)) from None


def quick_create(call: Call, api: Api, params: Params) -> Resource | None:
    """An integration, a route and a stage for ``Target``; gives the stage's parameters, None without a target."""
    if not params.get("Target"):
        return None
    integration = new_integration(call, api, _integration(params))
    route_key = params.get("RouteKey") or DEFAULT
    route = new_route(call, api, {"RouteKey": route_key, "Target": TARGET_PREFIX + integration["IntegrationId"]})
    api.integrations[integration["IntegrationId"]] = {MANAGED: True, **integration}
    api.routes[route["RouteId"]] = {MANAGED: True, **route}
    return {"ApiId": api.api_id, "StageName": "$default", "AutoDeploy": True}


def _integration(params: Params) -> dict[str, Any]:
    target = params["Target"]
    shared = {"IntegrationUri": target, **given(params, ("CredentialsArn",))}
    if re.match(r"https?://", target):
        return {**shared, "IntegrationType": "HTTP_PROXY", "IntegrationMethod": "ANY", "PayloadFormatVersion": "1.0"}
    return {**shared, "IntegrationType": "AWS_PROXY", "IntegrationMethod": "POST", "PayloadFormatVersion": "2.0"}


def change_quick_created(call: Call, api: Api, params: Params) -> None:
    """UpdateApi's ``Target``, ``RouteKey`` and ``CredentialsArn``: they change what quick create made."""
    if not any(params.get(name) for name in _QUICK):
        return
    route = next((route for route in api.routes.values() if route.get(MANAGED)), None)
    integration = next((item for item in api.integrations.values() if item.get(MANAGED)), None)
    if route is None or integration is None:
        raise bad_request("Target, routeKey and credentialsArn can be changed only on APIs that quick create has made")
    if params.get("Target") or params.get("CredentialsArn"):
        wanted = _integration({"Target": integration["IntegrationUri"], **given(params, _QUICK)})
        changed_integration(call, api, integration, wanted)
    if params.get("RouteKey"):
        unmanaged = {name: value for name, value in route.items() if name != MANAGED}
        changed = changed_route(api, unmanaged, {"RouteKey": params["RouteKey"]})
        api.routes[route["RouteId"]] = {MANAGED: True, **changed}
