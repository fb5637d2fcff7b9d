"""Settings of a stream's mapping, from requests (texts recorded from AWS where a comment does not say otherwise)."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.core.ground import Call
from emulator.polling.settings import QueueSettings, StreamSettings
from emulator.services.lambda_ import destinations, errors
from emulator.services.lambda_.mapping import FOREIGN_MEMBERS, check_foreign, patterns_in

QUEUE_MEMBERS = ("ScalingConfig", "ProvisionedPollerConfig")
DESTINATIONS = ("sqs", "sns", "s3")
STORED = ("KMSKeyArn", "MetricsConfig")
SHORTEST_AGE = 60


def starting(params: dict[str, Any], arn: str) -> StreamSettings:
    """The settings of a new mapping before its other members."""
    position = params.get("StartingPosition")
    if position is None:
        raise errors.invalid_value(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must "
            "not be null."
        )
    if position == "AT_TIMESTAMP" and Arn.parse(arn).service == "dynamodb":
        raise errors.invalid_value(f"Unsupported starting position for arn type: {arn}")
    if position != "AT_TIMESTAMP" and params.get("StartingPositionTimestamp") is not None:  # our own text
        raise errors.invalid_value("StartingPositionTimestamp belongs to the starting position AT_TIMESTAMP.")
    return StreamSettings(starting_position=position, starting_at=params.get("StartingPositionTimestamp"))


def changed(call: Call, old: StreamSettings, params: dict[str, Any]) -> StreamSettings:
    """The settings after a request: given members replace, others stay."""
    _check(params)

    def given(member: str, otherwise: Any) -> Any:
        return otherwise if params.get(member) is None else params[member]

    patterns, types = patterns_in(params), params.get("FunctionResponseTypes")
    settings = StreamSettings(
        batch_size=given("BatchSize", old.batch_size),
        window=given("MaximumBatchingWindowInSeconds", old.window),
        patterns=old.patterns if patterns is None else patterns,
        report_failures=old.report_failures if types is None else "ReportBatchItemFailures" in types,
        stored=old.stored | {name: params[name] for name in STORED if params.get(name) is not None},
        starting_position=old.starting_position,
        starting_at=old.starting_at,
        lanes=given("ParallelizationFactor", old.lanes),
        max_age=given("MaximumRecordAgeInSeconds", old.max_age),
        max_retries=given("MaximumRetryAttempts", old.max_retries),
        bisect=given("BisectBatchOnFunctionError", old.bisect),
        tumbling=given("TumblingWindowInSeconds", old.tumbling),
        on_failure=_destination(call, old, params),
    )
    if settings.tumbling and settings.lanes > 1:
        raise errors.not_emulated(
            "TumblingWindowInSeconds with ParallelizationFactor", "a window's state belongs to a shard; leave one out."
        )
    return settings


def _check(params: dict[str, Any]) -> None:
    given = [member for member in QUEUE_MEMBERS if params.get(member)]
    check_foreign(params, (*given, *FOREIGN_MEMBERS))
    age = params.get("MaximumRecordAgeInSeconds")
    if age is not None and age != -1 and age < SHORTEST_AGE:  # our own text
        raise errors.invalid_value(f"MaximumRecordAgeInSeconds must be -1 or at least {SHORTEST_AGE}.")


def _destination(call: Call, old: StreamSettings, params: dict[str, Any]) -> str | None:
    config = params.get("DestinationConfig")
    if config is not None and (config.get("OnSuccess") or {}).get("Destination"):  # our own text
        raise errors.invalid_value("Unsupported OnSuccess destination for given event source mapping type.")
    if config is None or config.get("OnFailure") is None:
        return old.on_failure
    arn = config["OnFailure"].get("Destination")
    if not arn:
        return None
    service = arn.split(":")[2] if arn.count(":") >= 5 else ""
    if service not in DESTINATIONS:
        raise errors.invalid_value(f"The provided destination config {arn} is invalid.")
    if not call.courier.can_deliver(service):
        raise errors.not_emulated(
            f"A destination of service {service}", destinations.INSTEAD.get(service, "use an SQS queue.")
        )
    return str(arn)


def check_update(old: QueueSettings, new: StreamSettings) -> None:
    """How far each key was read is kept by lane, so the number of lanes stays."""
    if isinstance(old, StreamSettings) and old.lanes != new.lanes:
        raise errors.not_emulated("A change of ParallelizationFactor", "delete the mapping and create another one.")
