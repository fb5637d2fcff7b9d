"""Operations on usage plans, their keys, and what has been used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, given, new_id, require
from emulator.services.apigateway.rest.api.common import check_tags, conflict, find, listed, not_found, one_of
from emulator.services.apigateway.rest.api.patch import SET, Read, Row, Step, integer, member, number, patched, whole
from emulator.services.apigateway.rest.model import Item
from emulator.services.apigateway.rest.store import RestStore

_FIELDS = ("name", "description", "apiStages", "throttle", "quota", "tags")
_PERIODS = ("DAY", "WEEK", "MONTH")
_OFFSETS = {"DAY": 0, "WEEK": 6, "MONTH": 27}
_LIMITS: Mapping[str, Read] = {"burstLimit": integer, "rateLimit": number}


def _change_stages(item: Item, step: Step) -> None:
    """``/apiStages`` with the value ``{api}:{stage}``."""
    api_id, _, stage = (step.value or "").partition(":")
    others = [known for known in item["apiStages"] if (known["apiId"], known["stage"]) != (api_id, stage)]
    if step.op == "remove":
        if len(others) == len(item["apiStages"]):
            raise not_found(f"API Stage not found: {step.value}")
        item["apiStages"] = others
    elif len(others) == len(item["apiStages"]):
        item["apiStages"] = [*others, {"apiId": api_id, "stage": stage}]


def _stage_of(item: Item, name: str) -> Item:
    for stage in item["apiStages"]:
        if f"{stage['apiId']}:{stage['stage']}" == name:
            found: Item = stage
            return found
    raise not_found(f"API Stage not found: {name}")


def _limit(name: str) -> Row:
    """``/apiStages/{api}:{stage}/throttle/~1pets/GET/rateLimit``."""
    one = member(f"/{name}", _LIMITS[name], optional=False)

    def change(item: Item, step: Step) -> None:
        stage_name, path, verb = step.found
        throttle = _stage_of(item, stage_name).setdefault("throttle", {})
        one.change(throttle.setdefault(f"/{path.replace('~1', '/').strip('/')}/{verb}", {}), step)

    return Row("/apiStages/{stage}/throttle/{path+}/{verb}/" + name, SET, change)


def _forget_throttle(item: Item, step: Step) -> None:
    stage = _stage_of(item, step.found[0])
    if len(step.found) == 1:
        stage.pop("throttle", None)
    else:
        key = f"/{step.found[1].replace('~1', '/').strip('/')}/{step.found[2]}"
        if stage.get("throttle", {}).pop(key, None) is None:
            raise not_found(f"Invalid method throttle specified: {key}")


_PATCH = (
    Row("/apiStages", ("add", "remove"), _change_stages),
    _limit("burstLimit"),
    _limit("rateLimit"),
    Row("/apiStages/{stage}/throttle", ("remove",), _forget_throttle),
    Row("/apiStages/{stage}/throttle/{path+}/{verb}", ("remove",), _forget_throttle),
    member("/description"),
    member("/name", optional=False),
    member("/productCode"),
    member("/quota/limit", integer, optional=False),
    member("/quota/offset", integer, optional=False),
    member("/quota/period", optional=False),
    whole("/quota"),
    member("/throttle/burstLimit", integer, optional=False),
    member("/throttle/rateLimit", number, optional=False),
    whole("/throttle"),
)


def create_usage_plan(call: Call, params: Params) -> dict[str, Any]:
    require(params, "name")
    store = call.store(RestStore)
    plan: Item = {"id": new_id(call, store.usage_plans), "apiStages": [], **given(params, _FIELDS)}
    _check(call, plan)
    store.usage_plans[plan["id"]] = plan
    return plan


def get_usage_plan(call: Call, params: Params) -> dict[str, Any]:
    return _plan(call, params)


def get_usage_plans(call: Call, params: Params) -> dict[str, Any]:
    """All plans, or those of the key ``keyId``."""
    store, key_id = call.store(RestStore), params.get("keyId")
    plans = store.usage_plans.items()
    return listed((plan for plan_id, plan in plans if not key_id or key_id in store.plan_keys.get(plan_id, {})), params)


def update_usage_plan(call: Call, params: Params) -> dict[str, Any]:
    plan = patched(_plan(call, params), params.get("patchOperations"), _PATCH)
    _check(call, plan)
    store = call.store(RestStore)
    for key_id in store.plan_keys.get(plan["id"], {}):
        _check_rivals(store, plan, key_id)
    store.usage_plans[plan["id"]] = plan
    return plan


def delete_usage_plan(call: Call, params: Params) -> None:
    plan = _plan(call, params)
    if plan["apiStages"]:
        raise bad_request(f"Cannot delete Usage Plan {plan['id']} because there are API stages associated with it")
    store = call.store(RestStore)
    del store.usage_plans[plan["id"]]
    store.plan_keys.pop(plan["id"], None)
    store.usage = {where: used for where, used in store.usage.items() if where[0] != plan["id"]}


def _plan(call: Call, params: Params) -> Item:
    plan = call.store(RestStore).usage_plans.get(params.get("usagePlanId", ""))
    if plan is None:
        raise not_found("Invalid Usage Plan ID specified")
    return plan


def _check(call: Call, plan: Item) -> None:
    apis = call.store(RestStore).apis
    check_tags(plan.get("tags", {}))
    seen = set()
    for stage in plan["apiStages"]:
        place = (stage.get("apiId", ""), stage.get("stage", ""))
        if place[0] not in apis or place[1] not in apis[place[0]].stages:
            raise not_found(f"API Stage not found: {place[0]}:{place[1]}")
        if place in seen:
            raise bad_request(f"API Stage {place[0]}:{place[1]} is listed twice")
        seen.add(place)
        for throttle in stage.get("throttle", {}).values():
            _check_throttle(throttle)
    _check_throttle(plan.get("throttle", {}))
    quota = plan.get("quota")
    if quota is not None:
        if not isinstance(quota.get("limit"), int) or quota["limit"] < 1:
            raise bad_request("Usage Plan quota limit must be at least 1")
        if quota.get("period") not in _PERIODS:
            raise bad_request(f"Usage Plan quota period must be one of [{', '.join(_PERIODS)}]")
        quota.setdefault("offset", 0)
        if not 0 <= quota["offset"] <= _OFFSETS[quota["period"]]:
            raise bad_request(
                f"Usage Plan quota offset must be zero in the DAY period, and at most {_OFFSETS['WEEK']} in WEEK and "
                f"{_OFFSETS['MONTH']} in MONTH"
            )


def _check_throttle(throttle: Mapping[str, Any]) -> None:
    if any(value < 0 for value in throttle.values()):
        raise bad_request("Usage Plan throttle rate limit and burst limit must not be negative")


# Keys of a plan


def create_usage_plan_key(call: Call, params: Params) -> dict[str, Any]:
    require(params, "keyId", "keyType")
    plan, store = _plan(call, params), call.store(RestStore)
    one_of(params, "keyType", ("API_KEY",))
    key = find(store.api_keys, params["keyId"], "API Key identifier")
    keys = store.plan_keys.setdefault(plan["id"], {})
    if key["id"] in keys:
        raise conflict(f"API Key {key['id']} is already part of usage plan {plan['id']}")
    _check_rivals(store, plan, key["id"])
    keys[key["id"]] = {"id": key["id"], "type": "API_KEY", "value": key["value"], **given(key, ("name",))}
    return keys[key["id"]]


def _check_rivals(store: RestStore, plan: Item, key_id: str) -> None:
    """A key may reach a stage through one usage plan only (AWS docs)."""
    stages = [(stage["apiId"], stage["stage"]) for stage in plan["apiStages"]]
    for api_id, stage in stages:
        for other in store.plans_of(key_id, api_id, stage):
            if other["id"] != plan["id"]:
                raise conflict(f"API Key {key_id} already reaches {api_id}:{stage} through usage plan {other['id']}")


def get_usage_plan_key(call: Call, params: Params) -> dict[str, Any]:
    return _key(call, params)


def get_usage_plan_keys(call: Call, params: Params) -> dict[str, Any]:
    prefix = params.get("nameQuery") or ""
    keys = call.store(RestStore).plan_keys.get(_plan(call, params)["id"], {}).values()
    return listed((key for key in keys if key.get("name", "").startswith(prefix)), params)


def delete_usage_plan_key(call: Call, params: Params) -> None:
    key = _key(call, params)
    del call.store(RestStore).plan_keys[params["usagePlanId"]][key["id"]]


def _key(call: Call, params: Params) -> Item:
    keys = call.store(RestStore).plan_keys.get(_plan(call, params)["id"], {})
    return find(keys, params.get("keyId", ""), "API Key identifier")
