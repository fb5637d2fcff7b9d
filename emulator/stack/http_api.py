"""An ``http_apis`` entry as AWS::ApiGatewayV2 resources: Api, Authorizers, Integrations, Routes, Stage."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from emulator.stack.api_schema import CORS, HTTP_AUTHORIZER, HTTP_ROUTE
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed, without

SERVICE = "apigatewayv2"
DEFAULT_STAGE = "$default"
IDENTITY = "$request.header.Authorization"
OF_THE_API = ("Name", "Description", "DisableExecuteApiEndpoint", "Version")
_GATEWAYS_OWN = re.compile(r"\$\{(?=(?:request|response|context|stageVariables)\.)")
"""Variables that API Gateway itself fills in, request by request."""


def api(context: Context, resource: Resource) -> Steps:
    """The Api alone: functions may name its ``Endpoint``, its routes name functions.

    Attributes: ``Id``, ``Stage``, ``Endpoint`` (as on AWS), ``Url`` (where a client sends requests).
    """
    given = {name: value for name, value in resource.properties.items() if name in OF_THE_API}
    params: dict[str, Any] = {"Name": resource.name, **given, "ProtocolType": "HTTP"}
    named = resource
    if "CorsConfiguration" in resource.properties:
        key = resource.place("CorsConfiguration")
        cors = CORS.read(context.references.origin, "cors", key, resource.properties["CorsConfiguration"])
        params["CorsConfiguration"] = cors.properties
        inside = key.removeprefix(resource.key + ".")
        written = {last: f"{inside}.{given}" for last, given in cors.written.items()}
        named = replace(resource, written={**written, **resource.written})
    if tags := context.tags(resource):
        params["Tags"] = tags
    answer = yield Step(named, SERVICE, "CreateApi", params)
    stage = resource.properties.get("StageName", DEFAULT_STAGE)
    path = "" if stage == DEFAULT_STAGE else f"/{stage}"
    references = context.references
    references.attributes[f"http_api:{resource.name}"] |= {
        "Id": answer["ApiId"],
        "Stage": stage,
        "Endpoint": f"https://{answer['ApiId']}.execute-api.{references.region}.amazonaws.com{path}",
        "Url": f"{references.base_url}/_aws/execute-api/{answer['ApiId']}{path}",
    }


def routes(context: Context, resource: Resource) -> Steps:
    """Everything behind the Api, with one stage that deploys itself."""
    attributes = context.references.attributes[f"http_api:{resource.name}"]
    definitions = context.table(resource, "Routes")
    if not definitions:
        raise context.error(resource.place("Routes"), "an API needs at least one route.")
    authorizers: dict[str, dict[str, str]] = {}
    for name, definition in context.table(resource, "Authorizers").items():
        yield from _authorizer(context, resource, attributes["Id"], name, definition, authorizers)
    for key, definition in definitions.items():
        yield from _route(context, resource, attributes["Id"], key, definition, authorizers)
    stage: dict[str, Any] = {"ApiId": attributes["Id"], "StageName": attributes["Stage"], "AutoDeploy": True}
    if "StageVariables" in resource.properties:
        stage["StageVariables"] = resource.properties["StageVariables"]
    yield Step(resource, SERVICE, "CreateStage", stage)


def _authorizer(
    context: Context, api: Resource, api_id: str, name: str, given: Any, made: dict[str, dict[str, str]]
) -> Steps:
    """Creates the authorizer and puts into ``made`` what its routes have to say."""
    place = f"{api.place('Authorizers')}.{name}"
    table = {"function": given} if isinstance(given, str) else given
    authorizer = HTTP_AUTHORIZER.read(context.references.origin, name, place, table)
    params: dict[str, Any] = {
        "ApiId": api_id,
        "Name": name,
        "IdentitySource": listed(authorizer.properties.get("IdentitySource", IDENTITY)),
        **without(authorizer.properties, "Function", "IdentitySource", "JwtConfiguration"),
    }
    if "JwtConfiguration" in authorizer.properties:
        kind = "JWT"
        params["JwtConfiguration"] = _jwt(context, authorizer)
    else:
        kind = "CUSTOM"
        key = place if isinstance(given, str) else authorizer.place("Function")
        params["AuthorizerUri"] = context.references.arn(authorizer.properties.get("Function"), ["function"], key)
        params.setdefault("AuthorizerPayloadFormatVersion", "2.0")
        params.setdefault("EnableSimpleResponses", params["AuthorizerPayloadFormatVersion"] == "2.0")
    params["AuthorizerType"] = "JWT" if kind == "JWT" else "REQUEST"
    answer = yield Step(authorizer, SERVICE, "CreateAuthorizer", params)
    made[name] = {"AuthorizationType": kind, "AuthorizerId": answer["AuthorizerId"]}


def _jwt(context: Context, authorizer: Resource) -> dict[str, Any]:
    settings = context.table(authorizer, "JwtConfiguration")
    if isinstance(settings.get("Issuer"), str):
        settings["Issuer"] = _filled(context, settings["Issuer"], authorizer.place("JwtConfiguration", "Issuer"))
    if "Audience" in settings:
        settings["Audience"] = listed(settings["Audience"])
    return settings


def _route(
    context: Context, api: Resource, api_id: str, key: str, definition: Any, authorizers: dict[str, dict[str, str]]
) -> Steps:
    place = f"{api.place('Routes')}.{key}"
    table = {"function": definition} if isinstance(definition, str) else definition
    route = HTTP_ROUTE.read(context.references.origin, key, place, table)
    function_place = place if isinstance(definition, str) else route.place("Function")
    integration = _integration(context, route, function_place)
    made = yield Step(route, SERVICE, "CreateIntegration", {"ApiId": api_id, **integration}, ("Integration",))
    params: dict[str, Any] = {"ApiId": api_id, "RouteKey": key, "Target": f"integrations/{made['IntegrationId']}"}
    params |= {n: route.properties[n] for n in ("AuthorizationScopes", "AuthorizationType") if n in route.properties}
    if "Authorizer" in route.properties:
        name = route.properties["Authorizer"]
        if not isinstance(name, str) or name not in authorizers:
            raise context.error(route.place("Authorizer"), f"there is no authorizer {name!r} in this API.")
        params |= authorizers[name]
    yield Step(route, SERVICE, "CreateRoute", params)


def _integration(context: Context, route: Resource, function_place: str) -> dict[str, Any]:
    integration = context.table(route, "Integration")
    if "Function" in route.properties:
        integration.setdefault("IntegrationType", "AWS_PROXY")
        integration.setdefault("PayloadFormatVersion", "2.0")
        integration["IntegrationUri"] = context.references.arn(
            route.properties["Function"], ["function"], function_place
        )
    elif "Url" in route.properties:
        integration = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "ANY", **integration}
        url = route.properties["Url"]
        integration["IntegrationUri"] = _filled(context, url, route.place("Url")) if isinstance(url, str) else url
    elif "IntegrationSubtype" in integration:
        integration.setdefault("IntegrationType", "AWS_PROXY")
        integration.setdefault("PayloadFormatVersion", "1.0")
    elif "IntegrationType" not in integration:
        raise context.error(route.key, "a route needs a function, a url, or an integration.")
    parameters = context.table(route, "Integration", "RequestParameters")
    if parameters:
        key = route.place("Integration", "RequestParameters")
        integration["RequestParameters"] = {
            name: _filled(context, value, f"{key}.{name}") if isinstance(value, str) else value
            for name, value in parameters.items()
        }
    return integration


def _filled(context: Context, text: str, key: str) -> str:
    """``${name.Attribute}`` replaced; ``${request.…}`` and its like stay for API Gateway."""
    return context.references.fill(_GATEWAYS_OWN.sub("${!", text), key)
