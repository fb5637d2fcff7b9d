"""Filter patterns of log events (AWS docs, "Filter pattern syntax for metric filters, subscription filters, and filter
log events").

Terms: ``ERROR`` and ``"two words"`` must be in the text, ``-DEBUG`` must not, of ``?A ?B`` one is enough, ``%…%`` is a
regular expression; upper and lower case differ.  JSON: ``{ $.level = "ERR*" && ($.code >= 500 || $.user IS NULL) }``.
Patterns for blank-separated fields (``[ip, user, …]``) are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from emulator.core import jsontext
from emulator.services.logs import errors

Accepts = Callable[[str], bool]
Check = Callable[[Any], bool]

_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"]+))')
_TOKEN = re.compile(
    r'\s*(?:(?P<op>&&|\|\||!=|>=|<=|=|>|<|\(|\))|"(?P<text>(?:[^"\\]|\\.)*)"|%(?P<regex>(?:[^%\\]|\\.)*)%'
    r"|(?P<path>\$(?:\.[A-Za-z0-9_-]+|\[\"[^\"]+\"\]|\[\d+\])+)|(?P<word>[^\s()&|=<>!]+))"
)


def compile_pattern(pattern: str) -> Accepts:
    """Raises InvalidParameterException for what is no pattern."""
    text = pattern.strip()
    if not text:
        return lambda message: True
    if text.startswith("{"):
        if not text.endswith("}"):
            raise _invalid(pattern)
        check = _Json(pattern, text[1:-1]).read()
        return lambda message: _json_accepts(check, message)
    if text.startswith("["):
        raise errors.invalid("Filter patterns for blank-separated fields ([a, b, …]) are not emulated: use terms.")
    return _terms(pattern, text)


def _invalid(pattern: str) -> Exception:
    return errors.invalid(f"Invalid filter pattern: {pattern}")


def _terms(pattern: str, text: str) -> Accepts:
    must: list[Accepts] = []
    never: list[Accepts] = []
    some: list[Accepts] = []
    position = 0
    while position < len(text):
        found = _TERM.match(text, position)
        if found is None:
            raise _invalid(pattern)
        sign, quoted, regex, word = found.groups()
        term = _unescaped(quoted or "") if word is None else word
        check = _search(pattern, regex) if regex is not None else _contains(term)
        (some if sign == "?" else never if sign == "-" else must).append(check)
        position = found.end()
    if must:
        some = []  # AWS docs: beside other terms, those with a question mark are ignored
    return lambda message: (
        all(check(message) for check in must)
        and not any(check(message) for check in never)
        and (not some or any(check(message) for check in some))
    )


def _contains(term: str) -> Accepts:
    return lambda message: term in message


def _search(pattern: str, regex: str) -> Accepts:
    try:
        compiled = re.compile(regex)
    except re.error:
        raise _invalid(pattern) from None
    return lambda message: compiled.search(message) is not None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _json_accepts(check: Check, message: str) -> bool:
    try:
        value = jsontext.parse(message)
    except ValueError:
        return False
    return isinstance(value, dict) and check(value)


class _Json:
    """Reads a JSON pattern: comparisons joined by ``&&`` (which binds closer) and ``||``."""

    def __init__(self, pattern: str, text: str) -> None:
        self._pattern = pattern
        self._tokens: list[tuple[str, str]] = []
        position, text = 0, text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None or found.lastgroup is None:
                raise _invalid(pattern)
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()

    def read(self) -> Check:
        check = self._either()
        if self._tokens:
            raise _invalid(self._pattern)
        return check

    def _take(self) -> tuple[str, str]:
        if not self._tokens:
            raise _invalid(self._pattern)
        return self._tokens.pop(0)

    def _next_is(self, op: str) -> bool:
        if self._tokens and self._tokens[0] == ("op", op):
            self._tokens.pop(0)
            return True
        return False

    def _either(self) -> Check:
        checks = [self._both()]
        while self._next_is("||"):
            checks.append(self._both())
        return lambda value: any(check(value) for check in checks)

    def _both(self) -> Check:
        checks = [self._one()]
        while self._next_is("&&"):
            checks.append(self._one())
        return lambda value: all(check(value) for check in checks)

    def _one(self) -> Check:
        if self._next_is("("):
            check = self._either()
            if not self._next_is(")"):
                raise _invalid(self._pattern)
            return check
        kind, path = self._take()
        if kind != "path":
            raise _invalid(self._pattern)
        steps = _steps(path)
        kind, op = self._take()
        if kind == "word" and op.upper() in ("IS", "NOT"):
            return self._state(steps, op.upper())
        if kind != "op" or op not in _COMPARE:
            raise _invalid(self._pattern)
        return self._comparison(steps, op)

    def _state(self, steps: list[str | int], word: str) -> Check:
        _, what = self._take()
        state = f"{word} {what.upper()}"
        if state == "NOT EXISTS":
            return lambda value: _at(value, steps) is _MISSING
        wanted = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}
        if state not in wanted:
            raise _invalid(self._pattern)
        return lambda value: _at(value, steps) is wanted[state]

    def _comparison(self, steps: list[str | int], op: str) -> Check:
        kind, text = self._take()
        if kind == "regex":
            matches: Callable[[Any], bool] = _regex_check(_search(self._pattern, text))
        elif kind == "word" and _number(text) is not None:
            compare, number = _COMPARE[op], _number(text)
            return lambda value: _is_number(found := _at(value, steps)) and compare(found, number)
        elif kind in ("text", "word"):
            matches = _text_check(_unescaped(text))
        else:
            raise _invalid(self._pattern)
        if op not in ("=", "!="):
            raise _invalid(self._pattern)
        equal = op == "="
        return lambda value: (found := _at(value, steps)) is not _MISSING and matches(found) is equal


_MISSING = object()
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}


def _steps(path: str) -> list[str | int]:
    found = re.findall(r"\.([A-Za-z0-9_-]+)|\[\"([^\"]+)\"\]|\[(\d+)\]", path)
    return [int(index) if index else name or quoted for name, quoted, index in found]


def _at(value: Any, steps: list[str | int]) -> Any:
    for step in steps:
        if not isinstance(value, list if isinstance(step, int) else dict):
            return _MISSING
        try:
            value = value[step]  # type: ignore[index]  # the right one, as was just checked
        except LookupError:
            return _MISSING
    return value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text_check(wanted: str) -> Callable[[Any], bool]:
    """Equal, with ``*`` for anything at either end or inside."""
    regex = re.compile(".*".join(map(re.escape, wanted.split("*"))), re.DOTALL)
    return lambda found: isinstance(found, str) and regex.fullmatch(found) is not None


def _regex_check(search: Accepts) -> Callable[[Any], bool]:
    return lambda found: isinstance(found, str) and search(found)
