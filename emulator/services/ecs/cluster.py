"""Clusters."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from emulator.services.ecs.tags import shown_tags

ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"


@dataclass(eq=False, slots=True)
class Cluster:
    """``strategy`` is the default capacity provider strategy; ``counts`` are of tasks by status (``running`` or
    ``pending``) and launch type."""

    arn: str
    name: str
    active: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    settings: list[dict[str, str]] = field(default_factory=list)
    configuration: dict[str, Any] | None = None
    providers: list[str] = field(default_factory=list)
    strategy: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def instance(self) -> str:
        """This machine as a container instance, for tasks on EC2."""
        number = hashlib.md5(self.arn.encode(), usedforsecurity=False).hexdigest()
        return f"{self.arn.replace(':cluster/', ':container-instance/')}/{number}"

    def view(self, include: Collection[str] = ()) -> dict[str, Any]:
        """AWS's shape of it; ``include`` are the members that are shown on demand."""
        shown: dict[str, Any] = {
            "clusterArn": self.arn,
            "clusterName": self.name,
            "status": ACTIVE if self.active else INACTIVE,
            "registeredContainerInstancesCount": 0,
            "runningTasksCount": self._count("running"),
            "pendingTasksCount": self._count("pending"),
            "activeServicesCount": 0,
            "statistics": self._statistics() if "STATISTICS" in include else [],
            "tags": shown_tags(self.tags) if "TAGS" in include else [],
            "settings": list(self.settings) if "SETTINGS" in include else [],
            "capacityProviders": list(self.providers),
            "defaultCapacityProviderStrategy": list(self.strategy),
        }
        if "CONFIGURATIONS" in include and self.configuration is not None:
            shown["configuration"] = self.configuration
        return shown

    def _count(self, status: str) -> int:
        return sum(count for (counted, _), count in self.counts.items() if counted == status)

    def _statistics(self) -> list[dict[str, str]]:
        """AWS docs, Cluster."""
        return [
            {"name": f"{status}{word}TasksCount", "value": str(self.counts[status, launch_type])}
            for launch_type, word in (("EC2", "EC2"), ("FARGATE", "Fargate"))
            for status in ("running", "pending")
        ]
