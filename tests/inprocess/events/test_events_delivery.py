"""From PutEvents to targets: routing, retries, dead letters, the journal."""

from __future__ import annotations

import json

from events_world import ALL, DEAD, FUNCTION, OTHER_QUEUE, QUEUE, ROLE, START, World, arn, run, throttled

from emulator.core.courier import DeliveryFailedError
from emulator.services.events.delivery import Waiting
from emulator.services.events.store import buses


def test_the_target_gets_the_event_after_the_answer() -> None:
    async def story() -> None:
        world = World()
        world.rule("r", ALL, FUNCTION)
        event_id = world.put(Time=1640995200.0, Resources=["res"])
        assert world.got == []
        await world.advance()
        (got,) = world.got
        assert (got.arn, got.parameters) == (FUNCTION, {"InvocationType": "Event"})
        assert got.payload == (
            f'{{"version":"0","id":"{event_id}","detail-type":"task.submit","source":"app.tasks",'
            '"account":"111111111111","time":"2022-01-01T00:00:00Z","region":"us-east-1","resources":["res"],'
            '"detail":{"taskId":"t-1"}}'
        )

    run(story)


def test_time_defaults_to_the_clocks_and_nan_counts_as_absent() -> None:
    async def story() -> None:
        world = World()
        world.rule("r", ALL, QUEUE)
        world.put()
        world.put(Time=float("nan"))
        await world.advance()
        assert [json.loads(got.payload)["time"] for got in world.got] == ["2023-11-14T22:13:20Z"] * 2

    run(story)


def test_one_id_for_every_copy() -> None:
    async def story() -> None:
        world = World()
        world.rule("a", ALL, QUEUE, FUNCTION)
        world.rule("b", '{"detail-type":["task.submit"]}', QUEUE)
        event_id = world.put()
        await world.advance()
        assert sorted(got.arn for got in world.got) == [FUNCTION, QUEUE, QUEUE]
        assert {json.loads(got.payload)["id"] for got in world.got} == {event_id}

    run(story)


def test_one_queue_under_two_ids_gets_two_copies() -> None:
    async def story() -> None:
        world = World()
        world.rule("r", ALL, QUEUE, QUEUE)
        world.put()
        await world.advance()
        assert [got.arn for got in world.got] == [QUEUE, QUEUE]

    run(story)


def test_the_journal_tells_the_way() -> None:
    async def story() -> None:
        world = World()
        rule = world.rule("r", ALL, FUNCTION)
        world.put()
        await world.advance()
        event, match, deliver = world.ground.journal
        assert [event.kind, match.kind, deliver.kind] == ["event", "match", "deliver"]
        assert event.target == match.source == arn("events", "event-bus/default")
        assert (match.target, deliver.source, deliver.target) == (rule, rule, FUNCTION)
        assert (match.parent, deliver.parent) == (event.id, match.id)
        assert event.trace == match.trace == deliver.trace
        assert event.payload == deliver.payload

    run(story)


def test_why_nothing_happens_is_in_the_journal() -> None:
    async def story() -> None:
        world = World()
        world.rule("empty", '{"source":["nobody"]}')
        world.put()
        world.put(EventBusName="nowhere")
        world.put(Source="nobody")
        world.do("put_events", Entries=[{"Source": "s", "DetailType": "d", "Detail": "x"}])
        await world.advance()
        assert world.hops() == [
            ("event", "no-rule"),
            ("event", "no-bus"),
            ("event", "ok"),
            ("match", "no-target"),
            ("event", "MalformedDetail"),
        ]

    run(story)


def test_a_trace_header_replaces_the_trace() -> None:
    async def story() -> None:
        world = World()
        world.rule("r", ALL, FUNCTION)
        trace = "1-5759e988-bd862e3fe1be46a994272793"
        world.put(TraceHeader=f"Root={trace};Parent=53995c3f42cd8ad8;Sampled=1")
        await world.advance()
        assert [hop.kind for hop in world.ground.journal.of(trace)] == ["event", "match", "deliver"]

    run(story)


def test_throttled_deliveries_are_retried_with_growing_delays() -> None:
    async def story() -> None:
        world = World()
        world.rule("r", ALL, FUNCTION)
        world.fail[FUNCTION] = throttled(4)
        world.put()
        await world.advance(3600)
        assert world.tried == [0, 1, 3, 7, 15]
        assert [got.at for got in world.got] == [15]
        attempts = [hop.attempt for hop in world.ground.journal if hop.kind == "deliver"]
        assert attempts == [1, 2, 3, 4, 5]
        assert world.hops("retry") == [("retry", "THROTTLING")] * 4

    run(story)


