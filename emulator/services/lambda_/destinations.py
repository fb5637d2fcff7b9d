"""Sends records of finished events to destinations and dead-letter queues."""

from __future__ import annotations

import logging
from typing import Any

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.courier import Delivery
from emulator.core.ground import Ground
from emulator.services.lambda_ import records
from emulator.services.lambda_.records import Finished
from emulator.services.lambda_.store import LambdaStore

log = logging.getLogger("emulator.lambda")

SERVICES = ("sqs", "sns", "lambda", "events")
FAILURE_SERVICES = (*SERVICES, "s3")
DEAD_LETTER_SERVICES = ("sqs", "sns")
INSTEAD = {"s3": "pip install 'aws-task-emulator[aws]', or use an SQS queue."}
"""What to do where a service is missing that could be there."""


async def send_record(ground: Ground, store: LambdaStore, event: Finished, destination: str, cause: Cause) -> None:
    """Deliver the record once; a failure is counted and logged and has no other effect (AWS docs)."""
    text, parameters = records.record(event), _parameters(ground, event, destination)
    delivery = await ground.courier.deliver(
        destination, text, event.function_arn, cause, parameters, event.attempts, kind="record"
    )
    if not delivery.ok:
        store.destination_delivery_failures += 1
        _warn("record", event, destination, delivery)


def _parameters(ground: Ground, event: Finished, destination: str) -> dict[str, Any]:
    service = Arn.parse(destination).service
    if service == "events":
        return {
            "DetailType": records.DETAIL_TYPES[event.succeeded],
            "Source": "lambda",  # recorded from AWS; the docs print "aws.lambda"
            "Resources": [destination, event.function_arn],
        }
    return {"Key": records.object_key(event, ground.ids.uuid())} if service == "s3" else {}


async def send_dead_letter(ground: Ground, store: LambdaStore, event: Finished, target: str, cause: Cause) -> None:
    """Deliver the event itself, with what went wrong in message attributes."""
    parameters = {"MessageAttributes": records.dead_letter_attributes(event)}
    text = event.payload.decode("utf-8", "replace")
    delivery = await ground.courier.deliver(
        target, text, event.function_arn, cause, parameters, event.attempts, kind="dead-letter"
    )
    if not delivery.ok:
        store.dead_letter_errors += 1
        _warn("dead letter", event, target, delivery)


def _warn(what: str, event: Finished, target: str, delivery: Delivery) -> None:
    log.warning(
        "%s of request %s (%s) was lost on its way to %s: %s %s",
        *(what, event.request_id, event.condition, target, delivery.code, delivery.message),
    )
