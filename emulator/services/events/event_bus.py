"""An event bus: its rules, the index that finds them, its tags and its policy."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.core.jsontext import compact
from emulator.patterns.rule_index import RuleIndex
from emulator.services.events.rule import Rule

_SETTINGS = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")


class EventBus:
    """A bus of one account and region.  Rules that are disabled or only have a schedule are not in the index."""

    def __init__(self, name: str, region: str, account: str, now: float) -> None:
        self.name = name
        self.region = region
        self.account = account
        self.arn = str(Arn.of("events", region, account, f"event-bus/{name}"))
        self.created = self.modified = now
        self.settings: dict[str, Any] = {}
        self.tags: dict[str, str] = {}
        self.policy: dict[str, Any] | None = None
        self.rules: dict[str, Rule] = {}
        self.index: RuleIndex[str] = RuleIndex()

    def configure(self, given: dict[str, Any], now: float) -> dict[str, Any]:
        """Take over what CreateEventBus or UpdateEventBus gives; returns the settings as answered."""
        self.settings.update({name: given[name] for name in _SETTINGS if given.get(name) is not None})
        self.modified = now
        return dict(self.settings)

    def refresh(self, rule: Rule) -> None:
        """Bring the index in line with a rule that was put, enabled or disabled."""
        self.rules[rule.name] = rule
        if rule.enabled and rule.pattern is not None:
            self.index.put(rule.name, rule.pattern)
        else:
            self.index.remove(rule.name)

    def remove(self, rule: Rule) -> None:
        self.index.remove(rule.name)
        self.rules.pop(rule.name, None)

    def matching(self, event: dict[str, Any]) -> list[Rule]:
        """The enabled rules whose pattern matches the parsed event."""
        return [self.rules[name] for name in self.index.match(event)]

    def describe(self) -> dict[str, Any]:
        """An entry of ListEventBuses."""
        shown: dict[str, Any] = {"Name": self.name, "Arn": self.arn}
        if "Description" in self.settings:
            shown["Description"] = self.settings["Description"]
        if self.policy is not None:
            shown["Policy"] = compact(self.policy)
        return {**shown, "CreationTime": self.created, "LastModifiedTime": self.modified}
