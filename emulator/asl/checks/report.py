"""Where findings are collected, and what a check knows about the place it looks at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from emulator.asl.errors import Diagnostic
from emulator.asl.states.base import JSONATA, JSONPATH

SCHEMA = "SCHEMA_VALIDATION_FAILED"
TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")


@dataclass(frozen=True, slots=True)
class Place:
    """``at`` is the slash path of what is looked at; ``language`` the state's, ``machine_language`` the default.

    ``outer``: variables that exist further out when the place is reached; they must not be assigned again.
    """

    findings: list[Diagnostic]
    express: bool = False
    at: str = ""
    language: str = JSONPATH
    machine_language: str = JSONPATH
    outer: frozenset[str] = field(default=frozenset())
    alone: bool = False

    @property
    def jsonata(self) -> bool:
        return self.language == JSONATA

    @property
    def name(self) -> str:
        """The last part of the location."""
        return self.at.rpartition("/")[2]

    def inside(self, name: str) -> Place:
        return replace(self, at=f"{self.at}/{name}")

    def item(self, index: int) -> Place:
        return replace(self, at=f"{self.at}[{index}]")

    def find(self, message: str, code: str = SCHEMA) -> None:
        self.findings.append(Diagnostic(code, message, self.at or "/"))

    def missing(self, names: list[str]) -> None:
        if names:
            self.find(f"These fields are required: [{', '.join(names)}]")

    def unsupported(self, name: str) -> None:
        self.inside(name).find(f"Field '{name}' is not supported")

    def foreign(self, name: str) -> None:
        """A field that only the other query language has."""
        other = JSONPATH if self.jsonata else JSONATA
        self.inside(name).find(
            f"The QueryLanguage is set to '{self.language}', but field '{name}' is only supported for the '{other}' "
            "QueryLanguage"
        )
