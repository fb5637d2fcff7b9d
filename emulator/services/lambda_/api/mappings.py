"""Event source mappings."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.patterns.event_filter import EventFilter, compile_filters
from emulator.patterns.invalid_pattern import InvalidPattern
from emulator.polling.queue_poller import QueuePoller
from emulator.polling.settings import QueueSettings, StreamSettings
from emulator.polling.stream_poller import StreamPoller
from emulator.services.lambda_ import errors, stream_settings, tags
from emulator.services.lambda_.consumer import FunctionConsumer, StreamFunctionConsumer
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.mapping import FOREIGN_MEMBERS, EventSourceMapping, check_foreign, patterns_in
from emulator.services.lambda_.names import Address
from emulator.services.lambda_.paging import page
from emulator.services.lambda_.store import LambdaStore, address_of

FIFO_BATCH = 10
STREAM_MEMBERS = (
    "StartingPosition StartingPositionTimestamp ParallelizationFactor MaximumRecordAgeInSeconds MaximumRetryAttempts "
    "BisectBatchOnFunctionError TumblingWindowInSeconds"
).split()
STORED = ("KMSKeyArn", "MetricsConfig", "ProvisionedPollerConfig")


def create_event_source_mapping(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Start to poll a queue or a stream for a function (texts recorded from AWS)."""
    source_arn = params.get("EventSourceArn") or ""
    if params.get("SelfManagedEventSource"):
        raise errors.not_emulated("SelfManagedEventSource", "there is no Kafka here; use an SQS queue.")
    is_stream = _check_kind(call, source_arn)
    function, address = _function(call, params["FunctionName"])
    old = stream_settings.starting(params, source_arn) if is_stream else QueueSettings()
    settings = _settings(call, old, source_arn, params)
    source_filter = _compile(settings.patterns)
    if is_stream:
        _check_stream(call, source_arn)
    else:
        _check_queue(call, source_arn, function)
    _check_double(call, source_arn, address, is_stream)
    tags.check(params.get("Tags") or {})
    mapping = EventSourceMapping(
        uuid=call.ids.uuid(),
        account=call.account,
        region=call.region,
        source_arn=source_arn,
        function_name=address.name,
        qualifier=address.qualifier,
        settings=settings,
        filter=source_filter,
        enabled=params.get("Enabled") is not False,
        last_modified=call.clock.now(),
        tags=dict(params.get("Tags") or {}),
    )
    call.store(LambdaStore).mappings[mapping.uuid] = mapping
    _poll(call, mapping)
    return mapping.shown("Creating" if mapping.enabled else None)


