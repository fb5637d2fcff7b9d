"""One field's value to a compiled ``Value``, in the state's query language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.asl.jsonata import NUMBER, STRING, compile_jsonata
from emulator.asl.paths import Path, compile_asl_path
from emulator.asl.scope import Literal, Value
from emulator.asl.states.base import JSONATA, NOTHING
from emulator.asl.templates import compile_dynamic, compile_template

ROOT = compile_asl_path("$")


@dataclass(frozen=True, slots=True)
class Builder:
    """``prefix`` is where ``raw`` stands inside its state: ``Choices[0]/``."""

    raw: Mapping[str, Any]
    language: str
    prefix: str = ""

    @property
    def jsonata(self) -> bool:
        return self.language == JSONATA

    def path(self, name: str) -> Value | None:
        """InputPath, OutputPath, ItemsPath; null is an empty object."""
        if name not in self.raw:
            return None
        text = self.raw[name]
        return NOTHING if text is None else compile_asl_path(text)

    def result_path(self) -> Path | None:
        text = self.raw.get("ResultPath", "$")
        return None if text is None else compile_asl_path(text)

    def template(self, name: str) -> Value | None:
        if name not in self.raw:
            return None
        return self._jsonata(name) if self.jsonata else compile_template(self.raw[name])

    def query(self, name: str) -> Value | None:
        return self._jsonata(name) if name in self.raw and self.jsonata else None

    def number(self, name: str) -> Value | None:
        """``name`` as a literal, or an expression, or ``namePath``."""
        return self._single(name, NUMBER)

    def text(self, name: str) -> Value | None:
        """As ``number``; Fail's ErrorPath and CausePath may be intrinsic calls."""
        if name in ("Error", "Cause") and f"{name}Path" in self.raw:
            return compile_dynamic(self.raw[f"{name}Path"], f"{name}Path")
        return self._single(name, STRING)

    def _single(self, name: str, expected: str) -> Value | None:
        if f"{name}Path" in self.raw:
            return compile_asl_path(self.raw[f"{name}Path"])
        if name not in self.raw:
            return None
        return self._jsonata(name, expected) if self.jsonata else Literal(self.raw[name])

    def _jsonata(self, name: str, expected: str | None = None) -> Value:
        return compile_jsonata(self.raw[name], self.prefix + name, expected)
