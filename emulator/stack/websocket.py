"""A ``websocket_apis`` entry as AWS::ApiGatewayV2 resources: Api, Authorizer, Integration, Route, Stage…"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.stack.api_schema import AUTHORIZER, ROUTE
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed

SERVICE = "apigatewayv2"
DEFAULT_SELECTION = "$request.body.action"
DEFAULT_STAGE = "dev"
OF_THE_API = (
    "Name",
    "RouteSelectionExpression",
    "Description",
    "ApiKeySelectionExpression",
    "DisableExecuteApiEndpoint",
)


def api(context: Context, resource: Resource) -> Steps:
    """The Api alone: functions may name its ``Endpoint``, its routes name functions.

    Attributes: ``Id``, ``Stage``, ``Endpoint`` (as handlers on AWS know it), ``Url`` (where a client connects).
    """
    given = {name: value for name, value in resource.properties.items() if name in OF_THE_API}
    params = {
        "Name": resource.name,
        "RouteSelectionExpression": DEFAULT_SELECTION,
        **given,
        "ProtocolType": "WEBSOCKET",
    }
    if tags := context.tags(resource):
        params["Tags"] = tags
    answer = yield Step(resource, SERVICE, "CreateApi", params)
    stage = resource.properties.get("StageName", DEFAULT_STAGE)
    context.references.attributes[f"websocket_api:{resource.name}"] |= {
        "Id": answer["ApiId"],
        "Stage": stage,
        "Endpoint": f"https://{answer['ApiId']}.execute-api.{context.references.region}.amazonaws.com/{stage}",
        "Url": f"{context.references.base_url.replace('http', 'ws', 1)}/_aws/execute-api/{answer['ApiId']}/{stage}",
    }


def routes(context: Context, resource: Resource) -> Steps:
    """Everything behind the Api, with one stage that deploys itself."""
    attributes = context.references.attributes[f"websocket_api:{resource.name}"]
    api_id = attributes["Id"]
    definitions = context.table(resource, "Routes")
    if not definitions:
        raise context.error(resource.place("Routes"), "an API needs at least one route.")
    extra: dict[str, str] = {}
    if "Authorizer" in resource.properties:
        if "$connect" not in definitions:
            raise context.error(resource.place("Authorizer"), "an authorizer needs a $connect route.")
        yield from _authorizer(context, resource, api_id, extra)
    for key, definition in definitions.items():
        yield from _route(context, resource, api_id, key, definition, extra if key == "$connect" else {})
    stage: dict[str, Any] = {"ApiId": api_id, "StageName": attributes["Stage"], "AutoDeploy": True}
    if "StageVariables" in resource.properties:
        stage["StageVariables"] = resource.properties["StageVariables"]
    yield Step(resource, SERVICE, "CreateStage", stage)


def _authorizer(context: Context, resource: Resource, api_id: str, extra: dict[str, str]) -> Steps:
    """Creates the authorizer and puts into ``extra`` what its route has to say."""
    key = resource.place("Authorizer")
    given = resource.properties["Authorizer"]
    table = {"function": given} if isinstance(given, str) else given
    authorizer = AUTHORIZER.read(context.references.origin, "authorizer", key, table)
    place = key if isinstance(given, str) else authorizer.place("Function")
    params = {
        "ApiId": api_id,
        "Name": authorizer.name,
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": _invocation_uri(context, authorizer.properties.get("Function"), place),
        "IdentitySource": listed(authorizer.properties.get("IdentitySource", [])),
    }
    answer = yield Step(authorizer, SERVICE, "CreateAuthorizer", params)
    extra |= {"AuthorizationType": "CUSTOM", "AuthorizerId": answer["AuthorizerId"]}


def _route(
    context: Context, resource: Resource, api_id: str, key: str, definition: Any, extra: Mapping[str, str]
) -> Steps:
    place = f"{resource.place('Routes')}.{key}"
    table = {"function": definition} if isinstance(definition, str) else definition
    route = ROUTE.read(context.references.origin, key, place, table)
    integration = context.table(route, "Integration")
    responses = context.table(route, "Integration", "Responses")
    integration.pop("Responses", None)
    if "Function" in route.properties:
        function_place = place if isinstance(definition, str) else route.place("Function")
        integration.setdefault("IntegrationType", "AWS_PROXY")
        integration["IntegrationUri"] = _invocation_uri(context, route.properties["Function"], function_place)
    elif "IntegrationType" not in integration:
        raise context.error(place, "a route needs a function, or an integration with an IntegrationType.")
    made = yield Step(route, SERVICE, "CreateIntegration", {"ApiId": api_id, **integration}, ("Integration",))
    for response in responses:
        settings = context.table(route, "Integration", "Responses", response)
        params = {"ApiId": api_id, "IntegrationId": made["IntegrationId"], "IntegrationResponseKey": response}
        inside = ("Integration", "Responses", response)
        yield Step(route, SERVICE, "CreateIntegrationResponse", {**params, **settings}, inside)
    params = {"ApiId": api_id, "RouteKey": key, "Target": f"integrations/{made['IntegrationId']}", **extra}
    params |= {n: route.properties[n] for n in ("RequestParameters", "AuthorizationType") if n in route.properties}
    two_way = route.properties.get("Response", False)
    if not isinstance(two_way, bool):
        raise context.error(route.place("Response"), f"expected true or false, got {two_way!r}.")
    if two_way:
        params["RouteResponseSelectionExpression"] = "$default"
    created = yield Step(route, SERVICE, "CreateRoute", params)
    if two_way:
        params = {"ApiId": api_id, "RouteId": created["RouteId"], "RouteResponseKey": "$default"}
        yield Step(route, SERVICE, "CreateRouteResponse", params)


def _invocation_uri(context: Context, function: object, key: str) -> str:
    arn = context.references.arn(function, ["function"], key)
    return f"arn:aws:apigateway:{context.references.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
