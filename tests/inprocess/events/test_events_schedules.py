"""Scheduled rules on the manual clock (which starts at 2023-11-14T22:13:20Z)."""

from __future__ import annotations

import json

from events_world import QUEUE, World, run


def scheduled(world: World, expression: str, **more: str) -> str:
    arn: str = world.do("put_rule", Name="tick", ScheduleExpression=expression, **more)["RuleArn"]
    world.do("put_targets", Rule="tick", Targets=[{"Id": "t", "Arn": QUEUE}])
    return arn


def test_a_rate_counts_from_the_rules_creation() -> None:
    async def story() -> None:
        world = World()
        arn = scheduled(world, "rate(1 minute)")
        await world.advance(150)
        assert [got.at for got in world.got] == [60, 120]
        event = json.loads(world.got[0].payload)
        assert event.pop("id")
        assert event == {
            "version": "0",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "111111111111",
            "time": "2023-11-14T22:14:20Z",
            "region": "us-east-1",
            "resources": [arn],
            "detail": {},
        }

    run(story)


def test_cron_fires_at_its_minutes() -> None:
    async def story() -> None:
        world = World()
        scheduled(world, "cron(0/5 * * * ? *)")
        await world.advance(600)
        assert [json.loads(got.payload)["time"] for got in world.got] == [
            "2023-11-14T22:15:00Z",
            "2023-11-14T22:20:00Z",
        ]

    run(story)


def test_disabled_and_deleted_rules_do_not_fire() -> None:
    async def story() -> None:
        world = World()
        scheduled(world, "rate(1 minute)")
        await world.advance(60)
        world.do("disable_rule", Name="tick")
        await world.advance(600)
        assert len(world.got) == 1
        world.do("enable_rule", Name="tick")
        await world.advance(60)
        assert len(world.got) == 2
        world.do("remove_targets", Rule="tick", Ids=["t"])
        world.do("delete_rule", Name="tick")
        await world.advance(600)
        assert len(world.got) == 2
        assert world.ground.clock.status()["timers"] == 0

    run(story)


def test_put_rule_counts_anew() -> None:
    async def story() -> None:
        world = World()
        scheduled(world, "rate(1 minute)")
        await world.advance(30)
        scheduled(world, "rate(2 minutes)")
        await world.advance(130)
        assert [got.at for got in world.got] == [150]

    run(story)


def test_a_schedule_does_not_fire_on_events() -> None:
    async def story() -> None:
        world = World()
        scheduled(world, "rate(1 day)")
        world.put()
        await world.advance(10)
        assert world.got == []

    run(story)


def test_schedules_do_not_drive_time() -> None:
    async def story() -> None:
        world = World()
        scheduled(world, "rate(1 minute)")
        (timer,) = world.ground.clock.status()["next"]
        assert timer["owed_by"] == "standing"

    run(story)
