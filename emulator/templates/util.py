"""``$util``: the functions API Gateway offers in templates."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from emulator.templates.errors import Meter, TemplateError
from emulator.templates.values import ParsedMap, TemplateObject, display, parse_json

_SPECIAL = re.compile(r"[^ !#-&(-.0-\[\]-\x7f]")
_SHORT = {"'": "\\'", '"': '\\"', "\\": "\\\\", "/": "\\/"}
_SHORT |= {"\b": "\\b", "\n": "\\n", "\t": "\\t", "\f": "\\f", "\r": "\\r"}
_BAD_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile("[^A-Za-z0-9+/]")


def escape_javascript(text: str) -> str:
    r"""Apache Commons Lang's escapeEcmaScript: ``'`` ``"`` ``\`` ``/`` and controls, non-ASCII as ``\uXXXX``."""
    return _SPECIAL.sub(lambda match: _SHORT.get(match[0]) or _unicode_escape(match[0]), text)


def _unicode_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex().upper()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def url_encode(text: str) -> str:
    """Java's URLEncoder: a blank is ``+``, ``*`` stays, ``~`` does not."""
    return quote_plus(text, safe="*", errors="replace").replace("~", "%7E")


def url_decode(text: str) -> str:
    if _BAD_PERCENT.search(text):
        raise TemplateError("urlDecode: illegal % escape")
    return unquote_plus(text, errors="replace")


def base64_encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


def base64_decode(text: str) -> str:
    """As Apache Commons Codec: both alphabets, other characters and missing padding do not matter."""
    digits = _NOT_BASE64.sub("", text.split("=", 1)[0].replace("-", "+").replace("_", "/"))
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "replace")


def parse(text: str) -> Any:
    try:
        return parse_json(text, ParsedMap)
    except ValueError as error:
        raise TemplateError(f"parseJson: {error}") from None


_FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "escapeJavaScript": escape_javascript,
    "parseJson": parse,
    "urlEncode": url_encode,
    "urlDecode": url_decode,
    "base64Encode": base64_encode,
    "base64Decode": base64_decode,
}


class UtilVariable(TemplateObject):
    """Each function takes one text; null gives null."""

    def call(self, name: str, args: list[Any], meter: Meter) -> Any:
        function = _FUNCTIONS.get(name)
        if function is None or len(args) != 1 or args[0] is None:
            return None
        text = display(args[0], meter)
        meter.length(len(text))
        result = function(text)
        return meter.text(result) if isinstance(result, str) else result
