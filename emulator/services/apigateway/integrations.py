"""Operations on integrations and integration responses."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway import deployment
from emulator.services.apigateway.http.integrations import changed_integration, new_integration
from emulator.services.apigateway.integration_uri import InvalidUriError, check_uri, is_service
from emulator.services.apigateway.mapping import InvalidMappingError, check_parameters, check_templates
from emulator.services.apigateway.resources import (
    Params,
    bad_request,
    find,
    find_api,
    given,
    merged_maps,
    new_id,
    page,
    refuse,
    require,
    require_websocket,
    unsupported,
)
from emulator.services.apigateway.snapshot import TARGET_PREFIX
from emulator.services.apigateway.store import Api, Resource

_FIELDS = (
    *("ConnectionType", "ContentHandlingStrategy", "CredentialsArn", "Description", "IntegrationMethod"),
    *("IntegrationType", "IntegrationUri", "PassthroughBehavior", "PayloadFormatVersion", "RequestParameters"),
    *("RequestTemplates", "TemplateSelectionExpression", "TimeoutInMillis"),
)
_RESPONSE_FIELDS = (
    *("ContentHandlingStrategy", "IntegrationResponseKey", "ResponseTemplates", "TemplateSelectionExpression"),
)
_HTTP_ONLY = ("IntegrationSubtype", "TlsConfig", "ConnectionId", "ResponseParameters")
_MAPS = ("RequestParameters", "RequestTemplates")
_TYPES = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")
_BY_MESSAGE, _BY_STATUS = "${integration.response.body.errorMessage}", "${integration.response.statuscode}"
_PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
TIMEOUT = range(50, 29001)


@deployment.changing
def create_integration(call: Call, api: Api, params: Params) -> dict[str, Any]:
    if api.is_http:
        return new_integration(call, api, params)
    require(params, "IntegrationType")
    integration_id = new_id(call, api.integrations)
    integration = {
        "ConnectionType": "INTERNET",
        "IntegrationId": integration_id,
        "PassthroughBehavior": "WHEN_NO_MATCH",
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": 29000,
        **given(params, _FIELDS),
    }
    if integration["IntegrationType"] in ("AWS", "AWS_PROXY"):
        integration.setdefault("IntegrationMethod", "POST")
    api.integrations[integration_id] = _checked(params, integration)
    return api.integrations[integration_id]


def get_integration(call: Call, params: Params) -> dict[str, Any]:
    return find(find_api(call, params).integrations, params, "Integration")


def get_integrations(call: Call, params: Params) -> dict[str, Any]:
    return page(find_api(call, params).integrations.values(), params)


@deployment.changing
def update_integration(call: Call, api: Api, params: Params) -> dict[str, Any]:
    old = find(api.integrations, params, "Integration")
    if api.is_http:
        return changed_integration(call, api, old, params)
    integration = {**old, **merged_maps(old, given(params, _FIELDS), _MAPS)}
    api.integrations[params["IntegrationId"]] = _checked(params, integration)
    return api.integrations[params["IntegrationId"]]


@deployment.changing
def delete_integration(call: Call, api: Api, params: Params) -> None:
    integration_id = find(api.integrations, params, "Integration")["IntegrationId"]
    if api.integrations[integration_id].get("ApiGatewayManaged"):
        raise bad_request("An integration that is managed by API Gateway cannot be deleted")
    for route in api.routes.values():
        if route.get("Target") == TARGET_PREFIX + integration_id:
            raise AwsError("ConflictException", f"Cannot delete Integration: route {route['RouteKey']} uses it")
    del api.integrations[integration_id]
    api.integration_responses.pop(integration_id, None)


def _checked(params: Params, integration: Resource) -> Resource:
    """The integration with what follows from its type; raises for what AWS, or this emulator, does not take."""
    kind = integration["IntegrationType"]
    if kind not in _TYPES:
        raise bad_request(f"Invalid integrationType {kind}. Must be one of [{', '.join(_TYPES)}]")
    if integration["ConnectionType"] != "INTERNET":
        raise unsupported(f"connectionType {integration['ConnectionType']}")
    refuse(params, "a WebSocket API's integration", *_HTTP_ONLY)
    if integration["PayloadFormatVersion"] != "1.0":
        raise bad_request("PayloadFormatVersion must be 1.0 for WebSocket APIs")
    if integration["PassthroughBehavior"] not in _PASSTHROUGH:
        raise bad_request(f"Invalid passthroughBehavior. Must be one of [{', '.join(_PASSTHROUGH)}]")
    if integration["TimeoutInMillis"] not in TIMEOUT:
        raise bad_request("Timeout should be between 50 ms and 29000 ms")
    _check_content_handling(integration)
    try:
        check_uri(kind, integration.get("IntegrationUri", ""), integration.get("IntegrationMethod"))
        check_parameters(integration.get("RequestParameters", {}))
        check_templates(integration.get("RequestTemplates", {}), integration.get("TemplateSelectionExpression"))
    except (InvalidUriError, InvalidMappingError) as error:
        raise bad_request(str(error)) from None
    shown = {name: value for name, value in integration.items() if name != "IntegrationResponseSelectionExpression"}
    if kind in ("AWS", "HTTP", "MOCK"):
        by_message = kind == "AWS" and not is_service(integration["IntegrationUri"])
        shown["IntegrationResponseSelectionExpression"] = _BY_MESSAGE if by_message else _BY_STATUS
    return shown


def _check_content_handling(resource: Resource) -> None:
    strategy = resource.get("ContentHandlingStrategy")
    if strategy not in (None, "CONVERT_TO_BINARY", "CONVERT_TO_TEXT"):
        raise bad_request("Invalid contentHandlingStrategy. Must be one of [CONVERT_TO_BINARY, CONVERT_TO_TEXT]")


# Integration responses


@deployment.changing
def create_integration_response(call: Call, api: Api, params: Params) -> dict[str, Any]:
    require_websocket(api, "Integration responses")
    find(api.integrations, params, "Integration")
    require(params, "IntegrationResponseKey")
    responses = api.integration_responses.setdefault(params["IntegrationId"], {})
    response_id = new_id(call, responses)
    response = {"IntegrationResponseId": response_id, **given(params, _RESPONSE_FIELDS)}
    _check_response(params, response, responses)
    responses[response_id] = response
    return response


def get_integration_response(call: Call, params: Params) -> dict[str, Any]:
    return find(_responses(find_api(call, params), params), params, "IntegrationResponse")


def get_integration_responses(call: Call, params: Params) -> dict[str, Any]:
    return page(_responses(find_api(call, params), params).values(), params)


@deployment.changing
def update_integration_response(call: Call, api: Api, params: Params) -> dict[str, Any]:
    responses = _responses(api, params)
    old = find(responses, params, "IntegrationResponse")
    response = {**old, **merged_maps(old, given(params, _RESPONSE_FIELDS), ("ResponseTemplates",))}
    _check_response(params, response, responses)
    responses[params["IntegrationResponseId"]] = response
    return response


@deployment.changing
def delete_integration_response(call: Call, api: Api, params: Params) -> None:
    responses = _responses(api, params)
    find(responses, params, "IntegrationResponse")
    del responses[params["IntegrationResponseId"]]


def _responses(api: Api, params: Params) -> dict[str, Resource]:
    find(api.integrations, params, "Integration")
    return api.integration_responses.get(params["IntegrationId"], {})


def _check_response(params: Params, response: Resource, others: dict[str, Resource]) -> None:
    key = response["IntegrationResponseKey"]
    refuse(params, "a WebSocket API's IntegrationResponse", "ResponseParameters")
    if key != "$default" and not (len(key) > 2 and key.startswith("/") and key.endswith("/")):
        raise bad_request(f"Invalid integrationResponseKey {key}: $default, or a regular expression between slashes")
    try:
        re.compile(key)
        check_templates(response.get("ResponseTemplates", {}), response.get("TemplateSelectionExpression"))
    except (re.error, InvalidMappingError) as error:
        raise bad_request(f"Invalid IntegrationResponse: {error}") from None
    _check_content_handling(response)
    for response_id, other in others.items():
        if other["IntegrationResponseKey"] == key and response_id != response["IntegrationResponseId"]:
            raise AwsError("ConflictException", f"IntegrationResponse with key {key} already exists")
