"""Writing a deployed REST API as an OpenAPI 3 or Swagger 2 document (AWS docs, "Export a REST API")."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.rest.model import Item, RestApi, Snapshot
from emulator.services.apigateway.rest.openapi_dialects import PREFIX

EXTENSIONS = ("integrations", "authorizers", "apigateway")
_PLACES = {"querystring": "query", "header": "header", "path": "path"}
_REFERENCE = re.compile(r"https?://apigateway\.[\w.-]+/restapis/[^/]+/models/([A-Za-z0-9]+)")
_KEY_SCHEME = "api_key"
_SIGNED_SCHEME = "sigv4"
_INTERNAL = ("cacheNamespace", "cacheKeyParameters", "integrationResponses")
_AUTHORIZER_MEMBERS = (
    *("authorizerUri", "authorizerCredentials", "identityValidationExpression", "identitySource"),
    *("authorizerResultTtlInSeconds", "providerARNs"),
)


def export(api: RestApi, stage: Item, snapshot: Snapshot, three: bool, extensions: Collection[str]) -> dict[str, Any]:
    """The document; ``three`` is OpenAPI 3, ``extensions`` are those of ``EXTENSIONS`` that shall be in it."""
    return _Writer(api, stage, snapshot, three, extensions).document()


class _Writer:
    def __init__(self, api: RestApi, stage: Item, snapshot: Snapshot, three: bool, extensions: Collection[str]) -> None:
        self._api, self._stage, self._snapshot, self._three = api, stage, snapshot, three
        self._everything = "apigateway" in extensions
        self._integrations = self._everything or "integrations" in extensions
        self._authorizers = self._everything or "authorizers" in extensions
        self._schemes: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        fields = self._snapshot.fields
        info: dict[str, Any] = {"title": fields["name"], "version": fields.get("version", "1.0")}
        if "description" in fields:
            info["description"] = fields["description"]
        host = f"{self._api.api_id}.execute-api.{self._api.region}.amazonaws.com"
        paths = {
            item["path"]: self._path(item) for item in self._snapshot.resources.values() if item.get("resourceMethods")
        }
        schemas = {name: self._schema(read_json(model["schema"])) for name, model in self._snapshot.models.items()}
        if self._three:
            base = {"basePath": {"default": self._stage["stageName"]}}
            servers = [{"url": f"https://{host}/{{basePath}}", "variables": base}]
            parts = {"schemas": schemas, **({"securitySchemes": self._schemes} if self._schemes else {})}
            shown = {"openapi": "3.0.1", "info": info, "servers": servers, "paths": paths, "components": parts}
        else:
            place = {"host": host, "basePath": f"/{self._stage['stageName']}", "schemes": ["https"]}
            shown = {"swagger": "2.0", "info": info, **place, "paths": paths}
            shown |= {"securityDefinitions": self._schemes} if self._schemes else {}
            shown["definitions"] = schemas
        return {**shown, **(self._settings() if self._everything else {})}

    def _settings(self) -> dict[str, Any]:
        """The extensions of the whole document."""
        fields = self._snapshot.fields
        members = {
            "api-key-source": "apiKeySource",
            "binary-media-types": "binaryMediaTypes",
            "minimum-compression-size": "minimumCompressionSize",
        }
        shown = {PREFIX + key: fields[member] for key, member in members.items() if member in fields}
        if "policy" in fields:
            shown[f"{PREFIX}policy"] = read_json(fields["policy"])
        validators = {
            str(item.get("name", key)): {name: value for name, value in item.items() if name.startswith("validate")}
            for key, item in self._snapshot.validators.items()
        }
        hidden = ("responseType", "defaultResponse")
        answers = {
            kind: {name: value for name, value in item.items() if name not in hidden}
            for kind, item in self._snapshot.gateway_responses.items()
        }
        shown |= {f"{PREFIX}request-validators": validators} if validators else {}
        return {**shown, **({f"{PREFIX}gateway-responses": answers} if answers else {})}

    def _schema(self, node: Any) -> Any:
        """References to models as references inside the document."""
        if isinstance(node, list):
            return [self._schema(child) for child in node]
        if not isinstance(node, Mapping):
            return node
        found = _REFERENCE.fullmatch(str(node.get("$ref", "")))
        if found is not None:
            return self._reference(found[1])
        return {key: self._schema(child) for key, child in node.items() if key != "$schema"}

    def _reference(self, name: str) -> dict[str, str]:
        return {"$ref": f"#/{'components/schemas' if self._three else 'definitions'}/{name}"}

    def _path(self, resource: Item) -> dict[str, Any]:
        methods = resource["resourceMethods"].items()
        return {
            f"{PREFIX}any-method" if verb == "ANY" else verb.lower(): self._method(method) for verb, method in methods
        }

    def _method(self, method: Item) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        if "operationName" in method:
            shown["operationId"] = method["operationName"]
        parameters = [self._parameter(name, needed) for name, needed in method.get("requestParameters", {}).items()]
        models = method.get("requestModels", {})
        if models and self._three:
            content = {media: {"schema": self._reference(name)} for media, name in models.items()}
            shown["requestBody"] = {"content": content, "required": True}
        elif models:
            shown["consumes"] = list(models)
            body = {"in": "body", "name": "body", "required": True}
            parameters.append({**body, "schema": self._reference(next(iter(models.values())))})
        if parameters:
            shown["parameters"] = parameters
        answers = method.get("methodResponses", {})
        if not self._three:
            media_types = sorted({media for item in answers.values() for media in item.get("responseModels", {})})
            shown |= {"produces": media_types} if media_types else {}
        shown["responses"] = {status: self._response(status, answer) for status, answer in answers.items()}
        security = self._security(method)
        if security:
            shown["security"] = security
        validator = self._snapshot.validators.get(method.get("requestValidatorId", ""))
        if validator is not None and self._everything:
            shown[f"{PREFIX}request-validator"] = validator.get("name", validator["id"])
        if self._integrations and "methodIntegration" in method:
            shown[f"{PREFIX}integration"] = self._integration(method["methodIntegration"])
        return shown

    def _parameter(self, name: str, required: bool) -> dict[str, Any]:
        _, _, place, short = name.split(".", 3)
        place = place.removeprefix("multivalue")
        kind = {"schema": {"type": "string"}} if self._three else {"type": "string"}
        return {"name": short, "in": _PLACES[place], "required": bool(required) or place == "path", **kind}

    def _response(self, status: str, answer: Item) -> dict[str, Any]:
        kind = {"schema": {"type": "string"}} if self._three else {"type": "string"}
        headers = {name.removeprefix("method.response.header."): kind for name in answer.get("responseParameters", {})}
        shown: dict[str, Any] = {"description": f"{status} response"}
        if headers:
            shown["headers"] = headers
        models = answer.get("responseModels", {})
        if models and self._three:
            shown["content"] = {media: {"schema": self._reference(name)} for media, name in models.items()}
        elif models:
            shown["schema"] = self._reference(next(iter(models.values())))
        return shown

    def _security(self, method: Item) -> list[dict[str, list[str]]]:
        found: list[dict[str, list[str]]] = []
        authorizer = self._snapshot.authorizers.get(method.get("authorizerId", ""))
        if authorizer is not None:
            self._schemes[authorizer["name"]] = self._scheme(authorizer)
            found.append({authorizer["name"]: list(method.get("authorizationScopes", ()))})
        elif method["authorizationType"] == "AWS_IAM":
            header = {"type": "apiKey", "name": "Authorization", "in": "header"}
            self._schemes[_SIGNED_SCHEME] = {**header, f"{PREFIX}authtype": "awsSigv4"}
            found.append({_SIGNED_SCHEME: []})
        if method["apiKeyRequired"]:
            self._schemes[_KEY_SCHEME] = {"type": "apiKey", "name": "x-api-key", "in": "header"}
            found.append({_KEY_SCHEME: []})
        return found

    def _scheme(self, authorizer: Item) -> dict[str, Any]:
        source = str(authorizer.get("identitySource", ""))
        header = source.rpartition(".")[2] if authorizer["type"] != "REQUEST" else "Unused"
        shown = {"type": "apiKey", "name": header, "in": "header", f"{PREFIX}authtype": authorizer["authType"]}
        if self._authorizers:
            members = {name: authorizer[name] for name in _AUTHORIZER_MEMBERS if name in authorizer}
            shown[f"{PREFIX}authorizer"] = {"type": authorizer["type"].lower(), **members}
        return shown

    def _integration(self, integration: Item) -> dict[str, Any]:
        shown = {name: value for name, value in integration.items() if name not in _INTERNAL}
        shown["type"] = integration["type"].lower()
        shown["passthroughBehavior"] = integration["passthroughBehavior"].lower()
        responses = {}
        for answer in integration.get("integrationResponses", {}).values():
            responses[answer.get("selectionPattern", "default")] = {
                name: value for name, value in answer.items() if name != "selectionPattern"
            }
        return {**shown, **({"responses": responses} if responses else {})}
