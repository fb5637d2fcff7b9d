"""Task definitions: families of numbered revisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"


@dataclass(eq=False, slots=True)
class TaskDefinition:
    """One revision; ``given`` holds the members of RegisterTaskDefinition with AWS's defaults filled in."""

    arn: str
    family: str
    revision: int
    given: dict[str, Any]
    registered_at: float
    registered_by: str
    deregistered_at: float | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.deregistered_at is None

    @property
    def containers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.given["containerDefinitions"]
        return found

    @property
    def awsvpc(self) -> bool:
        return self.given.get("networkMode") == "awsvpc"

    def size(self, name: str) -> str:
        """``cpu`` or ``memory`` of the whole; what its containers have, where it says nothing itself."""
        if self.given.get(name):
            return str(self.given[name])
        return str(
            sum(container.get(name) or container.get(f"{name}Reservation") or 0 for container in self.containers)
        )

    def view(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "taskDefinitionArn": self.arn,
            **self.given,
            "revision": self.revision,
            "status": ACTIVE if self.active else INACTIVE,
            "registeredAt": self.registered_at,
            "registeredBy": self.registered_by,
        }
        if self.deregistered_at is not None:
            shown["deregisteredAt"] = self.deregistered_at
        return shown
