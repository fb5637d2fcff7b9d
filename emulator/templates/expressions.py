"""Parser of references and expressions; see grammar.py."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable
from typing import NoReturn, TypeVar

from emulator.templates import grammar
from emulator.templates.errors import MAX_DEPTH, TemplateError
from emulator.templates.nodes import (
    Access,
    Block,
    Call,
    Chain,
    Constant,
    Expression,
    Index,
    Interpolated,
    ListLiteral,
    MapLiteral,
    Member,
    Negative,
    Not,
    RangeLiteral,
    Reference,
    Text,
)

_T = TypeVar("_T")


class ExpressionParser:
    """Recursive descent over ``text``; ``at`` is the place reached, ``depth`` the nesting."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def string_block(self, text: str, start: int) -> Block:
        """The inside of a string in double quotes, found at ``start``, as a block."""
        raise NotImplementedError

    # -- the cursor --

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        line = bisect(self.lines, at)
        return line, at - self.lines[line - 1] + 1

    def fail(self, message: str, at: int | None = None) -> NoReturn:
        raise TemplateError(message, *self.place(self.at if at is None else at))

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("the template is nested too deeply")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def blanks(self) -> None:
        self.match(grammar.BLANKS)

    def expect(self, token: str) -> None:
        self.blanks()
        if not self.take(token):
            self.fail(f"{token} is missing")

    # -- references --

    def reference(self, slashes: int = 0) -> Reference:
        start = self.at
        found = self.match(grammar.REFERENCE)
        if not found:
            self.fail("a reference is missing")
        accesses = self.accesses()
        if found[2] and not self.take("}"):
            self.fail("} is missing")
        source = self.text[start : self.at]
        return Reference(found[3], accesses, bool(found[1]), source, *self.place(start), slashes)

    def accesses(self) -> tuple[Access, ...]:
        accesses: list[Access] = []
        while True:
            if found := self.match(grammar.MEMBER):
                if self.take("("):
                    accesses.append(Call(found[1], self.items(")", self.expression)))
                else:
                    accesses.append(Member(found[1]))
            elif self.take("["):
                accesses.append(Index(self.expression()))
                self.expect("]")
            else:
                return tuple(accesses)

    def items(self, end: str, item: Callable[[], _T]) -> tuple[_T, ...]:
        """``item { "," item }`` up to and with ``end``; also none at all."""
        items: list[_T] = []
        self.blanks()
        while not self.take(end):
            if items:
                self.expect(",")
            items.append(item())
            self.blanks()
        return tuple(items)

    # -- expressions --

    def expression(self) -> Expression:
        self.deeper()
        expression = self.level(0)
        self.depth -= 1
        return expression

    def level(self, rank: int) -> Expression:
        if rank == len(grammar.LEVELS):
            return self.unary()
        first, rest = self.level(rank + 1), []
        while True:
            self.blanks()
            operator = self.match(grammar.LEVELS[rank])
            if not operator:
                break
            rest.append((grammar.WORDS.get(operator[0], operator[0]), self.level(rank + 1)))
        return Chain(first, tuple(rest)) if rest else first

    def unary(self) -> Expression:
        signs: list[str] = []
        self.blanks()
        while True:
            if self.take("!") or self.take_word("not"):
                signs.append("!")
            elif self.take("-"):
                signs.append("-")
            else:
                break
            self.blanks()
        expression = self.primary()
        # Signs in a row are folded: a thousand of them must not nest a thousand deep.
        nots = signs.count("!")
        if nots and nots == len(signs):
            return Not(expression) if nots % 2 else Not(Not(expression))
        if len(signs) > 1:
            self.fail("signs in a row")
        return Negative(expression) if signs else expression

    def take_word(self, word: str) -> bool:
        found = grammar.WORD.match(self.text, self.at)
        if found and found[1] == word:
            self.at = found.end()
            return True
        return False

    def primary(self) -> Expression:
        start = self.at
        if self.text.startswith("$", start):
            return self.reference()
        if found := self.match(grammar.STRING):
            return self.string(found[0], start)
        if found := self.match(grammar.NUMBER):
            return self.number(found[0])
        if self.take("("):
            expression = self.expression()
            self.expect(")")
            return expression
        if self.take("["):
            return self.list_or_range()
        if self.take("{"):
            return MapLiteral(self.items("}", self.pair))
        found = self.match(grammar.WORD)
        if not found or found[1] == "not":
            self.fail("a value is missing", start)
        return Constant(found[1] == "true")

    def string(self, quoted: str, start: int) -> Expression:
        quote, inside = quoted[0], quoted[1:-1]
        text = inside.replace(quote * 2, quote)
        if quote == "'" or not ("$" in text or "#" in text):
            return Constant(text)
        block = self.string_block(text, start)
        if all(isinstance(node, Text) for node in block):
            return Constant("".join(node.text for node in block if isinstance(node, Text)))
        return Interpolated(block)

    def number(self, text: str) -> Constant:
        if len(text) > 40:
            self.fail("a number is too long")
        return Constant(int(text) if text.isdecimal() else float(text))

    def list_or_range(self) -> Expression:
        self.blanks()
        if self.take("]"):
            return ListLiteral(())
        first = self.expression()
        self.blanks()
        if self.take(".."):
            end = self.expression()
            self.expect("]")
            return RangeLiteral(first, end)
        if self.take("]"):
            return ListLiteral((first,))
        self.expect(",")
        return ListLiteral((first, *self.items("]", self.expression)))

    def pair(self) -> tuple[Expression, Expression]:
        key = self.expression()
        self.expect(":")
        return key, self.expression()
