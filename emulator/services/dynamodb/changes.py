"""What one request has changed, item by item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from emulator.core.jsontext import compact
from emulator.services.dynamodb.values import Image, same, size

RECORD_VERSION = "1.1"
EXPIRED_BY = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
"""``userIdentity`` of records for items that expired (AWS docs, "DynamoDB Streams and Time to Live")."""


@dataclass(frozen=True, slots=True)
class Change:
    """One item of one table before and after a request; None where it does not exist."""

    table: str
    keys: Image
    partition: str
    """The partition key's value as text: decides the shard."""
    old: Image | None
    new: Image | None

    @property
    def event(self) -> str:
        return "INSERT" if self.old is None else "REMOVE" if self.new is None else "MODIFY"

    @property
    def key(self) -> str:
        """The whole key as text: records of one key stay in order."""
        return compact(dict(self.keys))


def merged(changes: Iterable[Change]) -> list[Change]:
    """One change per item, from its first state to its last; what came out unchanged is left out (recorded)."""
    found: dict[tuple[str, str], Change] = {}
    for change in changes:
        place = change.table, change.key
        first = found.get(place, change)
        found[place] = Change(change.table, change.keys, change.partition, first.old, change.new)
    return [change for change in found.values() if not same(change.old, change.new)]


def stream_part(change: Change, view: str, sequence: str, instant: float) -> dict[str, Any]:
    """The member ``dynamodb`` of a stream record, images chosen by StreamViewType (recorded)."""
    part: dict[str, Any] = {"ApproximateCreationDateTime": float(int(instant)), "Keys": change.keys}
    weight = size(change.keys)
    for name, image in (("NewImage", change.new), ("OldImage", change.old)):
        wanted = view == "NEW_AND_OLD_IMAGES" or view == f"{name[:3].upper()}_IMAGE"
        if image is not None and wanted:
            part[name] = image
            weight += size(image)
    return {**part, "SequenceNumber": sequence, "SizeBytes": weight, "StreamViewType": view}


def stream_record(
    change: Change, part: dict[str, Any], event_id: str, region: str, expired: bool = False
) -> dict[str, Any]:
    """A record as a function sees it, without ``eventSourceARN``."""
    record = {
        "eventID": event_id,
        "eventName": change.event,
        "eventVersion": RECORD_VERSION,
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": part,
    }
    return {**record, "userIdentity": EXPIRED_BY} if expired else record
