"""Reading REST APIs from OpenAPI 3 and Swagger 2 documents with AWS's extensions.

AWS docs, "Develop REST APIs using OpenAPI in API Gateway" and "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.services.apigateway.definitions import map_in, parse_definition
from emulator.services.apigateway.resources import bad_request, unsupported
from emulator.services.apigateway.rest.openapi_dialects import PREFIX, Dialect, dialect_of

_VERBS = ("get", "put", "post", "delete", "options", "head", "patch")
_ANY = f"{PREFIX}any-method"
_BASE_PATHS = ("ignore", "prepend", "split")
_ENDPOINTS = "endpointConfigurationTypes"
_INTEGRATION_MEMBERS = {
    "httpMethod": "integrationHttpMethod",
    **{
        name: name
        for name in (
            *("type", "uri", "credentials", "requestParameters", "requestTemplates", "passthroughBehavior"),
            *("contentHandling", "timeoutInMillis", "cacheNamespace", "cacheKeyParameters", "connectionType"),
            *("connectionId", "tlsConfig", "responseTransferMode", "integrationTarget"),
        )
    },
}
_RESPONSE_MEMBERS = ("statusCode", "responseParameters", "responseTemplates", "contentHandling")
_KNOWN = frozenset(
    PREFIX + name
    for name in (
        *("any-method", "api-key-source", "auth", "authorizer", "authtype", "binary-media-types"),
        *("endpoint-configuration", "gateway-responses", "importexport-version", "integration"),
        *("minimum-compression-size", "policy", "request-validator", "request-validators", "tag-value"),
    )
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method: parameters of PutMethod, PutMethodResponse, PutIntegration and PutIntegrationResponse.

    ``models`` are schemas by content type; ``security`` the names of schemes with their scopes.
    """

    path: str
    verb: str
    method: dict[str, Any]
    models: Mapping[str, Any]
    responses: Mapping[str, tuple[dict[str, Any], Mapping[str, Any]]]
    """By status: parameters, and schemas by content type."""
    integration: dict[str, Any] | None
    integration_responses: tuple[dict[str, Any], ...]
    security: Mapping[str, tuple[str, ...]]
    validator: str | None
    signed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A document, understood.  ``api`` are CreateRestApi's parameters; the rest is by name."""

    api: dict[str, Any]
    paths: list[str]
    operations: list[Operation]
    schemas: Mapping[str, Any]
    schemes: Mapping[str, Mapping[str, Any]]
    validators: Mapping[str, Mapping[str, Any]]
    gateway_responses: Mapping[str, Mapping[str, Any]]
    warnings: list[str] = field(default_factory=list)


def read_document(body: bytes, parameters: Mapping[str, str]) -> Plan:
    """ImportRestApi's and PutRestApi's document; raises BadRequestException."""
    document = parse_definition(body.decode("utf-8", "replace"))
    dialect = dialect_of(document)
    mode = _check_parameters(parameters)
    warnings: list[str] = []
    _warn_of_unknown(document, "the document", warnings)
    prefix = _base_path(dialect.base_path, mode)
    reader = _Reader(dialect, warnings)
    operations = list(reader.operations(prefix))
    return Plan(
        api=_api(document, parameters),
        paths=[prefix + path for path in map_in(document, "paths") if path.startswith("/")],
        operations=operations,
        schemas=dialect.schemas,
        schemes={name: map_in(dialect.schemes, name) for name in dialect.schemes},
        validators=reader.extension("request-validators"),
        gateway_responses=reader.extension("gateway-responses"),
        warnings=warnings,
    )


def _check_parameters(parameters: Mapping[str, str]) -> str:
    """The way to handle the base path; raises for what the import cannot do."""
    for name, value in parameters.items():
        if name not in ("basepath", "ignore", _ENDPOINTS) or (name == "ignore" and value != "documentation"):
            raise unsupported(f"The import parameter {name}={value}")
    mode = parameters.get("basepath", "ignore")
    if mode not in _BASE_PATHS:
        raise bad_request(f"Invalid basepath. Must be one of [{', '.join(_BASE_PATHS)}]")
    return mode


def _base_path(path: str, mode: str) -> str:
    """``prepend`` puts it before all paths, ``split`` all but its first part (AWS docs)."""
    path = "/" + path.strip("/") if path.strip("/") else ""
    if mode == "ignore" or not path:
        return ""
    return path if mode == "prepend" else path[path.find("/", 1) :] if path.count("/") > 1 else ""


def _warn_of_unknown(node: Mapping[str, Any], where: str, warnings: list[str]) -> None:
    unknown = (key for key in node if key.startswith(PREFIX) and key not in _KNOWN)
    warnings += [f"The extension {key} of {where} is not supported by aws-task-emulator" for key in unknown]


