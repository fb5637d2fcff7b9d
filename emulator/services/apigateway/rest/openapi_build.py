"""Putting what an OpenAPI document says into a REST API, through the operations that anybody else would call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.apigateway.resources import bad_request, new_id
from emulator.services.apigateway.rest.api import (
    authorizers,
    gateway_responses,
    integrations,
    methods,
    models,
    resources,
)
from emulator.services.apigateway.rest.model import RestApi
from emulator.services.apigateway.rest.openapi import Operation, Plan
from emulator.services.apigateway.rest.openapi_dialects import PREFIX
from emulator.wire.validation import validate

_SCHEMA = re.compile(r"#/(?:definitions|components/schemas)/(.+)")
_AUTHORIZER_MEMBERS = (
    *("authorizerUri", "authorizerCredentials", "identityValidationExpression", "identitySource"),
    *("authorizerResultTtlInSeconds", "providerARNs"),
)
_KINDS = {"token": "TOKEN", "request": "REQUEST", "cognito_user_pools": "COGNITO_USER_POOLS"}


def build(call: Call, api: RestApi, plan: Plan) -> None:
    """Add everything; what is there already under the same name is replaced.  An error leaves things half done."""
    _Builder(call, api, plan).build()


def _failed(text: str) -> AwsError:
    return bad_request(f"Errors found during import:\n\t{text}")


class _Builder:
    def __init__(self, call: Call, api: RestApi, plan: Plan) -> None:
        self._call, self._api, self._plan = call, api, plan
        self._validators: dict[str, str] = {}
        self._authorizers: dict[str, str] = {}

    def build(self) -> None:
        plan = self._plan
        self._models(plan.schemas)
        for name, given in plan.validators.items():
            self._validator(name, given)
        for name, scheme in plan.schemes.items():
            if PREFIX + "authorizer" in scheme:
                self._authorizer(name, scheme)
        for kind, given in plan.gateway_responses.items():
            self._gateway_response(kind, given)
        for path in plan.paths:
            self._resource(path)
        for operation in plan.operations:
            self._operation(operation)

    def _do(
        self, what: str, function: Callable[[Call, dict[str, Any]], Any], operation: str, params: dict[str, Any]
    ) -> Any:
        """One operation; values of wrong types come from the document, not from an SDK that would have checked them."""
        params = {"restApiId": self._api.api_id, **params}
        try:
            validate("apigateway", operation, params, "own")
            return function(self._call, params)
        except AwsError as error:
            raise _failed(f"Unable to {what}: {error.message or error.code}") from None

    # Models

    def _models(self, schemas: Mapping[str, Any]) -> None:
        """All at once first, as they may refer to each other."""
        names = {name: self._model_name(name) for name in schemas}
        for name, schema in schemas.items():
            known = self._api.models.get(names[name])
            self._api.models[names[name]] = {
                "id": known["id"] if known else new_id(self._call, {}),
                "name": names[name],
                "schema": compact(self._turned(schema)),
                "contentType": "application/json",
            }
        for name in names.values():
            patch = [{"op": "replace", "path": "/schema", "value": self._api.models[name]["schema"]}]
            self._do(
                f"create model '{name}'",
                models.update_model,
                "UpdateModel",
                {"modelName": name, "patchOperations": patch},
            )

    @staticmethod
    def _model_name(name: str) -> str:
        return re.sub(r"[^A-Za-z0-9]", "", str(name)) or "Model"

    def _turned(self, schema: Any) -> Any:
        """References to other schemas as references to models (AWS docs, "Data models for REST APIs")."""
        if isinstance(schema, list):
            return [self._turned(child) for child in schema]
        if not isinstance(schema, Mapping):
            return schema
        found = _SCHEMA.fullmatch(str(schema.get("$ref", "")))
        if found is not None:
            name = self._model_name(found[1])
            return {"$ref": f"https://apigateway.amazonaws.com/restapis/{self._api.api_id}/models/{name}"}
        return {str(key): self._turned(child) for key, child in schema.items()}

    def _model_for(self, schema: Any) -> str:
        """The model's name; a schema that stands where it is used becomes a model of its own."""
        found = _SCHEMA.fullmatch(str(schema.get("$ref", "")))
        if found is not None:
            return self._model_name(found[1])
        text = compact(self._turned(schema))
        for model in self._api.models.values():
            if model["schema"] == text:
                return str(model["name"])
        name = "MODEL" + self._call.ids.alnum(6)
        params = {"name": name, "schema": text, "contentType": "application/json"}
        self._do(f"create model '{name}'", models.create_model, "CreateModel", params)
        return name

    # Validators, authorizers, gateway responses

    def _validator(self, name: str, given: Mapping[str, Any]) -> None:
        params = {"name": name, **given}
        known = next((key for key, item in self._api.validators.items() if item.get("name") == name), None)
        made = self._do(
            f"create request validator '{name}'", models.create_request_validator, "CreateRequestValidator", params
        )
        if known is not None:
            del self._api.validators[made["id"]]
            self._api.validators[known] = {**made, "id": known}
        self._validators[name] = known or made["id"]

    def _authorizer(self, name: str, scheme: Mapping[str, Any]) -> None:
        given = scheme[PREFIX + "authorizer"]
        if not isinstance(given, Mapping):
            raise bad_request(f"Invalid OpenAPI definition: the authorizer {name} is not an object")
        kind = _KINDS.get(str(given.get("type", "")).lower(), str(given.get("type", "")).upper())
        params: dict[str, Any] = {"name": name, "type": kind}
        params |= {member: given[member] for member in _AUTHORIZER_MEMBERS if given.get(member) is not None}
        if kind != "REQUEST" and scheme.get("name"):
            params.setdefault("identitySource", f"method.request.header.{scheme['name']}")
        if scheme.get(PREFIX + "authtype"):
            params["authType"] = str(scheme[PREFIX + "authtype"])
        known = next((key for key, item in self._api.authorizers.items() if item["name"] == name), None)
        former = self._api.authorizers.pop(known) if known else None
        try:
            made = self._do(f"create authorizer '{name}'", authorizers.create_authorizer, "CreateAuthorizer", params)
        except AwsError:
            if former is not None:
                self._api.authorizers[former["id"]] = former
            raise
        if known is not None:
            del self._api.authorizers[made["id"]]
            self._api.authorizers[known] = {**made, "id": known}
        self._authorizers[name] = known or made["id"]

    def _gateway_response(self, kind: str, given: Mapping[str, Any]) -> None:
        members = {name: given[name] for name in ("responseParameters", "responseTemplates") if given.get(name)}
        if given.get("statusCode") is not None:
            members["statusCode"] = str(given["statusCode"])
        params = {"responseType": kind, **members}
        self._do(f"put gateway response '{kind}'", gateway_responses.put_gateway_response, "PutGatewayResponse", params)

    # Paths and methods

    def _resource(self, path: str) -> str:
        """The resource's id; it and what is above it are made if need be."""
        resource_id, done = self._api.root_id, ""
        for part in filter(None, path.split("/")):
            done += f"/{part}"
            found = next((item["id"] for item in self._api.resources.values() if item["path"] == done), None)
            params = {"parentId": resource_id, "pathPart": part}
            resource_id = (
                found
                or self._do(f"create resource at path '{done}'", resources.create_resource, "CreateResource", params)[
                    "id"
                ]
            )
        return resource_id

    def _operation(self, operation: Operation) -> None:
        resource_id = self._resource(operation.path)
        where = {"resourceId": resource_id, "httpMethod": operation.verb}
        name = f"'{operation.verb}' for resource at path '{operation.path}'"
        self._api.put_method(resource_id, operation.verb, None)
        params = {**where, **operation.method, **self._authorization(operation)}
        if operation.models:
            params["requestModels"] = {media: self._model_for(schema) for media, schema in operation.models.items()}
        if operation.validator is not None:
            if operation.validator not in self._validators:
                raise _failed(f"Invalid request validator '{operation.validator}' on {name}")
            params["requestValidatorId"] = self._validators[operation.validator]
        self._do(f"put method {name}", methods.put_method, "PutMethod", params)
        for status, (answer, schemas) in operation.responses.items():
            params = {**where, "statusCode": status, **answer}
            if schemas:
                params["responseModels"] = {media: self._model_for(schema) for media, schema in schemas.items()}
            self._do(f"put method response on {name}", methods.put_method_response, "PutMethodResponse", params)
        if operation.integration is not None:
            self._do(
                f"put integration on {name}",
                integrations.put_integration,
                "PutIntegration",
                {**where, **operation.integration},
            )
        for response in operation.integration_responses:
            self._do(
                f"put integration response on {name}",
                integrations.put_integration_response,
                "PutIntegrationResponse",
                {**where, **response},
            )

    def _authorization(self, operation: Operation) -> dict[str, Any]:
        found: dict[str, Any] = {"authorizationType": "AWS_IAM" if operation.signed else "NONE"}
        for name, scopes in operation.security.items():
            scheme = self._plan.schemes.get(name, {})
            if name in self._authorizers:
                kind = self._api.authorizers[self._authorizers[name]]["type"]
                pools = kind == "COGNITO_USER_POOLS"
                found["authorizationType"] = kind if pools else "CUSTOM"
                found["authorizerId"] = self._authorizers[name]
                if scopes:
                    found["authorizationScopes"] = list(scopes)
            elif str(scheme.get(PREFIX + "authtype", "")).lower() == "awssigv4":
                found["authorizationType"] = "AWS_IAM"
            elif scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key":
                found["apiKeyRequired"] = True
            elif name != "NONE":
                self._plan.warnings.append(f"The security scheme {name} protects nothing: it has no authorizer")
        return found
