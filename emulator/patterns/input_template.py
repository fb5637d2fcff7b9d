"""Templates of an InputTransformer, and of pipes.

AWS docs, "Amazon EventBridge input transformation", and recorded from AWS.  A template whose first character is ``{``
is a *JSON template*; any other is a *string template*: one or more quoted strings.  How a placeholder ``<name>`` is
filled depends on the kind of template and on whether it stands between quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from emulator.patterns.exact_numbers import parse_json, write_json
from emulator.patterns.payload_path import MISSING

_QUOTED = r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"'
_QUOTED_LINES = re.compile(rf"\s*{_QUOTED}(?:[ \t\r]*\n\s*{_QUOTED})*\s*")
_PART = re.compile(r"<([\w.\-]+)>|\\.|\"", re.DOTALL)
_PART_WITH_PATHS = re.compile(r"<([\w.\-]+|\$[\w.\-/\[\]*]*)>|\\.|\"", re.DOTALL)


class Placeholder(NamedTuple):
    name: str
    quoted: bool


class Template(NamedTuple):
    """A template cut at its placeholders: ``texts`` has one member more than ``placeholders``."""

    is_json: bool
    texts: tuple[str, ...]
    placeholders: tuple[Placeholder, ...]


class UndeliverablePayload(Exception):  # noqa: N818 - it is the payload that cannot be delivered
    """The shaped payload is not JSON, so EventBridge does not deliver it."""


@lru_cache(maxsize=1024)
def parse_template(text: str, paths: bool = False) -> Template:
    """Cut a template at its placeholders; ``<a b>`` is none, ``<$.a>`` is one with ``paths``."""
    texts: list[str] = []
    placeholders: list[Placeholder] = []
    quoted = False
    start = 0
    for part in (_PART_WITH_PATHS if paths else _PART).finditer(text):
        name = part.group(1)
        if name is not None:
            texts.append(text[start : part.start()])
            placeholders.append(Placeholder(name, quoted))
            start = part.end()
        elif part.group() == '"':
            quoted = not quoted
    texts.append(text[start:])
    return Template(text.lstrip().startswith("{"), tuple(texts), tuple(placeholders))


def fill(template: Template, value_of: Callable[[str], Any]) -> str:
    """The template with each placeholder replaced; ``value_of`` answers a JSON value or ``MISSING``.

    Raises ``UndeliverablePayload`` when the result is neither JSON nor a run of quoted strings.
    """
    pieces = [template.texts[0]]
    for placeholder, text in zip(template.placeholders, template.texts[1:], strict=True):
        pieces += [_filled(value_of(placeholder.name), placeholder.quoted, template.is_json), text]
    result = "".join(pieces)
    if not _is_deliverable(result):
        raise UndeliverablePayload("The transformed payload is not valid JSON.")
    return result


def _filled(value: Any, quoted: bool, is_json: bool) -> str:
    if not quoted:
        return '""' if value is MISSING else write_json(value)
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return value  # raw, not escaped: recorded from AWS
    text = write_json(value)
    return text if is_json else text.replace('"', "")


def _is_deliverable(text: str) -> bool:
    """JSON, or quoted strings on lines of their own (a string template of several lines)."""
    try:
        parse_json(text)
    except ValueError:
        return _QUOTED_LINES.fullmatch(text) is not None
    return True
