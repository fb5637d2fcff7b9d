"""The evaluator: a parsed template and its variables become text."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.templates import methods
from emulator.templates.errors import MAX_DEPTH, MAX_ITERATIONS, MAX_LIST, MAX_TEXT, Meter, TemplateError
from emulator.templates.nodes import (
    Access,
    Block,
    Break,
    Call,
    Chain,
    Constant,
    Define,
    Expression,
    Foreach,
    If,
    Index,
    Interpolated,
    ListLiteral,
    Macro,
    MacroCall,
    MapLiteral,
    Member,
    Negative,
    Node,
    Not,
    RangeLiteral,
    Reference,
    Set,
    Stop,
    Text,
)
from emulator.templates.values import (
    BLANK,
    Blank,
    Entry,
    JavaList,
    JavaMap,
    TemplateObject,
    checked,
    display,
    equal,
    is_number,
    is_true,
    ordering,
)


class _Break(Exception):  # noqa: N818 - control flow
    pass


class _Stop(Exception):  # noqa: N818 - control flow
    pass


@dataclass(frozen=True, slots=True)
class _Defined:
    """The value of a ``#define``: rendered anew at each use."""

    body: Block


@dataclass(slots=True)
class Loop(TemplateObject):
    """``$foreach``"""

    length: int
    parent: Any
    index: int = 0

    def member(self, name: str) -> Any:
        match name:
            case "index":
                return self.index
            case "count":
                return self.index + 1
            case "hasNext":
                return self.index + 1 < self.length
            case "first":
                return self.index == 0
            case "last":
                return self.index + 1 == self.length
            case "parent":
                return self.parent
        return None

    def call(self, name: str, args: list[Any], meter: Meter) -> Any:
        return self.member(name) if not args and name == "hasNext" else None


def render(block: Block, variables: dict[str, Any]) -> str:
    """The text of a template.  ``variables`` changes as the template sets them.  Raises TemplateError only."""
    renderer = Renderer(variables)
    try:
        renderer.block(block)
    except (_Stop, _Break):  # #break outside a loop ends the template, as in Velocity
        pass
    except RecursionError:
        raise TemplateError("the values are nested too deeply") from None
    return "".join(renderer.out)


