"""Layers and their versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.core.arns import Arn
from emulator.services.lambda_.code import Code
from emulator.services.lambda_.policy import Policy


@dataclass(slots=True)
class LayerVersion:
    """``facts`` are the members that are kept and shown only: description, runtimes, architectures, licence."""

    layer_arn: str
    number: int
    code: Code
    created: str
    facts: dict[str, Any]
    policy: Policy | None = None

    @property
    def arn(self) -> str:
        return f"{self.layer_arn}:{self.number}"

    def shown(self) -> dict[str, Any]:
        """LayerVersionsListItem."""
        return {"LayerVersionArn": self.arn, "Version": self.number, "CreatedDate": self.created, **self.facts}


@dataclass(slots=True)
class Layer:
    """A name and its versions; numbers are never used again."""

    account: str
    region: str
    name: str
    next_number: int = 1
    versions: dict[int, LayerVersion] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return str(Arn.of("lambda", self.region, self.account, f"layer:{self.name}"))
