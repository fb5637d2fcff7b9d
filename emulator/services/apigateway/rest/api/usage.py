"""What usage plans' keys have used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, require, unsupported
from emulator.services.apigateway.rest.admission import used
from emulator.services.apigateway.rest.api import usage_plans
from emulator.services.apigateway.rest.api.common import find, page
from emulator.services.apigateway.rest.store import RestStore

_LONGEST = timedelta(days=90)
_NO_QUOTA = -1


def get_usage(call: Call, params: Params) -> dict[str, Any]:
    """``[used, remaining]`` for each day from ``startDate`` to ``endDate``, by key; -1 remain without a quota."""
    require(params, "startDate", "endDate")
    plan, store = usage_plans.get_usage_plan(call, params), call.store(RestStore)
    first, last = _day(params["startDate"]), _day(params["endDate"])
    if not timedelta(0) <= last - first <= _LONGEST:
        raise bad_request("Invalid date range specified: at most 90 days, the start before the end")
    keys = store.plan_keys.get(plan["id"], {})
    wanted = [find(keys, params["keyId"], "API Key identifier")["id"]] if params.get("keyId") else list(keys)
    shown, position = page(wanted, params)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    answer: dict[str, Any] = {
        "usagePlanId": plan["id"],
        "startDate": params["startDate"],
        "endDate": params["endDate"],
        "items": {
            key_id: [_entry(plan, store.usage.get((plan["id"], key_id), {}), day) for day in days] for key_id in shown
        },
    }
    return {**answer, "position": position} if position else answer


def _entry(plan: Mapping[str, Any], counted: Mapping[str, int], day: date) -> list[int]:
    quota = plan.get("quota")
    remaining = max(quota["limit"] - used(counted, quota, day), 0) if quota else _NO_QUOTA
    return [counted.get(day.isoformat(), 0), remaining]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad_request(f"Invalid date specified: {text}") from None


def update_usage(call: Call, params: Params) -> None:
    usage_plans.get_usage_plan_key(call, params)
    raise unsupported("UpdateUsage")
