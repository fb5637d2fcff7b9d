"""Reading one ``{ operator: operand }`` of a pattern, with AWS's messages in AWS's order."""

from __future__ import annotations

from collections.abc import Callable

from emulator.patterns import ignore_case
from emulator.patterns.anything_but import read_anything_but
from emulator.patterns.invalid_pattern import InvalidPattern
from emulator.patterns.json_tokens import Kind, Tokens
from emulator.patterns.matchers import FieldBuilder, anything, in_block
from emulator.patterns.numeric_match import read_numeric
from emulator.patterns.wildcard import fits, segments_of

Reader = Callable[[Tokens, FieldBuilder], None]


def read_expression(tokens: Tokens, field: FieldBuilder) -> None:
    """Read a match expression (its ``{`` is read already) into ``field``.  Raises ``InvalidPattern``."""
    name = tokens.next()
    if name.kind is not Kind.NAME:
        raise InvalidPattern("Match expression name not found")
    reader = _READERS.get(name.text)
    if reader is None:
        raise InvalidPattern(f"Unrecognized match type {name.text}")
    reader(tokens, field)


def _only_key(tokens: Tokens) -> None:
    if tokens.next().kind is not Kind.END_OBJECT:
        raise InvalidPattern("Only one key allowed in match expression")


def _string(tokens: Tokens, called: str) -> str:
    token = tokens.next()
    if token.kind is not Kind.STRING:
        raise InvalidPattern(f"{called} match pattern must be a string")
    return token.text


def _exactly(tokens: Tokens, field: FieldBuilder) -> None:
    field.add_exact_text(_string(tokens, "exact"))
    _only_key(tokens)


def _prefix(tokens: Tokens, field: FieldBuilder) -> None:
    token = tokens.next()
    if token.kind is Kind.OBJECT:
        field.add_test(ignore_case.starts(_ignoring_case(tokens, "prefix")))
    elif token.kind is Kind.STRING:
        field.add_prefix(token.text)
    else:
        raise InvalidPattern("prefix match pattern must be a string")
    _only_key(tokens)


def _suffix(tokens: Tokens, field: FieldBuilder) -> None:
    token = tokens.next()
    if token.kind is Kind.OBJECT:
        field.add_test(ignore_case.ends(_ignoring_case(tokens, "suffix")))
    elif token.kind is Kind.STRING:
        field.add_suffix(token.text)
    else:
        raise InvalidPattern("suffix match pattern must be a string")
    _only_key(tokens)


def _ignoring_case(tokens: Tokens, outer: str) -> str:
    """The text of ``{"prefix": {"equals-ignore-case": text}}``."""
    name = tokens.next()
    if name.kind is not Kind.NAME:
        raise InvalidPattern(f"{outer.capitalize()} expression name not found")
    if name.text != "equals-ignore-case":
        raise InvalidPattern(f"Unsupported {outer} pattern: {name.text}")
    text = _string(tokens, "equals-ignore-case")
    _only_key(tokens)
    return text


def _equals_ignore_case(tokens: Tokens, field: FieldBuilder) -> None:
    field.add_test(ignore_case.equals(_string(tokens, "equals-ignore-case")))
    _only_key(tokens)


def _wildcard(tokens: Tokens, field: FieldBuilder) -> None:
    segments = segments_of(_string(tokens, "wildcard"))
    _only_key(tokens)
    field.wildcards.append(segments)
    field.add_test(fits(segments))


def _cidr(tokens: Tokens, field: FieldBuilder) -> None:
    # recorded from AWS: a wrong operand is answered with prefix's message
    field.add_test(in_block(_string(tokens, "prefix")))
    _only_key(tokens)


def _exists(tokens: Tokens, field: FieldBuilder) -> None:
    token = tokens.next()
    if token.kind is Kind.TRUE:
        field.add_test(anything)
    elif token.kind is Kind.FALSE:
        field.add_absence()
    else:
        raise InvalidPattern("exists match pattern must be either true or false.")
    _only_key(tokens)


_READERS: dict[str, Reader] = {
    "exactly": _exactly,
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "numeric": read_numeric,
    "anything-but": read_anything_but,
    "exists": _exists,
    "cidr": _cidr,
}