def _api(document: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    info = map_in(document, "info")
    if not isinstance(info.get("title"), str) or not info["title"]:
        raise bad_request("Invalid OpenAPI definition: info.title is missing")
    api: dict[str, Any] = {"name": info["title"]}
    for key in ("version", "description"):
        if info.get(key) is not None:
            api[key] = str(info[key])
    members = {
        "api-key-source": "apiKeySource",
        "binary-media-types": "binaryMediaTypes",
        "minimum-compression-size": "minimumCompressionSize",
    }
    api |= {member: document[PREFIX + key] for key, member in members.items() if PREFIX + key in document}
    if PREFIX + "policy" in document:
        api["policy"] = map_in(document, PREFIX + "policy")
    endpoint = dict(map_in(document, PREFIX + "endpoint-configuration"))
    if "disableExecuteApiEndpoint" in endpoint:
        api["disableExecuteApiEndpoint"] = endpoint.pop("disableExecuteApiEndpoint")
    if _ENDPOINTS in parameters:
        endpoint["types"] = [parameters[_ENDPOINTS]]
    tags = document.get("tags")
    tagged = [tag for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    found = {str(tag.get("name")): str(tag[f"{PREFIX}tag-value"]) for tag in tagged if f"{PREFIX}tag-value" in tag}
    return {**api, **({"endpointConfiguration": endpoint} if endpoint else {}), **({"tags": found} if found else {})}


class _Reader:
    """The paths of one document."""

    def __init__(self, dialect: Dialect, warnings: list[str]) -> None:
        self._dialect = dialect
        self._document = dialect.document
        self._warnings = warnings
        self._validator = self._document.get(PREFIX + "request-validator")

    def extension(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """The objects in an extension of the whole document, by name."""
        given = map_in(self._document, PREFIX + name)
        return {key: map_in(given, key) for key in given}

    def operations(self, prefix: str) -> Iterator[Operation]:
        for path, item in map_in(self._document, "paths").items():
            if not isinstance(item, Mapping):
                raise bad_request(f"Invalid OpenAPI definition: {path} is not an object")
            if "$ref" in item:
                raise unsupported(f"$ref of the path {path}")
            if not path.startswith("/"):
                self._warnings += [f"The path {path} does not begin with a slash"]
                continue
            for key in item:
                if key in _VERBS or key == _ANY:
                    verb = "ANY" if key == _ANY else key.upper()
                    yield self._operation(prefix + path, verb, map_in(item, key), item.get("parameters"))

    def _operation(self, path: str, verb: str, given: Mapping[str, Any], shared: Any) -> Operation:
        _warn_of_unknown(given, f"{verb} {path}", self._warnings)
        method: dict[str, Any] = {"httpMethod": verb}
        if given.get("operationId") is not None:
            method["operationName"] = str(given["operationId"])
        places = dict(self._dialect.parameters(shared)) | dict(self._dialect.parameters(given.get("parameters")))
        if places:
            method["requestParameters"] = {f"method.request.{place}": required for place, required in places.items()}
        integration, answers = self._integration(path, verb, given.get(PREFIX + "integration"))
        auth = map_in(given, PREFIX + "auth")
        validator = given.get(PREFIX + "request-validator", self._validator)
        return Operation(
            path=path,
            verb=verb,
            method=method,
            models=self._dialect.request_schemas(given),
            responses=self._responses(path, verb, given),
            integration=integration,
            integration_responses=answers,
            security=_security(given.get("security", self._document.get("security"))),
            validator=None if validator is None else str(validator),
            signed=auth.get("type") == "AWS_IAM",
        )

    def _responses(
        self, path: str, verb: str, given: Mapping[str, Any]
    ) -> Mapping[str, tuple[dict[str, Any], Mapping[str, Any]]]:
        found: dict[str, tuple[dict[str, Any], Mapping[str, Any]]] = {}
        responses = map_in(given, "responses")
        for code in responses:
            if not re.fullmatch(r"[1-5]\d\d", code):
                self._warnings.append(f"The response {code} of {verb} {path} is no status code")
                continue
            response = self._dialect.resolved(map_in(responses, code))
            headers = {f"method.response.header.{name}": False for name in map_in(response, "headers")}
            params = {"responseParameters": headers} if headers else {}
            found[code] = (params, self._dialect.response_schemas(given, response))
        return found

    def _integration(
        self, path: str, verb: str, given: Any
    ) -> tuple[dict[str, Any] | None, tuple[dict[str, Any], ...]]:
        if given is None:
            return None, ()
        if not isinstance(given, Mapping):
            raise bad_request(f"Invalid {PREFIX}integration of {verb} {path}")
        unknown = [key for key in given if key not in _INTEGRATION_MEMBERS and key != "responses"]
        if unknown:
            raise unsupported(f"{', '.join(unknown)} in {PREFIX}integration of {verb} {path}")
        params = {_INTEGRATION_MEMBERS[key]: value for key, value in given.items() if key != "responses"}
        for name in ("type", "passthroughBehavior", "integrationHttpMethod"):
            if isinstance(params.get(name), str):
                params[name] = params[name].upper()
        answers = []
        responses = map_in(given, "responses")
        for pattern in responses:
            response = map_in(responses, pattern)
            answer = {name: response[name] for name in _RESPONSE_MEMBERS if response.get(name) is not None}
            answer["statusCode"] = str(answer.get("statusCode", ""))
            if pattern != "default":
                answer["selectionPattern"] = pattern
            answers.append(answer)
        return params, tuple(answers)


def _security(given: Any) -> Mapping[str, tuple[str, ...]]:
    """All schemes that are named: API Gateway wants an API key and one authorizer at most."""
    if not given:
        return {}
    if not isinstance(given, list) or not all(isinstance(entry, Mapping) for entry in given):
        raise bad_request("Invalid OpenAPI definition: security is not a list of objects")
    found: dict[str, tuple[str, ...]] = {}
    for entry in given:
        for name, scopes in entry.items():
            if not isinstance(scopes or [], list):
                raise bad_request("Invalid OpenAPI definition: scopes are not a list")
            found[str(name)] = tuple(map(str, scopes or ()))
    return found
