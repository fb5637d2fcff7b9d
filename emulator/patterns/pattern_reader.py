"""Reading a whole pattern: names, value arrays and ``$or``, into branches of fields."""

from __future__ import annotations

from emulator.patterns.invalid_pattern import InvalidPattern
from emulator.patterns.json_tokens import Kind, Token, Tokens
from emulator.patterns.match_expression import read_expression
from emulator.patterns.matchers import Field, FieldBuilder
from emulator.patterns.wildcard import Segments
from emulator.patterns.wildcard_complexity import is_too_complex

Branch = dict[str, Field]

_MOST_BRANCHES = 1000
_TOO_MANY_BRANCHES = f"Rule is too complex - $or has more than {_MOST_BRANCHES} combinations"
_TOO_COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences"
    " after a wildcard character"
)
_WORDS = {Kind.TRUE: True, Kind.FALSE: False, Kind.NULL: None}

# An alternative of "$or" that uses one of these names makes "$or" an ordinary field name.
_RESERVED = frozenset(
    {
        "exactly",
        "equals-ignore-case",
        "prefix",
        "suffix",
        "anything-but",
        "exists",
        "wildcard",
        "numeric",
        "cidr",
        "=",
        "<",
        "<=",
        ">",
        ">=",
        "regex",
        "not-wildcard",
        "not-equals-ignore-case",
        "date-after",
        "date-on-or-after",
        "date-before",
        "date-on-or-before",
        "in-date-range",
        "ip-address-in-range",
        "ip-address-not-in-range",
    }
)


def read_pattern(text: str) -> list[Branch]:
    """The branches of a pattern: it matches when any branch does.  Raises ``InvalidPattern``."""
    reader = _Reader(text)
    try:
        return reader.read()
    except RecursionError:
        raise InvalidPattern("Document nesting depth exceeds the maximum allowed") from None


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = Tokens(text)
        self._wildcards: dict[str, list[Segments]] = {}

    def read(self) -> list[Branch]:
        if self._tokens.next().kind is not Kind.OBJECT:
            raise InvalidPattern("Filter is not an object")
        branches = self._object([], "")
        self._tokens.next()  # the end; anything else is a syntax error
        if any(is_too_complex(patterns) for patterns in self._wildcards.values()):
            raise InvalidPattern(_TOO_COMPLEX)
        return branches

    def _object(self, branches: list[Branch], prefix: str) -> list[Branch]:
        """Extend ``branches`` by the fields of an object whose ``{`` is read."""
        empty = True
        while (name := self._tokens.next()).kind is Kind.NAME:
            empty = False
            if name.text == "$or" and self._alternatives_follow():
                branches = self._either(branches, prefix)
            else:
                branches = self._member(branches, prefix + name.text, name.text)
        if empty:
            raise InvalidPattern("Empty objects are not allowed")
        return branches

    def _member(self, branches: list[Branch], path: str, name: str) -> list[Branch]:
        value = self._tokens.next()
        if value.kind is Kind.OBJECT:
            return self._object(branches, path + ".")
        if value.kind is not Kind.ARRAY:
            raise InvalidPattern(f'"{name}" must be an object or an array')
        field = self._field(path)
        for branch in branches or (branches := [{}]):
            branch[path] = field
        return branches

    def _field(self, path: str) -> Field:
        field = FieldBuilder()
        empty = True
        while (token := self._tokens.next()).kind is not Kind.END_ARRAY:
            empty = False
            self._matcher(token, field)
        if empty:
            raise InvalidPattern("Empty arrays are not allowed")
        if field.wildcards:
            self._wildcards.setdefault(path, []).extend(field.wildcards)
        return field.build(path)

    def _matcher(self, token: Token, field: FieldBuilder) -> None:
        if token.kind is Kind.STRING:
            field.add_text(token.text)
        elif token.kind is Kind.NUMBER:
            field.add_number(token.text)
        elif token.kind in _WORDS:
            field.add_word(_WORDS[token.kind])
        elif token.kind is Kind.OBJECT:
            read_expression(self._tokens, field)
        else:
            raise InvalidPattern("Match value must be String, number, true, false, or null")

    def _either(self, branches: list[Branch], prefix: str) -> list[Branch]:
        """Each alternative extends its own copy of what was read so far."""
        self._tokens.next()
        extended: list[Branch] = []
        while self._tokens.next().kind is Kind.OBJECT:
            extended += self._object([dict(branch) for branch in branches], prefix)
            if len(extended) > _MOST_BRANCHES:
                raise InvalidPattern(_TOO_MANY_BRANCHES)
        return extended

    def _alternatives_follow(self) -> bool:
        """Whether the value of this ``$or`` makes it the operator; otherwise it is a field called ``$or``."""
        mark = self._tokens.mark()
        try:
            return self._are_alternatives()
        finally:
            self._tokens.back_to(mark)

    def _are_alternatives(self) -> bool:
        if self._tokens.next().kind is not Kind.ARRAY:
            return False
        count = 0
        while (token := self._tokens.next()).kind is Kind.OBJECT:
            count += 1
            while (name := self._tokens.next()).kind is Kind.NAME:
                if name.text in _RESERVED:
                    return False
                self._tokens.skip_value(self._tokens.next())
        return token.kind is Kind.END_ARRAY and count >= 2
