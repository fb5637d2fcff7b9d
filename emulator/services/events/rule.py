"""A rule: a pattern, a schedule or both, and the targets that get what it lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.patterns.event_pattern import EventPattern, InvalidPattern, compile_pattern

if TYPE_CHECKING:
    from emulator.core.timers import Timer
    from emulator.patterns.schedule import Schedule
    from emulator.services.events.target import Target

_ATTRIBUTES = ("Description", "RoleArn")


class Rule:
    """A rule of one bus.  ``put_at`` is the instant of the last PutRule, from which ``rate`` schedules count."""

    def __init__(self, name: str, bus_name: str, region: str, account: str) -> None:
        self.name = name
        self.bus_name = bus_name
        resource = f"rule/{name}" if bus_name == "default" else f"rule/{bus_name}/{name}"
        self.arn = str(Arn.of("events", region, account, resource))
        self.account = account
        self.tags: dict[str, str] = {}
        self.targets: dict[str, Target] = {}
        self.timer: Timer | None = None

    def define(
        self, given: dict[str, Any], pattern: EventPattern | None, schedule: Schedule | None, now: float
    ) -> None:
        """Take all attributes of a PutRule; those that it omits are dropped (AWS docs, PutRule)."""
        self.pattern = pattern
        self.schedule = schedule
        self.schedule_text: str | None = given.get("ScheduleExpression") or None
        self.state: str = given.get("State") or "ENABLED"
        self.attributes = {name: given[name] for name in _ATTRIBUTES if given.get(name) is not None}
        self.put_at = now

    @property
    def enabled(self) -> bool:
        return self.state != "DISABLED"

    def describe(self) -> dict[str, Any]:
        """An entry of ListRules; absent attributes stay absent (recorded from AWS)."""
        shown: dict[str, Any] = {"Name": self.name, "Arn": self.arn}
        if self.pattern is not None:
            shown["EventPattern"] = self.pattern.text
        if self.schedule_text is not None:
            shown["ScheduleExpression"] = self.schedule_text
        return {**shown, "State": self.state, "EventBusName": self.bus_name, **self.attributes}


def read_pattern(text: str) -> EventPattern:
    """Compile a pattern; raises InvalidEventPatternException with AWS's reason."""
    try:
        return compile_pattern(text)
    except InvalidPattern as error:
        message = f"Event pattern is not valid. Reason: {error.reason}"
        raise AwsError("InvalidEventPatternException", message) from error
