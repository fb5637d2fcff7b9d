"""Operations on API keys."""

from __future__ import annotations

import csv
import io
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, given, new_id, unsupported
from emulator.services.apigateway.rest.api import usage_plans
from emulator.services.apigateway.rest.api.common import check_tags, conflict, find, listed, now, one_of
from emulator.services.apigateway.rest.api.patch import boolean, member, patched, refused
from emulator.services.apigateway.rest.model import Item
from emulator.services.apigateway.rest.store import RestStore

_FIELDS = ("name", "description", "customerId", "tags")
_COLUMNS = ("name", "key", "description", "enabled", "usageplanids")
_PATCH = (
    member("/customerId"),
    member("/description"),
    member("/enabled", boolean, optional=False),
    member("/name"),
    refused("/stages", "stageKeys of an API key (without a usage plan)"),
    refused("/labels", "labels of an API key"),
)


def create_api_key(call: Call, params: Params) -> dict[str, Any]:
    """Make a key; without a ``value`` one is made up.  A key is disabled unless ``enabled`` is given (AWS docs)."""
    if params.get("stageKeys"):
        raise unsupported("stageKeys of an API key (without a usage plan)")
    store = call.store(RestStore)
    value = params.get("value") or call.ids.alnum(40)
    if not 20 <= len(value) <= 128:
        raise bad_request(f"API Key value should be at {'least 20' if len(value) < 20 else 'most 128'} characters")
    if store.key_with_value(value) is not None:
        raise conflict("API Key already exists")
    members = given(params, _FIELDS)
    check_tags(members.get("tags", {}))
    # AWS docs: ``generateDistinctId`` false lets the key have its value as its identifier
    own_id = params.get("generateDistinctId", True)
    key: Item = {
        "id": new_id(call, store.api_keys) + call.ids.alnum(3) if own_id else value,
        "value": value,
        **members,
        "enabled": bool(params.get("enabled")),
        "createdDate": now(call),
        "lastUpdatedDate": now(call),
    }
    store.api_keys[key["id"]] = key
    return _shown(call, key, True)


def get_api_key(call: Call, params: Params) -> dict[str, Any]:
    return _shown(call, find_key(call, params.get("apiKey", "")), bool(params.get("includeValue")))


def get_api_keys(call: Call, params: Params) -> dict[str, Any]:
    """Keys whose name begins with ``nameQuery``, of one ``customerId``."""
    prefix, customer = params.get("nameQuery") or "", params.get("customerId")
    values = bool(params.get("includeValues"))
    keys = (
        _shown(call, key, values)
        for key in call.store(RestStore).api_keys.values()
        if key.get("name", "").startswith(prefix) and customer in (None, key.get("customerId"))
    )
    return listed(keys, params)


def update_api_key(call: Call, params: Params) -> dict[str, Any]:
    changed = patched(find_key(call, params.get("apiKey", "")), params.get("patchOperations"), _PATCH)
    call.store(RestStore).api_keys[changed["id"]] = {**changed, "lastUpdatedDate": now(call)}
    return _shown(call, call.store(RestStore).api_keys[changed["id"]], False)


def delete_api_key(call: Call, params: Params) -> None:
    store = call.store(RestStore)
    key_id = find_key(call, params.get("apiKey", ""))["id"]
    del store.api_keys[key_id]
    for keys in store.plan_keys.values():
        keys.pop(key_id, None)


def import_api_keys(call: Call, params: Params) -> dict[str, Any]:
    """Keys from a CSV file with a header line (AWS docs, "API key file format"); a wrong key is a warning."""
    one_of(params, "format", ("csv",))
    rows = csv.reader(io.StringIO(bytes(params.get("body") or b"").decode("utf-8", "replace").strip()))
    columns = [column.strip().lower() for column in next(rows, [])]
    if "key" not in columns or any(column not in _COLUMNS for column in columns):
        raise bad_request(f"Invalid CSV header. Columns are [{', '.join(_COLUMNS)}]; key is required")
    before = dict(call.store(RestStore).api_keys)
    ids: list[str] = []
    warnings: list[str] = []
    for row in rows:
        given_key = dict(zip(columns, (cell.strip() for cell in row), strict=False))
        try:
            ids.append(_imported(call, given_key))
        except AwsError as error:
            warnings.append(f"Unable to import API Key {given_key.get('name', '')}: {error.message}")
    if warnings and params.get("failOnWarnings"):
        for key_id in ids:
            if key_id not in before:
                delete_api_key(call, {"apiKey": key_id})
        raise bad_request("Warnings found during import: " + "; ".join(warnings))
    return {"ids": ids, "warnings": warnings}


def _imported(call: Call, row: dict[str, str]) -> str:
    params: Params = {name: row[name] for name in ("name", "description") if row.get(name)}
    enabled = row.get("enabled", "").lower() == "true"
    key_id = str(create_api_key(call, {**params, "value": row.get("key", ""), "enabled": enabled})["id"])
    for plan_id in filter(None, (part.strip() for part in row.get("usageplanids", "").split(","))):
        usage_plans.create_usage_plan_key(call, {"usagePlanId": plan_id, "keyId": key_id, "keyType": "API_KEY"})
    return key_id


def find_key(call: Call, key_id: str) -> Item:
    return find(call.store(RestStore).api_keys, key_id, "API Key identifier")


def _shown(call: Call, key: Item, with_value: bool) -> Item:
    """``stageKeys`` are the stages that usage plans open to the key."""
    store = call.store(RestStore)
    plans = (plan for plan_id, plan in store.usage_plans.items() if key["id"] in store.plan_keys.get(plan_id, {}))
    stages = [f"{stage['apiId']}/{stage['stage']}" for plan in plans for stage in plan["apiStages"]]
    return {name: value for name, value in key.items() if with_value or name != "value"} | {"stageKeys": stages}
