"""Queue URLs: built from the address that the caller used, read in every form that AWS and emulators give out."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from emulator.core.ground import Call
from emulator.services.sqs.errors import missing, no_queue
from emulator.services.sqs.queue import Queue
from emulator.services.sqs.store import SqsStore

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


class Address(NamedTuple):
    """Empty parts are the caller's own."""

    name: str
    account: str = ""
    region: str = ""


def parse(url: str) -> Address | None:
    """Read a QueueUrl: a bare name, or any URL that ends in account and name; None when it is neither."""
    if "/" not in url:
        return Address(url)
    split = urlsplit(url)
    segments = [unquote(part) for part in split.path.split("/") if part]
    if len(segments) < 2 or not re.fullmatch(r"\d{12}", segments[-2]):
        return None
    places = [*segments[:-2][-1:], *(split.hostname or "").split(".")]
    region = next((place for place in places if _REGION.fullmatch(place)), "")
    return Address(segments[-1], segments[-2], region)


def url_of(call: Call, queue: Queue) -> str:
    base = call.base_url or call.ground.base_url
    return f"{base}/{queue.account}/{queue.name}"


def find(call: Call, url: str | None) -> Queue:
    """The queue behind a QueueUrl.  The region is the signature's, then the URL's, then the default."""
    if not url:
        raise missing("QueueUrl")
    address = parse(url)
    if address is None:
        raise no_queue()
    signed = not call.headers or "authorization" in call.headers
    region = call.region if signed else address.region or call.region
    queue = call.ground.cloud.store(SqsStore, address.account or call.account, region).queues.get(address.name)
    if queue is None:
        raise no_queue()
    return queue
