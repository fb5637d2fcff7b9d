"""A ``websocket_apis`` entry as AWS::ApiGatewayV2 resources: Api, Integration, Route, RouteResponse, Stage…"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from emulator.stack.description import Properties
from emulator.stack.references import References
from emulator.stack.schema import AUTHORIZER, ROUTE

Call = Callable[[str, str, str, dict[str, Any]], Awaitable[dict[str, Any]]]
SERVICE = "apigatewayv2"
DEFAULT_SELECTION = "$request.body.action"
DEFAULT_STAGE = "dev"


async def create_api(call: Call, name: str, properties: Properties, region: str, base_url: str) -> dict[str, Any]:
    """Create the Api; answers its attributes: ``Id``, ``Endpoint`` (as handlers know it), ``Url`` (as clients do)."""
    params = {
        "Name": properties.get("Name", name),
        "ProtocolType": "WEBSOCKET",
        "RouteSelectionExpression": properties.get("RouteSelectionExpression", DEFAULT_SELECTION),
    }
    if "Description" in properties:
        params["Description"] = properties["Description"]
    api = (await call(f"websocket_apis.{name}", SERVICE, "CreateApi", params))["ApiId"]
    stage = properties.get("StageName", DEFAULT_STAGE)
    return {
        "Id": api,
        "Stage": stage,
        "Endpoint": f"https://{api}.execute-api.{region}.amazonaws.com/{stage}",
        "Url": f"{base_url.replace('http', 'ws', 1)}/_aws/execute-api/{api}/{stage}",
    }


async def add_routes(
    call: Call, references: References, name: str, properties: Properties, attributes: Mapping[str, Any]
) -> None:
    """Everything behind the Api, with one stage that deploys itself."""
    api, key = attributes["Id"], f"websocket_apis.{name}"
    authorizer = await _authorizer(call, references, api, properties, f"{key}.authorizer")
    for route, definition in properties["Routes"].items():
        table = {"function": definition} if isinstance(definition, str) else definition
        normal = ROUTE.normalise(references.stack.origin, f"{key}.routes.{route}", table)
        extra = authorizer if route == "$connect" else {}
        await _route(call, references, api, route, normal, extra, f"{key}.routes.{route}")
    stage = {"ApiId": api, "StageName": attributes["Stage"], "AutoDeploy": True}
    if "StageVariables" in properties:
        stage["StageVariables"] = properties["StageVariables"]
    await call(key, SERVICE, "CreateStage", stage)


async def _authorizer(call: Call, references: References, api: str, properties: Properties, key: str) -> dict[str, Any]:
    definition = properties.get("Authorizer")
    if definition is None:
        return {}
    table = {"function": definition} if isinstance(definition, str) else definition
    normal = AUTHORIZER.normalise(references.stack.origin, key, table)
    params = {
        "ApiId": api,
        "Name": "authorizer",
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": _function_uri(references, normal["Function"], f"{key}.function"),
        "IdentitySource": normal.get("IdentitySource", []),
    }
    answer = await call(key, SERVICE, "CreateAuthorizer", params)
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": answer["AuthorizerId"]}


async def _route(
    call: Call, references: References, api: str, route: str, normal: Properties, extra: dict[str, Any], key: str
) -> None:
    integration: dict[str, Any] = dict(normal.get("Integration", {}))
    responses = integration.pop("Responses", {})
    if "Function" in normal:
        integration.setdefault("IntegrationType", "AWS_PROXY")
        integration["IntegrationUri"] = _function_uri(references, normal["Function"], key)
    made = await call(key, SERVICE, "CreateIntegration", {"ApiId": api, **integration})
    for response, settings in responses.items():
        params = {"ApiId": api, "IntegrationId": made["IntegrationId"], "IntegrationResponseKey": response, **settings}
        await call(key, SERVICE, "CreateIntegrationResponse", params)
    params = {"ApiId": api, "RouteKey": route, "Target": f"integrations/{made['IntegrationId']}", **extra}
    for name in ("RequestParameters", "AuthorizationType"):
        if name in normal:
            params[name] = normal[name]
    if normal.get("Response"):
        params["RouteResponseSelectionExpression"] = "$default"
    created = await call(key, SERVICE, "CreateRoute", params)
    if normal.get("Response"):
        response = {"ApiId": api, "RouteId": created["RouteId"], "RouteResponseKey": "$default"}
        await call(key, SERVICE, "CreateRouteResponse", response)


def _function_uri(references: References, function: object, key: str) -> str:
    arn = references.arn(function, ["function"], key)
    return f"arn:aws:apigateway:{references.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
