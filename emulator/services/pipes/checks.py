"""What CreatePipe and UpdatePipe refuse, and what cannot be played here.  The texts are the emulator's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.pipes.errors import invalid, not_emulated
from emulator.services.pipes.record import check_template
from emulator.services.pipes.targets import FIRE_AND_FORGET, SINGLE, WHOLE

_BUS = "event-bus/"
_ABSENT = {"EventBridgeEventBusParameters": "EndpointId", "EcsTaskParameters": "ReferenceId"}
"""The member of a target's parameters that asks for what does not exist here."""


async def check_ends(call: Call, given: Mapping[str, Any]) -> None:
    """The enrichment and the target of a pipe.  Raises ValidationException."""
    enrichment = given.get("Enrichment")
    if enrichment:
        await _check_enrichment(call, enrichment)
    _check_parts(given, "EnrichmentParameters", ())
    parts = _check_target(call, given["Target"])
    _check_parts(given, "TargetParameters", parts)
    await _check_state_machine(call, given)
    for block in ("EnrichmentParameters", "TargetParameters"):
        check_template((given.get(block) or {}).get("InputTemplate"), block)


async def _check_enrichment(call: Call, text: str) -> None:
    arn = _arn(text, "Enrichment")
    if arn.service == "states":
        if await _machine_type(call, text) == "STANDARD":
            raise invalid(f"Enrichment {text} is a Standard state machine: an enrichment must be an Express one.")
    elif arn.service != "lambda":
        raise not_emulated(f"An enrichment of service {arn.service}", "use a function or an Express state machine.")


def _check_target(call: Call, text: str) -> tuple[str, ...]:
    """The parts of TargetParameters that belong to a target."""
    arn = _arn(text, "Target")
    known = WHOLE | SINGLE
    if arn.service not in known or not call.courier.can_deliver(arn.service):
        raise not_emulated(f"A target of service {arn.service}", f"use one of {', '.join(sorted(known))}.")
    if arn.service == "events" and not arn.resource.startswith(_BUS):
        raise not_emulated(f"A target of kind {arn.resource.partition('/')[0]}", "use an event bus.")
    return tuple(part for part in (known[arn.service],) if part)


def _check_parts(given: Mapping[str, Any], block: str, parts: tuple[str, ...]) -> None:
    for name, value in (given.get(block) or {}).items():
        if name not in ("InputTemplate", *parts) and value:
            raise invalid(f"{block}.{name} does not belong to this pipe.")
        absent = _ABSENT.get(name)
        if absent and (value or {}).get(absent):
            raise not_emulated(f"{block}.{name}.{absent}", "leave it out.")
    if parts == ("EcsTaskParameters",) and not (given.get(block) or {}).get("EcsTaskParameters"):
        raise invalid("TargetParameters.EcsTaskParameters is required for a cluster.")


async def _check_state_machine(call: Call, given: Mapping[str, Any]) -> None:
    """A Standard state machine cannot be waited for (AWS docs, PipeTargetStateMachineParameters)."""
    target, part = given["Target"], WHOLE["states"]
    if Arn.parse(target).service != "states":
        return
    kind = ((given.get("TargetParameters") or {}).get(part) or {}).get("InvocationType")
    if kind != FIRE_AND_FORGET and await _machine_type(call, target) == "STANDARD":
        raise invalid(
            f"Target {target} is a Standard state machine: TargetParameters.{part}.InvocationType must be "
            f"{FIRE_AND_FORGET}."
        )


async def _machine_type(call: Call, arn: str) -> str:
    """``STANDARD`` or ``EXPRESS``; ``""`` for a state machine that does not exist (yet)."""
    parsed = Arn.parse(arn)
    params = {"stateMachineArn": arn}
    try:
        answer = await call.courier.call(
            *("stepfunctions", "DescribeStateMachine", params),
            account=parsed.account,
            region=parsed.region,
            cause=call.cause,
        )
    except AwsError:
        return ""
    return str(answer["type"])


def _arn(text: str, member: str) -> Arn:
    try:
        return Arn.parse(text)
    except ValueError:
        raise invalid(f"{member} {text} is not an ARN.") from None
