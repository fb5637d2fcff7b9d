"""Event source mappings over HTTP: states, what is shown, bounds, members that are refused.

Recorded from AWS, where a docstring does not say otherwise.
"""

from __future__ import annotations

import pytest
from http_world import ARN, MAPPINGS, QUEUE, ask, in_world
from lambda_world import World
from stream_world import STREAM, TestStream

from emulator.core.errors import AwsError
from emulator.wire import validate


def test_states_of_a_mapping() -> None:
    """Answers show the state in between, the next request the lasting one."""

    async def body(w: World) -> None:
        wanted = {"EventSourceArn": QUEUE, "FunctionName": "f:live"}
        made = (await ask(w, "POST", MAPPINGS, wanted | {"Enabled": False})).data
        assert (made["State"], made["FunctionArn"]) == ("Disabled", f"{ARN}:live")
        path = f"{MAPPINGS}/{made['UUID']}"
        for method, change, between, lasting in (
            ("PUT", {"Enabled": True}, "Enabling", "Enabled"),
            ("PUT", {"BatchSize": 5}, "Updating", "Enabled"),
            ("PUT", {"Enabled": False}, "Disabling", "Disabled"),
            ("DELETE", b"", "Deleting", None),
        ):
            answer = await ask(w, method, path, change)
            assert (answer.status, answer.data["State"]) == (202, between)
            assert (await ask(w, "GET", path)).data.get("State") == lasting
        for method in ("GET", "PUT", "DELETE"):
            assert (await ask(w, method, path, {})).status == 404
        kept = (await ask(w, "POST", MAPPINGS, wanted | {"FunctionName": "f:$LATEST"})).data
        assert kept["FunctionArn"] == f"{ARN}:$LATEST"

    in_world(body)


def test_a_queues_mapping_shows_what_was_given() -> None:
    async def body(w: World) -> None:
        given = {
            "FilterCriteria": {"Filters": [{"Pattern": '{"body":["x"]}'}]},
            "ScalingConfig": {"MaximumConcurrency": 2},
            "MetricsConfig": {"Metrics": ["EventCount"]},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        }
        shown = (await ask(w, "POST", MAPPINGS, {"EventSourceArn": QUEUE, "FunctionName": "f"} | given)).data
        assert shown | given == shown
        cleared = {"FilterCriteria": {"Filters": []}, "ScalingConfig": {}, "FunctionResponseTypes": []}
        shown = (await ask(w, "PUT", f"{MAPPINGS}/{shown['UUID']}", cleared)).data
        assert not {"FilterCriteria", "ScalingConfig"} & set(shown)
        assert shown["FunctionResponseTypes"] == []

    in_world(body)


FOREIGN = {
    "Topics": ["topic"],
    "Queues": ["queue"],
    "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:123456789012:s"}],
    "AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": "g"},
    "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": "g"},
    "DocumentDBEventSourceConfig": {"DatabaseName": "d"},
    "LoggingConfig": {"SystemLogLevel": "INFO"},
    "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["host:9092"]}},
}


@pytest.mark.parametrize("member", FOREIGN)
def test_members_of_other_event_sources_are_refused_by_name(member: str) -> None:
    """botocore's model has them for Kafka, MQ and DocumentDB; that they are refused here is this emulator's choice."""

    async def body(w: World) -> None:
        TestStream(w)
        for source in ({"EventSourceArn": QUEUE}, {"EventSourceArn": STREAM, "StartingPosition": "LATEST"}):
            wanted = source | {"FunctionName": "f", member: FOREIGN[member]}
            status, code, text = (await ask(w, "POST", MAPPINGS, wanted)).error
            assert (status, code) == (400, "InvalidParameterValueException")
            assert member in text

    in_world(body)


BOUNDS = [
    ("BatchSize", 1, 10_000),
    ("MaximumBatchingWindowInSeconds", 0, 300),
    ("ParallelizationFactor", 1, 10),
    ("MaximumRecordAgeInSeconds", -1, 604_800),
    ("MaximumRetryAttempts", -1, 10_000),
    ("TumblingWindowInSeconds", 0, 900),
]


@pytest.mark.parametrize(("member", "least", "most"), BOUNDS)
def test_bounds(member: str, least: int, most: int) -> None:
    """botocore's model, AWS docs, CreateEventSourceMapping."""
    for value in (least, most):
        validate("lambda", "CreateEventSourceMapping", {"FunctionName": "f", member: value})
    name = member[0].lower() + member[1:]
    for value, constraint in (
        (least - 1, f"greater than or equal to {least}"),
        (most + 1, f"less than or equal to {most}"),
    ):
        with pytest.raises(AwsError) as failure:
            validate("lambda", "CreateEventSourceMapping", {"FunctionName": "f", member: value})
        assert failure.value.message == (
            f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must have "
            f"value {constraint}"
        )


def test_a_large_batch_needs_a_window_in_updates_too() -> None:
    async def body(w: World) -> None:
        uuid = (await ask(w, "POST", MAPPINGS, {"EventSourceArn": QUEUE, "FunctionName": "f"})).data["UUID"]
        text = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        assert (await ask(w, "PUT", f"{MAPPINGS}/{uuid}", {"BatchSize": 11})).error == (
            400,
            "InvalidParameterValueException",
            f'{{"Type":"User","message":"{text}"}}',
        )
        change = {"BatchSize": 11, "MaximumBatchingWindowInSeconds": 1}
        assert (await ask(w, "PUT", f"{MAPPINGS}/{uuid}", change)).data["BatchSize"] == 11

    in_world(body)


def test_mappings_have_tags() -> None:
    async def body(w: World) -> None:
        wanted = {"EventSourceArn": QUEUE, "FunctionName": "f", "Tags": {"a": "1"}}
        arn = (await ask(w, "POST", MAPPINGS, wanted)).data["EventSourceMappingArn"]
        path = "/2017-03-31/tags/" + arn.replace(":", "%3A")
        assert (await ask(w, "POST", path, {"Tags": {"b": "2"}})).status == 204
        assert (await ask(w, "DELETE", f"{path}?tagKeys=a")).status == 204
        assert (await ask(w, "GET", path)).data == {"Tags": {"b": "2"}}

    in_world(body)
