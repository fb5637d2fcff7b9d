"""HTTP APIs from OpenAPI 3 documents with AWS's extensions (AWS docs, "Working with OpenAPI definitions").

JSON is always read; YAML needs the package PyYAML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway.definitions import map_in, parse_definition
from emulator.services.apigateway.http.authorizers import new_authorizer
from emulator.services.apigateway.http.integrations import new_integration
from emulator.services.apigateway.http.route_keys import DEFAULT
from emulator.services.apigateway.http.routes import new_route
from emulator.services.apigateway.resources import Params, bad_request, unsupported
from emulator.services.apigateway.snapshot import TARGET_PREFIX
from emulator.services.apigateway.store import Api
from emulator.wire.validation import validate

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_ANY = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_INTEGRATIONS = "x-amazon-apigateway-integrations"
_AUTHORIZER = "x-amazon-apigateway-authorizer"
_CORS = "x-amazon-apigateway-cors"
_TAG = "x-amazon-apigateway-tag-value"
_MEMBERS = {
    "type": "IntegrationType",
    "uri": "IntegrationUri",
    "httpMethod": "IntegrationMethod",
    "payloadFormatVersion": "PayloadFormatVersion",
    "connectionType": "ConnectionType",
    "connectionId": "ConnectionId",
    "credentials": "CredentialsArn",
    "integrationSubtype": "IntegrationSubtype",
    "requestParameters": "RequestParameters",
    "responseParameters": "ResponseParameters",
    "timeoutInMillis": "TimeoutInMillis",
    "tlsConfig": "TlsConfig",
}
_CORS_MEMBERS = {
    "allowOrigins": "AllowOrigins",
    "allowMethods": "AllowMethods",
    "allowHeaders": "AllowHeaders",
    "exposeHeaders": "ExposeHeaders",
    "maxAge": "MaxAge",
    "allowCredentials": "AllowCredentials",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a path: its integration as an operation's parameters, and what a caller must prove."""

    key: str
    integration: dict[str, Any] | None
    security: tuple[str, tuple[str, ...]] | None
    """The name of the scheme and the scopes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A document, understood.  ``api`` are CreateApi's parameters, ``authorizers`` CreateAuthorizer's by scheme."""

    api: dict[str, Any]
    operations: list[Operation]
    authorizers: dict[str, dict[str, Any]]
    signed: frozenset[str] = frozenset()
    """Schemes that stand for AWS_IAM."""
    warnings: list[str] = field(default_factory=list)


def read_document(params: Params) -> Plan:
    """ImportApi's parameters; raises BadRequestException."""
    document = parse_definition(params["Body"])
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3.0"):
        raise bad_request("Unable to create API: only OpenAPI 3.0 definitions are supported for HTTP APIs")
    warnings: list[str] = []
    prefix = _base_path(document, params.get("Basepath") or "ignore")
    operations = list(_operations(document, prefix, warnings))
    if params.get("FailOnWarnings") and warnings:
        raise bad_request("Warnings found during import: " + "; ".join(warnings))
    named = map_in(map_in(document, "components"), "securitySchemes")
    schemes = {name: map_in(named, name) for name in named}
    authorizers = {name: _authorizer(name, scheme) for name, scheme in schemes.items() if _AUTHORIZER in scheme}
    signed = frozenset(n for n, s in schemes.items() if s.get("x-amazon-apigateway-authtype") == "awsSigv4")
    api = _api(document)
    _check_types("CreateApi", api)
    for params_of_authorizer in authorizers.values():
        _check_types("CreateAuthorizer", {"ApiId": "", **params_of_authorizer})
    for operation in operations:
        _check_types("CreateIntegration", {"ApiId": "", **(operation.integration or {})})
    return Plan(api, operations, authorizers, signed, warnings)


def _check_types(operation: str, params: dict[str, Any]) -> None:
    """Values of wrong types come from the document, not from an SDK that would have checked them."""
    try:
        validate("apigatewayv2", operation, params, "own")
    except AwsError as error:
        raise bad_request(f"Invalid OpenAPI definition: {error.message or error.code}") from None


def _api(document: Mapping[str, Any]) -> dict[str, Any]:
    info = map_in(document, "info")
    if not isinstance(info.get("title"), str):
        raise bad_request("Invalid OpenAPI definition: info.title is missing")
    api: dict[str, Any] = {"Name": info["title"], "ProtocolType": "HTTP"}
    for key, member in (("version", "Version"), ("description", "Description")):
        if info.get(key) is not None:
            api[member] = str(info[key])
    if cors := map_in(document, _CORS):
        api["CorsConfiguration"] = _renamed(cors, _CORS_MEMBERS, _CORS)
    tags = document.get("tags")
    listed = tags if isinstance(tags, list) else []
    found = {str(tag.get("name")): str(tag[_TAG]) for tag in listed if isinstance(tag, Mapping) and _TAG in tag}
    return {**api, "Tags": found} if found else api


def _renamed(node: Mapping[str, Any], members: Mapping[str, str], where: str) -> dict[str, Any]:
    unknown = [key for key in node if key not in members]
    if unknown:
        raise unsupported(f"{', '.join(unknown)} in {where}")
    return {members[key]: value for key, value in node.items()}


def _base_path(document: Mapping[str, Any], mode: str) -> str:
    """The prefix of all paths: the first server's base path (``prepend``), or all but its first part (``split``)."""
    if mode not in ("ignore", "prepend", "split"):
        raise bad_request("Invalid basepath. Must be one of [ignore, prepend, split]")
    servers = document.get("servers") or [{}]
    server = servers[0] if isinstance(servers, list) and isinstance(servers[0], Mapping) else {}
    given = map_in(map_in(server, "variables"), "basePath").get("default", "")
    path = "/" + str(given).strip("/") if given else ""
    if mode == "ignore" or not path:
        return ""
    return path if mode == "prepend" else path[path.find("/", 1) :] if path.count("/") > 1 else ""


