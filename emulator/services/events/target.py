"""A rule's target: where an event goes, in which shape, and how often it is tried."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.core.timestamps import iso_seconds
from emulator.patterns.input_transformer import render
from emulator.services.events.event import Event
from emulator.services.events.retry import RetryPolicy


class Target:
    """One target object of PutTargets; ``given`` is returned by ListTargetsByRule as it came."""

    __slots__ = ("_shaped", "arn", "given", "id", "policy", "service")

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        self.id: str = given["Id"]
        self.arn: str = given["Arn"]
        self.service = Arn.parse(self.arn).service
        self._shaped = any(given.get(name) is not None for name in ("Input", "InputPath", "InputTransformer"))
        policy = given.get("RetryPolicy") or {}
        defaults = RetryPolicy()
        self.policy = RetryPolicy(
            policy.get("MaximumRetryAttempts", defaults.maximum_retry_attempts),
            policy.get("MaximumEventAgeInSeconds", defaults.maximum_event_age),
        )

    @property
    def dead_letter_arn(self) -> str | None:
        return (self.given.get("DeadLetterConfig") or {}).get("Arn")

    def parameters(self, event: Event) -> dict[str, Any]:
        """What the courier's adapter for this kind of target needs beside the payload."""
        if self.service == "lambda":
            return {"InvocationType": "Event"}
        if self.service == "events":
            return {"Event": event}
        if self.service == "logs":
            return {"Time": event.body["time"], "Shaped": self._shaped}
        if self.service == "ecs":
            return dict(self.given["EcsParameters"])
        return dict(self.given.get("SqsParameters") or {}) if self.service == "sqs" else {}

    def payload(self, event: Event, rule_arn: str, rule_name: str) -> str:
        """What the target receives.  Raises UndeliverablePayload when a transformer does not give JSON."""
        if not self._shaped:
            return event.text
        ingested = iso_seconds(event.ingested)
        return render(self.given, event.body, rule_arn=rule_arn, rule_name=rule_name, ingestion_time=ingested)
