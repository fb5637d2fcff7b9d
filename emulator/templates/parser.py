"""Parser of blocks: text, directives, comments; see grammar.py."""

from __future__ import annotations

from emulator.templates import grammar
from emulator.templates.errors import TemplateError
from emulator.templates.expressions import ExpressionParser
from emulator.templates.nodes import (
    Block,
    Break,
    Define,
    Expression,
    Foreach,
    If,
    Index,
    Macro,
    MacroCall,
    Member,
    Node,
    Set,
    Stop,
    Text,
)

_WITH_ARGUMENTS = {"if", "elseif", "foreach", "define", "macro", "include", "parse", "evaluate"}


def parse(text: str) -> Block:
    """The template as nodes.  Raises TemplateError with line and column."""
    try:
        return Parser(text, set()).whole()
    except RecursionError:
        raise TemplateError("the template is nested too deeply") from None


class Parser(ExpressionParser):
    def __init__(self, text: str, macros: set[str]) -> None:
        super().__init__(text)
        self.macros = macros  # defined so far; other #names are text
        self.end = ""  # the directive that ended the last block

    def whole(self) -> Block:
        block = self.block()
        if self.end:
            self.fail(f"#{self.end} without a beginning", self.at - 1)
        return block

    def string_block(self, text: str, start: int) -> Block:
        inner = Parser(text, self.macros)
        inner.depth = self.depth + 1
        try:
            return inner.whole()
        except TemplateError as error:
            error.line = None
            raise error.at(*self.place(start)) from None

    def block(self, *, nested: bool = False) -> Block:
        """Nodes up to ``#end``, ``#else``, ``#elseif`` (then in ``self.end``) or, outside all directives, the end."""
        start = self.at
        self.deeper()
        nodes: list[Node] = []
        self.end = ""
        while self.at < len(self.text) and not self.end:
            self.piece(nodes)
        if nested and not self.end:
            self.fail("#end is missing", start)
        self.depth -= 1
        return tuple(nodes)

    def piece(self, nodes: list[Node]) -> None:
        if found := self.match(grammar.PLAIN):
            add_text(nodes, found[0])
        elif found := self.match(grammar.SLASHES):
            self.escaped(nodes, len(found[0]))
        elif grammar.REFERENCE.match(self.text, self.at):
            nodes.append(self.reference())
        elif self.text.startswith("#", self.at):
            self.hash(nodes)
        else:
            self.plain(nodes, 1)

    def plain(self, nodes: list[Node], length: int) -> None:
        add_text(nodes, self.text[self.at : self.at + length])
        self.at += length

    def escaped(self, nodes: list[Node], slashes: int) -> None:
        if grammar.REFERENCE.match(self.text, self.at):
            nodes.append(self.reference(slashes))
        elif found := grammar.DIRECTIVE.match(self.text, self.at):
            add_text(nodes, "\\" * (slashes // 2))
            if slashes % 2:
                self.plain(nodes, len(found[0]))
        else:
            add_text(nodes, "\\" * slashes)

    def hash(self, nodes: list[Node]) -> None:
        start = self.at
        if self.match(grammar.LINE_COMMENT):
            return
        for opening, closing in (("#*", "*#"), ("#[[", "]]#")):
            if self.take(opening):
                end = self.text.find(closing, self.at)
                if end < 0:
                    self.fail(f"{closing} is missing", start)
                add_text(nodes, self.text[self.at : end] if opening == "#[[" else "")
                self.at = end + len(closing)
                return
        if found := self.match(grammar.DIRECTIVE):
            self.directive(found[2], nodes, start)
        elif (found := grammar.MACRO.match(self.text, self.at)) and found[1] in self.macros:
            self.at = found.end()
            nodes.append(self.macro_call(found[1], start))
        else:
            self.plain(nodes, 1)

    # -- directives --

    def directive(self, name: str, nodes: list[Node], start: int) -> None:
        if name in ("include", "parse", "evaluate"):
            self.fail(f"#{name} is not available in mapping templates", start)
        opened = bool(self.match(grammar.OPEN)) if name == "set" or name in _WITH_ARGUMENTS else False
        if name in _WITH_ARGUMENTS and not opened:
            self.fail(f"( is missing after #{name}")
        if name == "set" and not opened:
            add_text(nodes, self.text[start : self.at])
        elif name == "set":
            strip_blanks(nodes)
            nodes.append(self.set())
        elif name in ("end", "else", "elseif"):
            if name != "elseif":
                self.match(grammar.LINE_END)
            self.end = name
        else:
            node = self.compound(name)
            self.end = ""
            nodes.append(node)

    def compound(self, name: str) -> Node:
        if name == "if":
            return self.if_()
        if name == "foreach":
            return self.foreach()
        if name == "define":
            return Define(self.variable(), self.body())
        if name == "macro":
            return self.macro()
        return Break() if name == "break" else Stop()

    def close(self) -> None:
        self.expect(")")
        self.match(grammar.LINE_END)

    def body(self) -> Block:
        """``)`` and the block up to ``#end``."""
        self.close()
        block = self.block(nested=True)
        if self.end != "end":
            self.fail(f"#{self.end} outside #if", self.at - 1)
        return block

    def set(self) -> Set:
        self.blanks()
        target = self.reference()
        if not all(isinstance(access, (Member, Index)) for access in target.accesses[-1:]):
            self.fail("a method's result cannot be set")
        self.expect("=")
        value = self.expression()
        self.close()
        return Set(target, value)

    def if_(self) -> If:
        branches: list[tuple[Expression, Block]] = []
        self.end = "elseif"
        while self.end == "elseif":
            condition = self.expression()
            self.close()
            branches.append((condition, self.block(nested=True)))
        otherwise = self.block(nested=True) if self.end == "else" else ()
        if self.end != "end":
            self.fail(f"#{self.end} after #else", self.at - 1)
        return If(tuple(branches), otherwise)

    def foreach(self) -> Foreach:
        name = self.variable()
        self.blanks()
        if not self.take("in"):
            self.fail("in is missing")
        items = self.expression()
        return Foreach(name, items, self.body())

    def variable(self) -> str:
        self.blanks()
        found = self.match(grammar.VARIABLE)
        return found[2] if found else self.fail("a variable is missing")

    def macro(self) -> Macro:
        self.blanks()
        name = self.match(grammar.NAME)
        if not name:
            self.fail("the macro has no name")
        self.macros.add(name[0])
        parameters: list[str] = []
        self.separator()
        while not self.text.startswith(")", self.at):
            parameters.append(self.variable())
            self.separator()
        return Macro(name[0], tuple(parameters), self.body())

    def macro_call(self, name: str, start: int) -> MacroCall:
        args: list[Expression] = []
        self.separator()
        while not self.take(")"):
            args.append(self.primary())
            self.separator()
        self.match(grammar.LINE_END)
        return MacroCall(name, tuple(args), *self.place(start))

    def separator(self) -> None:
        """Arguments of macros stand beside each other; a comma between them is allowed."""
        self.blanks()
        self.take(",")
        self.blanks()


def add_text(nodes: list[Node], text: str) -> None:
    if text:
        nodes.append(Text(text))


def strip_blanks(nodes: list[Node]) -> None:
    """Take the blanks before a ``#set`` away."""
    if nodes and isinstance(last := nodes[-1], Text):
        nodes.pop()
        add_text(nodes, last.text.rstrip(" \t"))
