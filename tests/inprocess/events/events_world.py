"""A house with EventBridge and fake targets, for tests with the manual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from emulator.core.arns import Arn
from emulator.core.clock import Clock
from emulator.core.courier import DeliveryFailedError, Parcel
from emulator.core.ground import Call, Ground
from emulator.core.settings import Settings
from emulator.services.events.service import SERVICE

START = 1_700_000_000.0
ACCOUNT = "111111111111"
REGION = "us-east-1"


class Got(NamedTuple):
    """One delivery that a fake target took."""

    at: float
    arn: str
    payload: str
    parameters: dict[str, Any]


def arn(service: str, resource: str, region: str = REGION, account: str = ACCOUNT) -> str:
    return str(Arn.of(service, region, account, resource))


class World:
    """``fail[arn]`` are the failures with which a target answers next; ``got`` is what the targets took."""

    def __init__(self, **settings: Any) -> None:
        self.ground = Ground(Settings(account=ACCOUNT, **settings), Clock("manual", start=START, settle=0), seed=1)
        SERVICE.join(self.ground)
        self.got: list[Got] = []
        self.tried: list[float] = []
        self.fail: dict[str, list[DeliveryFailedError]] = {}
        for service in ("lambda", "sqs"):
            self.ground.courier.register_target(service, self._take)

    async def _take(self, parcel: Parcel) -> None:
        at = self.ground.clock.now() - START
        self.tried.append(at)
        waiting = self.fail.get(str(parcel.arn))
        if waiting:
            raise waiting.pop(0)
        self.got.append(Got(at, str(parcel.arn), parcel.payload, dict(parcel.parameters)))

    def call(self, region: str = REGION, account: str = ACCOUNT) -> Call:
        return Call(self.ground, account, region, self.ground.ids.uuid(), self.ground.new_cause())

    def do(self, operation: str, /, *, region: str = REGION, account: str = ACCOUNT, **params: Any) -> dict[str, Any]:
        """Run an operation as the wire would; ``call=`` of another account or region by keyword."""
        function = next(getattr(module, operation) for module in SERVICE.api if hasattr(module, operation))
        result: dict[str, Any] = function(self.call(region, account), params)
        return result

    def rule(self, name: str, pattern: str, *targets: str | dict[str, Any], bus: str = "default") -> str:
        """Put a rule with targets (ARNs, or target objects without an id); gives the rule's ARN."""
        rule_arn: str = self.do("put_rule", Name=name, EventPattern=pattern, EventBusName=bus)["RuleArn"]
        whole = [{"Arn": target} if isinstance(target, str) else target for target in targets]
        if whole:
            named = [{"Id": f"t{number}", **target} for number, target in enumerate(whole)]
            self.do("put_targets", Rule=name, EventBusName=bus, Targets=named)
        return rule_arn

    def put(self, **entry: Any) -> str:
        """Put one event that must be taken; gives its id."""
        whole = {"Source": "app.tasks", "DetailType": "task.submit", "Detail": '{"taskId":"t-1"}', **entry}
        answer = self.do("put_events", Entries=[whole])
        assert answer["FailedEntryCount"] == 0, answer
        event_id: str = answer["Entries"][0]["EventId"]
        return event_id

    def hops(self, *kinds: str) -> list[tuple[str, str]]:
        """(kind, outcome) of the journal, in order, of these kinds."""
        return [(hop.kind, hop.outcome) for hop in self.ground.journal if not kinds or hop.kind in kinds]

    async def advance(self, seconds: float = 0.0) -> None:
        await self.ground.clock.advance(seconds)


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(_whole(story))


async def _whole(story: Callable[[], Awaitable[None]]) -> None:
    await story()


ALL = '{"source":["app.tasks"]}'
QUEUE = arn("sqs", "q")
OTHER_QUEUE = arn("sqs", "other")
DEAD = arn("sqs", "dead")
FUNCTION = arn("lambda", "function:f")
ROLE = "arn:aws:iam::111111111111:role/r"


def throttled(times: int) -> list[DeliveryFailedError]:
    return [DeliveryFailedError("THROTTLING", "Rate Exceeded.", retryable=True) for _ in range(times)]
