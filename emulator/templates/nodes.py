"""What a parsed template consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Member:
    """``.name``"""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """``.name(args)``"""

    name: str
    args: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """``[expression]``"""

    expression: Expression


Access = Member | Call | Index


@dataclass(frozen=True, slots=True)
class Reference:
    """``$name``, ``${name}``, ``$!name`` and what follows.

    ``source`` is its text in the template, ``slashes`` the number of backslashes before it.
    """

    name: str
    accesses: tuple[Access, ...]
    quiet: bool
    source: str
    line: int
    column: int
    slashes: int = 0


@dataclass(frozen=True, slots=True)
class Constant:
    value: Any


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A string in double quotes that holds references or directives."""

    body: Block


@dataclass(frozen=True, slots=True)
class Chain:
    """``first op second op third``, all operators of one rank."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Expression


@dataclass(frozen=True, slots=True)
class ListLiteral:
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral:
    start: Expression
    end: Expression


@dataclass(frozen=True, slots=True)
class MapLiteral:
    items: tuple[tuple[Expression, Expression], ...]


Expression = Reference | Constant | Interpolated | Chain | Not | Negative | ListLiteral | RangeLiteral | MapLiteral


@dataclass(frozen=True, slots=True)
class Set:
    target: Reference
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    branches: tuple[tuple[Expression, Block], ...]
    otherwise: Block


@dataclass(frozen=True, slots=True)
class Foreach:
    name: str
    items: Expression
    body: Block


@dataclass(frozen=True, slots=True)
class Define:
    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class Macro:
    name: str
    parameters: tuple[str, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class MacroCall:
    name: str
    args: tuple[Expression, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Break:
    """Leaves the innermost loop."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Ends the whole rendering."""


Node = Text | Reference | Set | If | Foreach | Define | Macro | MacroCall | Break | Stop
Block = tuple[Node, ...]
