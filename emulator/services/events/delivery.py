"""Delivering one event to one target: attempts, back-off, and the dead-letter queue at the end."""

from __future__ import annotations

import logging
from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.patterns.input_transformer import UndeliverablePayload
from emulator.services.events.event import Event
from emulator.services.events.retry import Failure, GiveUp, RetryAfter, retry_decision
from emulator.services.events.rule import Rule
from emulator.services.events.target import Target

log = logging.getLogger("emulator.events")


class Waiting:
    """Deliveries that failed at least once and are not over, oldest first; kept in ``cloud.shared``."""

    def __init__(self) -> None:
        self.deliveries: dict[int, Delivery] = {}

    def describe(self) -> list[dict[str, Any]]:
        """Rule, target, event id, attempts made, last error and the instant of the next try, for each."""
        return [delivery.describe() for delivery in self.deliveries.values()]


class Delivery:
    """One event on its way to one target.  What the target was when the rule matched is what counts.

    Attempts are caused by the match; a retry and the dead letter by the attempt that failed.
    """

    __slots__ = ("attempts", "cause", "event", "failure", "ground", "last", "next_try", "rule", "target")

    def __init__(self, ground: Ground, rule: Rule, target: Target, event: Event, cause: Cause) -> None:
        self.ground = ground
        self.rule = rule
        self.target = target
        self.event = event
        self.cause = self.last = cause
        self.attempts = 0
        self.failure: Failure | None = None
        self.next_try: float | None = None

    def start(self) -> None:
        """Deliver in a process of its own, after the current step."""
        self.ground.clock.spawn(self._run(), f"event {self.event.id} to {self.target.arn}")

    def describe(self) -> dict[str, Any]:
        return {
            "RuleArn": self.rule.arn,
            "TargetId": self.target.id,
            "TargetArn": self.target.arn,
            "EventId": self.event.id,
            "Attempts": self.attempts,
            "LastError": f"{self.failure.code}: {self.failure.message}" if self.failure else "",
            "NextTry": self.next_try,
        }

    async def _run(self) -> None:
        try:
            text = self.target.payload(self.event, self.rule.arn, self.rule.name)
        except UndeliverablePayload as error:
            await self._end(Failure("INVALID_JSON", str(error), False), None)
            return
        try:
            while (failure := await self._attempt(text)) is not None:
                decision = self._decide(failure)
                if isinstance(decision, GiveUp):
                    await self._wait(decision.seconds)
                    await self._end(failure, decision.condition)
                    return
                self._note_retry(failure, decision)
                await self._wait(decision.seconds)
        finally:
            self._waiting().pop(id(self), None)

    async def _attempt(self, text: str) -> Failure | None:
        self.attempts += 1
        target = self.target
        done = await self.ground.courier.deliver(
            target.arn, text, self.rule.arn, self.cause, target.parameters(self.event), self.attempts
        )
        self.last = done.hop.cause
        return None if done.ok else Failure(done.code, done.message, done.retryable)

    def _decide(self, failure: Failure) -> RetryAfter | GiveUp:
        ground = self.ground
        jitter = ground.ids.uniform(0.5, 1.0) if ground.settings.retry_jitter else 1.0
        age = ground.clock.now() - self.event.ingested
        self.failure = failure
        return retry_decision(self.target.policy, self.attempts, age, failure, jitter)

    def _note_retry(self, failure: Failure, decision: RetryAfter) -> None:
        self.ground.journal.note(
            "retry",
            self.rule.arn,
            self.target.arn,
            self.last,
            failure.code,
            attempt=self.attempts,
            error=failure.message,
            seconds=decision.seconds,
        )

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        clock = self.ground.clock
        self.next_try = clock.now() + seconds
        self._waiting()[id(self)] = self
        await clock.sleep(seconds, label=f"retry of event {self.event.id} to {self.target.arn}")
        self.next_try = None

    def _waiting(self) -> dict[int, Delivery]:
        return self.ground.cloud.shared(Waiting).deliveries

    async def _end(self, failure: Failure, condition: str | None) -> None:
        """Hand the event to the dead-letter queue, or drop it; either way the journal says why."""
        queue = self.target.dead_letter_arn
        if queue is not None and queue.split(":")[3] != self.rule.arn.split(":")[3]:
            log.warning("dead-letter queue %s of rule %s is in another region", queue, self.rule.arn)
            queue = None  # AWS docs: it has to be in the same region
        if queue is None:
            self.ground.journal.note(
                "dead-letter",
                self.rule.arn,
                self.target.arn,
                self.last,
                "dropped",
                payload=self.event.text,
                code=failure.code,
                error=failure.message,
                condition=condition,
            )
            return
        parameters = {"MessageAttributes": self._attributes(failure, condition)}
        done = await self.ground.courier.deliver(
            queue, self.event.text, self.rule.arn, self.last, parameters, kind="dead-letter"
        )
        if not done.ok:
            log.warning("event %s is lost: dead-letter queue %s: %s", self.event.id, queue, done.message)

    def _attributes(self, failure: Failure, condition: str | None) -> dict[str, dict[str, str]]:
        """AWS docs, "Using dead-letter queues to process undelivered events"."""
        values = {
            "RULE_ARN": self.rule.arn,
            "TARGET_ARN": self.target.arn,
            "ERROR_CODE": failure.code,
            "ERROR_MESSAGE": failure.message or failure.code,
            "RETRY_ATTEMPTS": str(max(0, self.attempts - 1)),
        }
        if condition is not None:
            values["EXHAUSTED_RETRY_CONDITION"] = condition
        return {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
