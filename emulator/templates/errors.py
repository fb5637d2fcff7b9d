"""The one error of the template engine, and the limits that lead to it."""

from __future__ import annotations

# AWS docs, API Gateway quotas: size of a mapping template, iterations of one #foreach.
MAX_TEMPLATE_BYTES = 300 * 1024
MAX_ITERATIONS = 1000

# Ours: no template that API Gateway could run in its 29 seconds comes near these.
MAX_DEPTH = 50
MAX_TEXT = 10 * 1024 * 1024
MAX_LIST = 100_000
MAX_INTEGER_BITS = 4096
MAX_WORK = 1_000_000


class TemplateError(Exception):
    """A template that cannot be read, or whose rendering fails.

    ``line`` and ``column`` count from 1 and are None where the place is not known.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return self.message if self.line is None else f"{self.message} (line {self.line}, column {self.column})"

    def at(self, line: int, column: int) -> TemplateError:
        """This error with a place, unless it has one."""
        if self.line is None:
            self.line, self.column = line, column
        return self


class BodyNotJsonError(TemplateError):
    """``$input.json`` or ``$input.path`` met a body that is not JSON: the client's fault, not the template's."""


class Meter:
    """The work one rendering may still do; every step, and every character made, takes from it."""

    def __init__(self, work: int = MAX_WORK) -> None:
        self.left = work

    def charge(self, work: int = 1) -> None:
        self.left -= work
        if self.left < 0:
            raise TemplateError("the template does too much work")

    def text(self, text: str) -> str:
        """``text``, charged for."""
        self.length(len(text))
        return text

    def length(self, length: int) -> None:
        """Charge for a text of this many characters that is about to be made."""
        if length > MAX_TEXT:
            raise TemplateError(f"a text grows beyond {MAX_TEXT} characters")
        self.charge(1 + length // 128)
