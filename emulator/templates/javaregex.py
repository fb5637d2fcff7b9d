r"""Java's regular expressions and replacement texts, for ``$text.replaceAll(...)`` and its kin.

A pattern is translated to Python's ``re``; what has no counterpart is refused by name.  Differences that the
translation covers: ``\Q...\E``, ``\p{...}``, ``\h``, ``\z``, ``(?<name>...)``, flags in the middle (``a(?i)b``), nested
``[`` and set operators, ASCII-only ``\d \w \s \b``, and ``{`` without a number, which Java refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from emulator.templates.errors import MAX_TEXT, Meter, TemplateError
from emulator.templates.regexguard import check_cost

# Members of character classes, written for the inside of [...]. Java docs, class Pattern, "POSIX character classes".
_CLASSES = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7f",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-\~",
    "Graph": "!-\\~",
    "Print": r" -\~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t\n\x0b\f\r",
}
_QUANTIFIER = re.compile(r"\{\d{1,9}(?:,\d{0,9})?\}")
_FLAGS = re.compile(r"\(\?([idmsuxU]*)(?:-([idmsuxU]+))?([:)])")
_PROPERTY = re.compile(r"\\([pP])\{(?:Is)?(\w+)\}")
_SIMPLE = {"h": r"[ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]", "R": r"(?:\r\n|[\n-\r\x85\u2028\u2029])"}
_SIMPLE |= {"z": r"\Z", "Z": r"(?=\n?\Z)", "e": r"\x1b", "G": ""}
_KEPT = set("dDwWsSbBAtnrfaux0123456789")


def compile_java(pattern: str) -> re.Pattern[str]:
    """The pattern for Python.  Raises TemplateError."""
    try:
        return _compile(pattern)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise TemplateError(f"bad regular expression {pattern[:100]!r}: {error}") from None


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(_Translator(pattern).translate(), re.ASCII)


class _Translator:
    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.out: list[str] = []
        # For each open group, the flag groups ("(?i:") opened inside it that must close with it.
        self.flags: list[list[str]] = [[]]

    def translate(self) -> str:
        while self.at < len(self.text):
            self.piece(self.text[self.at])
        if len(self.flags) > 1:
            raise ValueError("unclosed group")
        return "".join(self.out) + ")" * len(self.flags[0])

    def emit(self, text: str, length: int) -> None:
        self.out.append(text)
        self.at += length

    def piece(self, char: str) -> None:
        if char == "\\":
            self.escape()
        elif char == "[":
            self.char_class()
        elif char == "(":
            self.group()
        elif char == ")":
            if len(self.flags) == 1:
                raise ValueError("unmatched )")
            self.emit(")" * (len(self.flags.pop()) + 1), 1)
        elif char == "|":
            opened = self.flags[-1]
            self.emit(")" * len(opened) + "|" + "".join(opened), 1)
        elif char == "{":
            found = _QUANTIFIER.match(self.text, self.at)
            if not found or self.at == 0:
                raise ValueError("illegal repetition")
            self.emit(found[0], len(found[0]))
        else:
            self.emit(char, 1)

    def group(self) -> None:
        found = _FLAGS.match(self.text, self.at)
        if found:
            on, off = ("".join(flag for flag in part or "" if flag in "imsx") for part in found.group(1, 2))
            opening = f"(?{on}-{off}:" if off else f"(?{on}:"
            if found[3] == ")":
                self.flags[-1].append(opening)
            else:
                self.flags.append([])
            self.emit(opening, len(found[0]))
            return
        self.flags.append([])
        named = re.compile(r"\(\?<([A-Za-z][A-Za-z0-9]*)>").match(self.text, self.at)
        if named:
            self.emit(f"(?P<{named[1]}>", len(named[0]))
        else:
            self.emit("(", 1)
            special = re.compile(r"\?(?:[=!>]|<[=!])").match(self.text, self.at)
            if special:
                self.emit(special[0], len(special[0]))

    def escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "Q":
            self.emit(re.escape(self.quoted()), 0)
        elif property_ := _PROPERTY.match(self.text, self.at):
            negation = "^" if property_[1] == "P" else ""
            self.emit(f"[{negation}{self.members(property_[2])}]", len(property_[0]))
        elif named := re.compile(r"\\k<(\w+)>").match(self.text, self.at):
            self.emit(f"(?P={named[1]})", len(named[0]))
        elif following in _SIMPLE:
            self.emit(_SIMPLE[following], 2)
        else:
            self.emit(self.single(), 2)

    def single(self) -> str:
        following = self.text[self.at + 1 : self.at + 2]
        if not following:
            raise ValueError("\\ at the end")
        if following.isalnum() and following.isascii() and following not in _KEPT:
            raise ValueError(f"\\{following} is not supported")
        return "\\" + following if following in _KEPT else re.escape(following)

    def quoted(self) -> str:
        r"""The text between \Q and \E."""
        end = self.text.find("\\E", self.at)
        inside = self.text[self.at + 2 : end if end >= 0 else len(self.text)]
        self.at = end + 2 if end >= 0 else len(self.text)
        return inside

    def members(self, name: str) -> str:
        if name not in _CLASSES:
            raise ValueError(f"\\p{{{name}}} is not supported")
        return _CLASSES[name]

    def char_class(self) -> None:
        self.emit("[", 1)
        if self.text.startswith("^", self.at):
            self.emit("^", 1)
        first = True
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                raise ValueError("unclosed character class")
            self.class_member(self.text[self.at])
            first = False
        self.emit("]", 1)

    def class_member(self, char: str) -> None:
        if char == "[" or self.text.startswith("&&", self.at):
            raise ValueError("sets inside character classes are not supported")
        if char == "\\" and self.text.startswith("\\Q", self.at):
            self.emit(re.escape(self.quoted()), 0)
        elif char == "\\" and (property_ := _PROPERTY.match(self.text, self.at)):
            if property_[1] == "P":
                raise ValueError("\\P inside a character class is not supported")
            self.emit(self.members(property_[2]), len(property_[0]))
        elif char == "\\":
            self.emit(self.single(), 2)
        elif char == "-":
            # A range, unless it stands at an edge of the class.
            alone = self.out[-1] in ("[", "^") or self.text.startswith("]", self.at + 1)
            self.emit("\\-" if alone or self.out[-1] == "-" else "-", 1)
        else:
            self.emit(char if char.isalnum() or char.isspace() else re.escape(char), 1)


def matches(text: str, pattern: str, meter: Meter | None = None) -> bool:
    """Java's String.matches.  Raises TemplateError."""
    compiled = compile_java(pattern)
    check_cost(compiled, text, meter, whole=True)
    return compiled.fullmatch(text) is not None


