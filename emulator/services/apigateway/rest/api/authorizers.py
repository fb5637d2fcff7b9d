"""Operations on authorizers (AWS docs, API reference, CreateAuthorizer)."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.integration_uri import InvalidUriError, function_in
from emulator.services.apigateway.resources import Params, bad_request, given, new_id, require, unsupported
from emulator.services.apigateway.rest.api.common import conflict, find, find_api, listed, one_of, readable
from emulator.services.apigateway.rest.api.patch import in_value, integer, member, patched
from emulator.services.apigateway.rest.lambda_authorizer import OpinionCache
from emulator.services.apigateway.rest.model import Item, RestApi
from emulator.templates import TemplateError
from emulator.templates.javaregex import compile_java

TYPES = ("TOKEN", "REQUEST", "COGNITO_USER_POOLS")
TTL = range(3601)
_FIELDS = (
    *("name", "type", "providerARNs", "authType", "authorizerUri", "authorizerCredentials", "identitySource"),
    *("identityValidationExpression", "authorizerResultTtlInSeconds"),
)
_DEFAULT_TTL = 300
_DEFAULT_SOURCE = "method.request.header.Authorization"
_TOKEN_SOURCE = re.compile(r"method\.request\.header\.[^\s,]+")
_SOURCE = re.compile(
    r"method\.request\.(?:multivalue)?(?:header|querystring)\.[^\s,]+|context\.[\w.-]+|stageVariables\.\w+"
)
_POOL = re.compile(r"arn:aws[\w-]*:cognito-idp:[\w-]+:\d{12}:userpool/[\w-]+")
_PATCH = (
    member("/authType"),
    member("/authorizerCredentials"),
    member("/authorizerResultTtlInSeconds", integer, optional=False),
    member("/authorizerUri"),
    member("/identitySource"),
    member("/identityValidationExpression"),
    member("/name", optional=False),
    in_value("/providerARNs"),
    member("/type", optional=False),
)


def create_authorizer(call: Call, params: Params) -> dict[str, Any]:
    require(params, "name", "type")
    api = find_api(call, params)
    return new_authorizer(call, api, params)


def new_authorizer(call: Call, api: RestApi, params: Params) -> Item:
    if params.get("jwtConfiguration") or params.get("type") == "JWT":
        raise unsupported("The authorizer type JWT on REST APIs")
    authorizer: Item = {"id": new_id(call, api.authorizers), **given(params, _FIELDS)}
    authorizer.setdefault("authType", "cognito_user_pools" if authorizer["type"] == "COGNITO_USER_POOLS" else "custom")
    authorizer.setdefault("authorizerResultTtlInSeconds", _DEFAULT_TTL)
    if authorizer["type"] in ("TOKEN", "COGNITO_USER_POOLS"):
        authorizer.setdefault("identitySource", _DEFAULT_SOURCE)
    _check(api, authorizer)
    api.authorizers[authorizer["id"]] = authorizer
    return authorizer


def get_authorizer(call: Call, params: Params) -> dict[str, Any]:
    return _authorizer(find_api(call, params), params)


def get_authorizers(call: Call, params: Params) -> dict[str, Any]:
    return listed(find_api(call, params).authorizers.values(), params)


def update_authorizer(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    changed = patched(_authorizer(api, params), params.get("patchOperations"), _PATCH)
    _check(api, changed)
    api.authorizers[changed["id"]] = changed
    return changed


def delete_authorizer(call: Call, params: Params) -> None:
    api = find_api(call, params)
    authorizer_id = _authorizer(api, params)["id"]
    for resource in api.resources.values():
        for method in resource.get("resourceMethods", {}).values():
            if method.get("authorizerId") == authorizer_id:
                raise conflict(f"Cannot delete authorizer: it is used by {method['httpMethod']} {resource['path']}")
    del api.authorizers[authorizer_id]


def flush_stage_authorizers_cache(call: Call, params: Params) -> None:
    """Forget what the stage's authorizers have said."""
    api = find_api(call, params)
    find(api.stages, params.get("stageName", ""), "stage identifier")
    call.ground.cloud.shared(OpinionCache).forget(api.api_id, params["stageName"])


def _authorizer(api: RestApi, params: Params) -> Item:
    return find(api.authorizers, params.get("authorizerId", ""), "Authorizer identifier")


def _check(api: RestApi, authorizer: Item) -> None:
    one_of(authorizer, "type", TYPES)
    if authorizer["authorizerResultTtlInSeconds"] not in TTL:
        raise bad_request("Authorizer result TTL must be between 0 and 3600 seconds")
    if any(
        known["name"] == authorizer["name"] and known["id"] != authorizer["id"] for known in api.authorizers.values()
    ):
        raise bad_request(
            f"Authorizer name must be unique. Authorizer {authorizer['name']} already exists in this RestApi."
        )
    _check_source(authorizer)
    try:
        compile_java(authorizer.get("identityValidationExpression", ""))
    except TemplateError:
        raise bad_request("Invalid identity validation expression specified") from None
    if authorizer["type"] == "COGNITO_USER_POOLS":
        pools = authorizer.get("providerARNs") or []
        if not pools:
            raise bad_request("ProviderARNs is a required field for COGNITO_USER_POOLS authorizers")
        for pool in pools:
            if not _POOL.fullmatch(pool):
                raise bad_request(f"Invalid Cognito User Pool ARN: {pool}")
        return
    try:
        function_in(readable(authorizer.get("authorizerUri", "")))
    except InvalidUriError:
        raise bad_request(
            f"Invalid Authorizer URI: {authorizer.get('authorizerUri', '')}. Authorizer URI should be a valid "
            "API Gateway ARN that represents a Lambda function invocation."
        ) from None


def _check_source(authorizer: Item) -> None:
    source = authorizer.get("identitySource", "")
    if authorizer["type"] != "REQUEST":
        if not _TOKEN_SOURCE.fullmatch(source):
            raise bad_request("Identity source for TOKEN and COGNITO_USER_POOLS must be a request header")
        return
    sources = [part.strip() for part in source.split(",") if part.strip()]
    if not sources and authorizer["authorizerResultTtlInSeconds"]:
        raise bad_request("Identity source is required for REQUEST authorizers when caching is enabled")
    for part in sources:
        if not _SOURCE.fullmatch(part):
            raise bad_request(f"Invalid mapping expression specified: {part}")
