"""Operations on stages: which deployment a name serves, and with which variables and settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, given, require, unsupported
from emulator.services.apigateway.rest.api.common import (
    VERBS,
    check_tags,
    conflict,
    find,
    find_api,
    now,
    one_of,
    unsettable,
)
from emulator.services.apigateway.rest.api.patch import (
    OPS,
    SET,
    Row,
    Step,
    boolean,
    entry,
    integer,
    member,
    number,
    patched,
    refused,
    whole,
)
from emulator.services.apigateway.rest.lambda_authorizer import OpinionCache
from emulator.services.apigateway.rest.model import ALL_METHODS, Item, RestApi, setting_key
from emulator.services.apigateway.rest.store import RestStore

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=, ]*")
_LEVELS = ("OFF", "ERROR", "INFO")
_STRATEGIES = ("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER")
_SETTING: Item = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
"""What a method setting shows beside what was set."""


def _setting(path: str, name: str, read: Callable[[str], Any]) -> Row:
    """``/~1pets/GET/throttling/burstLimit``; ``/*/*/…`` is for all methods."""
    one = member(f"/{name}", read)

    def change(item: Item, step: Step) -> None:
        settings, key = dict(item["methodSettings"]), "/".join(step.found)
        key = next((known for known in settings if setting_key(known) == setting_key(key)), key)
        setting = dict(settings.get(key, _SETTING))
        one.change(setting, step)
        item["methodSettings"] = {**settings, key: setting}

    return Row("/{path+}/{verb}/" + path, OPS, change)


def _forget_setting(item: Item, step: Step) -> None:
    """``remove`` of ``/~1pets/GET``."""
    wanted = setting_key(step.path[1:])
    kept = {key: setting for key, setting in item["methodSettings"].items() if setting_key(key) != wanted}
    if len(kept) == len(item["methodSettings"]):
        raise bad_request(f"Invalid method setting path: {step.path}")
    item["methodSettings"] = kept


def _choose_deployment(item: Item, step: Step) -> None:
    item["deploymentId"] = step.value or ""


_PATCH = (
    member("/accessLogSettings/destinationArn"),
    member("/accessLogSettings/format"),
    whole("/accessLogSettings"),
    member("/cacheClusterEnabled", boolean, optional=False),
    refused("/cacheClusterSize", "cacheClusterSize of a stage"),
    refused("/canarySettings", "canarySettings of a stage"),
    refused("/canarySettings/{setting+}", "canarySettings of a stage"),
    refused("/clientCertificateId", "clientCertificateId of a stage"),
    Row("/deploymentId", SET, _choose_deployment),
    member("/description"),
    refused("/documentationVersion", "documentationVersion of a stage"),
    member("/tracingEnabled", boolean, optional=False),
    entry("/variables/{name}"),
    _setting("caching/dataEncrypted", "cacheDataEncrypted", boolean),
    _setting("caching/enabled", "cachingEnabled", boolean),
    _setting("caching/requireAuthorizationForCacheControl", "requireAuthorizationForCacheControl", boolean),
    _setting("caching/ttlInSeconds", "cacheTtlInSeconds", integer),
    _setting("caching/unauthorizedCacheControlHeaderStrategy", "unauthorizedCacheControlHeaderStrategy", str),
    _setting("logging/dataTrace", "dataTraceEnabled", boolean),
    _setting("logging/loglevel", "loggingLevel", str),
    _setting("metrics/enabled", "metricsEnabled", boolean),
    _setting("throttling/burstLimit", "throttlingBurstLimit", integer),
    _setting("throttling/rateLimit", "throttlingRateLimit", number),
    Row("/{path+}/{verb}", ("remove",), _forget_setting),
)


def create_stage(call: Call, params: Params) -> dict[str, Any]:
    require(params, "stageName", "deploymentId")
    api = find_api(call, params)
    if params["stageName"] in api.stages:
        raise conflict("Stage already exists")
    return new_stage(call, api, params)


def new_stage(call: Call, api: RestApi, params: Params) -> Item:
    """``params`` are CreateStage's."""
    name = params["stageName"]
    if not _NAME.fullmatch(name):
        raise bad_request("Stage name only allows a-zA-Z0-9_-")
    for unknown in ("canarySettings", "documentationVersion"):
        unsettable(params, unknown, "a stage")
    stage: Item = {
        "stageName": name,
        "cacheClusterEnabled": bool(params.get("cacheClusterEnabled")),
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
        "createdDate": now(call),
        "lastUpdatedDate": now(call),
        **given(params, ("deploymentId", "description", "variables", "tracingEnabled", "tags")),
    }
    check_tags(stage.get("tags", {}))
    _check(api, stage)
    api.stages[name] = stage
    return stage


