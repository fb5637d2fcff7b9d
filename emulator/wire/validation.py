"""Validation of parameters against the service model, in AWS's words.

Constraints are compiled into closures once per operation; a value costs a text only when it is wrong.  The form of the
messages is recorded from AWS (EventBridge, Lambda, Step Functions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from emulator.core.errors import AwsError
from emulator.wire.javaregex import java_pattern
from emulator.wire.models import operation_model, protocol_name
from emulator.wire.quoting import camel, quote_value
from emulator.wire.recorded import QUOTED_ENUMS, UNCHECKED_MEMBERS
from emulator.wire.typecheck import input_checker

Style = Literal["standard", "own"]

# (value, path as a linked list, findings)
Path = tuple[Any, str] | None
Check = Callable[[Any, Path, list[str]], None]


def validate(service: str, operation: str, params: Mapping[str, Any], style: Style = "standard") -> None:
    """Raises what AWS answers if ``params`` do not fit the operation's input shape.

    A value of the wrong type is SerializationException.  With ``style="standard"`` broken constraints (required,
    length, range, pattern, enum, unions) are ValidationException (ValidationError on Query services) and listed in
    the model's order; ``"own"`` leaves them to services that have texts of their own, but for ``null`` where a list or
    a map holds structures: those services need not look for it.
    """
    input_checker(service, operation)(params)
    findings: list[str] = []
    check = _operation_check(service, operation, style == "own")
    if check is not None:
        check(params, None, findings)
    if findings:
        raise AwsError(_code(service, operation), validation_message(findings))


def _code(service: str, operation: str) -> str:
    """``ValidationException``, unless the operation calls it by another name."""
    if protocol_name(service) == "query":
        return "ValidationError"
    errors = {shape.name for shape in operation_model(service, operation).error_shapes}
    bad_request = "BadRequestException" in errors and "ValidationException" not in errors
    return "BadRequestException" if bad_request else "ValidationException"


def validation_message(findings: list[str]) -> str:
    """``2 validation errors detected: ...; ...``."""
    count = len(findings)
    return f"{count} validation error{'s' if count > 1 else ''} detected: {'; '.join(findings)}"


def finding(quoted: str | None, path: str, constraint: str) -> str:
    """One broken constraint; ``quoted`` is ``None`` for a missing value, which AWS writes without quotes."""
    value = "null" if quoted is None else f"'{quoted}'"
    return f"Value {value} at '{path}' failed to satisfy constraint: {constraint}"


def path_text(path: Path) -> str:
    """``targets.1.member.id``."""
    parts: list[str] = []
    while path is not None:
        path, part = path
        parts.append(part)
    return ".".join(reversed(parts))


@cache
def _operation_check(service: str, operation: str, nulls_only: bool) -> Check | None:
    shape = operation_model(service, operation).input_shape
    compiler = _NullCompiler(service, {}) if nulls_only else _Compiler(service, {})
    return None if shape is None else compiler.check(shape)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One constraint of a scalar or a collection's size: whether a value breaks it, and AWS's name for it."""

    broken: Callable[[Any], bool]
    text: str


