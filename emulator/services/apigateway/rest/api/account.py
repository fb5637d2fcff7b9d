"""Operations on the account's settings and on tags."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, given
from emulator.services.apigateway.rest.api.common import check_tags, not_found
from emulator.services.apigateway.rest.api.patch import member, patched, refused
from emulator.services.apigateway.rest.model import Item
from emulator.services.apigateway.rest.store import RestStore
from emulator.services.apigateway.throttle import ACCOUNT_BURST, ACCOUNT_RATE

_PATCH = (
    member("/cloudwatchRoleArn"),
    refused("/apiKeyVersion", "apiKeyVersion of the account"),
    refused("/features", "features of the account"),
)


def get_account(call: Call, params: Params) -> dict[str, Any]:
    return {
        **call.store(RestStore).account,
        "throttleSettings": {"burstLimit": int(ACCOUNT_BURST), "rateLimit": float(ACCOUNT_RATE)},
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }


def update_account(call: Call, params: Params) -> dict[str, Any]:
    store = call.store(RestStore)
    store.account = patched(store.account, params.get("patchOperations"), _PATCH)
    return get_account(call, params)


# Tags


def get_tags(call: Call, params: Params) -> dict[str, Any]:
    return {"tags": _tagged(call, params)[0].get("tags", {})}


def tag_resource(call: Call, params: Params) -> None:
    tags = given(params, ("tags",)).get("tags", {})
    check_tags(tags)
    item, put = _tagged(call, params)
    put({**item, "tags": {**item.get("tags", {}), **tags}})


def untag_resource(call: Call, params: Params) -> None:
    gone = set(params.get("tagKeys") or ())
    item, put = _tagged(call, params)
    put({**item, "tags": {key: value for key, value in item.get("tags", {}).items() if key not in gone}})


def _tagged(call: Call, params: Params) -> tuple[Item, Callable[[Item], None]]:
    """What ``arn:aws:apigateway:{region}::/{collection}/{id}[/stages/{stage}]`` names, and how to change it."""
    arn = str(params.get("resourceArn", ""))
    parts = arn.partition("::")[2].strip("/").split("/")
    store = call.store(RestStore)
    if parts[0] not in ("restapis", "apikeys", "usageplans"):
        raise bad_request(f"Invalid resource ARN specified {arn}")
    api = store.apis.get(parts[1]) if parts[0] == "restapis" and len(parts) > 1 else None
    if api is not None and len(parts) == 2:
        return api.fields, partial(setattr, api, "fields")
    items, key = {}, parts[-1]
    if api is not None and len(parts) == 4 and parts[2] == "stages":
        items = api.stages
    elif len(parts) == 2:
        items = {"apikeys": store.api_keys, "usageplans": store.usage_plans}.get(parts[0], {})
    if key not in items:
        raise not_found(f"Invalid resource ARN specified {arn}")
    return items[key], partial(items.__setitem__, key)
