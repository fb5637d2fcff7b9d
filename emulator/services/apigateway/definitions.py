"""Reading OpenAPI definitions: JSON always, YAML with the package PyYAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.resources import bad_request, unsupported

_MOST_NODES = 500_000


def parse_definition(body: str) -> Mapping[str, Any]:
    """The document; raises BadRequestException for a text that is none."""
    try:
        document = read_json(body) if body.lstrip().startswith("{") else _yaml(body)
    except ValueError as error:
        raise bad_request(f"Unable to parse the OpenAPI definition: {error}") from None
    if not isinstance(document, Mapping):
        raise bad_request("Unable to parse the OpenAPI definition: it is not an object")
    return document


def write_yaml(document: Mapping[str, Any]) -> str:
    """The document as YAML."""
    text: str = _package().safe_dump(document, sort_keys=False)
    return text


def _package() -> Any:
    try:
        import yaml  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise unsupported("An OpenAPI definition in YAML without the package PyYAML (extra 'openapi')") from None
    return yaml


def _yaml(body: str) -> Any:
    yaml = _package()
    try:
        return _plain(yaml.safe_load(body), [_MOST_NODES])
    except RecursionError:
        raise ValueError("it is nested too deeply, or in circles") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error).partition("\n")[0]) from None


def _plain(node: Any, left: list[int]) -> Any:
    """YAML's values as JSON's: ``200:`` is a text, so are dates; aliases are written out, as far as ``left`` allows."""
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("the document is too large")
    if isinstance(node, dict):
        return {str(key): _plain(value, left) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item, left) for item in node]
    return node if node is None or isinstance(node, (str, bool, int, float)) else str(node)


def map_in(node: Any, key: str) -> Mapping[str, Any]:
    """A member that has to be an object; an empty one when it is missing."""
    value = node.get(key) if isinstance(node, Mapping) else None
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise bad_request(f"Invalid OpenAPI definition: {key} is not an object")
    return value
