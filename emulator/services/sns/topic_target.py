"""Deliveries to a topic: from EventBridge's rules, Lambda's destinations and dead-letter settings."""

from __future__ import annotations

from typing import Any

from emulator.core.courier import DeliveryFailedError, Parcel
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.sns.addresses import topic_at
from emulator.services.sns.draft import read_draft
from emulator.services.sns.publishing import publish


class TopicTarget:
    """The courier's adapter for ``arn:aws:sns:…``: Publish with the parcel as message.

    ``parameters`` are members of Publish (``Subject``, ``MessageAttributes``, ``MessageGroupId``…); the result is its
    output.  Raises DeliveryFailedError.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def __call__(self, parcel: Parcel) -> dict[str, Any]:
        ground = self._ground
        topic = topic_at(ground, parcel.arn)
        if topic is None:
            raise DeliveryFailedError("NO_RESOURCE", "Topic does not exist")
        try:
            members = {**parcel.parameters, "Message": parcel.payload}
            draft = read_draft(members, limits=ground.settings.enforce_quotas)
            return publish(ground, topic, draft, parcel.source, parcel.cause)
        except AwsError as error:
            raise DeliveryFailedError("INVALID_PARAMETER", error.message or error.code) from error
