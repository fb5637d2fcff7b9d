"""Templates and mapping sources of REST APIs: given in the file itself, or in files beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.stack.section import Resource
from emulator.stack.steps import Context, text
from emulator.templates import TemplateError, compile_template

JSON = "application/json"
_SOURCES = ("method.request.", "integration.response.", "context.", "stageVariables.")


def lower(name: str) -> str:
    """CloudFormation's name of a property as the API writes it."""
    return name[:1].lower() + name[1:]


def spoken(resource: Resource, **names: str) -> Resource:
    """The resource for steps: errors about members of the API's, whose names begin small, find the keys written.

    ``names`` are members that are called otherwise than the property.
    """
    small = {lower(name): given for name, given in resource.written.items()}
    other = {member: resource.written[name] for member, name in names.items() if name in resource.written}
    return replace(resource, written={**small, **other, **resource.written})


def templates(context: Context, value: object, key: str) -> dict[str, str]:
    """Templates by media type: one for JSON, or a table of them."""
    if isinstance(value, Mapping) and value and all("/" in media for media in value):
        return {media: template(context, given, f"{key}.{media}") for media, given in value.items()}
    return {JSON: template(context, value, key)}


def template(context: Context, value: object, key: str) -> str:
    """A template's text, given as it is or as ``{ file = "…" }``.

    ``${name.Attribute}`` is filled in where ``name`` is a resource of this description.
    """
    given = context.references.fill_known(content(context, value, key), key)
    try:
        compile_template(given)
    except TemplateError as error:
        raise context.error(key, f"is no mapping template: {error}.") from None
    return given


def content(context: Context, value: object, key: str) -> str:
    """A text, or that of ``{ file = "…" }``."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or set(value) != {"file"} or not isinstance(value["file"], str):
        raise context.error(key, f'expected a text, or {{ file = "…" }}, got {value!r}.')
    return read(context, value["file"], f"{key}.file")


def read(context: Context, name: str, key: str) -> str:
    """A file beside the description."""
    path = context.directory / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise context.error(key, f"there is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise context.error(key, f"{path} cannot be read: {error}.") from None


def sources(context: Context, given: object, key: str, prefix: str) -> dict[str, str]:
    """A parameter mapping: ``prefix`` before each name.  What is no source of API Gateway's is a text of its own."""
    if not isinstance(given, Mapping):
        raise context.error(key, f"expected a table, got {given!r}.")
    return {f"{prefix}{name}": _source(context, value, f"{key}.{name}") for name, value in given.items()}


def _source(context: Context, value: Any, key: str) -> str:
    given = context.references.fill_known(text(value), key)
    if given.startswith(_SOURCES) or (len(given) > 1 and given[0] == given[-1] == "'"):
        return given
    return f"'{given}'"
