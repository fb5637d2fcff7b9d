"""Amazon SNS as the house sees it."""

from __future__ import annotations

from emulator.core.ground import Ground, Service
from emulator.services.sns import api_publish, api_subscriptions, api_topics, api_topics_access
from emulator.services.sns.topic_target import TopicTarget


def _join(ground: Ground) -> None:
    ground.courier.register_target("sns", TopicTarget(ground))


SERVICE = Service(
    name="sns",
    api=(api_publish, api_subscriptions, api_topics, api_topics_access),
    join=_join,
    validation="own",
)