def get_stage(call: Call, params: Params) -> dict[str, Any]:
    return _stage(find_api(call, params), params)


def get_stages(call: Call, params: Params) -> dict[str, Any]:
    wanted = params.get("deploymentId")
    stages = find_api(call, params).stages.values()
    return {"item": [stage for stage in stages if wanted in (None, stage["deploymentId"])]}


def update_stage(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    old = _stage(api, params)
    changed = patched(old, params.get("patchOperations"), _PATCH)
    _check(api, changed, old["methodSettings"])
    api.stages[changed["stageName"]] = {**changed, "lastUpdatedDate": now(call)}
    return api.stages[changed["stageName"]]


def delete_stage(call: Call, params: Params) -> None:
    api = find_api(call, params)
    name = _stage(api, params)["stageName"]
    forget(call, api, name)
    del api.stages[name]


def forget(call: Call, api: RestApi, stage_name: str) -> None:
    """A stage goes: usage plans and authorizers know it no longer."""
    plans = call.store(RestStore).usage_plans
    for plan_id, plan in plans.items():
        gone = (api.api_id, stage_name)
        kept = [stage for stage in plan["apiStages"] if (stage["apiId"], stage["stage"]) != gone]
        if len(kept) != len(plan["apiStages"]):
            plans[plan_id] = {**plan, "apiStages": kept}
    call.ground.cloud.shared(OpinionCache).forget(api.api_id, stage_name)


def flush_stage_cache(call: Call, params: Params) -> None:
    """There is no cache for answers, so it is always empty."""
    _stage(find_api(call, params), params)


def check_variables(variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        if not re.fullmatch(r"\w+", name, re.ASCII):
            raise bad_request(
                f"Invalid stage variable name: {name}. Please use alphanumeric characters and underscores."
            )
        if not _VALUE.fullmatch(value):
            raise bad_request(
                f"Invalid stage variable value: {value}. Please use values with alphanumeric characters and the "
                "symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','."
            )


def _stage(api: RestApi, params: Params) -> Item:
    return find(api.stages, params.get("stageName", ""), "stage identifier")


def _check(api: RestApi, stage: Item, before: Iterable[str] = ()) -> None:
    """``before`` are the keys of settings that were there already: methods may have gone since."""
    if stage["deploymentId"] not in api.deployments:
        raise bad_request("Deployment id does not exist")
    if stage["cacheClusterEnabled"]:
        raise unsupported("cacheClusterEnabled of a stage")
    check_variables(stage.get("variables", {}))
    for key, setting in stage["methodSettings"].items():
        if setting.get("cachingEnabled"):
            raise unsupported("Caching of answers")
        one_of(setting, "loggingLevel", _LEVELS)
        one_of(setting, "unauthorizedCacheControlHeaderStrategy", _STRATEGIES)
        if key not in before and not _has_method(api, stage, *setting_key(key)):
            raise bad_request(f"Invalid method setting path: /{key}")


def _has_method(api: RestApi, stage: Item, path: str, verb: str) -> bool:
    """A setting is for all methods, or for one that the stage's deployment has."""
    if (path, verb) == ALL_METHODS:
        return True
    resources = api.snapshots[stage["deploymentId"]].resources.values()
    methods: Item = next((item.get("resourceMethods", {}) for item in resources if item["path"] == path), {})
    return verb in methods or (verb in VERBS and "ANY" in methods)
