"""A pipe: its description and how AWS shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator.core.arns import Arn
from emulator.patterns.event_filter import EventFilter
from emulator.polling.consumer import Progress
from emulator.polling.settings import QueueSettings

if TYPE_CHECKING:
    from emulator.polling.queue_poller import QueuePoller
    from emulator.polling.stream_poller import StreamPoller

RUNNING = "RUNNING"
STOPPED = "STOPPED"
_BLOCKS = ("SourceParameters", "EnrichmentParameters", "TargetParameters")
_CHANGEABLE = ("Description", "Enrichment", "Target", "RoleArn", "LogConfiguration", "KmsKeyIdentifier")


@dataclass(slots=True)
class Pipe:
    """``given`` are the members of CreatePipe as they came, with later changes; ``settings`` and ``filter`` are for the
    reading of the source."""

    name: str
    account: str
    region: str
    given: dict[str, Any]
    settings: QueueSettings
    filter: EventFilter
    created: float
    modified: float
    running: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    poller: QueuePoller | StreamPoller | None = None
    progress: Progress = field(default_factory=Progress)

    @property
    def arn(self) -> str:
        return str(Arn.of("pipes", self.region, self.account, f"pipe/{self.name}"))

    @property
    def source(self) -> str:
        return str(self.given["Source"])

    @property
    def target(self) -> str:
        return str(self.given["Target"])

    @property
    def enrichment(self) -> str:
        """``""`` without one."""
        return str(self.given.get("Enrichment") or "")

    def parameters(self, block: str) -> Mapping[str, Any]:
        """``SourceParameters``, ``EnrichmentParameters`` or ``TargetParameters``."""
        return self.given.get(block) or {}

    def summary(self, state: str | None = None) -> dict[str, Any]:
        """What most operations answer; ``state`` is a transitional one, the lasting one by default."""
        lasting = RUNNING if self.running else STOPPED
        return {
            "Arn": self.arn,
            "Name": self.name,
            "DesiredState": lasting,
            "CurrentState": state or lasting,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
        }

    def listed(self) -> dict[str, Any]:
        ends = {member: self.given[member] for member in ("Source", "Enrichment", "Target") if self.given.get(member)}
        return self.summary() | ends

    def shown(self) -> dict[str, Any]:
        """DescribePipe's answer."""
        described = {member: self.given[member] for member in (*_BLOCKS, *_CHANGEABLE) if self.given.get(member)}
        return self.summary() | {"Source": self.source, "Tags": self.tags} | described


def changed(old: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The members after UpdatePipe: what is given replaces, the parts of a parameter block one by one.

    A part is replaced as a whole (AWS docs, UpdatePipe); a stream's starting position, which cannot be given, stays.
    """
    new = dict(old) | {member: params[member] for member in _CHANGEABLE if params.get(member) is not None}
    for block in _BLOCKS:
        if params.get(block) is not None:
            new[block] = (old.get(block) or {}) | params[block]
    before = (old.get("SourceParameters") or {}).get("DynamoDBStreamParameters")
    after = (new.get("SourceParameters") or {}).get("DynamoDBStreamParameters")
    if before and after and "StartingPosition" not in after:
        position = {"StartingPosition": before["StartingPosition"]}
        new["SourceParameters"] = new["SourceParameters"] | {"DynamoDBStreamParameters": position | after}
    return new
