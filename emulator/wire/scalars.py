"""Scalars on their way in: JSON values and texts (headers, paths, query strings, form fields) to plain values.

A value of the wrong type is AWS's ``SerializationException``.  AWS names Java's types in these texts; the spelling for
timestamps is known from AWS, the others follow it.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from typing import Any

from emulator.core import jsontext
from emulator.core.errors import AwsError
from emulator.wire.timetext import read_time

Reader = Callable[[Any], Any]

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
RANGES = {"integer": 2**31, "long": 2**63}

_JAVA_TYPES = {
    "string": "an String",
    "character": "an String",
    "integer": "an Integer",
    "long": "an Long",
    "float": "an Float",
    "double": "an Double",
    "bigdecimal": "an BigDecimal",
    "boolean": "an Boolean",
    "blob": "a ByteBuffer",
    "timestamp": "milliseconds since epoch",
}


def malformed(message: str) -> AwsError:
    """The error for input that does not fit its type."""
    return AwsError("SerializationException", message)


def wrong_type(value: object, wanted: str) -> AwsError:
    """AWS's complaint about ``value`` where a shape of type ``wanted`` is due."""
    if isinstance(value, dict):
        return malformed("Start of structure or map found where not expected.")
    if isinstance(value, list | tuple):
        return malformed("Start of list found where not expected")
    given = _java_class(value)
    if wanted in _JAVA_TYPES:
        return malformed(f"class {given} can not be converted to {_JAVA_TYPES[wanted]}")
    return malformed(f"Unrecognized collection type class {given}")


def _java_class(value: object) -> str:
    if isinstance(value, bool):
        return "java.lang.Boolean"
    if isinstance(value, int):
        return "java.lang.Integer" if -(2**31) <= value < 2**31 else "java.lang.Long"
    if isinstance(value, float):
        return "java.lang.Double"
    return "java.lang.String"


def _string(value: Any) -> str:
    if type(value) is str:
        return value
    raise wrong_type(value, "string")


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise wrong_type(value, "boolean")


def _whole(kind: str) -> Reader:
    limit = RANGES[kind]

    def read(value: Any) -> int:
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is int and -limit <= value < limit:
            return value
        raise wrong_type(value, kind)

    return read


def _decimal(kind: str) -> Reader:
    def read(value: Any) -> float:
        if type(value) is float and math.isfinite(value):
            return value
        if type(value) is int and -(2**1000) < value < 2**1000:
            return float(value)
        if type(value) is str and value in _SPECIAL:
            return _SPECIAL[value]
        raise wrong_type(value, kind)

    return read


def _blob(value: Any) -> bytes:
    if type(value) is not str:
        raise wrong_type(value, "blob")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as bad:
        raise wrong_type(value, "blob") from bad


def timestamp(value: Any) -> float:
    """Epoch seconds from what a JSON body or a text holds where a timestamp is due."""
    try:
        return read_time(value)
    except (ValueError, OverflowError) as bad:
        raise wrong_type(value, "timestamp") from bad


# For values of a JSON body, by the shape's type.
FROM_JSON: dict[str, Reader] = {
    "string": _string,
    "character": _string,
    "boolean": _boolean,
    "integer": _whole("integer"),
    "long": _whole("long"),
    "float": _decimal("float"),
    "double": _decimal("double"),
    "bigdecimal": _decimal("bigdecimal"),
    "blob": _blob,
    "timestamp": timestamp,
}


def _whole_from_text(kind: str) -> Reader:
    from_json = FROM_JSON[kind]

    def read(text: str) -> Any:
        if not _WHOLE_NUMBER.fullmatch(text):
            raise wrong_type(text, kind)
        return from_json(int(text))

    return read


def _decimal_from_text(kind: str) -> Reader:
    def read(text: str) -> float:
        if text in _SPECIAL:
            return _SPECIAL[text]
        if not _DECIMAL.fullmatch(text) or math.isinf(float(text)):
            raise wrong_type(text, kind)
        return float(text)

    return read


def _boolean_from_text(text: str) -> bool:
    word = text.lower()
    if word not in ("true", "false"):
        raise wrong_type(text, "boolean")
    return word == "true"


# For texts: path labels, query strings, headers, form fields.
FROM_TEXT: dict[str, Reader] = FROM_JSON | {
    "boolean": _boolean_from_text,
    "integer": _whole_from_text("integer"),
    "long": _whole_from_text("long"),
    "float": _decimal_from_text("float"),
    "double": _decimal_from_text("double"),
    "bigdecimal": _decimal_from_text("bigdecimal"),
}


def json_header(text: str) -> Any:
    """The value of a ``jsonvalue`` header: JSON in base64."""
    try:
        return jsontext.parse(_blob(text).decode("utf-8"))
    except ValueError as bad:
        raise malformed("Header value is not JSON in base64") from bad


def text_reader(shape: Any) -> Reader:
    """The reader for a scalar shape that travels as text."""
    if shape.serialization.get("jsonvalue") and shape.serialization.get("location") == "header":
        return json_header
    return FROM_TEXT[shape.type_name]
