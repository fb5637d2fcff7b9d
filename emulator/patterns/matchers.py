"""The matchers of one field, folded into one test.

A leaf is the plain Python value of a JSON scalar: str, int, float (or ``LiteralFloat``), bool, None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from emulator.patterns.exact_numbers import double_of, exact_double, number_text
from emulator.patterns.ip_address import address_of, block_of
from emulator.patterns.wildcard import Segments

Accept = Callable[[object], bool]


class Field(NamedTuple):
    """What a pattern asks of one path.

    ``accept`` tests one leaf; ``absent`` is set when ``{"exists": false}`` is among the matchers; ``strings`` holds the
    values when there are only plain strings, so that the field can be a key of an index.
    """

    path: str
    accept: Accept
    absent: bool
    strings: frozenset[str] | None


class FieldBuilder:
    """Collects the matchers of one array; they are alternatives."""

    def __init__(self) -> None:
        self._strings: set[str] = set()
        self._addresses: set[bytes] = set()
        self._texts: set[str] = set()
        self._doubles: set[float] = set()
        self._words: list[bool | None] = []
        self._prefixes: list[str] = []
        self._suffixes: list[str] = []
        self._tests: list[Accept] = []
        self._absent = False
        self.wildcards: list[Segments] = []

    def add_text(self, text: str) -> None:
        """A plain string; one that is an IP address accepts every spelling of the address."""
        address = address_of(text)
        if address is None:
            self._strings.add(text)
        else:
            self._addresses.add(address)

    def add_exact_text(self, text: str) -> None:
        self._tests.append(lambda value: value == text)

    def add_number(self, text: str) -> None:
        double = exact_double(text)
        self._texts.add(text)
        if double is not None:
            self._doubles.add(double)

    def add_word(self, word: bool | None) -> None:
        self._words.append(word)

    def add_prefix(self, text: str) -> None:
        self._prefixes.append(text)

    def add_suffix(self, text: str) -> None:
        self._suffixes.append(text)

    def add_test(self, test: Accept) -> None:
        self._tests.append(test)

    def add_absence(self) -> None:
        self._absent = True

    def build(self, path: str) -> Field:
        tests = self._cheapest_first()
        only_strings = not self._absent and len(tests) == 1 and bool(self._strings)
        return Field(path, any_of(tests), self._absent, frozenset(self._strings) if only_strings else None)

    def _cheapest_first(self) -> list[Accept]:
        tests: list[Accept] = []
        if self._strings:
            tests.append(frozenset(self._strings).__contains__)
        if self._texts:
            tests.append(_number_among(frozenset(self._texts), frozenset(self._doubles)))
        if self._words:
            words = tuple(self._words)
            tests.append(lambda value: any(value is word for word in words))
        if self._prefixes:
            tests.append(starts_with(self._prefixes))
        if self._suffixes:
            tests.append(ends_with(self._suffixes))
        if self._addresses:
            addresses = frozenset(self._addresses)
            tests.append(lambda value: isinstance(value, str) and address_of(value) in addresses)
        return tests + self._tests


def any_of(tests: list[Accept]) -> Accept:
    if len(tests) == 1:
        return tests[0]
    return lambda value: any(test(value) for test in tests)


def none_of(tests: list[Accept]) -> Accept:
    """What ``anything-but`` makes of a positive test: every other leaf, of any kind."""
    test = any_of(tests)
    return lambda value: not test(value)


def anything(value: object) -> bool:
    """``{"exists": true}``: any leaf, also null."""
    return True


def starts_with(prefixes: Iterable[str]) -> Accept:
    either = tuple(prefixes)
    return lambda value: isinstance(value, str) and value.startswith(either)


def ends_with(suffixes: Iterable[str]) -> Accept:
    either = tuple(suffixes)
    return lambda value: isinstance(value, str) and value.endswith(either)


def number_equal_to(doubles: Iterable[float]) -> Accept:
    wanted = frozenset(doubles)
    return lambda value: double_of(value) in wanted


def number_between(low: float, low_open: bool, high: float, high_open: bool) -> Accept:
    """Number leaves between the bounds (infinite where there is none)."""

    def accept(value: object) -> bool:
        double = double_of(value)
        if double is None:
            return False
        above = low < double if low_open else low <= double
        return above and (double < high if high_open else double <= high)

    return accept


def in_block(text: str) -> Accept:
    """String leaves that hold an address of the CIDR block.  Raises ``InvalidPattern``."""
    first, last = block_of(text)

    def accept(value: object) -> bool:
        address = address_of(value) if isinstance(value, str) else None
        return address is not None and len(address) == len(first) and first <= address <= last

    return accept


def _number_among(texts: frozenset[str], doubles: frozenset[float]) -> Accept:
    def accept(value: object) -> bool:
        text = number_text(value)
        return text is not None and (text in texts or double_of(value) in doubles)

    return accept
