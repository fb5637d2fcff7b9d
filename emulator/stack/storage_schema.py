"""What the tables inside ``tables``, ``topics`` and ``buckets`` entries may say."""

from __future__ import annotations

from emulator.stack.section import Section

INDEX = Section(
    "indexes",
    "AWS::DynamoDB::Table index",
    {"key": "Key", "projection": "Projection", "local": "Local"},
    frozenset({"Projection", "ProvisionedThroughput"}),
)
SUBSCRIPTION = Section(
    "subscriptions",
    "AWS::SNS::Subscription",
    {
        "endpoint": "Endpoint",
        "protocol": "Protocol",
        "raw": "RawMessageDelivery",
        "filter": "FilterPolicy",
        "filter_scope": "FilterPolicyScope",
        "dead_letter": "RedrivePolicy.deadLetterTargetArn",
        "delivery_policy": "DeliveryPolicy",
    },
    frozenset(
        "Endpoint Protocol RawMessageDelivery FilterPolicy FilterPolicyScope RedrivePolicy DeliveryPolicy "
        "SubscriptionRoleArn".split()
    ),
)
NOTIFICATION = Section(
    "notifications",
    "AWS::S3::Bucket notification",
    {"target": "Target", "event": "Events", "events": "Events", "prefix": "Prefix", "suffix": "Suffix", "id": "Id"},
    frozenset({"Events", "Id"}),
)
