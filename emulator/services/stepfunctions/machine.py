"""A state machine: its current revision, its published versions, its aliases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.asl.states import StateMachine as Definition

STANDARD, EXPRESS = "STANDARD", "EXPRESS"
NO_LOGGING: dict[str, Any] = {"level": "OFF", "includeExecutionData": False}
NO_TRACING: dict[str, Any] = {"enabled": False}


@dataclass(frozen=True, slots=True)
class Revision:
    """What an execution runs: a definition with its text and role.  ``id`` is None until the first change."""

    text: str
    definition: Definition
    role: str
    logging: dict[str, Any]
    tracing: dict[str, Any]
    id: str | None
    updated: float

    def same_as(self, other: Revision) -> bool:
        return (self.text, self.role, self.logging, self.tracing) == (
            other.text,
            other.role,
            other.logging,
            other.tracing,
        )


@dataclass(slots=True)
class Version:
    """A published revision; numbers start at 1 and are never used again."""

    arn: str
    number: int
    revision: Revision
    description: str | None
    created: float


@dataclass(slots=True)
class Alias:
    """``routing`` as in the API: one or two ``{"stateMachineVersionArn", "weight"}`` with weights that make 100."""

    arn: str
    name: str
    routing: list[dict[str, Any]]
    description: str | None
    created: float
    updated: float

    def choose(self, uniform: Callable[[float, float], float]) -> str:
        """The ARN of a version, drawn by weight."""
        point = uniform(0, 100)
        for route in self.routing:
            point -= route["weight"]
            if point < 0:
                break
        return str(route["stateMachineVersionArn"])


@dataclass(slots=True)
class StateMachine:
    """``arn`` without a version; ``tags`` by key; ``last_version`` is the highest number ever given."""

    arn: str
    name: str
    type: str
    created: float
    revision: Revision
    tags: dict[str, str] = field(default_factory=dict)
    versions: dict[int, Version] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    last_version: int = 0

    @property
    def express(self) -> bool:
        return self.type == EXPRESS

    def publish(self, description: str | None, now: float) -> Version:
        """The current revision as a version; the newest one again when nothing has changed since it."""
        newest = self.versions.get(self.last_version)
        if newest is not None and newest.revision is self.revision:
            return newest
        self.last_version += 1
        arn = f"{self.arn}:{self.last_version}"
        version = Version(arn, self.last_version, self.revision, description, now)
        self.versions[self.last_version] = version
        return version

    def version(self, qualifier: str) -> Version | None:
        return self.versions.get(int(qualifier)) if qualifier.isdigit() else None

    def aliases_of(self, version: Version) -> list[Alias]:
        return [
            alias
            for alias in self.aliases.values()
            if any(route["stateMachineVersionArn"] == version.arn for route in alias.routing)
        ]
