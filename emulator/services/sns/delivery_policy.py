"""Delivery policies of topics and subscriptions: retries, rate and content type of HTTP(S) deliveries.

AWS docs, "Creating an HTTP/S delivery policy".  Keys, defaults and bounds are AWS's; which words AWS uses to refuse a
value outside of its bounds is unverified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from emulator.core import jsontext
from emulator.services.sns.errors import invalid
from emulator.services.sns.retry import FUNCTIONS, Phases

LONGEST = 3600
MOST_RETRIES = 100
CONTENT_TYPE = "text/plain; charset=UTF-8"
# In the order in which AWS shows them.
_RETRY_DEFAULTS: Mapping[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
_PLAIN = ("healthyRetryPolicy", "throttlePolicy", "requestPolicy", "sicklyRetryPolicy")
_DEFAULT = tuple(f"default{name[0].upper()}{name[1:]}" for name in _PLAIN)


class DeliveryPolicy(NamedTuple):
    """What one policy says; None where it says nothing.  ``retry`` is a whole retry policy, defaults filled in."""

    retry: Mapping[str, Any] | None = None
    per_second: float | None = None
    content_type: str | None = None
    overrides_disabled: bool = False

    def shown(self, topic: bool) -> dict[str, Any]:
        """EffectiveDeliveryPolicy as a topic or a subscription shows it."""
        healthy, throttle, request, _ = _DEFAULT if topic else _PLAIN
        view: dict[str, Any] = {healthy: dict(self.retry or _RETRY_DEFAULTS)}
        if topic:
            view["disableSubscriptionOverrides"] = self.overrides_disabled
        if self.per_second is not None:
            view[throttle] = {"maxReceivesPerSecond": _plain_number(self.per_second)}
        view[request] = {"headerContentType": self.content_type or CONTENT_TYPE}
        return {"http": view} if topic else view

    def phases(self) -> Phases:
        values = self.retry or _RETRY_DEFAULTS
        return _phases(values)


NOTHING = DeliveryPolicy()


def effective(topic: DeliveryPolicy, subscription: DeliveryPolicy) -> DeliveryPolicy:
    """The subscription's policy over the topic's, part by part, unless the topic disables overrides."""
    if topic.overrides_disabled:
        return topic
    return DeliveryPolicy(
        subscription.retry or topic.retry,
        topic.per_second if subscription.per_second is None else subscription.per_second,
        subscription.content_type or topic.content_type,
    )


def read_policy(text: str, topic: bool, prefix: str = "") -> DeliveryPolicy:
    """Parse a DeliveryPolicy attribute, a topic's (inside ``http``) or a subscription's; raises InvalidParameter."""
    reader = _Reader(f"{prefix}DeliveryPolicy: ")
    policy = reader.document(text)
    if topic:
        reader.only(policy, ("http",))
        policy = reader.inner(policy, "http")
    healthy, throttle, request, sickly = _DEFAULT if topic else _PLAIN
    reader.only(policy, (healthy, throttle, request, *(("disableSubscriptionOverrides",) if topic else ())), (sickly,))
    return DeliveryPolicy(
        reader.retries(policy, healthy) if policy.get(healthy) is not None else None,
        reader.rate(policy, throttle),
        reader.content_type(policy, request),
        topic and reader.flag(policy, "disableSubscriptionOverrides"),
    )


class _Reader(NamedTuple):
    """Reads parts of one policy; ``prefix`` begins its complaints."""

    prefix: str

    def refuse(self, text: str) -> Exception:
        return invalid(self.prefix + text)

    def document(self, text: str) -> dict[str, Any]:
        try:
            policy = jsontext.parse(text)
        except ValueError:
            raise self.refuse("failed to parse JSON.") from None
        if not isinstance(policy, dict):
            raise self.refuse("failed to parse JSON. The policy must be an object.")
        return policy

    def inner(self, policy: dict[str, Any], name: str) -> dict[str, Any]:
        value = policy.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.refuse(f"{name} must be a JSON object")
        return value

    def only(self, policy: dict[str, Any], known: tuple[str, ...], null: tuple[str, ...] = ()) -> None:
        """``null`` are members that AWS's older examples set to null."""
        for name, value in policy.items():
            if name not in known and not (name in null and value is None):
                raise self.refuse(f"Unexpected JSON member: {name}")

    def flag(self, policy: dict[str, Any], name: str) -> bool:
        value = policy.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.refuse(f"{name} must be true or false")
        return bool(value)

    def rate(self, policy: dict[str, Any], name: str) -> float | None:
        throttle = self.inner(policy, name)
        self.only(throttle, ("maxReceivesPerSecond",))
        value = throttle.get("maxReceivesPerSecond")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 1e9:
            raise self.refuse(f"{name}.maxReceivesPerSecond must be a number of at least 1")
        return float(value)

    def content_type(self, policy: dict[str, Any], name: str) -> str | None:
        request = self.inner(policy, name)
        self.only(request, ("headerContentType",))
        value = request.get("headerContentType")
        if value is not None and not (isinstance(value, str) and value.isascii() and value.isprintable() and value):
            raise self.refuse(f"{name}.headerContentType must be a content type")
        return value

    def retries(self, policy: dict[str, Any], name: str) -> dict[str, Any]:
        given = self.inner(policy, name)
        self.only(given, tuple(_RETRY_DEFAULTS))
        values = {key: default if given.get(key) is None else given[key] for key, default in _RETRY_DEFAULTS.items()}
        for key, value in values.items():
            if key != "backoffFunction" and (type(value) is not int or value < 0):
                raise self.refuse(f"{name}.{key} must be a whole number")
        low, high, count = values["minDelayTarget"], values["maxDelayTarget"], values["numRetries"]
        if values["backoffFunction"] not in FUNCTIONS:
            raise self.refuse(f"{name}.backoffFunction must be one of {', '.join(sorted(FUNCTIONS))}")
        if not 1 <= low <= high:
            raise self.refuse(f"{name}.minDelayTarget must be at least 1 and at most maxDelayTarget")
        if high > LONGEST:
            raise self.refuse(f"{name}.maxDelayTarget must be at most {LONGEST}")
        if count > MOST_RETRIES:
            raise self.refuse(f"{name}.numRetries must be at most {MOST_RETRIES}")
        if sum(values[key] for key in ("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries")) > count:
            raise self.refuse(f"{name}.numRetries must be at least the sum of the retries of all phases")
        phases = _phases(values)
        if sum(phases.delay(retry) for retry in range(1, count + 1)) > LONGEST:
            raise self.refuse(f"{name}: the retries must not take more than {LONGEST} seconds")
        return values


def _phases(values: Mapping[str, Any]) -> Phases:
    at_once, early, late = (values[f"num{kind}DelayRetries"] for kind in ("No", "Min", "Max"))
    low, high = float(values["minDelayTarget"]), float(values["maxDelayTarget"])
    backing_off = values["numRetries"] - at_once - early - late
    return Phases(at_once, early, low, backing_off, low, high, values["backoffFunction"], late, high)


def _plain_number(value: float) -> float:
    return int(value) if value.is_integer() else value
