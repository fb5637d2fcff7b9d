"""What happens to a bucket's objects, told to functions, queues, topics and buses.

moto decides what a bucket's configuration matches; instead of looking for receivers of its own it hands the facts over
here (``moto.s3.notifications.send_event`` and ``send_test_event`` are replaced), and the courier delivers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import quote_plus

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.core.timestamps import iso_milliseconds
from emulator.fallthrough.isolation import Session, current

_REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}
_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "ObjectAcl": "Object ACL Updated",
}
"""AWS docs, Amazon S3 User Guide, "Amazon EventBridge event message structure" and "mapping and troubleshooting"."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one receiver.  ``event`` is without ``s3:``; ``TestEvent`` has no object."""

    receiver: str
    """An ARN; of a bus for EventBridge."""
    configuration: str
    event: str
    bucket: str
    region: str
    account: str
    key: str = ""
    size: int = 0
    etag: str = ""
    version: str | None = None


def adapt() -> None:
    """Redirect moto's notifications while an emulator's job runs."""
    module = import_module("moto.s3.notifications")
    send, send_test = module.send_event, module.send_test_event

    def send_event(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
        session = current.get()
        if session is None:
            send(account_id, event_name, bucket, key)
        elif bucket.notification_configuration is not None:
            notices, event = _matching(account_id, event_name, bucket, key), _event(event_name)
            before = [notice for notice in session.seen if not _made_by_the_way(notice, event, key.name)]
            session.seen[:] = _without_tagging(session, [*before, *notices], event, key.name)

    def send_test_event(account_id: str, bucket: Any) -> None:
        session = current.get()
        if session is None:
            send_test(account_id, bucket)
            return
        configuration = bucket.notification_configuration
        for one in [*configuration.queue, *configuration.topic]:
            session.seen.append(Notice(one.arn, one.id, "TestEvent", bucket.name, bucket.region_name, account_id))

    module.send_event = send_event  # type: ignore[attr-defined]
    module.send_test_event = send_test_event  # type: ignore[attr-defined]


def _event(event_name: Any) -> str:
    return str(getattr(event_name, "value", event_name)).removeprefix("s3:")


def _made_by_the_way(notice: Any, event: str, key: str) -> bool:
    """moto puts an object before it tells that a multipart upload is complete; AWS tells of one creation."""
    made = "ObjectCreated"
    return bool(event.startswith(made) and notice.event.startswith(made) and notice.key == key)


def _without_tagging(session: Session, notices: list[Any], event: str, key: str) -> list[Any]:
    """moto tags every new object, before or after it tells of it; AWS tells only of PutObjectTagging."""
    made: set[str] = session.marks.setdefault("objects made", set())
    if event.startswith("ObjectCreated"):
        made.add(key)
    return [notice for notice in notices if not (notice.event.startswith("ObjectTagging") and notice.key in made)]


def _matching(account: str, event_name: Any, bucket: Any, key: Any) -> list[Notice]:
    configuration = bucket.notification_configuration
    configured = [*configuration.cloud_function, *configuration.queue, *configuration.topic]
    receivers = [(one.arn, one.id) for one in configured if one.matches(event_name, key.name)]
    if configuration.event_bridge is not None:
        receivers.append((f"arn:aws:events:{bucket.region_name}:{account}:event-bus/default", ""))
    event = _event(event_name)
    version = str(key.version_id) if bucket.is_versioned and getattr(key, "version_id", None) else None
    size, etag = getattr(key, "size", 0) or 0, (getattr(key, "etag", "") or "").replace('"', "")
    return [
        Notice(arn, name, event, bucket.name, bucket.region_name, account, key.name, size, etag, version)
        for arn, name in receivers
    ]


async def tell(ground: Ground, notices: Sequence[Notice], cause: Cause, request_id: str) -> None:
    """Deliver what one request has led to, in order.  S3 tries once here; how it went is in the journal."""
    for notice in notices:
        source = f"arn:aws:s3:::{notice.bucket}"
        text, parameters = _message(ground, notice, request_id)
        await ground.courier.deliver(notice.receiver, text, source, cause, parameters)


def _message(ground: Ground, notice: Notice, request_id: str) -> tuple[str, dict[str, Any]]:
    service = notice.receiver.split(":")[2]
    parameters: dict[str, Any] = {"lambda": {"InvocationType": "Event"}, "sns": {"Subject": "Amazon S3 Notification"}}
    if service == "events":
        kind = _TYPES.get(notice.event.partition(":")[0], "Object Tags Added")
        place = {"DetailType": kind, "Source": "aws.s3", "Resources": [f"arn:aws:s3:::{notice.bucket}"]}
        return compact(_detail(ground, notice, request_id)), place
    build = _test_event if notice.event == "TestEvent" else _records
    return compact(build(ground, notice, request_id)), parameters.get(service, {})


def _test_event(ground: Ground, notice: Notice, request_id: str) -> dict[str, Any]:
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": iso_milliseconds(ground.clock.now()),
        "Bucket": notice.bucket,
        "RequestId": request_id,
        "HostId": ground.ids.hex(32),
    }


def _sequencer(ground: Ground) -> str:
    return f"{int(ground.clock.now() * 1_000_000):018X}"


def _records(ground: Ground, notice: Notice, request_id: str) -> dict[str, Any]:
    """AWS docs, Amazon S3 User Guide, "Event message structure"."""
    about: dict[str, Any] = {"key": quote_plus(notice.key, safe="/")}
    if not notice.event.startswith("ObjectRemoved"):
        about |= {"size": notice.size, "eTag": notice.etag}
    if notice.version is not None:
        about["versionId"] = notice.version
    who = {"principalId": f"AWS:{notice.account}"}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": notice.region,
        "eventTime": iso_milliseconds(ground.clock.now()),
        "eventName": notice.event,
        "userIdentity": who,
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": request_id, "x-amz-id-2": ground.ids.hex(32)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": notice.configuration,
            "bucket": {"name": notice.bucket, "ownerIdentity": who, "arn": f"arn:aws:s3:::{notice.bucket}"},
            "object": {**about, "sequencer": _sequencer(ground)},
        },
    }
    return {"Records": [record]}


def _detail(ground: Ground, notice: Notice, request_id: str) -> dict[str, Any]:
    removed = notice.event.startswith("ObjectRemoved")
    about: dict[str, Any] = {"key": notice.key}
    if not removed:
        about |= {"size": notice.size, "etag": notice.etag}
    if notice.version is not None:
        about["version-id"] = notice.version
    detail = {
        "version": "0",
        "bucket": {"name": notice.bucket},
        "object": {**about, "sequencer": _sequencer(ground)},
        "request-id": request_id,
        "requester": notice.account,
        "source-ip-address": "127.0.0.1",
        "reason": _REASONS.get(notice.event, notice.event),
    }
    if removed:
        marker = notice.event.endswith("DeleteMarkerCreated")
        detail["deletion-type"] = "Delete Marker Created" if marker else "Permanently Deleted"
    return detail