class Renderer:
    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = variables
        self.macros: dict[str, Macro] = {}
        self.meter = Meter()
        self.out: list[str] = []
        self.length = 0
        self.depth = 0

    def write(self, text: str) -> None:
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise TemplateError(f"the output grows beyond {MAX_TEXT} characters")
        self.meter.length(len(text))
        self.out.append(text)

    # -- blocks --

    def block(self, block: Block) -> None:
        for node in block:
            self.node(node)

    def node(self, node: Node) -> None:
        match node:
            case Text():
                self.write(node.text)
            case Reference():
                self.write(self.reference_text(node))
            case Set():
                self.set(node)
            case If():
                self.if_(node)
            case Foreach():
                self.foreach(node)
            case Define():
                self.variables[node.name] = _Defined(node.body)
            case Macro():
                self.macros[node.name] = node
            case MacroCall():
                self.macro(node)
            case Break():
                raise _Break
            case Stop():
                raise _Stop

    def captured(self, block: Block) -> str:
        """The text of a block, kept out of the output."""
        self.deeper()
        out, length, self.out, self.length = self.out, self.length, [], 0
        try:
            self.block(block)
            return "".join(self.out)
        finally:
            self.out, self.length = out, length
            self.depth -= 1

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TemplateError("the template calls itself too deeply")

    def reference_text(self, node: Reference) -> str:
        value = self.reference(node)
        if value is None:
            return "\\" * node.slashes + ("" if node.quiet and node.slashes % 2 == 0 else node.source)
        slashes = "\\" * (node.slashes // 2)
        return slashes + (node.source if node.slashes % 2 else display(value, self.meter))

    def if_(self, node: If) -> None:
        for condition, block in node.branches:
            if is_true(self.value(condition)):
                return self.block(block)
        return self.block(node.otherwise)

    def foreach(self, node: Foreach) -> None:
        items = self.value(node.items)
        if isinstance(items, dict):
            items = list(items.values())
        if not isinstance(items, list):
            return
        items = items[:MAX_ITERATIONS]
        names = (node.name, "foreach", "velocityCount")
        before = {name: self.variables[name] for name in names if name in self.variables}
        loop = Loop(len(items), before.get("foreach"))
        try:
            for loop.index, item in enumerate(items):
                self.meter.charge()
                self.variables |= {node.name: item, "foreach": loop, "velocityCount": loop.index + 1}
                self.block(node.body)
        except _Break:
            pass
        finally:
            self.restore(names, before)

    def restore(self, names: tuple[str, ...], before: dict[str, Any]) -> None:
        for name in names:
            self.variables.pop(name, None)
        self.variables |= before

    def macro(self, node: MacroCall) -> None:
        macro = self.macros.get(node.name)
        if macro is None:
            return
        self.deeper()
        args = [self.value(arg) for arg in node.args]
        args += [None] * (len(macro.parameters) - len(args))
        before = {name: self.variables[name] for name in macro.parameters if name in self.variables}
        self.variables |= dict(zip(macro.parameters, args, strict=False))
        try:
            self.block(macro.body)
        finally:
            self.restore(macro.parameters, before)
            self.depth -= 1

    # -- #set --

    def set(self, node: Set) -> None:
        """Setting null changes nothing, nor does setting a member of what is no map or list (Velocity logs it)."""
        value, target = self.value(node.value), node.target
        if value is None:
            return
        if not target.accesses:
            self.variables[target.name] = value
            return
        try:
            owner = self.follow(target, target.accesses[:-1])
            self.put(owner, target.accesses[-1], value)
        except TemplateError as error:
            raise error.at(target.line, target.column) from None

    def put(self, owner: Any, access: Access, value: Any) -> None:
        key = self.value(access.expression) if isinstance(access, Index) else access.name
        if key is None:
            return
        if isinstance(owner, dict):
            methods.put(self.meter, owner, key, value)
        elif isinstance(owner, list):
            methods.set_item(self.meter, owner, key, value)

    # -- references --

    def reference(self, node: Reference) -> Any:
        try:
            return self.follow(node, node.accesses)
        except TemplateError as error:
            raise error.at(node.line, node.column) from None

    def follow(self, node: Reference, accesses: tuple[Access, ...]) -> Any:
        value = self.variables.get(node.name)
        if isinstance(value, _Defined):
            value = self.captured(value.body)
        for access in accesses:
            self.meter.charge()
            if value is None:
                return None
            value = self.access(value, access)
        return value

    def access(self, value: Any, access: Access) -> Any:
        match access:
            case Member():
                return self.member(value, access.name)
            case Call():
                return methods.call(value, access.name, [self.value(arg) for arg in access.args], self.meter)
            case Index():
                return self.item(value, self.value(access.expression))

    def member(self, value: Any, name: str) -> Any:
        if isinstance(value, TemplateObject):
            return value.member(name)
        if isinstance(value, Blank):
            return BLANK
        if isinstance(value, dict):
            return methods.get_key(self.meter, value, name)
        if isinstance(value, Entry):
            return {"key": value.key, "value": value.value}.get(name)
        if name == "empty" and isinstance(value, (str, list)):
            return not value
        return None

    def item(self, value: Any, key: Any) -> Any:
        if isinstance(value, Blank):
            return BLANK
        if isinstance(value, dict):
            return methods.get_key(self.meter, value, key)
        if isinstance(value, list) and isinstance(key, int):
            # Velocity counts negative indexes from the end.
            return methods.get_item(self.meter, value, key + len(value) if key < 0 else key)
        return None

    # -- expressions --

    def value(self, node: Expression) -> Any:
        self.meter.charge()
        match node:
            case Reference():
                return self.reference(node)
            case Constant():
                return node.value
            case Interpolated():
                return self.captured(node.body)
            case Chain():
                return self.chain(node)
            case Not():
                return not is_true(self.value(node.operand))
            case Negative():
                value = self.value(node.operand)
                return -value if is_number(value) else None
            case ListLiteral():
                return JavaList(self.value(item) for item in node.items)
            case MapLiteral():
                return JavaMap((display(self.value(key), self.meter), self.value(value)) for key, value in node.items)
            case RangeLiteral():
                return self.range(self.value(node.start), self.value(node.end))

    def range(self, start: Any, end: Any) -> list[int] | None:
        if not isinstance(start, int) or not isinstance(end, int):
            return None
        if abs(end - start) >= MAX_LIST:
            raise TemplateError(f"a range is longer than {MAX_LIST}")
        step = 1 if end >= start else -1
        self.meter.charge(abs(end - start) // 16)
        return JavaList(range(start, end + step, step))

    def chain(self, node: Chain) -> Any:
        first_operator = node.rest[0][0]
        if first_operator in ("&&", "||"):
            # All operators of one rank are the same here.
            decisive = first_operator == "||"
            for operand in (node.first, *(operand for _, operand in node.rest)):
                if is_true(self.value(operand)) is decisive:
                    return decisive
            return not decisive
        value = self.value(node.first)
        for sign, operand in node.rest:
            value = self.binary(sign, value, self.value(operand))
        return value

    def binary(self, sign: str, left: Any, right: Any) -> Any:
        if sign in ("==", "!="):
            return equal(left, right, self.meter) is (sign == "==")
        if sign in _ORDERINGS:
            return ordering(left, right, _ORDERINGS[sign])
        if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
            return self.meter.text(display(left, self.meter) + display(right, self.meter))
        if not is_number(left) or not is_number(right):
            return None
        try:
            return checked(_ARITHMETIC[sign](left, right))
        except ArithmeticError:
            return None  # Velocity logs a division by zero and goes on with null


def _divide(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    return left / right


def _remainder(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        return left - right * _divide(left, right)
    try:
        return math.fmod(left, right)
    except ValueError:
        return None


_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _remainder,
}
