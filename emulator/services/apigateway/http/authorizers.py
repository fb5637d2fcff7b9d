"""Authorizers of HTTP APIs: what AWS takes and what it refuses."""

from __future__ import annotations

import re

from emulator.core.ground import Call
from emulator.services.apigateway.http.identity import SOURCE
from emulator.services.apigateway.http.integrations import check_function_uri
from emulator.services.apigateway.http.jwt_authorizer import is_installed
from emulator.services.apigateway.http.lambda_authorizer import VerdictCache
from emulator.services.apigateway.integration_uri import InvalidUriError
from emulator.services.apigateway.resources import Params, bad_request, given, new_id, refuse, require, unsupported
from emulator.services.apigateway.store import Api, Resource

FIELDS = (
    *("AuthorizerCredentialsArn", "AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "AuthorizerType"),
    *("AuthorizerUri", "EnableSimpleResponses", "IdentitySource", "JwtConfiguration", "Name"),
)
_OF_FUNCTIONS = (
    *("AuthorizerCredentialsArn", "AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds"),
    *("AuthorizerUri", "EnableSimpleResponses"),
)
TTL = range(3601)
DEFAULT_TTL = 300


def new_authorizer(call: Call, api: Api, params: Params) -> Resource:
    """Add an authorizer; the caller deploys."""
    require(params, "Name", "AuthorizerType")
    authorizer_id = new_id(call, api.authorizers)
    authorizer = {"AuthorizerId": authorizer_id, "IdentitySource": [], **given(params, FIELDS)}
    if authorizer["AuthorizerType"] == "REQUEST":
        ttl = DEFAULT_TTL if authorizer["IdentitySource"] else 0
        authorizer = {"AuthorizerResultTtlInSeconds": ttl, "EnableSimpleResponses": False, **authorizer}
    _check(api, params, authorizer)
    api.authorizers[authorizer_id] = authorizer
    return authorizer


def changed_authorizer(call: Call, api: Api, old: Resource, params: Params) -> Resource:
    """Put the changed authorizer in the old one's place; the caller deploys.  Its verdicts are forgotten."""
    authorizer = {**old, **given(params, FIELDS)}
    _check(api, params, authorizer)
    api.authorizers[authorizer["AuthorizerId"]] = authorizer
    call.ground.cloud.shared(VerdictCache).forget(api.api_id)
    return authorizer


def _check(api: Api, params: Params, authorizer: Resource) -> None:
    refuse(params, "HTTP APIs' authorizers", "IdentityValidationExpression")
    for other in api.authorizers.values():
        if other["Name"] == authorizer["Name"] and other["AuthorizerId"] != authorizer["AuthorizerId"]:
            raise bad_request("Authorizer name must be unique. Authorizer " + authorizer["Name"] + " already exists")
    for source in authorizer["IdentitySource"]:
        if not SOURCE.fullmatch(source):
            raise bad_request(f"Invalid mapping expression specified: {source}")
    match authorizer["AuthorizerType"]:
        case "REQUEST":
            _check_function(authorizer)
        case "JWT":
            _check_jwt(params, authorizer)
        case other_type:
            raise bad_request(f"Invalid authorizerType {other_type}. Must be one of [REQUEST, JWT]")


def _check_function(authorizer: Resource) -> None:
    version = authorizer.get("AuthorizerPayloadFormatVersion")
    if version is None:
        raise bad_request("AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer")
    if version not in ("1.0", "2.0"):
        raise bad_request("Invalid authorizerPayloadFormatVersion. Must be one of [1.0, 2.0]")
    if authorizer["EnableSimpleResponses"] and version != "2.0":
        raise bad_request("EnableSimpleResponses is only supported with authorizerPayloadFormatVersion 2.0")
    if authorizer.get("JwtConfiguration"):
        raise bad_request("JwtConfiguration is only supported for JWT authorizers")
    if authorizer["AuthorizerResultTtlInSeconds"] not in TTL:
        raise bad_request("Authorizer result TTL should be between 0 and 3600 seconds")
    if authorizer["AuthorizerResultTtlInSeconds"] and not authorizer["IdentitySource"]:
        raise bad_request("Caching needs at least one identity source")
    try:
        check_function_uri(authorizer.get("AuthorizerUri", ""))
    except InvalidUriError as error:
        raise bad_request(str(error)) from None


def _check_jwt(params: Params, authorizer: Resource) -> None:
    if not is_installed():
        raise unsupported("authorizerType JWT without the package joserfc (extra 'jwt')")
    refuse(params, "JWT authorizers", *_OF_FUNCTIONS)
    if len(authorizer["IdentitySource"]) != 1:
        raise bad_request("JWT authorizers need exactly one identity source")
    settings = authorizer.get("JwtConfiguration", {})
    if not re.match(r"https?://[^\s/]+", settings.get("Issuer", "")):
        raise bad_request("Invalid issuer: the URL of an OpenID Connect provider is needed")
    if not settings.get("Audience"):
        raise bad_request("JWT authorizers need an audience")
