"""Amazon DynamoDB and DynamoDB Streams as the house sees them."""

from __future__ import annotations

from emulator.core.arns import Arn
from emulator.core.courier import StreamSource
from emulator.core.ground import Ground, Service
from emulator.fallthrough import bridge
from emulator.services.dynamodb import api_items, api_streams, api_tables
from emulator.services.dynamodb.store import DynamoDbStore
from emulator.services.dynamodb.stream import ReadStream


def _join(ground: Ground) -> None:
    def find(arn: Arn) -> StreamSource | None:
        stream = ground.cloud.store(DynamoDbStore, arn.account, arn.region).streams.get(str(arn))
        return ReadStream(stream) if stream is not None else None

    ground.courier.register_stream("dynamodb", find)


SERVICE = Service(name="dynamodb", api=(api_items, api_tables), join=_join, on_reset=bridge.close)
STREAMS = Service(name="dynamodbstreams", api=(api_streams,))