def test_a_waiting_delivery_can_be_looked_at() -> None:
    async def story() -> None:
        world = World()
        rule = world.rule("r", ALL, FUNCTION)
        world.fail[FUNCTION] = throttled(2)
        event_id = world.put()
        await world.advance(2)
        waiting = world.ground.cloud.shared(Waiting)
        assert waiting.describe() == [
            {
                "RuleArn": rule,
                "TargetId": "t0",
                "TargetArn": FUNCTION,
                "EventId": event_id,
                "Attempts": 2,
                "LastError": "THROTTLING: Rate Exceeded.",
                "NextTry": START + 3,
            }
        ]
        await world.advance(2)
        assert waiting.describe() == []

    run(story)


def test_the_dead_letter_of_a_missing_queue_comes_at_once() -> None:
    async def story() -> None:
        world = World()
        rule = world.rule("r", ALL, {"Arn": QUEUE, "DeadLetterConfig": {"Arn": DEAD}})
        world.fail[QUEUE] = [DeliveryFailedError("NO_RESOURCE", "The specified queue does not exist")]
        world.put()
        await world.advance()
        (got,) = world.got
        assert (got.arn, got.at) == (DEAD, 0)
        attributes = {name: value["StringValue"] for name, value in got.parameters["MessageAttributes"].items()}
        assert attributes["RULE_ARN"] == rule
        assert attributes["TARGET_ARN"] == QUEUE
        assert attributes["ERROR_CODE"] == "NO_RESOURCE"
        assert attributes["ERROR_MESSAGE"] == "The specified queue does not exist"
        assert attributes["RETRY_ATTEMPTS"] == "0"
        assert world.hops("deliver", "dead-letter") == [("deliver", "NO_RESOURCE"), ("dead-letter", "ok")]

    run(story)


def test_exhausted_retries_name_their_condition() -> None:
    async def story() -> None:
        world = World()
        policy = {"MaximumRetryAttempts": 2}
        world.rule("r", ALL, {"Arn": FUNCTION, "RetryPolicy": policy, "DeadLetterConfig": {"Arn": DEAD}})
        world.fail[FUNCTION] = throttled(9)
        world.put()
        await world.advance(100)
        (got,) = world.got
        attributes = {name: value["StringValue"] for name, value in got.parameters["MessageAttributes"].items()}
        assert (got.at, attributes["RETRY_ATTEMPTS"]) == (3, "2")
        assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"

    run(story)


def test_an_event_that_is_too_old_ends_at_its_age() -> None:
    async def story() -> None:
        world = World()
        policy = {"MaximumEventAgeInSeconds": 60}
        world.rule("r", ALL, {"Arn": FUNCTION, "RetryPolicy": policy, "DeadLetterConfig": {"Arn": DEAD}})
        world.fail[FUNCTION] = throttled(99)
        world.put()
        await world.advance(3600)
        (got,) = world.got
        attributes = {name: value["StringValue"] for name, value in got.parameters["MessageAttributes"].items()}
        assert (got.at, attributes["RETRY_ATTEMPTS"]) == (60, "5")
        assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"

    run(story)


def test_without_a_dead_letter_queue_the_event_is_dropped_and_said_so() -> None:
    async def story() -> None:
        world = World()
        world.rule("r", ALL, {"Arn": FUNCTION, "RetryPolicy": {"MaximumRetryAttempts": 0}}, QUEUE)
        world.fail[FUNCTION] = throttled(1)
        world.put()
        await world.advance(3600)
        assert [got.arn for got in world.got] == [QUEUE]  # the other target is not affected
        (dropped,) = [hop for hop in world.ground.journal if hop.kind == "dead-letter"]
        assert (dropped.outcome, dropped.detail["condition"]) == ("dropped", "MaximumRetryAttempts")

    run(story)


def test_a_failing_dead_letter_queue_ends_it() -> None:
    async def story() -> None:
        world = World()
        world.rule("r", ALL, {"Arn": FUNCTION, "DeadLetterConfig": {"Arn": DEAD}})
        gone = DeliveryFailedError("NO_RESOURCE", "gone")
        world.fail = {FUNCTION: [gone], DEAD: [gone]}
        world.put()
        await world.advance(3600)
        assert world.got == []
        assert world.hops("dead-letter") == [("dead-letter", "NO_RESOURCE")]

    run(story)


