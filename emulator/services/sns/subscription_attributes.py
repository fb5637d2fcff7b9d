"""Attributes of subscriptions: checks, with AWS's texts (recorded from AWS), and comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from emulator.core import jsontext
from emulator.core.arns import Arn
from emulator.services.sns.delivery_policy import NOTHING, DeliveryPolicy, read_policy
from emulator.services.sns.errors import invalid, not_emulated
from emulator.services.sns.filter_policy import ATTRIBUTES, SCOPES, FilterPolicy, read_filter_policy

ON_SUBSCRIBE = "Attributes Reason: "
DEFAULTS: Mapping[str, str] = {"RawMessageDelivery": "false", "FilterPolicyScope": ATTRIBUTES}
_JSON = frozenset({"FilterPolicy", "RedrivePolicy", "DeliveryPolicy"})
KNOWN = frozenset({*DEFAULTS, *_JSON, "SubscriptionRoleArn"})


class Settings(NamedTuple):
    """What the attributes mean; ``values`` are the ones set, in AWS's string form."""

    values: Mapping[str, str] = {}
    raw: bool = False
    filter: FilterPolicy | None = None
    dead_letter_arn: str | None = None
    delivery: DeliveryPolicy = NOTHING


def read_settings(given: Mapping[str, str], fifo: bool, prefix: str = "") -> Settings:
    """Check all attributes of a subscription; raises InvalidParameter.  Empty values are dropped."""
    for name in given:
        if name == "ReplayPolicy":
            raise not_emulated("ReplayPolicy (message archiving and replay)")
        if name not in KNOWN:
            raise invalid(f"{prefix}AttributeName")
    values = {name: value for name, value in given.items() if value or name == "RawMessageDelivery"}
    if "RawMessageDelivery" in values:
        values["RawMessageDelivery"] = _flag(values["RawMessageDelivery"], prefix)
    scope = values.get("FilterPolicyScope", ATTRIBUTES)
    if scope not in SCOPES:
        text = f"FilterPolicyScope: Invalid value [{scope}]. Please use either MessageBody or MessageAttributes"
        raise invalid(prefix + text)
    policy = read_filter_policy(values.get("FilterPolicy", ""), scope, prefix)
    if policy is None:
        values.pop("FilterPolicy", None)
    dead_letters = _dead_letter_arn(values["RedrivePolicy"], fifo, prefix) if "RedrivePolicy" in values else None
    if dead_letters is None:
        values.pop("RedrivePolicy", None)
    delivery = read_policy(values["DeliveryPolicy"], False, prefix) if "DeliveryPolicy" in values else NOTHING
    return Settings(values, values.get("RawMessageDelivery") == "true", policy, dead_letters, delivery)


def _flag(value: str, prefix: str) -> str:
    if value.lower() not in ("true", "false"):
        raise invalid(f"{prefix}RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
    return value.lower()


def _dead_letter_arn(text: str, fifo: bool, prefix: str) -> str | None:
    try:
        policy = jsontext.parse(text)
    except ValueError as error:
        raise invalid(f"{prefix}RedrivePolicy: failed to parse JSON. {error}") from None
    if policy == {}:
        return None
    target = policy.get("deadLetterTargetArn") if isinstance(policy, dict) else None
    try:
        arn = Arn.parse(target if isinstance(target, str) else "")
    except ValueError:
        arn = None
    if arn is None or arn.service != "sqs":
        raise invalid(f"{prefix}RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if fifo and not arn.resource.endswith(".fifo"):
        text = "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        raise invalid(prefix + text)
    return str(arn)


def same(given: Mapping[str, str], current: Mapping[str, str]) -> bool:
    """Whether every attribute given to a second Subscribe has its current value; defaults count, case of words not."""
    return all(
        _comparable(name, value) == _comparable(name, current.get(name, DEFAULTS.get(name, "")))
        for name, value in given.items()
    )


def _comparable(name: str, value: str) -> Any:
    if name in _JSON and value:
        try:
            return jsontext.parse(value)
        except ValueError:
            return value
    return value.lower() if name == "RawMessageDelivery" else value
