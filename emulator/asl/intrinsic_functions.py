"""The eighteen intrinsic functions as plain functions of JSON values.

AWS docs, "Intrinsic functions for JSONPath states"; results as recorded from AWS.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.asl.equality import equal, is_number
from emulator.asl.jackson import JsonSyntaxError, read_json
from emulator.asl.scope import Host
from emulator.core.ids import Ids
from emulator.core.jsontext import compact

_MAX_TEXT = 10_000
_MAX_RANGE = 1_000
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PIECE = re.compile(r"\\(.)|(\{\})|([^\\{]+|.)", re.DOTALL)


class IntrinsicError(ValueError):
    """A call that fails; ``str`` is the reason."""


class Template(str):
    """A string literal of a call as written: ``\\{`` still is an escape, as Format needs it."""

    __slots__ = ()

    @property
    def plain(self) -> str:
        return _ESCAPE.sub(r"\1", self)


@dataclass(frozen=True, slots=True)
class Function:
    """``kinds``: what each argument must be; a literal of another kind is refused when the definition is read."""

    apply: Callable[..., Any]
    kinds: tuple[str, ...]
    optional: int = 0
    variadic: bool = False
    raw: bool = False
    host: bool = False

    def complaint(self, arguments: Sequence[Any]) -> str | None:
        """What is wrong with ``arguments`` already in the definition (wrong count or literal), if anything."""
        least = len(self.kinds) - self.optional
        if len(arguments) < least or (len(arguments) > len(self.kinds) and not self.variadic):
            return "wrong number of arguments"
        for kind, argument in zip(self.kinds, arguments, strict=False):
            if argument is None or isinstance(argument, (str, int, float)):
                literal = argument.plain if isinstance(argument, Template) else argument
                if not _KINDS[kind](literal):
                    return f"an argument must be of type {kind}"
        return None

    def call(self, arguments: Sequence[Any], host: Host) -> Any:
        """Raises IntrinsicError."""
        if not self.raw:
            arguments = [item.plain if isinstance(item, Template) else item for item in arguments]
        for number, (kind, argument) in enumerate(zip(self.kinds, arguments, strict=False), 1):
            if not _KINDS[kind](argument):
                raise IntrinsicError(f"Argument {number} must be of type {kind}.")
        return self.apply(host, *arguments) if self.host else self.apply(*arguments)


_KINDS: dict[str, Callable[[Any], bool]] = {
    "any": lambda value: True,
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "boolean": lambda value: isinstance(value, bool),
}


def round_half_up(number: float) -> int:
    """AWS's rounding of operands, half toward +∞: ``-1.5`` is ``-1`` (recorded from AWS)."""
    whole = int(number // 1)
    return whole + 1 if number - whole >= 0.5 else whole


def java_text(value: Any) -> str:
    """Text as such, other scalars as JSON, objects and arrays as Java prints them: ``{Arg1=1, Arg2=[]}``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={java_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(java_text, value)) + "]"
    return json.dumps(value)


def format_text(template: str, *values: Any) -> str:
    left = [item.plain if isinstance(item, Template) else item for item in values]
    parts: list[str] = []
    for escaped, placeholder, text in _PIECE.findall(template):
        if placeholder:
            if not left:
                raise IntrinsicError("The number of arguments does not match the occurrences of {} in the template.")
            parts.append(java_text(left.pop(0)))
        else:
            parts.append(escaped or text)
    if left:
        raise IntrinsicError("The number of arguments does not match the occurrences of {} in the template.")
    return "".join(parts)


def string_to_json(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return read_json(text)
    except JsonSyntaxError:
        raise IntrinsicError(f"Invalid JSON: {text[:200]}") from None


def array_partition(items: list[Any], count: float) -> list[list[Any]]:
    step = round_half_up(count)
    if step < 1:
        raise IntrinsicError("The chunk size must be a positive integer.")
    return [items[start : start + step] for start in range(0, len(items), step)]


def array_range(first: float, last: float, step: float) -> list[int]:
    begin, end, stride = round_half_up(first), round_half_up(last), round_half_up(step)
    if stride == 0:
        raise IntrinsicError("The increment cannot be 0.")
    numbers = range(begin, end + (1 if stride > 0 else -1), stride)
    if len(numbers) > _MAX_RANGE:
        raise IntrinsicError(f"The range cannot hold more than {_MAX_RANGE} items.")
    return list(numbers)


def array_get_item(items: list[Any], index: float) -> Any:
    if not isinstance(index, int) or not 0 <= index < len(items):
        raise IntrinsicError(f"The index {index} is out of bounds for an array of {len(items)} items.")
    return items[index]


def array_unique(items: list[Any]) -> list[Any]:
    unique: list[Any] = []
    for item in items:
        if not any(equal(item, other) for other in unique):
            unique.append(item)
    return unique


def base64_encode(text: str) -> str:
    return base64.b64encode(_bounded(text)).decode()


def base64_decode(text: str) -> str:
    try:
        return base64.b64decode(_bounded(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise IntrinsicError("The string is not base64 of UTF-8 text.") from None


def hash_data(data: Any, algorithm: str) -> str:
    if algorithm not in _HASHES:
        raise IntrinsicError(f"The algorithm must be one of {', '.join(_HASHES)}.")
    content = _bounded(data if isinstance(data, str) else compact(data))
    return hashlib.new(_HASHES[algorithm], content, usedforsecurity=False).hexdigest()


def _bounded(text: str) -> bytes:
    if len(text) > _MAX_TEXT:
        raise IntrinsicError(f"The input cannot be longer than {_MAX_TEXT} characters.")
    return text.encode("utf-8", "surrogatepass")


def json_merge(left: dict[str, Any], right: dict[str, Any], deep: bool) -> dict[str, Any]:
    if deep:
        raise IntrinsicError("Only the shallow merge is supported: the third argument must be false.")
    return {**left, **right}


def math_random(host: Host, low: float, high: float, seed: float | None = None) -> int:
    begin, end = round_half_up(low), round_half_up(high)
    if end <= begin:
        raise IntrinsicError("The end of the range must be greater than its start.")
    ids = host.ids if seed is None else Ids(f"States.MathRandom {round_half_up(seed)}")
    return min(begin + int(ids.uniform(0, 1) * (end - begin)), end - 1)


def math_add(left: float, right: float) -> int:
    total = round_half_up(left) + round_half_up(right)
    # Java's int: the sum wraps around.
    return (total + 2**31) % 2**32 - 2**31


def string_split(text: str, delimiters: str) -> list[str]:
    if not delimiters:
        return [text] if text else []
    return [piece for piece in re.split("[" + re.escape(delimiters) + "]", text) if piece]


FUNCTIONS: dict[str, Function] = {
    "Format": Function(format_text, ("string",), variadic=True, raw=True),
    "StringToJson": Function(string_to_json, ("string",)),
    "JsonToString": Function(compact, ("any",)),
    "Array": Function(lambda *items: list(items), (), variadic=True),
    "ArrayPartition": Function(array_partition, ("array", "number")),
    "ArrayContains": Function(lambda items, one: any(equal(item, one) for item in items), ("array", "any")),
    "ArrayRange": Function(array_range, ("number", "number", "number")),
    "ArrayGetItem": Function(array_get_item, ("array", "number")),
    "ArrayLength": Function(len, ("array",)),
    "ArrayUnique": Function(array_unique, ("array",)),
    "Base64Encode": Function(base64_encode, ("string",)),
    "Base64Decode": Function(base64_decode, ("string",)),
    "Hash": Function(hash_data, ("any", "string")),
    "JsonMerge": Function(json_merge, ("object", "object", "boolean")),
    "MathRandom": Function(math_random, ("number", "number", "number"), optional=1, host=True),
    "MathAdd": Function(math_add, ("number", "number")),
    "StringSplit": Function(string_split, ("string", "string")),
    "UUID": Function(lambda host: host.ids.uuid(), (), host=True),
}