def test_inputs_are_shaped_per_target() -> None:
    async def story() -> None:
        world = World()
        transformer = {"InputPathsMap": {"task": "$.detail.taskId"}, "InputTemplate": '"task <task>"'}
        world.rule(
            "r",
            ALL,
            {"Arn": QUEUE, "Input": '{"fixed": 1}'},
            {"Arn": QUEUE, "InputPath": "$.detail.taskId"},
            {"Arn": QUEUE, "InputTransformer": transformer},
        )
        world.put()
        await world.advance()
        assert [got.payload for got in world.got] == ['{"fixed": 1}', '"t-1"', '"task t-1"']

    run(story)


def test_a_shaped_payload_that_is_not_json_is_not_delivered() -> None:
    async def story() -> None:
        world = World()
        transformer = {"InputPathsMap": {"d": "$.detail"}, "InputTemplate": '{"d": "<d>"}'}
        world.rule("r", ALL, {"Arn": QUEUE, "InputTransformer": transformer, "DeadLetterConfig": {"Arn": DEAD}})
        world.put()
        await world.advance(3600)
        assert [got.arn for got in world.got] == [DEAD]

    run(story)


def test_fifo_queues_get_the_group() -> None:
    async def story() -> None:
        world = World()
        fifo = arn("sqs", "q.fifo")
        world.rule("r", ALL, {"Arn": fifo, "SqsParameters": {"MessageGroupId": "g"}})
        world.put()
        await world.advance()
        assert [(got.arn, got.parameters) for got in world.got] == [(fifo, {"MessageGroupId": "g"})]

    run(story)


def test_disabled_and_deleted_rules_do_not_match() -> None:
    async def story() -> None:
        world = World()
        world.rule("r", ALL, QUEUE)
        world.do("disable_rule", Name="r")
        world.put()
        world.do("enable_rule", Name="r")
        world.put()
        world.do("remove_targets", Rule="r", Ids=["t0"])
        world.do("delete_rule", Name="r")
        world.put()
        await world.advance()
        assert world.hops("event") == [("event", "no-rule"), ("event", "ok"), ("event", "no-rule")]
        assert len(world.got) == 1

    run(story)


def test_a_thousand_rules_cost_one_evaluation() -> None:
    async def story() -> None:
        world = World(enforce_quotas=False)
        for number in range(1000):
            world.rule(f"r{number}", f'{{"source":["app.{number}"]}}', QUEUE)
        world.put(Source="app.500")
        await world.advance()
        bus = buses(world.ground, "111111111111", "us-east-1")["default"]
        assert bus.index.evaluated == 1
        assert len(world.got) == 1

    run(story)


def test_rules_of_one_bus_do_not_see_another_buss_events() -> None:
    async def story() -> None:
        world = World()
        for bus in ("one", "two"):
            world.do("create_event_bus", Name=bus)
            world.rule("r", ALL, QUEUE if bus == "one" else OTHER_QUEUE, bus=bus)
        world.put(EventBusName="one")
        world.put(EventBusName=arn("events", "event-bus/two"))
        await world.advance()
        assert [got.arn for got in world.got] == [QUEUE, OTHER_QUEUE]

    run(story)


def test_bus_to_bus_keeps_the_event_and_hops_once() -> None:
    async def story() -> None:
        world = World()
        for name in ("second", "third"):
            world.do("create_event_bus", Name=name)
        second, third = (arn("events", f"event-bus/{name}") for name in ("second", "third"))
        world.rule("on", ALL, {"Arn": second, "RoleArn": ROLE})
        onward = {"Arn": third, "RoleArn": ROLE, "DeadLetterConfig": {"Arn": DEAD}}
        world.rule("off", ALL, onward, QUEUE, bus="second")
        world.rule("never", ALL, OTHER_QUEUE, bus="third")
        event_id = world.put()
        await world.advance(3600)
        by_arn = {got.arn: got for got in world.got}
        assert sorted(by_arn) == [DEAD, QUEUE]
        assert json.loads(by_arn[QUEUE].payload)["id"] == event_id
        attributes = by_arn[DEAD].parameters["MessageAttributes"]
        assert attributes["ERROR_CODE"]["StringValue"] == "THIRD_ACCOUNT_HOP_DETECTED"
        assert attributes["ERROR_MESSAGE"]["StringValue"] == (
            f"Event ingestion rejected for event {event_id} because an event can be sent to an event bus target only "
            "once. This event was previously delivered to an event bus target."
        )

    run(story)


