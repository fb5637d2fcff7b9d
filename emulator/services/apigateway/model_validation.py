"""Models: JSON Schema draft 4, checked by ``jsonschema`` where it is installed and refused by name where it is not."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from emulator.services.apigateway.documents import read_json


class InvalidModelError(ValueError):
    """The schema is not one, or cannot be checked here."""


def check_schema(schema: str) -> None:
    """Raise InvalidModelError for a text that is no usable schema."""
    _validator(schema)


def is_valid(schema: str, body: str) -> bool:
    """Whether the JSON text ``body`` satisfies the model."""
    try:
        document = read_json(body)
    except ValueError:
        return False
    return bool(_validator(schema).is_valid(document))


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    try:
        import jsonschema  # type: ignore[import-untyped]
    except ImportError:
        raise InvalidModelError("models need the package jsonschema, which is not installed") from None
    try:
        document = read_json(schema)
        jsonschema.Draft4Validator.check_schema(document)
    except (ValueError, jsonschema.SchemaError) as error:
        raise InvalidModelError(str(error).partition("\n")[0]) from None
    _refuse_remote_references(document)
    return jsonschema.Draft4Validator(document)


def _refuse_remote_references(node: Any) -> None:
    """References between models are URLs on AWS; following them would leave this process."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and not target.startswith("#"):
            raise InvalidModelError(f"$ref to another document is not supported by aws-task-emulator: {target}")
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        _refuse_remote_references(child)
