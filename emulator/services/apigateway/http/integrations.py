"""Integrations of HTTP APIs: what AWS takes and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.http.parameters import check_request_parameters, check_response_parameters
from emulator.services.apigateway.http.service_actions import ACTIONS, NOT_HERE, check_action_parameters
from emulator.services.apigateway.http.variables import InvalidMappingError
from emulator.services.apigateway.integration_uri import InvalidUriError, check_uri, function_in
from emulator.services.apigateway.resources import (
    Params,
    bad_request,
    given,
    merged_maps,
    new_id,
    refuse,
    require,
    unsupported,
)
from emulator.services.apigateway.store import Api, Resource

FIELDS = (
    *("ConnectionType", "CredentialsArn", "Description", "IntegrationMethod", "IntegrationSubtype", "IntegrationType"),
    *("IntegrationUri", "PayloadFormatVersion", "RequestParameters", "ResponseParameters", "TimeoutInMillis"),
)
_REFUSED = (
    *("ConnectionId", "ContentHandlingStrategy", "PassthroughBehavior", "RequestTemplates"),
    *("TemplateSelectionExpression", "TlsConfig"),
)
TIMEOUT = range(50, 30001)
_FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:\S+")


def new_integration(call: Call, api: Api, params: Params) -> Resource:
    """Add an integration; the caller deploys."""
    require(params, "IntegrationType")
    integration_id = new_id(call, api.integrations)
    integration = {
        "ConnectionType": "INTERNET",
        "IntegrationId": integration_id,
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": 30000,
        **_given(params, {}),
    }
    api.integrations[integration_id] = _checked(call, params, integration)
    return api.integrations[integration_id]


def changed_integration(call: Call, api: Api, old: Resource, params: Params) -> Resource:
    """Put the changed integration in the old one's place; the caller deploys."""
    integration = _checked(call, params, {**old, **_given(params, old)})
    api.integrations[integration["IntegrationId"]] = integration
    return integration


def _given(params: Params, old: Mapping[str, Any]) -> Resource:
    """The members given, maps merged into the old ones; an empty string removes an entry."""
    changes = merged_maps(old, given(params, FIELDS), ("RequestParameters",))
    if "ResponseParameters" in changes:
        before: Mapping[str, Resource] = old.get("ResponseParameters", {})
        for status, parameters in changes["ResponseParameters"].items():
            entries = {**before.get(status, {}), **parameters}
            before = {**before, status: {key: value for key, value in entries.items() if value != ""}}
        changes["ResponseParameters"] = {status: entries for status, entries in before.items() if entries}
    return changes


def _checked(call: Call, params: Params, integration: Resource) -> Resource:
    kind = integration["IntegrationType"]
    refuse(params, "HTTP APIs' integrations", *_REFUSED)
    if integration["ConnectionType"] != "INTERNET":
        raise unsupported(f"connectionType {integration['ConnectionType']}")
    if kind not in ("AWS_PROXY", "HTTP_PROXY"):
        raise bad_request(f"Invalid integrationType {kind}. HTTP APIs support AWS_PROXY and HTTP_PROXY only")
    if integration["TimeoutInMillis"] not in TIMEOUT:
        raise bad_request("Timeout should be between 50 ms and 30000 ms")
    formats = ("1.0", "2.0") if kind == "AWS_PROXY" and not integration.get("IntegrationSubtype") else ("1.0",)
    if integration["PayloadFormatVersion"] not in formats:
        raise bad_request(f"Invalid payloadFormatVersion. Must be one of [{', '.join(formats)}]")
    try:
        if integration.get("IntegrationSubtype"):
            return _first_class(call, integration)
        check_request_parameters(integration.get("RequestParameters", {}))
        check_response_parameters(integration.get("ResponseParameters", {}))
        return _with_uri(integration)
    except (InvalidMappingError, InvalidUriError) as error:
        raise bad_request(str(error)) from None


def _with_uri(integration: Resource) -> Resource:
    uri, method = integration.get("IntegrationUri", ""), integration.get("IntegrationMethod")
    if integration["IntegrationType"] == "HTTP_PROXY":
        check_uri("HTTP_PROXY", uri, method)
        return integration
    check_function_uri(uri)
    if method not in (None, "POST"):
        raise bad_request(f"IntegrationMethod {method} is not supported for functions: it must be POST")
    return {**integration, "IntegrationMethod": "POST"}


def check_function_uri(uri: str) -> None:
    """HTTP APIs take a function's ARN as it is, or in the form of REST APIs.  Raises InvalidUriError."""
    if not _FUNCTION.fullmatch(uri):
        function_in(uri)


def _first_class(call: Call, integration: Resource) -> Resource:
    subtype = integration["IntegrationSubtype"]
    if subtype in NOT_HERE:
        raise unsupported(f"integrationSubtype {subtype}")
    if subtype not in ACTIONS or integration["IntegrationType"] != "AWS_PROXY":
        raise bad_request(f"Invalid integrationSubtype {subtype} for {integration['IntegrationType']}")
    action = ACTIONS[subtype]
    if not call.courier.can_call(action.service, action.operation):
        raise unsupported(f"integrationSubtype {subtype}")
    if integration.get("IntegrationUri"):
        raise bad_request("integrationUri cannot be given together with integrationSubtype")
    check_action_parameters(subtype, integration.get("RequestParameters", {}))
    check_response_parameters(integration.get("ResponseParameters", {}))
    return integration
