"""Reading ``{"numeric": [op, n]}`` and ``{"numeric": [op, n, op, n]}``."""

from __future__ import annotations

from math import inf

from emulator.patterns.exact_numbers import exact_double
from emulator.patterns.invalid_pattern import InvalidPattern
from emulator.patterns.json_tokens import Kind, Token, Tokens
from emulator.patterns.matchers import Accept, FieldBuilder, number_between, number_equal_to


def read_numeric(tokens: Tokens, field: FieldBuilder) -> None:
    """Read the operand of ``numeric`` and the end of its object.  Raises ``InvalidPattern``."""
    if tokens.next().kind is not Kind.ARRAY:
        raise InvalidPattern("Value of numeric must be an array.")
    operator = tokens.next()
    if operator.kind is not Kind.STRING:
        raise InvalidPattern(f"Invalid member in numeric match: {operator.text}")
    field.add_test(_range(tokens, operator.text))
    if tokens.next().kind is not Kind.END_OBJECT:
        raise too_many_elements()


def too_many_elements() -> InvalidPattern:
    return InvalidPattern("Too many elements in numeric expression")


def comparable(text: str) -> float:
    """The double of a number that is to be compared.  Raises ``InvalidPattern`` when it does not convert exactly."""
    double = exact_double(text)
    if double is None:
        raise InvalidPattern(f"Cannot compare number : {text}")
    return double


def _range(tokens: Tokens, operator: str) -> Accept:
    if operator not in ("=", "<", "<=", ">", ">="):
        raise InvalidPattern(f"Unrecognized numeric range operator: {operator}")
    number = _number(tokens, "equals" if operator == "=" else operator)
    follower = tokens.next()
    if follower.kind is Kind.END_ARRAY:
        return _one_sided(operator, comparable(number.text))
    if operator in (">", ">="):
        return _two_sided(tokens, follower, number.text, operator == ">")
    raise too_many_elements()


def _one_sided(operator: str, bound: float) -> Accept:
    if operator == "=":
        return number_equal_to([bound])
    if operator in ("<", "<="):
        return number_between(-inf, True, bound, operator == "<")
    return number_between(bound, operator == ">", inf, True)


def _two_sided(tokens: Tokens, operator: Token, low_text: str, low_open: bool) -> Accept:
    if operator.kind is not Kind.STRING:
        raise InvalidPattern(f"Bad value in numeric range: {operator.text}")
    if operator.text not in ("<", "<="):
        raise InvalidPattern(f"Bad numeric range operator: {operator.text}")
    high_text = _number(tokens, operator.text).text
    if tokens.next().kind is not Kind.END_ARRAY:
        raise InvalidPattern("Too many terms in numeric range expression")
    low, high = comparable(low_text), comparable(high_text)
    if low >= high:
        raise InvalidPattern("Bottom must be less than top")
    return number_between(low, low_open, high, operator.text == "<")


def _number(tokens: Tokens, called: str) -> Token:
    token = tokens.next()
    if token.kind is not Kind.NUMBER:
        raise InvalidPattern(f"Value of {called} must be numeric")
    return token