def _find(text: str, pattern: str, meter: Meter) -> Iterator[re.Match[str]]:
    compiled = compile_java(pattern)
    check_cost(compiled, text, meter, whole=False)
    return compiled.finditer(text)


def replace(text: str, pattern: str, replacement: str, meter: Meter, *, count: int = 0) -> str:
    r"""Java's replaceAll (``count`` 0) and replaceFirst (1); ``$1``, ``${name}`` and ``\x`` in the replacement."""
    parts: list[str] = []
    end = length = 0
    for match in _find(text, pattern, meter):
        if "$" in replacement:
            meter.length(len(replacement) + replacement.count("$") * max(map(len, (match[0], *match.groups("")))))
        parts.append(text[end : match.start()] + expand(match, replacement))
        end, length = match.end(), length + len(parts[-1])
        if length > MAX_TEXT:
            meter.length(length)
        if len(parts) == count:
            break
    meter.charge(len(parts) // 16)
    return meter.text("".join(parts) + text[end:])


def expand(match: re.Match[str], replacement: str) -> str:
    """Java's Matcher.appendReplacement: what ``replacement`` means for this match."""
    if "\\" not in replacement and "$" not in replacement:
        return replacement
    out: list[str] = []
    at = 0
    while at < len(replacement):
        char = replacement[at]
        if char == "\\":
            if at + 1 == len(replacement):
                raise TemplateError("character to be escaped is missing in the replacement")
            out.append(replacement[at + 1])
            at += 2
        elif char == "$":
            group, at = _group(match, replacement, at + 1)
            out.append(group or "")
        else:
            out.append(char)
            at += 1
    return "".join(out)


def _group(match: re.Match[str], replacement: str, at: int) -> tuple[str | None, int]:
    named = re.compile(r"\{(\w+)\}").match(replacement, at)
    if named:
        if named[1] not in match.re.groupindex:
            raise TemplateError(f"no group {named[1]} in the regular expression")
        return match[named[1]], named.end()
    digits = re.compile("[0-9]{1,9}").match(replacement, at)
    if not digits:
        raise TemplateError("illegal group reference in the replacement")
    # Java takes further digits only while such a group exists.
    length = len(digits[0])
    while length > 1 and int(digits[0][:length]) > match.re.groups:
        length -= 1
    number = int(digits[0][:length])
    if number > match.re.groups:
        raise TemplateError(f"no group {number} in the regular expression")
    return match[number], at + length


def split(text: str, pattern: str, meter: Meter, limit: int = 0) -> list[str]:
    """Java's String.split: no empty text at the end (limit 0), none at the start from an empty match."""
    parts: list[str] = []
    end = 0
    for match in _find(text, pattern, meter):
        if limit > 0 and len(parts) == limit - 1:
            break
        if match.end() == 0 or (match.start() == match.end() == len(text)):
            continue
        parts.append(text[end : match.start()])
        end = match.end()
    parts.append(text[end:])
    while limit == 0 and len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts if parts != [""] or not text else []
