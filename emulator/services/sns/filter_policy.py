"""Filter policies: EventBridge's pattern language with fewer operators, over message attributes or the message body.

AWS docs, "Amazon SNS subscription filter policies"; texts and limits recorded from AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core import jsontext
from emulator.core.errors import AwsError
from emulator.patterns.event_pattern import EventPattern, InvalidPattern, compile_pattern, parse_event
from emulator.patterns.exact_numbers import LiteralFloat, parse_json
from emulator.services.sns.errors import invalid

ATTRIBUTES, BODY = "MessageAttributes", "MessageBody"
SCOPES = (BODY, ATTRIBUTES)
MOST_KEYS = 5
MOST_COMBINATIONS = 150
_EVENTBRIDGE_ONLY = frozenset({"wildcard", "exactly"})
Attributes = Mapping[str, Mapping[str, Any]]
"""``{name: {"DataType": str, "StringValue": str | "BinaryValue": bytes}}``"""


class FilterPolicy:
    """A compiled policy; ``text`` is shown as it was given."""

    __slots__ = ("_pattern", "scope", "text")

    def __init__(self, text: str, scope: str, pattern: EventPattern) -> None:
        self.text = text
        self.scope = scope
        self._pattern = pattern

    def matches(self, message: str, attributes: Attributes) -> bool:
        """Whether a message passes; with scope MessageBody a message that is no JSON object does not."""
        if self.scope == ATTRIBUTES:
            return self._pattern.matches(_as_event(attributes))
        try:
            return self._pattern.matches(parse_event(message))
        except ValueError:
            return False


def read_filter_policy(text: str, scope: str, prefix: str = "") -> FilterPolicy | None:
    """Compile an attribute's text; None when it is empty (``""`` or ``{}``): no policy.  InvalidParameter otherwise."""
    if not text:
        return None
    try:
        policy = _parse(text, prefix)
        if not policy:
            return None
        _check(policy, scope, prefix)
        return FilterPolicy(text, scope, compile_pattern(text))
    except InvalidPattern as error:
        raise invalid(f"{prefix}FilterPolicy: {error.reason}") from None
    except RecursionError:
        raise invalid(f"{prefix}FilterPolicy: failed to parse JSON. The policy is nested too deeply.") from None


def _parse(text: str, prefix: str) -> dict[str, Any]:
    try:
        policy = jsontext.parse(text)
    except ValueError as error:
        raise invalid(f"{prefix}FilterPolicy: failed to parse JSON. {error}") from None
    if not isinstance(policy, dict):
        raise InvalidPattern("Filter is not an object")
    return policy


def _check(policy: dict[str, Any], scope: str, prefix: str) -> None:
    """What SNS refuses and EventBridge does not."""
    if scope == ATTRIBUTES and _is_nested(policy):
        raise _nested(prefix)
    if len(policy) > MOST_KEYS:  # of a nested policy, only the outermost keys count
        raise InvalidPattern(f"Filter policy can not have more than {MOST_KEYS} keys")
    _check_operators(policy)
    if combinations(policy) > MOST_COMBINATIONS:
        raise InvalidPattern("Filter policy is too complex")


def _nested(prefix: str) -> AwsError:
    return invalid(f"{prefix}Filter policy scope MessageAttributes does not support nested filter policy")


def _is_nested(policy: dict[str, Any]) -> bool:
    inner = [alternative for alternatives in _alternatives(policy) for alternative in alternatives]
    return any(isinstance(value, dict) for value in policy.values()) or any(map(_is_nested, inner))


def _alternatives(policy: dict[str, Any]) -> list[list[dict[str, Any]]]:
    value = policy.get("$or")
    return [[item for item in value if isinstance(item, dict)]] if isinstance(value, list) else []


def _check_operators(policy: dict[str, Any]) -> None:
    for key, value in policy.items():
        if isinstance(value, dict):
            _check_operators(value)
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, dict) and entry:
                    _check_operators(entry) if key == "$or" else _check_operator(entry)


def _check_operator(entry: dict[str, Any]) -> None:
    operator, operand = next(iter(entry.items()))
    if operator in _EVENTBRIDGE_ONLY:
        raise InvalidPattern(f"Unrecognized match type {operator}")
    if operator in ("prefix", "suffix") and isinstance(operand, dict):
        raise InvalidPattern(f"{operator} match pattern must be a string")
    if operator == "anything-but" and isinstance(operand, dict):
        form = next(iter(operand), "prefix")
        if form != "prefix":
            raise InvalidPattern(f"Unsupported anything-but pattern: {form}")


def combinations(policy: dict[str, Any], depth: int = 1) -> int:
    """What is limited to 150: values times depth, multiplied over all keys; alternatives of ``$or`` are added up."""
    product = 1
    for key, value in policy.items():
        if isinstance(value, dict):
            product *= combinations(value, depth + 1)
        elif key == "$or" and isinstance(value, list) and all(isinstance(item, dict) for item in value):
            product *= sum(combinations(item, depth) for item in value)
        elif isinstance(value, list):
            product *= len(value) * depth
    return product


def _as_event(attributes: Attributes) -> dict[str, Any]:
    """Attributes as a pattern sees them; Binary ones take no part."""
    event: dict[str, Any] = {}
    for name, attribute in attributes.items():
        kind, text = attribute["DataType"], attribute.get("StringValue")
        if isinstance(text, str) and not kind.startswith("Binary"):
            event[name] = _leaf(kind, text)
    return event


def _leaf(kind: str, text: str) -> Any:
    if kind.split(".")[0] == "Number":
        try:
            return LiteralFloat(text)
        except ValueError:
            return text
    if kind != "String.Array":
        return text
    try:
        return parse_json(text)
    except ValueError:
        return text
