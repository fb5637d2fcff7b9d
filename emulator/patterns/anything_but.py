"""Reading ``{"anything-but": ...}``: it accepts each leaf, of any kind, that the positive form would reject."""

from __future__ import annotations

from collections.abc import Callable

from emulator.patterns import ignore_case
from emulator.patterns.invalid_pattern import InvalidPattern
from emulator.patterns.json_tokens import Kind, Token, Tokens
from emulator.patterns.matchers import Accept, FieldBuilder, ends_with, none_of, number_equal_to, starts_with
from emulator.patterns.numeric_match import comparable, too_many_elements
from emulator.patterns.wildcard import fits, segments_of

_WRONG_VALUE = "Value of anything-but must be an array or single string/number value."
_WRONG_ITEM = "Inside anything but list, start|null|boolean is not supported."
_MIXED = "Inside anything but list, either all values are number or string, mixed type is not supported"
_WRONG_CASE_ITEM = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."


def read_anything_but(tokens: Tokens, field: FieldBuilder) -> None:
    """Read the operand of ``anything-but`` and the end of its object.  Raises ``InvalidPattern``."""
    operand = tokens.next()
    if operand.kind is Kind.OBJECT:
        _form(tokens, field)
    else:
        field.add_test(none_of([_plain(tokens, operand)]))
    if tokens.next().kind is not Kind.END_OBJECT:
        raise too_many_elements()


def _operands(tokens: Tokens, first: Token, check: Callable[[Token], None]) -> list[Token]:
    """The single value or the items of the list, each checked when it is met."""
    if first.kind not in (Kind.ARRAY, Kind.STRING, Kind.NUMBER):
        raise InvalidPattern(_WRONG_VALUE)
    if first.kind is not Kind.ARRAY:
        check(first)
        return [first]
    items: list[Token] = []
    while (item := tokens.next()).kind is not Kind.END_ARRAY:
        check(item)
        items.append(item)
    if not items:
        raise InvalidPattern(_MIXED)
    return items


def _plain(tokens: Tokens, first: Token) -> Accept:
    operands = _operands(tokens, first, _check_plain)
    kinds = {operand.kind for operand in operands}
    if len(kinds) > 1:
        raise InvalidPattern(_MIXED)
    if kinds == {Kind.NUMBER}:
        return number_equal_to(comparable(operand.text) for operand in operands)
    return frozenset(operand.text for operand in operands).__contains__


def _check_plain(token: Token) -> None:
    if token.kind is Kind.NUMBER:
        comparable(token.text)
    elif token.kind is not Kind.STRING:
        raise InvalidPattern(_WRONG_ITEM)


def _form(tokens: Tokens, field: FieldBuilder) -> None:
    """``{"prefix": ...}`` and its three like, inside ``anything-but``."""
    name = tokens.next()
    if name.kind is not Kind.NAME:
        raise InvalidPattern("Anything-But expression name not found")
    if name.text not in _CHECKS:
        raise InvalidPattern(f"Unsupported anything-but pattern: {name.text}")
    texts = [operand.text for operand in _operands(tokens, tokens.next(), _CHECKS[name.text])]
    if name.text == "wildcard":
        field.wildcards.extend(segments_of(text) for text in texts)
    field.add_test(none_of(_POSITIVE[name.text](texts)))
    if tokens.next().kind is not Kind.END_OBJECT:
        raise too_many_elements()


def _check_affix(token: Token) -> None:
    if token.kind is not Kind.STRING:
        raise InvalidPattern("prefix/suffix match pattern must be a string")
    if not token.text:
        raise InvalidPattern("Null prefix/suffix not allowed")


def _check_case(token: Token) -> None:
    if token.kind is not Kind.STRING:
        raise InvalidPattern(_WRONG_CASE_ITEM)


def _check_wildcard(token: Token) -> None:
    if token.kind is not Kind.STRING:
        raise InvalidPattern("wildcard match pattern must be a string")
    segments_of(token.text)


_CHECKS: dict[str, Callable[[Token], None]] = {
    "prefix": _check_affix,
    "suffix": _check_affix,
    "equals-ignore-case": _check_case,
    "wildcard": _check_wildcard,
}
_POSITIVE: dict[str, Callable[[list[str]], list[Accept]]] = {
    "prefix": lambda texts: [starts_with(texts)],
    "suffix": lambda texts: [ends_with(texts)],
    "equals-ignore-case": lambda texts: [ignore_case.equals(text) for text in texts],
    "wildcard": lambda texts: [fits(segments_of(text)) for text in texts],
}
