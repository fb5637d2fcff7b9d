"""Operations on authorizers and models."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway import deployment
from emulator.services.apigateway.http.authorizers import changed_authorizer, new_authorizer
from emulator.services.apigateway.http.lambda_authorizer import VerdictCache
from emulator.services.apigateway.integration_uri import InvalidUriError, function_in
from emulator.services.apigateway.model_validation import InvalidModelError, check_schema
from emulator.services.apigateway.resources import (
    Params,
    bad_request,
    find,
    find_api,
    given,
    new_id,
    not_found,
    page,
    refuse,
    require,
    require_websocket,
    unsupported,
)
from emulator.services.apigateway.store import Api, Resource

_FIELDS = ("AuthorizerCredentialsArn", "AuthorizerType", "AuthorizerUri", "IdentitySource", "Name")
_HTTP_ONLY = (
    *("AuthorizerPayloadFormatVersion", "EnableSimpleResponses", "IdentityValidationExpression"),
    "JwtConfiguration",
)
"""What has no meaning for a WebSocket API.  A time to live has no effect: verdicts are never kept (AWS docs)."""
_MODEL_FIELDS = ("ContentType", "Description", "Name", "Schema")
_SOURCE = re.compile(r"(route\.request\.(header|querystring)|stageVariables|context)\.[\w.-]+")


@deployment.changing
def create_authorizer(call: Call, api: Api, params: Params) -> dict[str, Any]:
    if api.is_http:
        return new_authorizer(call, api, params)
    require(params, "Name", "AuthorizerType", "IdentitySource")
    authorizer_id = new_id(call, api.authorizers)
    authorizer = {"AuthorizerId": authorizer_id, **given(params, _FIELDS)}
    _check(api, params, authorizer)
    api.authorizers[authorizer_id] = authorizer
    return authorizer


def get_authorizer(call: Call, params: Params) -> dict[str, Any]:
    return find(find_api(call, params).authorizers, params, "Authorizer")


def get_authorizers(call: Call, params: Params) -> dict[str, Any]:
    return page(find_api(call, params).authorizers.values(), params)


@deployment.changing
def update_authorizer(call: Call, api: Api, params: Params) -> dict[str, Any]:
    old = find(api.authorizers, params, "Authorizer")
    if api.is_http:
        return changed_authorizer(call, api, old, params)
    authorizer = {**old, **given(params, _FIELDS)}
    _check(api, params, authorizer)
    api.authorizers[params["AuthorizerId"]] = authorizer
    return authorizer


@deployment.changing
def delete_authorizer(call: Call, api: Api, params: Params) -> None:
    find(api.authorizers, params, "Authorizer")
    for route in api.routes.values():
        if route.get("AuthorizerId") == params["AuthorizerId"]:
            raise AwsError("ConflictException", f"Cannot delete Authorizer, route with key {route['RouteKey']} uses it")
    del api.authorizers[params["AuthorizerId"]]


def reset_authorizers_cache(call: Call, params: Params) -> None:
    """Forget what authorizers have said; for WebSocket APIs nothing is cached (AWS docs)."""
    api = find_api(call, params)
    if not api.is_http:
        raise unsupported("ResetAuthorizersCache on WEBSOCKET APIs")
    if params.get("StageName") not in api.stages:
        raise not_found("Invalid stage identifier specified", "Stage")
    call.ground.cloud.shared(VerdictCache).forget(api.api_id, params["StageName"])


def _check(api: Api, params: Params, authorizer: Resource) -> None:
    if authorizer["AuthorizerType"] != "REQUEST":
        raise bad_request(f"Invalid authorizerType {authorizer['AuthorizerType']}. WEBSOCKET APIs take REQUEST only")
    if not authorizer["Name"]:
        raise bad_request("Invalid value for name: it is empty")
    refuse(params, "WEBSOCKET APIs' authorizers", *_HTTP_ONLY)
    for source in authorizer["IdentitySource"]:
        if not _SOURCE.fullmatch(source):
            raise bad_request(f"Invalid mapping expression specified: {source}")
    try:
        function_in(authorizer.get("AuthorizerUri", ""))
    except InvalidUriError as error:
        raise bad_request(str(error)) from None
    for other in api.authorizers.values():
        if other["Name"] == authorizer["Name"] and other["AuthorizerId"] != authorizer["AuthorizerId"]:
            raise bad_request("Authorizer name must be unique. Authorizer " + authorizer["Name"] + " already exists")


# Models


@deployment.changing
def create_model(call: Call, api: Api, params: Params) -> dict[str, Any]:
    require_websocket(api, "Models")
    require(params, "Name", "Schema")
    model_id = new_id(call, api.models)
    model = {"ContentType": "application/json", "ModelId": model_id, **given(params, _MODEL_FIELDS)}
    _check_model(api, model)
    api.models[model_id] = model
    return model


def get_model(call: Call, params: Params) -> dict[str, Any]:
    return find(find_api(call, params).models, params, "Model")


def get_models(call: Call, params: Params) -> dict[str, Any]:
    return page(find_api(call, params).models.values(), params)


def get_model_template(call: Call, params: Params) -> None:
    get_model(call, params)
    raise unsupported("GetModelTemplate")


@deployment.changing
def update_model(call: Call, api: Api, params: Params) -> dict[str, Any]:
    model = {**find(api.models, params, "Model"), **given(params, _MODEL_FIELDS)}
    _check_model(api, model)
    api.models[params["ModelId"]] = model
    return model


@deployment.changing
def delete_model(call: Call, api: Api, params: Params) -> None:
    find(api.models, params, "Model")
    del api.models[params["ModelId"]]


def _check_model(api: Api, model: Resource) -> None:
    if not re.fullmatch(r"[A-Za-z0-9]{1,128}", model["Name"]):
        raise bad_request("Model name must be alphanumeric: " + model["Name"])
    for other in api.models.values():
        if other["Name"] == model["Name"] and other["ModelId"] != model["ModelId"]:
            raise AwsError("ConflictException", f"Model with name {model['Name']} already exists for this API")
    try:
        check_schema(model["Schema"])
    except InvalidModelError as error:
        raise bad_request(f"Invalid model specified: {error}") from None
