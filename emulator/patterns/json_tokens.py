"""JSON text as a stream of tokens.

Patterns are judged while they are read: the first problem in document order wins, whether it is a syntax error or a
wrong operator.  A parser that builds a tree first would lose that order, duplicate keys and the text of numbers.
"""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import NamedTuple

from emulator.patterns.invalid_pattern import InvalidPattern

_BLANK = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[\w$\-+.]+")
_A_VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


class Kind(Enum):
    """What a token is; a member name is not a string value."""

    OBJECT = auto()
    END_OBJECT = auto()
    ARRAY = auto()
    END_ARRAY = auto()
    NAME = auto()
    STRING = auto()
    NUMBER = auto()
    TRUE = auto()
    FALSE = auto()
    NULL = auto()
    END = auto()


class Token(NamedTuple):
    """``text`` is the decoded text of names and strings, else the literal text (``]``, ``3.0e2``, ``null``)."""

    kind: Kind
    text: str


_WORDS = {"true": Kind.TRUE, "false": Kind.FALSE, "null": Kind.NULL}


class _Expect(Enum):
    VALUE = auto()
    FIRST_ITEM = auto()
    FIRST_NAME = auto()
    NAME = auto()
    MORE = auto()


class Tokens:
    """A cursor over the tokens of one text; ``mark`` and ``back_to`` allow to look ahead.

    Every call of ``next`` may raise ``InvalidPattern`` with the wording of AWS's JSON parser.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[Kind] = []
        self._expect = _Expect.VALUE
        self._read: list[Token] = []
        self._cursor = 0

    def next(self) -> Token:
        if self._cursor == len(self._read):
            self._read.append(self._scan())
        token = self._read[self._cursor]
        self._cursor += 1
        return token

    def mark(self) -> int:
        return self._cursor

    def back_to(self, mark: int) -> None:
        self._cursor = mark

    def skip_value(self, first: Token) -> None:
        """Read on until the value that began with ``first`` has ended."""
        depth = 0
        token = first
        while True:
            if token.kind in (Kind.OBJECT, Kind.ARRAY):
                depth += 1
            elif token.kind in (Kind.END_OBJECT, Kind.END_ARRAY):
                depth -= 1
            if depth <= 0 or token.kind is Kind.END:
                return
            token = self.next()

    def _scan(self) -> Token:
        self._skip_blank()
        char = self._text[self._at : self._at + 1]
        if self._expect is _Expect.MORE:
            if not self._open:
                return self._end(char)
            if char == ",":
                self._at += 1
                self._skip_blank()
                char = self._text[self._at : self._at + 1]
                self._expect = _Expect.NAME if self._open[-1] is Kind.OBJECT else _Expect.VALUE
            elif char in ("}", "]"):
                return self._close(char)
            else:
                where = "Object entries" if self._open[-1] is Kind.OBJECT else "Array entries"
                raise self._unexpected(char, f"was expecting comma to separate {where}")
        if self._expect is _Expect.FIRST_ITEM and char == "]":
            return self._close(char)
        if self._expect in (_Expect.FIRST_NAME, _Expect.NAME):
            return self._name(char)
        return self._value(char)

    def _skip_blank(self) -> None:
        blank = _BLANK.match(self._text, self._at)
        if blank:
            self._at = blank.end()

    def _end(self, char: str) -> Token:
        if char:
            raise self._unexpected(char, "was expecting the end of the document")
        return Token(Kind.END, "")

    def _close(self, char: str) -> Token:
        opened = self._open[-1]
        if (char == "}") != (opened is Kind.OBJECT):
            expected = "}" if opened is Kind.OBJECT else "]"
            raise InvalidPattern(f"Unexpected close marker '{char}': expected '{expected}'")
        self._open.pop()
        self._at += 1
        self._expect = _Expect.MORE
        return Token(Kind.END_OBJECT if char == "}" else Kind.END_ARRAY, char)

    def _name(self, char: str) -> Token:
        if char == "}" and self._expect is _Expect.FIRST_NAME:
            return self._close(char)
        if char != '"':
            raise self._unexpected(char, "was expecting double-quote to start field name")
        name = self._string()
        self._skip_blank()
        colon = self._text[self._at : self._at + 1]
        if colon != ":":
            raise self._unexpected(colon, "was expecting a colon to separate field name and value")
        self._at += 1
        self._expect = _Expect.VALUE
        return Token(Kind.NAME, name)

    def _value(self, char: str) -> Token:
        if char == "{":
            return self._opening(Kind.OBJECT, _Expect.FIRST_NAME, char)
        if char == "[":
            return self._opening(Kind.ARRAY, _Expect.FIRST_ITEM, char)
        self._expect = _Expect.MORE
        if char == '"':
            return Token(Kind.STRING, self._string())
        if not char and not self._open:
            return Token(Kind.END, "")
        return self._bare(char)

    def _opening(self, kind: Kind, expect: _Expect, char: str) -> Token:
        self._open.append(kind)
        self._expect = expect
        self._at += 1
        return Token(kind, char)

    def _bare(self, char: str) -> Token:
        """A number or one of the three words."""
        word = _WORD.match(self._text, self._at)
        if not word:
            raise self._unexpected(char, "expected a valid value " + _A_VALUE)
        text = word.group()
        if text in _WORDS:
            kind = _WORDS[text]
        elif _NUMBER.fullmatch(text):
            kind = Kind.NUMBER
        else:
            raise InvalidPattern(f"Unrecognized token '{text}': was expecting {_A_VALUE}")
        self._at = word.end()
        return Token(kind, text)

    def _string(self) -> str:
        string = _STRING.match(self._text, self._at)
        if not string:
            raise InvalidPattern("Unexpected end-of-input or illegal character in VALUE_STRING")
        self._at = string.end()
        return str(json.loads(string.group()))

    def _unexpected(self, char: str, hint: str) -> InvalidPattern:
        if not char:
            return InvalidPattern("Unexpected end-of-input: " + hint)
        return InvalidPattern(f"Unexpected character ('{char}' (code {ord(char)})): {hint}")
