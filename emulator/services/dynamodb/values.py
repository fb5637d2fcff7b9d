"""Attribute values in DynamoDB's JSON (``{"S": "a"}``): as the wire has them, as they are stored, and their sizes.

Stored values hold binary as base64 text and numbers in AWS's normal form; on the wire's side binary is ``bytes``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from emulator.core.errors import AwsError

Image = Mapping[str, Any]
"""An item: attribute names with their values."""
DIGITS = 38
LARGEST, SMALLEST = 125, -130
"""Exponents of the largest and the smallest number (AWS docs, "Supported data types")."""
_SETS = ("SS", "NS", "BS")


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def to_stored(value: Any) -> Any:
    """A request's parameters with every attribute value as it is stored.

    Raises ValidationException for numbers that are none and for sets that hold a value twice (AWS docs, "Supported data
    types and naming rules").
    """
    kind = type(value)
    if kind is dict:
        if len(value) == 1:
            ((tag, inner),) = value.items()
            if tag == "N" and type(inner) is str:
                return {"N": number(inner)}
            if tag in _SETS and type(inner) is list:
                return {tag: _stored_set(tag, inner)}
        return {name: to_stored(inner) for name, inner in value.items()}
    if kind is list:
        return [to_stored(inner) for inner in value]
    return base64.b64encode(value).decode("ascii") if kind is bytes else value


def _stored_set(tag: str, members: list[Any]) -> list[Any]:
    stored = [number(member) if tag == "NS" and type(member) is str else to_stored(member) for member in members]
    if len(set(map(str, stored))) < len(stored):
        shown = ", ".join(map(str, stored))
        raise invalid(f"One or more parameter values were invalid: Input collection [{shown}] contains duplicates.")
    return stored


def number(text: str) -> str:
    """``001.500`` → ``1.5``: no superfluous zeros, no exponent."""
    if text.isascii() and text.isdigit() and len(text) <= DIGITS and text[0] != "0":
        return text
    try:
        exact = Decimal(text)
    except InvalidOperation:
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}") from None
    if not exact.is_finite() or text != text.strip() or "_" in text:
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}")
    if not exact:
        return "0"
    _sign, digits, _ = exact.as_tuple()
    significant = "".join(map(str, digits)).strip("0")
    if len(significant) > DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if exact.adjusted() > LARGEST:
        raise invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if exact.adjusted() < SMALLEST:
        raise invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    plain = f"{exact:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain.lstrip("+")


def to_wire(value: Any) -> Any:
    """Stored values with binary as bytes."""
    kind = type(value)
    if kind is dict:
        if len(value) == 1:
            ((tag, inner),) = value.items()
            if tag == "B" and type(inner) is str:
                return {"B": base64.b64decode(inner)}
            if tag == "BS" and type(inner) is list:
                return {"BS": [base64.b64decode(member) if type(member) is str else member for member in inner]}
        return {name: to_wire(inner) for name, inner in value.items()}
    return [to_wire(inner) for inner in value] if kind is list else value


def same(old: Image | None, new: Image | None) -> bool:
    """Whether two images are the same item: sets have no order."""
    if old is None or new is None:
        return old is new
    return old == new or _unordered(old) == _unordered(new)


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in _SETS and isinstance(members := next(iter(value.values())), list):
            return {next(iter(value)): frozenset(map(str, members))}
        return {name: _unordered(inner) for name, inner in value.items()}
    return [_unordered(inner) for inner in value] if isinstance(value, list) else value


def size(image: Image) -> int:
    """Bytes of an item as a stream record counts them: attribute names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in image.items())


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one value (AWS docs, "DynamoDB item sizes and formats"; numbers are approximate there, too)."""
    ((tag, inner),) = value.items()
    if tag in ("S", "N"):
        return len(inner.encode()) if tag == "S" else _number_size(inner)
    if tag == "B":
        return len(base64.b64decode(inner))
    if tag in _SETS:
        return sum(value_size({tag[0]: member}) for member in inner)
    if tag == "M":
        return 3 + len(inner) + size(inner)
    return 3 + len(inner) + sum(map(value_size, inner)) if tag == "L" else 1


def _number_size(text: str) -> int:
    digits = text.lstrip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")
