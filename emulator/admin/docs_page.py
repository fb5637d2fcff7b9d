"""The control API as a page: made here from its OpenAPI document, because Swagger's page needs the internet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
code { font: 13px/1.5 ui-monospace, monospace }
section { border-top: 1px solid #ccc; padding: .6rem 0 }
h1 { font-size: 1.4rem } h2 { font-size: 1rem; margin: 0 } p { margin: .2rem 0 }
b { display: inline-block; min-width: 4.5rem } td { padding-right: 1rem; vertical-align: top }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } a { color: #8bf } }
"""


def docs_page(document: Mapping[str, Any]) -> str:
    """HTML with one section per operation of an OpenAPI document: its parameters and the members of its body."""
    title = escape(document["info"]["title"])
    sections = "\n".join(
        _operation(path, method, operation, document)
        for path, operations in sorted(document["paths"].items())
        for method, operation in operations.items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>\n'
        f"<h1>{title} {escape(document['info']['version'])}</h1>\n"
        f'<p>As a document: <a href="/_emulator/openapi.json">openapi.json</a></p>\n{sections}</html>'
    )


def _operation(path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(kind)}<td>{escape(text)}</tr>"
        for name, kind, text in [*_parameters(operation), *_body(operation, document)]
    )
    return (
        f"<section><h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2>"
        f"<p>{escape(operation.get('summary', ''))}</p><table>{rows}</table></section>"
    )


def _parameters(operation: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for parameter in operation.get("parameters", ()):
        schema = parameter.get("schema", {})
        default = f", default {schema['default']!r}" if schema.get("default") not in (None, "") else ""
        kind = f"{parameter['in']}, {schema.get('type', 'any')}{default}"
        yield parameter["name"], kind, parameter.get("description") or schema.get("description", "")


def _body(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        schema = document["components"]["schemas"].get(name, {})
        for member, shape in schema.get("properties", {}).items():
            yield member, f"body, {shape.get('type', 'any')}", schema.get("description", "")
