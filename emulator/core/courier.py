"""The courier: every hop between services goes through here, so every hop is in the journal.

A service registers one adapter per kind of ARN at assembly.  An adapter tries once; retrying is the sender's business
(a rule, a topic, an asynchronous invocation), because AWS's retry policies belong to the sender.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.journal import Hop, Journal
from emulator.core.waiters import Waiters

log = logging.getLogger("emulator.courier")


class DeliveryFailedError(Exception):
    """Raised by an adapter.

    ``code`` is EventBridge's vocabulary for dead letters (``NO_RESOURCE``, ``THROTTLING``, ``ERROR_FROM_TARGET``…),
    ``retryable`` tells a sender with a retry policy whether trying again may help.
    """

    def __init__(self, code: str, message: str, retryable: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Parcel:
    """What an adapter gets: where to, what (JSON or plain text), why, and the target's own parameters."""

    arn: Arn
    payload: str
    cause: Cause
    source: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


class Delivery(NamedTuple):
    """How one attempt ended.  ``result`` is what the adapter returned; ``hop`` is its line in the journal."""

    ok: bool
    hop: Hop
    result: Any = None
    code: str = ""
    message: str = ""
    retryable: bool = False


class FunctionResult(NamedTuple):
    """What a synchronous delivery to a function gives: its bytes, and ``Unhandled`` or None as function error."""

    payload: bytes
    function_error: str | None
    executed_version: str
    request_id: str


class Received(NamedTuple):
    """A message handed to a poller: AWS's shape of one ReceiveMessage message with all attributes, and its cause."""

    message: dict[str, Any]
    cause: Cause


class QueueSource(Protocol):
    """A queue as an event source mapping sees it.  All calls are synchronous; waiting is done on ``waiters``."""

    arn: str
    waiters: Waiters

    def receive(self, limit: int, visibility: float | None = None) -> Sequence[Received]:
        """Take up to ``limit`` messages for ``visibility`` seconds (default: the queue's own)."""

    def delete(self, receipt_handle: str) -> None: ...

    def change_visibility(self, receipt_handle: str, seconds: float) -> None: ...

    @property
    def visibility_timeout(self) -> float: ...

    @property
    def exists(self) -> bool: ...


class StreamRecord(NamedTuple):
    """One record of a stream.

    ``data`` is the record as a function sees it, without ``eventSourceARN`` and ``awsRegion``; ``key`` decides which
    records must stay in order; ``arrival`` is an instant.
    """

    sequence: str
    data: Mapping[str, Any]
    key: str
    arrival: float
    cause: Cause


class Shard(NamedTuple):
    """One shard of a stream; what its parent holds comes before."""

    id: str
    parent: str = ""


class StreamSource(Protocol):
    """A stream as an event source mapping sees it.  All calls are synchronous; waiting is done on ``waiters``.

    A position (a shard iterator) is opaque and stays valid; ``waiters`` are woken by new records and new shards.
    """

    arn: str
    waiters: Waiters

    def shards(self) -> Sequence[Shard]:
        """All shards that can be read."""

    def start(self, shard: str, position: str, at: float | None = None) -> Any:
        """The position of ``TRIM_HORIZON``, ``LATEST`` (what is written from now on) or ``AT_TIMESTAMP``."""

    def after(self, shard: str, sequence: str) -> Any:
        """The position behind a record."""

    def read(self, shard: str, position: Any, limit: int) -> tuple[Sequence[StreamRecord], Any]:
        """Up to ``limit`` records from ``position`` on, and the position behind them."""

    def finished(self, shard: str, position: Any) -> bool:
        """Whether the shard is closed and nothing comes behind ``position``."""

    @property
    def exists(self) -> bool: ...


class Job(Protocol):
    """Work that a service has taken on and that ends by itself, as somebody else sees it who waits for its end.

    ``waiters`` are woken when it has ended; ``describe`` is the service's own shape of it.
    """

    waiters: Waiters

    @property
    def ended(self) -> bool: ...

    @property
    def succeeded(self) -> bool:
        """Whether it has ended well."""

    def describe(self) -> dict[str, Any]: ...


class LogEvent(NamedTuple):
    """One line of a log; ``at`` is an instant."""

    at: float
    message: str


LogSink = Callable[[str, str, str, str, Sequence[LogEvent]], None]
"""Takes account, region, log group, log stream and events."""
Adapter = Callable[[Parcel], Awaitable[Any]]


class Operations(Protocol):
    """Runs an AWS operation as an SDK would: validated, in another service; the caller knows only its name."""

    async def __call__(
        self, service: str, operation: str, params: dict[str, Any], *, account: str, region: str, cause: Cause
    ) -> dict[str, Any]: ...

    def knows(self, service: str, operation: str) -> bool:
        """Whether the operation exists here."""


