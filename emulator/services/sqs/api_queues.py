"""CreateQueue, DeleteQueue, GetQueueUrl, ListQueues, ListDeadLetterSourceQueues, Get/SetQueueAttributes, PurgeQueue."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.sqs import attributes as queue_attributes
from emulator.services.sqs.address import find, url_of
from emulator.services.sqs.api_messages import required
from emulator.services.sqs.attributes import Changes
from emulator.services.sqs.errors import invalid, invalid_value, no_queue
from emulator.services.sqs.message import State
from emulator.services.sqs.queue import Queue
from emulator.services.sqs.redrive import check_target, read_redrive_policy
from emulator.services.sqs.store import Guards, SqsStore

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_BAD_NAME = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
_PAGE = 1000


def create_queue(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Creates a queue, or answers an existing one's URL when every attribute given has the queue's current value."""
    name, given = required(params, "QueueName"), params.get("Attributes") or {}
    store = call.store(SqsStore)
    queue = store.queues.get(name)
    fifo = queue.fifo if queue is not None and not given else queue_attributes.wants_fifo(given)
    check_name(name, fifo)
    changes = queue_attributes.read_changes(given, fifo)
    if queue is not None:
        _check_same(queue, changes)
        return {"QueueUrl": url_of(call, queue)}
    _check_not_deleted_recently(call, store, name)
    arn = Arn.of("sqs", call.region, call.account, name)
    _check_redrive(store, arn, fifo, changes)
    defaults = queue_attributes.DEFAULTS | (queue_attributes.FIFO_DEFAULTS if fifo else {})
    attributes = queue_attributes.apply(defaults, changes)
    queue = Queue(call.ground, arn, attributes, store.queues, fifo)
    queue.tags.update(params.get("tags") or {})
    store.queues[name] = queue
    return {"QueueUrl": url_of(call, queue)}


def check_name(name: str, fifo: bool) -> None:
    """1 to 80 characters; a FIFO queue's name ends in ``.fifo``, which counts, and no other name does."""
    stem = name.removesuffix(".fifo") if fifo else name
    if not _NAME.fullmatch(stem) or len(name) > 80 or (fifo and stem == name):
        raise invalid(_BAD_NAME)


def _check_same(queue: Queue, changes: Changes) -> None:
    different = queue_attributes.first_difference(queue.attributes, changes)
    if different is not None:
        text = f"A queue already exists with the same name and a different value for attribute {different}"
        raise AwsError("QueueNameExists", text)


def _check_not_deleted_recently(call: Call, store: SqsStore, name: str) -> None:
    guards = call.ground.cloud.shared(Guards)
    deleted = store.deleted.get(name)
    if guards.recreate and deleted is not None and call.clock.now() < deleted + guards.seconds:
        text = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
        raise AwsError("QueueDeletedRecently", text)


def _check_redrive(store: SqsStore, source: Arn, fifo: bool, changes: Changes) -> None:
    text = changes.get("RedrivePolicy")
    if text:
        known = {name: (queue.fifo, queue.attributes.get("RedriveAllowPolicy")) for name, queue in store.queues.items()}
        check_target(text, read_redrive_policy(text), source, fifo, known)


def delete_queue(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    store = _store_of(call, queue)
    del store.queues[queue.name]
    store.deleted[queue.name] = call.clock.now()
    queue.close()
    return {}


def _store_of(call: Call, queue: Queue) -> SqsStore:
    return call.ground.cloud.store(SqsStore, queue.account, queue.parsed_arn.region)


def get_queue_url(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    account = params.get("QueueOwnerAWSAccountId") or call.account
    store = call.ground.cloud.store(SqsStore, account, call.region)
    queue = store.queues.get(required(params, "QueueName"))
    if queue is None:
        raise no_queue()
    return {"QueueUrl": url_of(call, queue)}


def list_queues(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    prefix = params.get("QueueNamePrefix") or ""
    queues = [queue for name, queue in call.store(SqsStore).queues.items() if name.startswith(prefix)]
    return _page(call, params, queues, "QueueUrls", always=False)


def list_dead_letter_source_queues(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    target = find(call, params.get("QueueUrl"))
    queues = [
        queue
        for queue in _store_of(call, target).queues.values()
        if queue.redrive is not None and str(queue.redrive.target) == target.arn
    ]
    return _page(call, params, queues, "queueUrls", always=True)


def _page(call: Call, params: dict[str, Any], queues: list[Queue], member: str, always: bool) -> dict[str, Any]:
    """Queues by name.  A NextToken holds the last name of the page; AWS gives one only if MaxResults was given."""
    size = params.get("MaxResults")
    if size is not None and not 1 <= size <= _PAGE:
        raise invalid_value("MaxResults", size, f"Must be between 1 and {_PAGE}, if provided.")
    queues.sort(key=lambda queue: queue.name)
    if token := params.get("NextToken"):
        last = _read_token(token)
        queues = [queue for queue in queues if queue.name > last]
    page = queues[: size or _PAGE]
    answer: dict[str, Any] = {member: [url_of(call, queue) for queue in page]} if page or always else {}
    if size is not None and len(queues) > len(page):
        answer["NextToken"] = base64.b64encode(page[-1].name.encode()).decode()
    return answer


def _read_token(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except (ValueError, binascii.Error):
        raise invalid("Invalid or expired next token.") from None


def get_queue_attributes(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Without names there is no ``Attributes``; names that are not set are left out."""
    queue = find(call, params.get("QueueUrl"))
    names = params.get("AttributeNames") or []
    for name in names:
        if name != "All" and name not in queue_attributes.KNOWN:
            raise queue_attributes.unknown(name)
    values = {**queue.attributes, **_computed(queue)}
    shown = {name: value for name, value in values.items() if "All" in names or name in names}
    return {"Attributes": shown} if shown else {}


def _computed(queue: Queue) -> dict[str, str]:
    return {
        "ApproximateNumberOfMessages": str(queue.count(State.READY)),
        "ApproximateNumberOfMessagesNotVisible": str(queue.count(State.IN_FLIGHT)),
        "ApproximateNumberOfMessagesDelayed": str(queue.count(State.DELAYED)),
        "CreatedTimestamp": str(int(queue.created)),
        "LastModifiedTimestamp": str(int(queue.modified)),
        "QueueArn": queue.arn,
    }


def set_queue_attributes(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    changes = queue_attributes.read_changes(required(params, "Attributes"), queue.fifo)
    _check_redrive(_store_of(call, queue), queue.parsed_arn, queue.fifo, changes)
    queue.set_attributes(queue_attributes.apply(queue.attributes, changes))
    return {}


def purge_queue(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    guards = call.ground.cloud.shared(Guards)
    if guards.purge and queue.purged is not None and call.clock.now() < queue.purged + guards.seconds:
        text = f"Only one PurgeQueue operation on {queue.name} is allowed every 60 seconds."
        raise AwsError("PurgeQueueInProgress", text)
    queue.purge()
    return {}