def test_another_region_gives_a_new_id_and_keeps_the_origin() -> None:
    async def story() -> None:
        world = World()
        far, account = "eu-central-1", "222222222222"
        world.do("create_event_bus", Name="far", region=far, account=account)
        world.do("put_rule", Name="r", EventPattern=ALL, EventBusName="far", region=far, account=account)
        targets = [{"Id": "t", "Arn": QUEUE}]
        world.do("put_targets", Rule="r", EventBusName="far", Targets=targets, region=far, account=account)
        world.rule("on", ALL, {"Arn": arn("events", "event-bus/far", far, account), "RoleArn": ROLE})
        event_id = world.put()
        await world.advance()
        event = json.loads(world.got[0].payload)
        assert event["id"] != event_id
        assert (event["account"], event["region"]) == ("111111111111", "us-east-1")

    run(story)


def test_a_missing_bus_is_a_permanent_failure() -> None:
    async def story() -> None:
        world = World()
        gone = arn("events", "event-bus/gone")
        world.rule("on", ALL, {"Arn": gone, "RoleArn": ROLE, "DeadLetterConfig": {"Arn": DEAD}})
        world.put()
        await world.advance()
        code = world.got[0].parameters["MessageAttributes"]["ERROR_CODE"]
        assert code["StringValue"] == "NO_RESOURCE"

    run(story)


def test_a_destination_record_of_lambda_becomes_an_event() -> None:
    async def story() -> None:
        world = World()
        world.do("create_event_bus", Name="b")
        bus, function = arn("events", "event-bus/b"), FUNCTION + ":$LATEST"
        world.rule("r", '{"source":["lambda"]}', QUEUE, bus="b")
        record = '{"version":"1.0","responsePayload":1.0}'
        parameters = {
            "DetailType": "Lambda Function Invocation Result - Success",
            "Source": "lambda",
            "Resources": [bus, function],
        }
        done = await world.ground.courier.deliver(bus, record, function, world.ground.new_cause(), parameters)
        assert done.ok
        await world.advance()
        event = json.loads(world.got[0].payload)
        assert event["detail-type"] == "Lambda Function Invocation Result - Success"
        assert event["resources"] == [bus, function]
        assert world.got[0].payload.endswith(f'"detail":{record}}}')

    run(story)


def test_a_record_over_the_size_limit_is_refused() -> None:
    async def story() -> None:
        world = World(max_put_events_bytes=100)
        bus = arn("events", "event-bus/default")
        parameters = {"DetailType": "d", "Source": "lambda", "Resources": []}
        record = json.dumps({"a": "x" * 100})
        done = await world.ground.courier.deliver(bus, record, FUNCTION, world.ground.new_cause(), parameters)
        assert (done.ok, done.retryable) == (False, False)
        assert world.hops("event") == []

    run(story)


def test_jitter_spreads_retries_between_half_and_all_of_the_delay() -> None:
    async def story() -> None:
        world = World(retry_jitter=True)
        world.rule("r", ALL, FUNCTION)
        world.fail[FUNCTION] = throttled(1)
        world.put()
        await world.advance(10)
        first, second = world.tried
        assert 0.5 <= second - first <= 1.001

    run(story)


def test_a_dead_letter_queue_of_another_region_gets_nothing() -> None:
    async def story() -> None:
        world = World()
        elsewhere = arn("sqs", "dead", region="eu-west-1")
        world.rule("r", ALL, {"Arn": QUEUE, "DeadLetterConfig": {"Arn": elsewhere}})
        world.fail[QUEUE] = [DeliveryFailedError("NO_RESOURCE", "The specified queue does not exist")]
        world.put()
        await world.advance()
        assert world.got == []
        assert world.hops("dead-letter") == [("dead-letter", "dropped")]

    run(story)


def test_numbers_keep_their_text_and_half_characters_become_whole_ones() -> None:
    async def story() -> None:
        world = World()
        shaped = {"Arn": OTHER_QUEUE, "InputPath": "$.detail"}
        world.rule("r", '{"detail":{"n":[1.5]}}', QUEUE, shaped)
        world.put(Detail='{"n":1.50,"big":12345678901234567890.0,"half":"\\ud800!"}')
        await world.advance()
        whole, detail = world.got
        assert '"detail":{"n":1.50,"big":12345678901234567890.0,' in whole.payload
        assert detail.payload == '{"n":1.50,"big":12345678901234567890.0,"half":"\ufffd!"}'

    run(story)