@dataclass(frozen=True, slots=True)
class _Compiler:
    service: str
    memo: dict[str, Check]

    def check(self, shape: Any) -> Check | None:
        """The check of ``shape``, or ``None`` if nothing in it is constrained."""
        kind = shape.type_name
        if kind == "structure":
            return None if shape.is_document_type else self._structure(shape)
        own = self._own(shape)
        inner = self._items(shape) if kind == "list" else self._entries(shape) if kind == "map" else None
        checks = [check for check in (own, inner) if check is not None]
        return _all(checks)

    def _own(self, shape: Any) -> Check | None:
        rules = _rules(self.service, shape)
        if not rules:
            return None

        def check(value: Any, path: Path, findings: list[str]) -> None:
            broken = [rule for rule in rules if rule.broken(value)]
            if broken:
                quoted, place = quote_value(self.service, shape, value), path_text(path)
                findings += [finding(quoted, place, rule.text) for rule in broken]

        return check

    def _structure(self, shape: Any) -> Check | None:
        known = self.memo.get(shape.name)
        if known is not None:
            return known
        # (member, its name in messages, required, check)
        members: list[tuple[str, str, bool, Check | None]] = []

        def check(value: Any, path: Path, findings: list[str]) -> None:
            for name, shown, required, check_member in members:
                item = value.get(name)
                if item is not None:
                    if check_member is not None:
                        check_member(item, (path, shown), findings)
                elif required:
                    findings.append(finding(None, path_text((path, shown)), "Member must not be null"))

        self.memo[shape.name] = check
        required = self._needed(shape)
        for name, member in shape.members.items():
            needed = name in required
            unchecked = (self.service, shape.name, name) in UNCHECKED_MEMBERS
            check_member = None if unchecked else self.check(member)
            if needed or check_member is not None:
                members.append((name, camel(name), needed, check_member))
        if shape.is_tagged_union:
            return self._union(shape, check)
        return check if members else None

    def _needed(self, shape: Any) -> frozenset[str]:
        """Required members.  SDKs fill idempotency tokens in; AWS makes one up where a client did not."""
        tokens = {name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")}
        return frozenset(shape.required_members) - tokens

    def _union(self, shape: Any, check_members: Check) -> Check:
        def check(value: Any, path: Path, findings: list[str]) -> None:
            if sum(item is not None for item in value.values()) == 1:
                check_members(value, path, findings)
            else:
                quoted = quote_value(self.service, shape, value)
                findings.append(finding(quoted, path_text(path), "Member must have exactly one member set"))

        self.memo[shape.name] = check
        return check

    def _items(self, shape: Any) -> Check | None:
        member = shape.member
        if member.type_name not in ("structure", "list", "map"):
            return self._scalars(shape, member, lambda value: value, "Member must satisfy constraint")
        check_item = self.check(member)

        def check(value: Any, path: Path, findings: list[str]) -> None:
            for number, item in enumerate(value, 1):
                place = ((path, str(number)), "member")
                if item is None:
                    findings.append(finding(None, path_text(place), "Member must not be null"))
                elif check_item is not None:
                    check_item(item, place, findings)

        return check

    def _entries(self, shape: Any) -> Check | None:
        keys = self._scalars(shape, shape.key, lambda value: value.keys(), "Map keys must satisfy constraint")
        if shape.value.type_name not in ("structure", "list", "map"):
            values = self._scalars(
                shape, shape.value, lambda value: value.values(), "Map value must satisfy constraint"
            )
            return _all([check for check in (keys, values) if check is not None])
        check_value = self.check(shape.value)

        def check(value: Any, path: Path, findings: list[str]) -> None:
            for key, item in value.items():
                place = ((path, str(key)), "member")
                if item is None:
                    findings.append(finding(None, path_text(place), "Member must not be null"))
                elif check_value is not None:
                    check_value(item, place, findings)

        return _all([check for check in (keys, check) if check is not None])

    def _scalars(self, shape: Any, item: Any, items: Callable[[Any], Any], title: str) -> Check | None:
        """AWS quotes the whole collection and lists every constraint of its items (recorded from AWS, Lambda)."""
        rules = _rules(self.service, item)
        texts = ", ".join([*(rule.text for rule in _listed(rules)), "Member must not be null"])
        text = f"{title}: [{texts}]"

        def check(value: Any, path: Path, findings: list[str]) -> None:
            for one in items(value):
                if one is None or any(rule.broken(one) for rule in rules):
                    findings.append(finding(quote_value(self.service, shape, value), path_text(path), text))
                    return

        return check


class _NullCompiler(_Compiler):
    """Compiles only what looks for ``null`` among structures."""

    __slots__ = ()

    def _own(self, shape: Any) -> Check | None:
        return None

    def _scalars(self, shape: Any, item: Any, items: Callable[[Any], Any], title: str) -> Check | None:
        return None

    def _needed(self, shape: Any) -> frozenset[str]:
        return frozenset()

    def _union(self, shape: Any, check_members: Check) -> Check:
        return check_members


def _listed(rules: list[_Rule]) -> list[_Rule]:
    """The order inside such a list: upper bound, lower bound, the rest."""
    return sorted(rules, key=lambda rule: 0 if "less than" in rule.text else 1 if "greater than" in rule.text else 2)


def _all(checks: list[Check]) -> Check | None:
    if len(checks) < 2:
        return checks[0] if checks else None

    def check(value: Any, path: Path, findings: list[str]) -> None:
        for one in checks:
            one(value, path, findings)

    return check


def _rules(service: str, shape: Any) -> list[_Rule]:
    """The constraints of one shape in the order in which AWS reports them: pattern, bounds, enum."""
    metadata = shape.metadata
    kind = shape.type_name
    rules: list[_Rule] = []
    pattern = java_pattern(metadata["pattern"]) if kind == "string" and "pattern" in metadata else None
    if pattern is not None:
        text = f"Member must satisfy regular expression pattern: {metadata['pattern']}"
        rules.append(_Rule(lambda value: not pattern.matches(value), text))
    if kind in ("string", "blob", "list", "map"):
        rules += _length_rules(metadata)
    elif kind in ("integer", "long", "float", "double"):
        rules += _range_rules(metadata, float if kind in ("float", "double") else int)
    if kind == "string" and "enum" in metadata:
        allowed = frozenset(metadata["enum"])
        shown = ", ".join(QUOTED_ENUMS.get((service, shape.name), metadata["enum"]))
        rules.append(_Rule(lambda value: value not in allowed, f"Member must satisfy enum value set: [{shown}]"))
    return rules


def _length_rules(metadata: Mapping[str, Any]) -> list[_Rule]:
    rules = []
    if "max" in metadata:
        most = int(metadata["max"])
        rules.append(_Rule(lambda value: len(value) > most, f"Member must have length less than or equal to {most}"))
    if metadata.get("min"):
        least = int(metadata["min"])
        text = f"Member must have length greater than or equal to {least}"
        rules.append(_Rule(lambda value: len(value) < least, text))
    return rules


def _range_rules(metadata: Mapping[str, Any], number: type[int] | type[float]) -> list[_Rule]:
    rules = []
    if "max" in metadata:
        most = number(metadata["max"])
        rules.append(_Rule(lambda value: value > most, f"Member must have value less than or equal to {most}"))
    if "min" in metadata:
        least = number(metadata["min"])
        rules.append(_Rule(lambda value: value < least, f"Member must have value greater than or equal to {least}"))
    return rules
