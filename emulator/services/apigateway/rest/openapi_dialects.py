"""What OpenAPI 3 and Swagger 2 write differently: schemas, parameters, bodies, base paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from emulator.services.apigateway.definitions import map_in
from emulator.services.apigateway.resources import bad_request

PREFIX = "x-amazon-apigateway-"
_PLACES = {"query": "querystring", "header": "header", "path": "path"}
_JSON = "application/json"


def dialect_of(document: Mapping[str, Any]) -> Dialect:
    """Raises BadRequestException for a document that is neither."""
    if str(document.get("swagger")) == "2.0":
        return Dialect(document, False)
    version = document.get("openapi")
    if isinstance(version, str) and version.startswith("3.0"):
        return Dialect(document, True)
    raise bad_request("Unable to parse the API definition: it is neither OpenAPI 3.0 nor Swagger 2.0")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One document; ``three`` is OpenAPI 3."""

    document: Mapping[str, Any]
    three: bool

    @property
    def schemas(self) -> Mapping[str, Any]:
        return (
            map_in(map_in(self.document, "components"), "schemas")
            if self.three
            else map_in(self.document, "definitions")
        )

    @property
    def schemes(self) -> Mapping[str, Any]:
        if self.three:
            return map_in(map_in(self.document, "components"), "securitySchemes")
        return map_in(self.document, "securityDefinitions")

    @property
    def base_path(self) -> str:
        if not self.three:
            return str(self.document.get("basePath") or "")
        servers = self.document.get("servers")
        first = servers[0] if isinstance(servers, list) and servers else {}
        default = map_in(map_in(first, "variables"), "basePath").get("default")
        if default is not None:
            return str(default)
        path = urlsplit(str(first.get("url", ""))).path if isinstance(first, Mapping) else ""
        return "" if "{" in path else path

    def resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a ``$ref`` inside the document leads to; ``node`` itself if it is none."""
        seen: list[str] = []
        while isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if not reference.startswith("#/") or reference in seen:
                raise bad_request(f"Invalid OpenAPI definition: {reference} leads nowhere")
            seen.append(reference)
            *above, name = (part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/"))
            place = self.document
            for part in above:
                place = map_in(place, part)
            if name not in place:
                raise bad_request(f"Invalid OpenAPI definition: {reference} leads nowhere")
            node = map_in(place, name)
        return node

    def _listed(self, given: Any) -> Iterator[Mapping[str, Any]]:
        for parameter in given if isinstance(given, list) else ():
            if not isinstance(parameter, Mapping):
                raise bad_request("Invalid OpenAPI definition: a parameter is not an object")
            yield self.resolved(parameter)

    def parameters(self, given: Any) -> Iterator[tuple[str, bool]]:
        """``querystring.page`` and whether it is required; bodies and cookies are no parameters."""
        for parameter in self._listed(given):
            place = _PLACES.get(str(parameter.get("in")))
            if place is not None and parameter.get("name"):
                yield f"{place}.{parameter['name']}", parameter.get("required") is True

    def request_schemas(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """Schemas of the body by content type."""
        if self.three:
            return self._content(self.resolved(map_in(operation, "requestBody")))
        bodies = [parameter for parameter in self._listed(operation.get("parameters")) if parameter.get("in") == "body"]
        if not bodies or not isinstance(bodies[0].get("schema"), Mapping):
            return {}
        return dict.fromkeys(self._media_types(operation, "consumes"), bodies[0]["schema"])

    def response_schemas(self, operation: Mapping[str, Any], response: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.three:
            return self._content(response)
        if not isinstance(response.get("schema"), Mapping):
            return {}
        return dict.fromkeys(self._media_types(operation, "produces"), response["schema"])

    @staticmethod
    def _content(node: Mapping[str, Any]) -> Mapping[str, Any]:
        content = map_in(node, "content")
        schemas = {media: map_in(content, media).get("schema") for media in content}
        return {media: schema for media, schema in schemas.items() if isinstance(schema, Mapping)}

    def _media_types(self, operation: Mapping[str, Any], name: str) -> list[str]:
        listed = operation.get(name, self.document.get(name))
        return [str(media) for media in listed] if isinstance(listed, list) and listed else [_JSON]
