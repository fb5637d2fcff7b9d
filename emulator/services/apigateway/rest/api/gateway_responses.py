"""Operations on gateway responses (AWS docs, "Gateway response types for API Gateway")."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, given
from emulator.services.apigateway.rest.api.common import check_status, find_api, listed, not_found
from emulator.services.apigateway.rest.api.patch import entry, member, patched
from emulator.services.apigateway.rest.model import Item, RestApi

DEFAULTS: dict[str, str | None] = {
    "ACCESS_DENIED": "403",
    "API_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_FAILURE": "500",
    "BAD_REQUEST_BODY": "400",
    "BAD_REQUEST_PARAMETERS": "400",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "EXPIRED_TOKEN": "403",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "INVALID_API_KEY": "403",
    "INVALID_SIGNATURE": "403",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "THROTTLED": "429",
    "UNAUTHORIZED": "401",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "WAF_FILTERED": "403",
}
"""The default status of each type."""
_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
_TARGET = re.compile(r"gatewayresponse\.header\.\S+")
_SOURCE = re.compile(
    r"'.*'|context\.[\w.-]+|stageVariables\.\w+"
    r"|method\.request\.((multivalue)?(header|querystring)|path)\.\S+|method\.request\.body(?:[.\[].+)?",
    re.DOTALL,
)
_PATCH = (
    entry("/responseParameters/{parameter}"),
    entry("/responseTemplates/{content_type}"),
    member("/statusCode"),
)


def put_gateway_response(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    kind = _type(params)
    return _keep(
        api,
        {"responseType": kind, **_status(kind), "responseParameters": {}, "responseTemplates": {}}
        | given(params, ("statusCode", "responseParameters", "responseTemplates")),
    )


def get_gateway_response(call: Call, params: Params) -> dict[str, Any]:
    return _response(find_api(call, params), _type(params))


def get_gateway_responses(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    return listed((_response(api, kind) for kind in DEFAULTS), params)


def update_gateway_response(call: Call, params: Params) -> dict[str, Any]:
    """Change a response; one that was AWS's own is customised from then on."""
    api = find_api(call, params)
    return _keep(api, patched(_response(api, _type(params)), params.get("patchOperations"), _PATCH))


def delete_gateway_response(call: Call, params: Params) -> None:
    api = find_api(call, params)
    if api.gateway_responses.pop(_type(params), None) is None:
        raise not_found("Gateway response type not defined on api")


def _type(params: Params) -> str:
    kind: str = params.get("responseType", "")
    if kind not in DEFAULTS:
        raise bad_request(f"Invalid gateway response type specified: {kind}. Must be one of [{', '.join(DEFAULTS)}]")
    return kind


def _status(kind: str) -> Item:
    return {"statusCode": DEFAULTS[kind]} if DEFAULTS[kind] else {}


def _response(api: RestApi, kind: str) -> Item:
    default = {
        "responseType": kind,
        **_status(kind),
        "responseParameters": {},
        "responseTemplates": dict(_TEMPLATES),
        "defaultResponse": True,
    }
    return api.gateway_responses.get(kind, default)


def _keep(api: RestApi, response: Item) -> Item:
    if response.get("statusCode"):
        check_status(response["statusCode"])
    for target, source in response["responseParameters"].items():
        if not _TARGET.fullmatch(target) or not _SOURCE.fullmatch(source):
            raise bad_request(f"Invalid parameter mapping specified: {target}: {source}")
    api.gateway_responses[response["responseType"]] = {**response, "defaultResponse": False}
    return api.gateway_responses[response["responseType"]]
