"""What the house keeps beside moto's tables, per account and region."""

from __future__ import annotations

from emulator.core.timers import Timer
from emulator.services.dynamodb.stream import Stream

TOKEN_LIFE = 600.0
"""Seconds for which a ClientRequestToken counts (AWS docs, TransactWriteItems)."""


class DynamoDbStore:
    """Streams by ARN and each table's latest; attributes by which items expire, and their timers; request tokens."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self.latest: dict[str, Stream] = {}
        self.expiry: dict[str, str] = {}
        self.timers: dict[tuple[str, str], Timer] = {}
        self.tokens: dict[str, tuple[str, float]] = {}

    def open_stream(self, stream: Stream) -> None:
        self.streams[stream.arn] = stream
        self.latest[stream.table] = stream

    def stream_of(self, table: str) -> Stream | None:
        """The stream that takes a table's changes now."""
        stream = self.latest.get(table)
        return stream if stream is not None and stream.enabled else None

    def forget_table(self, table: str) -> None:
        """Its stream can still be read by its ARN."""
        stream = self.latest.pop(table, None)
        if stream is not None:
            stream.close()
        self.stop_expiry(table)

    def stop_expiry(self, table: str) -> None:
        self.expiry.pop(table, None)
        for place in [place for place in self.timers if place[0] == table]:
            self.timers.pop(place).cancel()

    def remember(self, token: str, text: str, now: float) -> None:
        self.tokens = {name: kept for name, kept in self.tokens.items() if kept[1] > now}
        self.tokens[token] = text, now + TOKEN_LIFE