def _operations(document: Mapping[str, Any], prefix: str, warnings: list[str]) -> Iterator[Operation]:
    for path, item in map_in(document, "paths").items():
        if not isinstance(item, Mapping):
            raise bad_request(f"Invalid OpenAPI definition: {path} is not an object")
        if "$ref" in item:
            raise unsupported(f"$ref of the path {path}")
        for method, operation in item.items():
            if method not in _METHODS and method != _ANY:
                continue
            if not isinstance(operation, Mapping):
                raise bad_request(f"Invalid OpenAPI definition: {method} {path} is not an object")
            name = "ANY" if method == _ANY else method.upper()
            key = DEFAULT if path == f"/{DEFAULT}" else f"{name} {prefix}{path}"
            integration = _integration(document, operation.get(_INTEGRATION), key)
            if integration is None:
                warnings.append(f"No integration is defined for {key}")
            yield Operation(key, integration, _security(operation.get("security", document.get("security"))))


def _integration(document: Mapping[str, Any], given: Any, key: str) -> dict[str, Any] | None:
    if given is None:
        return None
    if isinstance(given, Mapping) and isinstance(given.get("$ref"), str):
        name = given["$ref"].removeprefix(f"#/components/{_INTEGRATIONS}/")
        given = map_in(map_in(document, "components"), _INTEGRATIONS).get(name)
    if not isinstance(given, Mapping):
        raise bad_request(f"Invalid {_INTEGRATION} of {key}")
    params = _renamed(given, _MEMBERS, _INTEGRATION)
    params["IntegrationType"] = str(params.get("IntegrationType", "")).upper()
    if "ResponseParameters" in params:
        map_in(params, "ResponseParameters")
    map_in(params, "RequestParameters")
    return params


def _security(given: Any) -> tuple[str, tuple[str, ...]] | None:
    if not given:
        return None
    first = given[0] if isinstance(given, list) else None
    if not isinstance(first, Mapping) or len(first) != 1:
        raise bad_request("Invalid OpenAPI definition: security needs one scheme")
    ((name, scopes),) = first.items()
    if not isinstance(scopes or [], list):
        raise bad_request("Invalid OpenAPI definition: scopes are not a list")
    return name, tuple(map(str, scopes or ()))


def _authorizer(name: str, scheme: Mapping[str, Any]) -> dict[str, Any]:
    given = map_in(scheme, _AUTHORIZER)
    kind = str(given.get("type", "")).upper()
    sources = given.get("identitySource") or []
    listed = [part.strip() for part in sources.split(",")] if isinstance(sources, str) else sources
    params: dict[str, Any] = {"Name": name, "AuthorizerType": kind, "IdentitySource": listed}
    names = {
        "authorizerUri": "AuthorizerUri",
        "authorizerCredentials": "AuthorizerCredentialsArn",
        "authorizerPayloadFormatVersion": "AuthorizerPayloadFormatVersion",
        "authorizerResultTtlInSeconds": "AuthorizerResultTtlInSeconds",
        "enableSimpleResponses": "EnableSimpleResponses",
    }
    params |= {member: given[key] for key, member in names.items() if given.get(key) is not None}
    if kind == "JWT":
        settings = map_in(given, "jwtConfiguration")
        params["JwtConfiguration"] = {"Issuer": settings.get("issuer", ""), "Audience": settings.get("audience", [])}
    return params


def build(call: Call, api: Api, plan: Plan) -> None:
    """Put everything into an API that has no routes.  Raises BadRequestException, and leaves the rest to the caller."""
    ids = {name: new_authorizer(call, api, params) for name, params in plan.authorizers.items()}
    for operation in plan.operations:
        route: dict[str, Any] = {"RouteKey": operation.key}
        if operation.integration is not None:
            made = new_integration(call, api, operation.integration)
            route["Target"] = TARGET_PREFIX + made["IntegrationId"]
        if operation.security is not None:
            route |= _authorization(operation, ids, plan)
        new_route(call, api, route)


def _authorization(operation: Operation, ids: Mapping[str, Mapping[str, Any]], plan: Plan) -> dict[str, Any]:
    assert operation.security is not None
    name, scopes = operation.security
    if name in plan.signed:
        return {"AuthorizationType": "AWS_IAM"}
    authorizer = ids.get(name)
    if authorizer is None:
        raise bad_request(f"Invalid OpenAPI definition: security scheme {name} has no {_AUTHORIZER}")
    if authorizer["AuthorizerType"] != "JWT":
        return {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizer["AuthorizerId"]}
    shown: dict[str, Any] = {"AuthorizationType": "JWT", "AuthorizerId": authorizer["AuthorizerId"]}
    return {**shown, "AuthorizationScopes": list(scopes)} if scopes else shown


def rebuild(call: Call, api: Api, plan: Plan) -> None:
    """Replace settings and everything below the API but its stages; an error leaves the API as it was."""
    before = (api.fields, api.routes, api.integrations, api.authorizers)
    kept = ("CreatedDate", "ApiKeySelectionExpression", "DisableExecuteApiEndpoint", "IpAddressType")
    fixed = {name: api.fields[name] for name in (*kept, "RouteSelectionExpression", "Tags")}
    api.fields = {**fixed, **plan.api}
    api.routes, api.integrations, api.authorizers = {}, {}, {}
    try:
        build(call, api, plan)
    except AwsError:
        api.fields, api.routes, api.integrations, api.authorizers = before
        raise
