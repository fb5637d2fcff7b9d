"""The functions that AWS adds to JSONata, and those that read the emulator's clock and ids instead of the machine's.

AWS docs, "JSONata functions provided by Step Functions".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.asl import intrinsic_functions as intrinsic
from emulator.asl.jackson import JsonSyntaxError, read_json
from emulator.asl.scope import Host
from emulator.core.ids import Ids
from emulator.core.timestamps import iso_milliseconds, milliseconds

Format = Callable[[int, Any, Any], Any]


class FunctionError(ValueError):
    """``T0410: ...``: a code and its text."""


def extra_functions(host: Host, instant: float, format_millis: Format) -> dict[str, Callable[..., Any]]:
    """Name → function.  ``instant``: one time for the whole evaluation; ``format_millis``: a library's $fromMillis."""

    def now(picture: Any = None, zone: Any = None) -> Any:
        if picture is None and zone is None:
            return iso_milliseconds(instant)
        return format_millis(milliseconds(instant), picture, zone)

    def random(seed: Any = None) -> float:
        source = host.ids if seed is None else Ids(f"$random {seed}")
        return min(source.uniform(0.0, 1.0), 1 - 2**-53)

    return {
        "now": now,
        "millis": lambda: milliseconds(instant),
        "random": random,
        "uuid": lambda: host.ids.uuid(),
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "parse": _parse,
        "clone": lambda value=None: value,
    }


def _fault(function: str, reason: Exception | str) -> FunctionError:
    return FunctionError(f"T0410: Argument of function ${function} is not valid: {reason}")


def _partition(items: Any = None, size: Any = None) -> Any:
    if items is None:
        return None
    try:
        return intrinsic.FUNCTIONS["ArrayPartition"].call(
            [items if isinstance(items, list) else [items], size], _NO_HOST
        )
    except intrinsic.IntrinsicError as fault:
        raise _fault("partition", fault) from None


def _range(first: Any = None, last: Any = None, step: Any = None) -> Any:
    try:
        numbers = intrinsic.FUNCTIONS["ArrayRange"].call([first, last, step], _NO_HOST)
    except intrinsic.IntrinsicError as fault:
        raise _fault("range", fault) from None
    # A sequence of one is its item (recorded from AWS).
    return numbers[0] if len(numbers) == 1 else numbers


def _hash(data: Any = None, algorithm: Any = None) -> Any:
    if data is None:
        return None
    try:
        return intrinsic.FUNCTIONS["Hash"].call([data, algorithm], _NO_HOST)
    except intrinsic.IntrinsicError as fault:
        raise _fault("hash", fault) from None


def _parse(text: Any = None) -> Any:
    if text is None:
        return None
    if not isinstance(text, str):
        raise _fault("parse", "a string is expected")
    try:
        return read_json(text)
    except JsonSyntaxError as error:
        raise _fault("parse", error) from None


# The three functions above are pure: they never look at their host.
_NO_HOST = Host(Ids(0), lambda: 0.0)
