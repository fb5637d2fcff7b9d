"""Event source mappings: their settings and how AWS shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator.core.arns import Arn
from emulator.patterns.event_filter import EventFilter
from emulator.polling.consumer import Progress
from emulator.polling.settings import QueueSettings, StreamSettings
from emulator.services.lambda_ import errors

if TYPE_CHECKING:
    from emulator.polling.queue_poller import QueuePoller
    from emulator.polling.stream_poller import StreamPoller

USER = "USER_INITIATED"
FOREIGN_MEMBERS = (
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "SelfManagedEventSource",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "LoggingConfig",
)
"""Members of requests that belong to event sources which do not exist here."""
MAX_FILTERS = 10
"""AWS docs, "Control which events Lambda sends to your function": five, ten on request."""


@dataclass(slots=True)
class EventSourceMapping:
    """One mapping; ``qualifier`` as it was written, ``filter`` compiled from the settings."""

    uuid: str
    account: str
    region: str
    source_arn: str
    function_name: str
    qualifier: str
    settings: QueueSettings
    filter: EventFilter
    enabled: bool
    last_modified: float
    tags: dict[str, str] = field(default_factory=dict)
    deleted: bool = False
    poller: QueuePoller | StreamPoller | None = None
    progress: Progress = field(default_factory=Progress)

    @property
    def arn(self) -> str:
        return str(Arn.of("lambda", self.region, self.account, f"event-source-mapping:{self.uuid}"))

    @property
    def function_arn(self) -> str:
        qualifier = f":{self.qualifier}" if self.qualifier else ""
        return str(Arn.of("lambda", self.region, self.account, f"function:{self.function_name}{qualifier}"))

    @property
    def active(self) -> bool:
        return self.enabled and not self.deleted

    def shown(self, state: str | None = None) -> dict[str, Any]:
        """EventSourceMappingConfiguration; ``state`` is a transitional one, the lasting one by default."""
        if isinstance(self.settings, StreamSettings):
            return self._stream_shown(self.settings, state)
        settings = self.settings
        answer: dict[str, Any] = {
            "UUID": self.uuid,
            "BatchSize": settings.batch_size,
            "MaximumBatchingWindowInSeconds": settings.window,
            "EventSourceArn": self.source_arn,
            "FunctionArn": self.function_arn,
            "LastModified": self.last_modified,
            "State": state or ("Enabled" if self.enabled else "Disabled"),
            "StateTransitionReason": USER,
            "FunctionResponseTypes": ["ReportBatchItemFailures"] if settings.report_failures else [],
            "EventSourceMappingArn": self.arn,
        }
        if settings.patterns:
            answer["FilterCriteria"] = {"Filters": [{"Pattern": pattern} for pattern in settings.patterns]}
        if settings.max_concurrency is not None:
            answer["ScalingConfig"] = {"MaximumConcurrency": settings.max_concurrency}
        return answer | settings.stored

    def _stream_shown(self, settings: StreamSettings, state: str | None) -> dict[str, Any]:
        """The same for a stream (recorded from AWS)."""
        target = {"Destination": settings.on_failure} if settings.on_failure else {}
        answer: dict[str, Any] = {
            "UUID": self.uuid,
            "StartingPosition": settings.starting_position,
            "BatchSize": settings.batch_size,
            "MaximumBatchingWindowInSeconds": settings.window,
            "ParallelizationFactor": settings.lanes,
            "EventSourceArn": self.source_arn,
            "FunctionArn": self.function_arn,
            "LastModified": self.last_modified,
            "LastProcessingResult": self.progress.last_result,
            "State": state or ("Enabled" if self.enabled else "Disabled"),
            "StateTransitionReason": "User action",
            "DestinationConfig": {"OnFailure": target},
            "MaximumRecordAgeInSeconds": settings.max_age,
            "BisectBatchOnFunctionError": settings.bisect,
            "MaximumRetryAttempts": settings.max_retries,
            "TumblingWindowInSeconds": settings.tumbling,
            "FunctionResponseTypes": ["ReportBatchItemFailures"] if settings.report_failures else [],
            "EventSourceMappingArn": self.arn,
        }
        if settings.starting_at is not None:
            answer["StartingPositionTimestamp"] = settings.starting_at
        if settings.patterns:
            answer["FilterCriteria"] = {"Filters": [{"Pattern": pattern} for pattern in settings.patterns]}
        return answer | settings.stored

    def same_source(self, source_arn: str, function_name: str, qualifier: str) -> bool:
        """Whether a new mapping would double this one; qualifiers count as different functions (our choice)."""
        return (self.source_arn, self.function_name, self.qualifier) == (source_arn, function_name, qualifier)


def patterns_in(params: Mapping[str, Any]) -> list[str] | None:
    """The filter patterns of a request, None when the member is absent; raises InvalidParameterValueException."""
    criteria = params.get("FilterCriteria")
    if criteria is None:
        return None
    patterns = [entry.get("Pattern") or "" for entry in criteria.get("Filters") or []]
    if len(patterns) > MAX_FILTERS:  # our own text
        raise errors.invalid_value(f"An event source mapping has at most {MAX_FILTERS} filters.")
    return patterns


def check_foreign(params: Mapping[str, Any], members: Sequence[str] = FOREIGN_MEMBERS) -> None:
    """Raises InvalidParameterValueException for members of other kinds of event sources."""
    for member in members:
        if params.get(member) is not None:
            raise errors.invalid_value(f"Unsupported {member} parameter for given event source mapping type.")