def get_event_source_mapping(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return _mapping(call, params).shown()


def list_event_source_mappings(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Unknown functions and sources give an empty list."""
    found = list(call.store(LambdaStore).mappings.values())
    if params.get("EventSourceArn"):
        found = [mapping for mapping in found if mapping.source_arn == params["EventSourceArn"]]
    if params.get("FunctionName"):
        address = address_of(call, params["FunctionName"])
        found = [m for m in found if (m.function_name, m.qualifier) == (address.name, address.qualifier)]
    return page("EventSourceMappings", [mapping.shown() for mapping in found], params, 100)


def update_event_source_mapping(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Change the given members; the answer shows the state in between."""
    mapping = _mapping(call, params)
    address = Address(mapping.function_name, mapping.qualifier)
    if params.get("FunctionName"):
        _, address = _function(call, params["FunctionName"])
    settings = _settings(call, mapping.settings, mapping.source_arn, params)
    if isinstance(settings, StreamSettings):
        stream_settings.check_update(mapping.settings, settings)
    mapping.filter = _compile(settings.patterns)
    mapping.settings = settings
    mapping.function_name, mapping.qualifier = address
    mapping.last_modified = call.clock.now()
    was, mapping.enabled = mapping.enabled, params.get("Enabled", mapping.enabled)
    _poll(call, mapping)
    if mapping.enabled == was:
        return mapping.shown("Updating")
    return mapping.shown("Enabling" if mapping.enabled else "Disabling")


def delete_event_source_mapping(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    mapping = _mapping(call, params)
    del call.store(LambdaStore).mappings[mapping.uuid]
    mapping.deleted = True
    _poll(call, mapping)
    return mapping.shown("Deleting")


def _mapping(call: Call, params: dict[str, Any]) -> EventSourceMapping:
    found = call.store(LambdaStore).mappings.get(params["UUID"])
    if found is None:
        raise errors.no_such_resource()
    return found


def _poll(call: Call, mapping: EventSourceMapping) -> None:
    """Start or stop the poller, whichever the mapping's state asks for."""
    if mapping.active and mapping.poller is None:
        if isinstance(mapping.settings, StreamSettings):
            mapping.poller = StreamPoller(call.ground, StreamFunctionConsumer(call.ground, mapping))
        else:
            mapping.poller = QueuePoller(call.ground, FunctionConsumer(call.ground, mapping))
    elif not mapping.active and mapping.poller is not None:
        mapping.poller.stop()
        mapping.poller = None


def _check_kind(call: Call, arn: str) -> bool:
    """True for a stream, False for a queue; raises InvalidParameterValueException for what is neither."""
    try:
        service = Arn.parse(arn).service
    except ValueError:
        service = ""
    if call.courier.has_streams(service):
        return True
    if service in ("dynamodb", "kinesis", "kafka", "mq", "rds", "docdb"):
        what = f"An event source mapping for {service}"
        raise errors.not_emulated(what, "streams of this service do not exist here; use an SQS queue.")
    if service != "sqs":
        raise errors.invalid_value("Unrecognized event source.")
    return False


def _function(call: Call, name: str) -> tuple[Function, Address]:
    address = address_of(call, name)
    function = call.store(LambdaStore).functions.get(address.name)
    if function is None or not function.has(address.qualifier):
        raise errors.invalid_value("Function does not exist")
    return function, address


def _settings(call: Call, old: QueueSettings, arn: str, params: dict[str, Any]) -> QueueSettings:
    if isinstance(old, StreamSettings):
        return stream_settings.changed(call, old, params)
    settings = _queue_settings(old, params)
    _check_settings(arn, settings, params)
    return settings


def _queue_settings(old: QueueSettings, params: dict[str, Any]) -> QueueSettings:
    """The settings after a request: given members replace, others stay."""
    patterns, scaling = patterns_in(params), params.get("ScalingConfig")
    types = params.get("FunctionResponseTypes")
    stored = old.stored | {name: params[name] for name in STORED if params.get(name) is not None}
    return QueueSettings(
        batch_size=old.batch_size if params.get("BatchSize") is None else params["BatchSize"],
        window=_window(old, params),
        patterns=old.patterns if patterns is None else patterns,
        report_failures=old.report_failures if types is None else "ReportBatchItemFailures" in types,
        max_concurrency=old.max_concurrency if scaling is None else scaling.get("MaximumConcurrency"),
        stored=stored,
    )


def _window(old: QueueSettings, params: dict[str, Any]) -> int:
    given = params.get("MaximumBatchingWindowInSeconds")
    return old.window if given is None else int(given)


def _check_settings(arn: str, settings: QueueSettings, params: dict[str, Any]) -> None:
    if params.get("DestinationConfig"):
        raise errors.invalid_value("Unsupported DestinationConfig parameter for given event source mapping type.")
    check_foreign(params, (*STREAM_MEMBERS, *FOREIGN_MEMBERS))
    if settings.batch_size > 10 and not settings.window and not arn.endswith(".fifo"):
        raise errors.invalid_value(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    if arn.endswith(".fifo") and (settings.batch_size > FIFO_BATCH or settings.window):
        raise errors.invalid_value("FIFO queues take batches of at most 10 messages and no batching window.")


def _compile(patterns: list[str]) -> EventFilter:
    try:
        return compile_filters(patterns)
    except InvalidPattern as error:
        raise errors.invalid_value(str(error)) from None


def _check_queue(call: Call, arn: str, function: Function) -> None:
    source = call.courier.source(arn)
    if source is None:
        raise errors.invalid_value(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error "
            "Message: The specified queue does not exist."
        )
    timeout = function.latest.config["Timeout"]
    if source.visibility_timeout < timeout:  # widely reported
        raise errors.invalid_value(
            f"Queue visibility timeout: {source.visibility_timeout:.0f} seconds is less than Function timeout: "
            f"{timeout} seconds"
        )


def _check_stream(call: Call, arn: str) -> None:
    source = call.courier.stream(arn)
    if source is None or not source.exists:
        raise errors.invalid_value(f"Stream not found: {arn}")


def _check_double(call: Call, arn: str, address: Address, is_stream: bool) -> None:
    for mapping in call.store(LambdaStore).mappings.values():
        if mapping.same_source(arn, *address):
            raise _double(arn, address, mapping, is_stream)


def _double(arn: str, address: Address, mapping: EventSourceMapping, is_stream: bool) -> AwsError:
    if is_stream:
        return errors.conflict(
            f'The event source arn (" {arn} ") and function (" {address.name} ") provided mapping already exists. '
            f"Please update or delete the existing mapping with UUID {mapping.uuid}"
        )
    return errors.conflict(
        f'An event source mapping with SQS arn (" {arn} ") and function (" {address.name} ") already exists. Please '
        f"update or delete the existing mapping with UUID {mapping.uuid}"
    )
