"""Buses, rules, targets, tags, policies: answers and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from events_world import ALL, FUNCTION, OTHER_QUEUE, QUEUE, START, World, arn

from emulator.core.errors import AwsError

BUS_GONE = ("ResourceNotFoundException", "Event bus gone does not exist.")
NO_RULE = ("ResourceNotFoundException", "Rule r does not exist on EventBus default.")
LIMIT = ("LimitExceededException", "The requested resource exceeds the maximum number allowed.")


def error(world: World, operation: str, **params: Any) -> tuple[str, str | None]:
    with pytest.raises(AwsError) as caught:
        world.do(operation, **params)
    return caught.value.code, caught.value.message


# PutEvents and TestEventPattern


def test_good_entries_are_taken_beside_bad_ones() -> None:
    world = World()
    good = {"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": "nowhere"}
    answer = world.do("put_events", Entries=[good, {**good, "Detail": "[]"}, good])
    assert answer["FailedEntryCount"] == 1
    assert [sorted(entry) for entry in answer["Entries"]] == [["EventId"], ["ErrorCode", "ErrorMessage"], ["EventId"]]
    assert answer["Entries"][1] == {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def test_the_size_limit_is_on_the_sum_of_all_entries() -> None:
    world = World(max_put_events_bytes=100)
    entry = {"Source": "s", "DetailType": "d", "Detail": json.dumps({"a": "x" * 39})}
    assert len(entry["Detail"]) == 48
    assert world.do("put_events", Entries=[entry, entry])["FailedEntryCount"] == 0
    text = "Total size of the entries in the request is over the limit."
    assert error(world, "put_events", Entries=[entry, {**entry, "Source": "ss"}]) == ("ValidationException", text)
    assert len(world.ground.journal) == 2  # nothing was taken in


def test_the_default_limit_is_one_mebibyte() -> None:
    world = World()
    entry = {"Source": "s", "DetailType": "d", "Detail": '{"a":"' + "x" * (1_048_576 - 2 - 8) + '"}'}
    assert world.do("put_events", Entries=[entry])["FailedEntryCount"] == 0
    assert error(world, "put_events", Entries=[{**entry, "Source": "ss"}])[0] == "ValidationException"


EVENT = {"id": "1", "account": "1", "source": "s", "time": "t", "region": "r", "detail-type": "d", "extra": [1.0]}


def test_test_event_pattern() -> None:
    world = World()

    def result(pattern: str, event: object = EVENT) -> dict[str, Any]:
        return world.do("test_event_pattern", EventPattern=pattern, Event=json.dumps(event))

    assert result('{"source":["s"],"extra":[1]}') == {"Result": True}
    assert result('{"source":["x"]}') == {"Result": False}


@pytest.mark.parametrize("event", ["x", "[]", "{}", json.dumps({**EVENT, "region": 1} | {"id": 1})[:-1]])
def test_events_that_are_none(event: str) -> None:
    expected = ("ValidationException", "Parameter Event is not valid.")
    assert error(World(), "test_event_pattern", EventPattern=ALL, Event=event) == expected


# Buses


def test_the_default_bus_is_always_there() -> None:
    world = World()
    shown = world.do("describe_event_bus")
    assert (shown["Name"], shown["Arn"]) == ("default", arn("events", "event-bus/default"))
    assert "Policy" not in shown


def test_a_bus_is_created_described_updated_and_listed() -> None:
    world = World()
    created = world.do("create_event_bus", Name="b", Description="d", Tags=[{"Key": "k", "Value": "v"}])
    assert created == {"EventBusArn": arn("events", "event-bus/b"), "Description": "d"}
    assert world.do("update_event_bus", Name="b", Description="e")["Description"] == "e"
    expected = {
        "Name": "b",
        "Arn": created["EventBusArn"],
        "Description": "e",
        "CreationTime": START,
        "LastModifiedTime": START,
    }
    assert world.do("describe_event_bus", Name="b") == expected
    assert world.do("describe_event_bus", Name=created["EventBusArn"]) == expected
    assert world.do("list_event_buses", NamePrefix="b") == {"EventBuses": [expected]}
    assert [bus["Name"] for bus in world.do("list_event_buses")["EventBuses"]] == ["b", "default"]
    assert world.do("list_event_buses", region="eu-west-1")["EventBuses"][0]["Name"] == "default"


def test_deleting_a_bus_that_is_gone_succeeds_and_tags_do_not_come_back() -> None:
    world = World()
    bus = world.do("create_event_bus", Name="b", Tags=[{"Key": "k", "Value": "v"}])["EventBusArn"]
    assert world.do("delete_event_bus", Name="b") == world.do("delete_event_bus", Name="b") == {}
    world.do("create_event_bus", Name="b")
    assert world.do("list_tags_for_resource", ResourceARN=bus) == {"Tags": []}


def test_bus_errors() -> None:
    world = World()
    world.do("create_event_bus", Name="b")
    world.rule("r", ALL, bus="b")
    exists = "ResourceAlreadyExistsException"
    assert error(world, "create_event_bus", Name="b") == (exists, "Event bus b already exists.")
    assert error(world, "create_event_bus", Name="default") == (exists, "Event bus default already exists.")
    assert error(world, "describe_event_bus", Name="gone") == BUS_GONE
    assert error(world, "delete_event_bus", Name="default") == (
        "ValidationException",
        "Cannot delete event bus default.",
    )
    assert error(world, "delete_event_bus", Name="b")[1] == "EventBus can't be deleted since it has rules."
    assert str(error(world, "create_event_bus", Name="a/b")[1]).startswith("Event bus name must not contain '/'")


def test_at_most_100_buses() -> None:
    world = World()

    def create(count: int) -> None:
        for number in range(count):
            world.do("create_event_bus", Name=f"b{number}")

    with pytest.raises(AwsError) as caught:
        create(101)
    assert (caught.value.code, caught.value.message) == LIMIT


# Rules


def test_a_rule_is_described_and_listed() -> None:
    world = World()
    world.do("create_event_bus", Name="bus")
    rule_arn = arn("events", "rule/bus/r")
    assert world.do("put_rule", Name="r", EventPattern=ALL, EventBusName="bus") == {"RuleArn": rule_arn}
    listed = {"Name": "r", "Arn": rule_arn, "EventPattern": ALL, "State": "ENABLED", "EventBusName": "bus"}
    described = {**listed, "CreatedBy": "111111111111"}
    assert world.do("describe_rule", Name="r", EventBusName="bus") == described
    assert world.do("describe_rule", Name="r", EventBusName=arn("events", "event-bus/bus")) == described
    assert world.do("list_rules", EventBusName="bus") == {"Rules": [listed]}
    assert world.do("list_rules", EventBusName="bus", NamePrefix="x") == {"Rules": []}


def test_a_pure_schedule_shows_no_pattern() -> None:
    world = World()
    world.do("put_rule", Name="r", ScheduleExpression="rate(5 minutes)")
    shown = world.do("describe_rule", Name="r")
    assert shown["Arn"] == arn("events", "rule/r")
    assert shown["ScheduleExpression"] == "rate(5 minutes)"
    assert "EventPattern" not in shown


def test_putting_a_rule_again_replaces_its_attributes_and_keeps_targets_and_tags() -> None:
    world = World()
    tags = [{"Key": "k", "Value": "v"}]
    world.do("put_rule", Name="r", EventPattern=ALL, Description="d", State="DISABLED", Tags=tags)
    world.do("put_targets", Rule="r", Targets=[{"Id": "t", "Arn": QUEUE}])
    other = [{"Key": "other", "Value": "v"}]
    rule_arn = world.do("put_rule", Name="r", EventPattern='{"a":["b"]}', Tags=other)["RuleArn"]
    shown = world.do("describe_rule", Name="r")
    assert (shown["State"], shown["EventPattern"], "Description" in shown) == ("ENABLED", '{"a":["b"]}', False)
    assert world.do("list_targets_by_rule", Rule="r") == {"Targets": [{"Id": "t", "Arn": QUEUE}]}
    assert world.do("list_tags_for_resource", ResourceARN=rule_arn) == {"Tags": tags}


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({}, "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."),
        (
            {"EventPattern": ""},
            "ValidationException",
            "Parameter(s) EventPattern or ScheduleExpression must be specified.",
        ),
        (
            {"ScheduleExpression": "rate(1 day)", "EventBusName": "b"},
            "ValidationException",
            "ScheduleExpression is supported only on the default event bus.",
        ),
        (
            {"ScheduleExpression": "rate(10 seconds)"},
            "ValidationException",
            "Parameter ScheduleExpression is not valid.",
        ),
        ({"EventPattern": ALL, "EventBusName": "gone"}, *BUS_GONE),
    ],
)
def test_put_rule_errors(params: dict[str, str], code: str, message: str) -> None:
    world = World()
    world.do("create_event_bus", Name="b")
    assert error(world, "put_rule", Name="r", **params) == (code, message)


def test_bad_patterns() -> None:
    world = World()
    code, message = error(world, "put_rule", Name="r", EventPattern='{"source":"s"}')
    assert code == "InvalidEventPatternException"
    reason = '"source" must be an object or an array'
    assert str(message).split("\n")[0] == f"Event pattern is not valid. Reason: {reason}"


def test_long_patterns() -> None:
    world = World()
    pattern = json.dumps({"source": ["x" * 2100]})
    assert error(world, "put_rule", Name="r", EventPattern=pattern)[1] == (
        "Parameter EventPattern for rule r exceeds limit of 2048."
    )


def test_at_most_300_rules_unless_quotas_are_off() -> None:
    world = World()
    for number in range(300):
        world.rule(f"r{number}", ALL)
    assert error(world, "put_rule", Name="one-more", EventPattern=ALL) == LIMIT
    world.rule("r0", ALL)  # replacing is no addition
    world.ground.settings.enforce_quotas = False
    world.rule("one-more", ALL)


@pytest.mark.parametrize("operation", ["describe_rule", "enable_rule", "disable_rule"])
def test_unknown_rules(operation: str) -> None:
    assert error(World(), operation, Name="r") == NO_RULE
    assert error(World(), operation, Name="r", EventBusName="gone") == BUS_GONE


def test_unknown_rules_in_target_calls() -> None:
    world = World()
    assert error(world, "put_targets", Rule="r", Targets=[{"Id": "t", "Arn": QUEUE}]) == NO_RULE
    assert error(world, "remove_targets", Rule="r", Ids=["t"]) == NO_RULE
    assert error(world, "list_targets_by_rule", Rule="r") == NO_RULE


def test_a_rule_with_targets_is_not_deleted() -> None:
    world = World()
    world.rule("r", ALL, QUEUE)
    text = "Rule can't be deleted since it has targets."
    assert error(world, "delete_rule", Name="r") == ("ValidationException", text)
    assert world.do("remove_targets", Rule="r", Ids=["t0"]) == {"FailedEntryCount": 0, "FailedEntries": []}
    assert world.do("delete_rule", Name="r") == {}
    assert error(world, "describe_rule", Name="r") == NO_RULE


def test_rules_come_in_pages_by_name() -> None:
    world = World()
    for name in ("c", "a", "d", "b", "e"):
        world.rule(name, ALL)
    first = world.do("list_rules", Limit=2)
    assert [rule["Name"] for rule in first["Rules"]] == ["a", "b"]
    world.do("delete_rule", Name="b")
    second = world.do("list_rules", Limit=2, NextToken=first["NextToken"])
    assert [rule["Name"] for rule in second["Rules"]] == ["c", "d"]
    last = world.do("list_rules", Limit=2, NextToken=second["NextToken"])
    assert ([rule["Name"] for rule in last["Rules"]], "NextToken" in last) == (["e"], False)


def test_list_rule_names_by_target() -> None:
    world = World()
    world.do("create_event_bus", Name="b")
    world.rule("two", ALL, QUEUE)
    world.rule("one", ALL, OTHER_QUEUE, QUEUE)
    world.rule("elsewhere", ALL, QUEUE, bus="b")
    assert world.do("list_rule_names_by_target", TargetArn=QUEUE) == {"RuleNames": ["one", "two"]}
    assert world.do("list_rule_names_by_target", TargetArn=FUNCTION) == {"RuleNames": []}


# Targets


def test_a_target_with_a_known_id_replaces_the_whole_target() -> None:
    world = World()
    world.rule("r", ALL, {"Arn": QUEUE, "RetryPolicy": {"MaximumRetryAttempts": 1}})
    world.do("put_targets", Rule="r", Targets=[{"Id": "t0", "Arn": FUNCTION}])
    assert world.do("list_targets_by_rule", Rule="r") == {"Targets": [{"Id": "t0", "Arn": FUNCTION}]}


def test_at_most_five_targets_and_nothing_of_a_refused_call_stays() -> None:
    world = World()
    world.rule("r", ALL, QUEUE, QUEUE, QUEUE)
    more = [{"Id": f"more{number}", "Arn": QUEUE} for number in range(3)]
    assert error(world, "put_targets", Rule="r", Targets=more) == LIMIT
    assert len(world.do("list_targets_by_rule", Rule="r")["Targets"]) == 3
    world.do("put_targets", Rule="r", Targets=more[:2])


def test_removing_an_unknown_target_is_a_failed_entry() -> None:
    world = World()
    world.rule("r", ALL, QUEUE)
    answer = world.do("remove_targets", Rule="r", Ids=["t0", "x"])
    assert answer["FailedEntryCount"] == len(answer["FailedEntries"])
    assert world.do("list_targets_by_rule", Rule="r") == {"Targets": []}


# Tags and policies


@pytest.mark.parametrize("bus", ["default", "b"])
@pytest.mark.parametrize("kind", ["rule", "bus"])
def test_tags(bus: str, kind: str) -> None:
    world = World()
    if bus != "default":
        world.do("create_event_bus", Name=bus)
    resource = world.rule("r", ALL, bus=bus) if kind == "rule" else arn("events", f"event-bus/{bus}")
    world.do("tag_resource", ResourceARN=resource, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    world.do("tag_resource", ResourceARN=resource, Tags=[{"Key": "a", "Value": "3"}])
    world.do("untag_resource", ResourceARN=resource, TagKeys=["b", "never"])
    assert world.do("list_tags_for_resource", ResourceARN=resource) == {"Tags": [{"Key": "a", "Value": "3"}]}


def test_tags_of_what_is_not_there() -> None:
    world = World()
    assert error(world, "list_tags_for_resource", ResourceARN=arn("events", "rule/r")) == NO_RULE
    assert error(world, "list_tags_for_resource", ResourceARN=arn("events", "event-bus/gone")) == BUS_GONE


def test_the_policy_of_a_bus() -> None:
    world = World()
    common = {"Action": "events:PutEvents", "EventBusName": "default"}
    world.do("put_permission", StatementId="one", Principal="222222222222", **common)
    world.do("put_permission", StatementId="all", Principal="*", **common)
    bus = arn("events", "event-bus/default")
    one = {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
        "Action": "events:PutEvents",
        "Resource": bus,
    }
    policy = {"Version": "2012-10-17", "Statement": [one, {**one, "Sid": "all", "Principal": "*"}]}
    assert json.loads(world.do("describe_event_bus")["Policy"]) == policy
    world.do("remove_permission", StatementId="all")
    assert json.loads(world.do("describe_event_bus")["Policy"])["Statement"] == [one]
    text = "Statement with the provided id does not exist."
    assert error(world, "remove_permission", StatementId="all") == ("ResourceNotFoundException", text)
    world.do("remove_permission", StatementId="one")
    assert "Policy" not in world.do("describe_event_bus")
    assert error(world, "remove_permission", StatementId="x", EventBusName="gone") == BUS_GONE


def test_a_whole_policy_replaces_the_statements() -> None:
    world = World()
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "s", "Effect": "Deny"}]}
    world.do("put_permission", Policy=json.dumps(policy))
    assert json.loads(world.do("describe_event_bus")["Policy"]) == policy
    world.do("remove_permission", RemoveAllPermissions=True)
    assert "Policy" not in world.do("describe_event_bus")
