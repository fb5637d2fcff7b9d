"""The containers of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.core.units import Unit

PENDING, RUNNING, STOPPED = "PENDING", "RUNNING", "STOPPED"
STOP_TIMEOUT = 30.0


@dataclass(eq=False, slots=True)
class Container:
    """``definition`` is the task definition's with the overrides applied; ``terminate``, ``kill`` and ``unit`` are the
    program's while there is one; ``farewell`` holds what is called off when it has ended."""

    name: str
    arn: str
    definition: Mapping[str, Any]
    runtime_id: str
    interface: str | None
    status: str = PENDING
    starting: bool = False
    exit_code: int | None = None
    reason: str = ""
    digest: str = ""
    started_at: float | None = None
    finished_at: float | None = None
    terminate: Callable[[], None] = lambda: None
    kill: Callable[[], None] = lambda: None
    unit: Unit | None = None
    farewell: list[Callable[[], None]] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether there is a program, or about to be."""
        return self.starting or self.status == RUNNING

    @property
    def essential(self) -> bool:
        return bool(self.definition["essential"])

    @property
    def image(self) -> str:
        return str(self.definition["image"])

    @property
    def stop_timeout(self) -> float:
        """Seconds between SIGTERM and SIGKILL."""
        given = self.definition.get("stopTimeout")
        return STOP_TIMEOUT if given is None else float(given)

    def _network(self) -> dict[str, Any]:
        """Where it listens: at an interface of its task's own, or at this machine's ports."""
        if self.interface is not None:
            return {"networkInterfaces": [{"attachmentId": self.interface, "privateIpv4Address": "127.0.0.1"}]}
        bindings = [{"bindIP": "127.0.0.1", "hostPort": port["containerPort"]} | port for port in self._ports()]
        return {"networkBindings": bindings}

    def _ports(self) -> list[dict[str, Any]]:
        kept = ("containerPort", "protocol")
        return [{name: mapping[name] for name in kept} for mapping in self.definition["portMappings"]]

    def exited(self, code: int | None, now: float) -> None:
        self.status, self.exit_code, self.finished_at = STOPPED, code, now
        self.terminate = self.kill = lambda: None
        self.unit = None
        for call_off in self.farewell:
            call_off()
        self.farewell.clear()

    def view(self, task_arn: str) -> dict[str, Any]:
        """AWS's shape of it (recorded from AWS for Fargate)."""
        definition = self.definition
        shown: dict[str, Any] = {
            "containerArn": self.arn,
            "taskArn": task_arn,
            "name": self.name,
            "image": self.image,
            "lastStatus": self.status,
            "networkInterfaces": [],
            "cpu": str(definition["cpu"]),
        }
        for name in ("memory", "memoryReservation"):
            if definition.get(name) is not None:
                shown[name] = str(definition[name])
        if self.started_at is not None:
            shown |= {"runtimeId": self.runtime_id, "imageDigest": self.digest, **self._network()}
        if self.exit_code is not None:
            shown["exitCode"] = self.exit_code
        if self.reason:
            shown["reason"] = self.reason
        return shown
