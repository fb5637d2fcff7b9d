"""What a pipe reads: the settings of its source, from CreatePipe's members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.arns import Arn
from emulator.core.courier import Courier
from emulator.patterns.event_filter import EventFilter, compile_pipe_filters
from emulator.patterns.invalid_pattern import InvalidPattern
from emulator.polling.settings import QueueSettings, StreamSettings
from emulator.services.pipes.errors import invalid, not_emulated

_BLOCKS = {"sqs": "SqsQueueParameters", "dynamodb": "DynamoDBStreamParameters"}
_FILTERS = "FilterCriteria"
_SHORTEST_AGE = 60
_FIFO_BATCH = 10


def check_source(courier: Courier, arn: str) -> None:
    """Raises ValidationException for a source that does not exist, or is of a kind that does not."""
    try:
        service = Arn.parse(arn).service
    except ValueError:
        raise not_emulated(f"Source {arn}", "use an SQS queue or a DynamoDB stream.") from None
    if service not in _BLOCKS or (service != "sqs" and not courier.has_streams(service)):
        raise not_emulated(f"A source of service {service}", "use an SQS queue or a DynamoDB stream.")
    found = courier.source(arn) if service == "sqs" else courier.stream(arn)
    if found is None or not found.exists:
        raise invalid(f"Source {arn} does not exist.")


def settings_of(source: str, parameters: Mapping[str, Any]) -> QueueSettings:
    """Raises ValidationException for parameters of another kind of source and for values that AWS refuses."""
    service = Arn.parse(source).service
    block = _BLOCKS[service]
    for name, value in parameters.items():
        if name not in (block, _FILTERS) and value is not None:
            raise invalid(f"{name} does not belong to source {source}.")
    given = parameters.get(block) or {}
    settings = _stream(given) if service == "dynamodb" else _queue(source, given)
    filters = (parameters.get(_FILTERS) or {}).get("Filters") or []
    settings.patterns = [entry.get("Pattern") or "" for entry in filters]
    return settings


def filter_of(settings: QueueSettings) -> EventFilter:
    try:
        return compile_pipe_filters(settings.patterns)
    except InvalidPattern as error:
        raise invalid(f"Filter pattern is not valid. Reason: {error}") from None


def _queue(source: str, given: Mapping[str, Any]) -> QueueSettings:
    size, window = given.get("BatchSize") or 10, given.get("MaximumBatchingWindowInSeconds") or 0
    if source.endswith(".fifo") and (size > _FIFO_BATCH or window):
        raise invalid("FIFO queues take batches of at most 10 messages and no batching window.")
    if size > _FIFO_BATCH and not window:
        raise invalid("A BatchSize over 10 needs a MaximumBatchingWindowInSeconds of at least 1.")
    return QueueSettings(batch_size=size, window=window, report_failures=True)


def _stream(given: Mapping[str, Any]) -> StreamSettings:
    if not given.get("StartingPosition"):
        raise invalid("SourceParameters.DynamoDBStreamParameters.StartingPosition is required for a DynamoDB stream.")
    age = given.get("MaximumRecordAgeInSeconds", -1)
    if age != -1 and age < _SHORTEST_AGE:
        raise invalid(f"MaximumRecordAgeInSeconds must be -1 or at least {_SHORTEST_AGE}.")
    return StreamSettings(
        batch_size=given.get("BatchSize") or 100,
        window=given.get("MaximumBatchingWindowInSeconds") or 0,
        report_failures=True,
        starting_position=given["StartingPosition"],
        lanes=given.get("ParallelizationFactor") or 1,
        max_age=age,
        max_retries=given.get("MaximumRetryAttempts", -1),
        bisect=given.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT",
        on_failure=_dead_letters((given.get("DeadLetterConfig") or {}).get("Arn")),
    )


def _dead_letters(target: str | None) -> str | None:
    try:
        known = not target or Arn.parse(target).service in ("sqs", "sns")
    except ValueError:
        known = False
    if not known:
        raise invalid(f"DeadLetterConfig.Arn {target} is neither a queue nor a topic.")
    return target
