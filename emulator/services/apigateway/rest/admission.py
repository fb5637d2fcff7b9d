"""API keys, usage plans and throttling: who may call how often.

AWS docs, "Usage plans and API keys for REST APIs" and "Throttle requests to your REST APIs".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.model import ALL_METHODS, setting_key
from emulator.services.apigateway.rest.store import RestStore
from emulator.services.apigateway.throttle import ACCOUNT_BURST, ACCOUNT_RATE, ThrottleStore

Item = Mapping[str, Any]
Limits = tuple[float, int]


def check_key(exchange: Exchange, usage_key: str | None) -> tuple[Item, Item] | Fault | None:
    """The API key and its usage plan on a method that wants one, None on others.

    ``usage_key`` is what the authorizer named, where the API takes its keys from there.
    """
    if not exchange.method.get("apiKeyRequired"):
        return None
    from_authorizer = exchange.served.snapshot.fields.get("apiKeySource") == "AUTHORIZER"
    value = usage_key if from_authorizer else exchange.request.header("x-api-key")
    served = exchange.served
    store = exchange.ground.cloud.store(RestStore, served.account, served.region)
    key = store.key_with_value(value) if value else None
    if key is None or not key.get("enabled"):
        return Fault("INVALID_API_KEY", reason="no API key" if not value else "the API key is unknown or disabled")
    plan = next(store.plans_of(key["id"], served.api_id, served.stage_name), None)
    if plan is None:
        return Fault("INVALID_API_KEY", reason="the API key is in no usage plan of this stage")
    return key, plan


def meter(exchange: Exchange, key: Item, plan: Item) -> Fault | None:
    """Count a request against its usage plan; a refusal when the plan's rate or quota is used up."""
    clock, served = exchange.ground.clock, exchange.served
    stage = next(
        item for item in plan["apiStages"] if (item["apiId"], item["stage"]) == (served.api_id, served.stage_name)
    )
    buckets = exchange.ground.cloud.shared(ThrottleStore)
    place = _method(exchange)
    own = {setting_key(name): item for name, item in (stage.get("throttle") or {}).items()}.get(place)
    rates = {(served.api_id, served.stage_name, *place): limits_of(own), (): limits_of(plan.get("throttle"))}
    for bucket, limits in rates.items():
        if limits is not None and not buckets.take((plan["id"], key["id"], *bucket), limits, clock.now()):
            return Fault("THROTTLED", reason=f"over the rate of usage plan {plan['id']}")
    store = exchange.ground.cloud.store(RestStore, served.account, served.region)
    counted = store.usage.setdefault((plan["id"], key["id"]), {})
    today = datetime.fromtimestamp(clock.now(), UTC).date()
    quota = plan.get("quota")
    if quota and used(counted, quota, today) >= quota["limit"]:
        return Fault("QUOTA_EXCEEDED", reason=f"over the quota of usage plan {plan['id']}")
    counted[today.isoformat()] = counted.get(today.isoformat(), 0) + 1
    return None


def used(counted: Mapping[str, int], quota: Item, today: date) -> int:
    """Requests that count against a quota today, its offset among them in the first period."""
    start = period_start(quota.get("period", "DAY"), today).isoformat()
    total = sum(count for day, count in counted.items() if start <= day <= today.isoformat())
    first = not any(day < start for day in counted)
    return total + (quota.get("offset") or 0 if first else 0)


def period_start(period: str, today: date) -> date:
    """The first day of the period that holds ``today``; weeks begin on Sunday."""
    if period == "WEEK":
        return today - timedelta(days=(today.weekday() + 1) % 7)
    return today.replace(day=1) if period == "MONTH" else today


def throttle(exchange: Exchange) -> Fault | None:
    """A refusal when the stage's or the method's rate is used up."""
    settings = {setting_key(name): item for name, item in (exchange.served.stage.get("methodSettings") or {}).items()}
    place = _method(exchange)
    merged = {**_set(settings.get(ALL_METHODS)), **_set(settings.get(place))}
    rate, burst = merged.get("throttlingRateLimit"), merged.get("throttlingBurstLimit")
    limits = limits_of({"rateLimit": rate, "burstLimit": burst})
    if limits is None:
        return None
    served = exchange.served
    allowed = exchange.ground.cloud.shared(ThrottleStore).take(
        (served.api_id, served.stage_name, *place), limits, exchange.ground.clock.now()
    )
    return None if allowed else Fault("THROTTLED")


def _set(setting: Item | None) -> dict[str, Any]:
    """A method setting without what says "not limited"."""
    return {name: value for name, value in (setting or {}).items() if value not in (None, -1)}


def limits_of(setting: Item | None) -> Limits | None:
    """(rate per second, burst) of ``rateLimit`` and ``burstLimit``; None when neither is set."""
    rate, burst = (setting or {}).get("rateLimit"), (setting or {}).get("burstLimit")
    if rate is None and burst is None:
        return None
    return float(ACCOUNT_RATE if rate is None else rate), int(ACCOUNT_BURST if burst is None else burst)


def _method(exchange: Exchange) -> tuple[str, str]:
    """The request's method as settings and usage plans name it."""
    return setting_key(f"{exchange.resource_path}/{exchange.match.verb if exchange.match else ''}")
