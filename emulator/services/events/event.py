"""An event: the envelope as every target gets it, and the same as Python values for matching and shaping."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from json.encoder import encode_basestring as quoted
from typing import Any

from emulator.core.timestamps import iso_seconds

_STRING_OR_BLANK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|\s+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Event:
    """An event on a bus.

    ``text`` is the envelope as compact JSON in AWS's key order; ``body`` the same parsed, fractional numbers keeping
    their text; ``account`` is the account that put it.  ``ingested`` is the instant at which it entered EventBridge
    (its age counts from there).  ``bus`` is the ARN of the bus that it is on, ``forwarded`` is True when it came there
    through a bus target.
    """

    id: str
    account: str
    ingested: float
    body: dict[str, Any]
    text: str
    bus: str
    forwarded: bool = False

    @property
    def source(self) -> str:
        return str(self.body["source"])

    @property
    def detail_type(self) -> str:
        return str(self.body["detail-type"])

    def on_bus(self, arn: str, new_id: str | None = None) -> Event:
        """This event as it arrives through a bus target; ``new_id`` when it crosses a region."""
        moved = replace(self, bus=arn, forwarded=True)
        if new_id is None:
            return moved
        text = self.text.replace(f'"id":"{self.id}"', f'"id":"{new_id}"', 1)
        return replace(moved, id=new_id, body=self.body | {"id": new_id}, text=text)


def new_event(
    *,
    id: str,
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    detail_text: str,
    account: str,
    region: str,
    time: float,
    resources: Sequence[str],
    ingested: float,
    bus: str,
) -> Event:
    """Put an event together; ``detail_text`` is ``detail`` as the sender wrote it (key order recorded from AWS)."""
    at = iso_seconds(time)
    head = {"version": "0", "id": id, "detail-type": detail_type, "source": source, "account": account, "time": at}
    body = {**head, "region": region, "resources": list(resources), "detail": detail}
    text = (
        f'{{"version":"0","id":"{id}","detail-type":{quoted(detail_type)},"source":{quoted(source)},'
        f'"account":"{account}","time":"{at}","region":"{region}",'
        f'"resources":[{",".join(map(quoted, resources))}],"detail":{squeezed(detail_text)}}}'
    )
    return Event(id, account, ingested, body, text, bus)


def squeezed(text: str) -> str:
    """Valid JSON without blanks, non-ASCII characters written as themselves, number literals untouched."""
    return _STRING_OR_BLANK.sub(_squeeze, text)


def _squeeze(found: re.Match[str]) -> str:
    token = found[0]
    if token[0] != '"':
        return ""
    if "\\" not in token:
        return token
    written: str = quoted(json.loads(token))
    # Half a surrogate pair can only be written as an escape.
    return token if any("\ud800" <= char <= "\udfff" for char in written) else written