class Courier:
    """Finds the adapter for an ARN, hands over, and writes the hop down."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._targets: dict[str, Adapter] = {}
        self._sources: dict[str, Callable[[Arn], QueueSource | None]] = {}
        self._streams: dict[str, Callable[[Arn], StreamSource | None]] = {}
        self._jobs: dict[str, Callable[[Arn], Job | None]] = {}
        self._log_sink: LogSink | None = None
        self._operations: Operations | None = None

    def register_target(self, service: str, adapter: Adapter) -> None:
        """``adapter`` takes deliveries to ``arn:aws:<service>:…``."""
        self._targets[service] = adapter

    def register_source(self, service: str, find: Callable[[Arn], QueueSource | None]) -> None:
        """``find`` gives the queue behind an ARN of ``service`` to whoever polls it, or None."""
        self._sources[service] = find

    def register_stream(self, service: str, find: Callable[[Arn], StreamSource | None]) -> None:
        """``find`` gives the stream behind an ARN of ``service`` to whoever reads it, or None."""
        self._streams[service] = find

    def register_jobs(self, service: str, find: Callable[[Arn], Job | None]) -> None:
        """``find`` gives the job behind an ARN of ``service`` to whoever waits for its end, or None."""
        self._jobs[service] = find

    def register_logs(self, sink: LogSink) -> None:
        """``sink`` keeps what is logged; it makes groups and streams as they are named."""
        self._log_sink = sink

    def register_operations(self, operations: Operations) -> None:
        self._operations = operations

    def can_deliver(self, service: str) -> bool:
        """Whether targets of this service exist here; callers refuse others by name."""
        return service in self._targets

    def can_call(self, service: str, operation: str) -> bool:
        """Whether ``call`` knows this operation; callers refuse others by name."""
        return self._operations is not None and self._operations.knows(service, operation)

    async def deliver(
        self,
        arn: str,
        payload: str,
        source: str,
        cause: Cause,
        parameters: Mapping[str, Any] | None = None,
        attempt: int | None = None,
        kind: str = "deliver",
    ) -> Delivery:
        """Try once to hand ``payload`` to ``arn``; never raises for a failed delivery."""
        hop = self._journal.begin(kind, source, arn, cause, attempt, payload)
        try:
            parsed = Arn.parse(arn)
        except ValueError as error:
            self._journal.end(hop, "INVALID_PARAMETER", error=str(error))
            return Delivery(False, hop, None, "INVALID_PARAMETER", str(error))
        try:
            result = await self.hand_over(Parcel(parsed, payload, hop.cause, source, parameters or {}))
        except DeliveryFailedError as failure:
            self._journal.end(hop, failure.code, error=failure.message)
            return Delivery(False, hop, None, failure.code, failure.message, failure.retryable)
        except Exception as error:  # an adapter's bug must not end the sender's process
            log.exception("delivery to %s failed", arn)
            self._journal.end(hop, "INTERNAL_ERROR", error=repr(error))
            self._journal.note("fault", source, arn, hop.cause, type(error).__name__, error=str(error))
            return Delivery(False, hop, None, "INTERNAL_ERROR", repr(error), True)
        self._journal.end(hop)
        return Delivery(True, hop, result)

    async def hand_over(self, parcel: Parcel) -> Any:
        """What its adapter makes of a parcel, without a line in the journal; raises DeliveryFailedError."""
        adapter = self._targets.get(parcel.arn.service)
        if adapter is None:
            raise DeliveryFailedError("NO_RESOURCE", f"targets of service {parcel.arn.service!r} are not supported")
        return await adapter(parcel)

    def source(self, arn: str) -> QueueSource | None:
        """The queue behind ``arn``, or None when it (or its service) does not exist."""
        parsed = Arn.parse(arn)
        find = self._sources.get(parsed.service)
        return find(parsed) if find is not None else None

    def stream(self, arn: str) -> StreamSource | None:
        """The stream behind ``arn``, or None when it (or its service) does not exist."""
        parsed = Arn.parse(arn)
        find = self._streams.get(parsed.service)
        return find(parsed) if find is not None else None

    def has_streams(self, service: str) -> bool:
        """Whether streams of this service exist here."""
        return service in self._streams

    def job(self, arn: str) -> Job | None:
        """The job behind ``arn``, or None when it (or its service) does not exist."""
        parsed = Arn.parse(arn)
        find = self._jobs.get(parsed.service)
        return find(parsed) if find is not None else None

    def has_jobs(self, service: str) -> bool:
        """Whether the end of this service's jobs can be waited for."""
        return service in self._jobs

    def write_log(self, account: str, region: str, group: str, stream: str, events: Sequence[LogEvent]) -> None:
        """Hand lines to whoever keeps logs.  No hop: the journal has the lines already."""
        if self._log_sink is not None and events:
            self._log_sink(account, region, group, stream, events)

    async def call(
        self, service: str, operation: str, params: dict[str, Any], *, account: str, region: str, cause: Cause
    ) -> dict[str, Any]:
        """Run an AWS operation of another service; raises AwsError as an SDK call would answer it."""
        assert self._operations is not None, "the house is not assembled"
        return await self._operations(service, operation, params, account=account, region=region, cause=cause)
