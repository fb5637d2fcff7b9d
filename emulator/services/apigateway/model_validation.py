"""Models: JSON Schema draft 4, checked by ``jsonschema`` where it is installed and refused by name where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from emulator.core.jsontext import compact
from emulator.services.apigateway.documents import read_json
from emulator.templates.regexguard import check_cost

_MODEL_URL = re.compile(r"https?://apigateway\.[\w.-]+/restapis/[^/]+/models/([A-Za-z0-9]+)")


class InvalidModelError(ValueError):
    """The schema is not one, or cannot be checked here."""


def check_schema(schema: str) -> None:
    """Raise InvalidModelError for a text that is no usable schema."""
    _validator(schema)


def is_valid(schema: str, body: str) -> bool:
    """Whether the JSON text ``body`` satisfies the model."""
    try:
        return not problems(schema, body)
    except InvalidModelError:
        return False  # a reference in it leads nowhere


def problems(schema: str, body: str, models: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with the JSON text ``body``, in words like AWS's; empty when it satisfies the model.

    ``models`` are schemas by name, to which ``$ref`` may lead by their URL (AWS docs, "Data models for REST APIs").
    Raises InvalidModelError for a schema that cannot be used.
    """
    try:
        document = read_json(body)
    except ValueError:
        return ["Unable to parse the request body as JSON"]
    text = schema if models is None else _with_definitions(schema, models)
    validator = _validator(text)
    try:
        return [_in_words(error) for error in validator.iter_errors(document)]
    except RecursionError:
        raise InvalidModelError("it cannot be used: a reference leads in circles") from None
    except Exception as error:  # the library's many ways to say that a reference leads nowhere
        raise InvalidModelError(f"it cannot be used: {type(error).__name__}: {error}") from None


def _in_words(error: Any) -> str:
    """The words of the validator that AWS uses, for what is common."""
    if error.validator == "required":
        missing = sorted(name for name in error.validator_value if name not in error.instance)
        return f"[object has missing required properties ({compact(missing)})]"
    if error.validator == "type":
        wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        found = _TYPES.get(type(error.instance), "object")
        return f"[instance type ({found}) does not match any allowed primitive type (allowed: {compact(wanted)})]"
    return f"[{error.message}]"


_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", type(None): "null"}


@lru_cache(maxsize=256)
def _names_models(schema: str) -> bool:
    return _MODEL_URL.search(schema) is not None


def _with_definitions(schema: str, models: Mapping[str, str]) -> str:
    """The schema with the models that it names inside it, as ``#/definitions/{name}``."""
    if not _names_models(schema):
        return schema
    document = read_json(schema)
    definitions: dict[str, Any] = {}
    waiting = [document]
    while waiting:
        for name in _turn_inwards(waiting.pop()):
            if name not in definitions:
                if name not in models:
                    raise InvalidModelError(f"$ref names a model that does not exist: {name}")
                definitions[name] = read_json(models[name])
                waiting.append(definitions[name])
    document["definitions"] = {**document.get("definitions", {}), **definitions}
    return compact(document)


def _turn_inwards(node: Any) -> list[str]:
    """Let references to models lead to ``definitions``; gives their names."""
    names: list[str] = []
    if isinstance(node, dict):
        target = node.get("$ref")
        found = _MODEL_URL.fullmatch(target) if isinstance(target, str) else None
        if found is not None:
            node["$ref"] = f"#/definitions/{found[1]}"
            names.append(found[1])
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        names += _turn_inwards(child)
    return names


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
    return _guarded(jsonschema)(document)


def _guarded(jsonschema: Any) -> Any:
    """The library's validator, whose ``pattern`` must not run for ever on what a client sends."""

    def pattern(_validator: Any, expression: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        if isinstance(instance, str):
            compiled = re.compile(expression)
            check_cost(compiled, instance, None, whole=False)
            if not compiled.search(instance):
                yield jsonschema.ValidationError(f"{instance!r} does not match {expression!r}")

    return jsonschema.validators.extend(jsonschema.Draft4Validator, {"pattern": pattern})


def _refuse_remote_references(node: Any) -> None:
    """References between models are URLs on AWS; following them would leave this process."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and not target.startswith("#"):
            raise InvalidModelError(f"$ref to another document is not supported by aws-task-emulator: {target}")
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        _refuse_remote_references(child)
