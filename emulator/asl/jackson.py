"""JSON texts as AWS reads them: with the Java library Jackson's words for what is wrong (recorded from AWS)."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from emulator.core import jsontext

_TOKEN = re.compile(r"[\w$]+")
_SHOWN = 500
_VALUES = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'"


class JsonSyntaxError(ValueError):
    """``message`` in Jackson's words; ``location``: ``[Source: (String)"..."; line: 1, column: 4]``."""

    def __init__(self, message: str, text: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        line = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        more = f"[truncated {len(text) - _SHOWN} chars]" if len(text) > _SHOWN else ""
        self.location = f'[Source: (String)"{text[:_SHOWN]}"{more}; line: {line}, column: {column}]'


def read_json(text: str) -> Any:
    """The value of ``text``; of equal keys the last counts.  Raises JsonSyntaxError, for NaN and numbers beyond a
    double as well: no JSON text could hold them."""
    try:
        return jsontext.shallow(json.loads(text, parse_constant=_refuse, parse_float=_float, parse_int=_integer), text)
    except json.JSONDecodeError as error:
        raise _explain(error, text) from None
    except _ConstantError as error:
        word = str(error)
        message = f"Non-standard token '{word}': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow"
        raise JsonSyntaxError(message, text, max(text.find(word), 0) + len(word)) from None
    except _RangeError as error:
        digits = str(error)
        message = f"Numeric value ({digits}) out of range of double"
        raise JsonSyntaxError(message, text, max(text.find(digits), 0) + len(digits)) from None
    except (jsontext.NestedTooDeeplyError, RecursionError):
        raise JsonSyntaxError("Document nesting depth exceeds the maximum allowed", text, 0) from None


class _ConstantError(Exception):
    pass


class _RangeError(Exception):
    pass


def _refuse(word: str) -> Any:
    raise _ConstantError(word)


def _integer(digits: str) -> int | float:
    # Python refuses to convert integers of thousands of digits.
    return int(digits) if len(digits) < 400 else _float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _RangeError(digits)
    return number


def _explain(error: json.JSONDecodeError, text: str) -> JsonSyntaxError:
    at = error.pos
    if error.msg.startswith("Unterminated string"):
        return JsonSyntaxError(
            "Unexpected end-of-input: was expecting closing quote for a string value", text, len(text)
        )
    if error.msg.startswith("Invalid control character"):
        return _unexpected(text, at, "has to be escaped using backslash to be included in string value", "Illegal")
    if error.msg.startswith("Invalid \\"):
        return _unexpected(text, min(at + 1, len(text) - 1), "is not a recognized character escape", "Unrecognized")
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    if at >= len(text):
        return JsonSyntaxError(_ended(text), text, len(text))
    if error.msg.startswith("Expecting property name"):
        return _unexpected(text, at, "was expecting double-quote to start field name")
    if error.msg.startswith("Expecting ':'"):
        return _unexpected(text, at, "was expecting a colon to separate field name and value")
    if error.msg.startswith("Expecting ','"):
        return _unexpected(text, at, "was expecting comma to separate Object entries")
    token = _TOKEN.match(text, at)
    if token and not token[0][0].isdigit():
        return JsonSyntaxError(f"Unrecognized token '{token[0]}': was expecting ({_VALUES})", text, token.end())
    return _unexpected(text, at, f"expected a valid value ({_VALUES})")


def _ended(text: str) -> str:
    if not text.strip():
        return "No content to map due to end-of-input"
    kind = "Object" if text.rfind("{") >= text.rfind("[") else "Array"
    return f"Unexpected end-of-input: expected close marker for {kind}"


def _unexpected(text: str, at: int, why: str, word: str = "Unexpected") -> JsonSyntaxError:
    return JsonSyntaxError(f"{word} character ('{text[at]}' (code {ord(text[at])})): {why}", text, at + 1)
