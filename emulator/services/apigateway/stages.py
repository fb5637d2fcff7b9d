"""Operations on stages and deployments."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway import deployment, lifecycle
from emulator.services.apigateway.resources import (
    Params,
    bad_request,
    find_api,
    given,
    merged_maps,
    not_found,
    page,
    refuse,
    require,
)
from emulator.services.apigateway.store import Api, Resource

_FIELDS = (
    *("AccessLogSettings", "AutoDeploy", "DefaultRouteSettings", "DeploymentId", "Description", "RouteSettings"),
    *("StageName", "StageVariables", "Tags"),
)
_ROUTE_SETTINGS: Resource = {"DataTraceEnabled": False, "DetailedMetricsEnabled": False, "LoggingLevel": "OFF"}
_HTTP_ROUTE_SETTINGS: Resource = {"DetailedMetricsEnabled": False}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


def create_stage(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    require(params, "StageName")
    name = params["StageName"]
    if not _NAME.fullmatch(name) and not (api.is_http and name == "$default"):
        raise bad_request("Stage name only allows a-zA-Z0-9_- and 1 to 128 characters")
    if name in api.stages:
        raise AwsError("ConflictException", "Stage already exists")
    _check(api, params, bool(params.get("AutoDeploy")))
    now = float(int(call.clock.now()))
    fields = {"RouteSettings": {}, "StageVariables": {}, "Tags": {}, **given(params, _FIELDS)}
    settings = _HTTP_ROUTE_SETTINGS if api.is_http else _ROUTE_SETTINGS
    fields["DefaultRouteSettings"] = {**settings, **fields.get("DefaultRouteSettings", {})}
    if not fields.get("AutoDeploy"):
        fields.pop("AutoDeploy", None)
    api.stages[name] = {"CreatedDate": now, "LastUpdatedDate": now, **fields}
    if fields.get("AutoDeploy"):
        deployment.auto_deploy(call, api, [name])
    return api.stages[name]


def get_stage(call: Call, params: Params) -> dict[str, Any]:
    return _stage(find_api(call, params), params)


def get_stages(call: Call, params: Params) -> dict[str, Any]:
    return page(find_api(call, params).stages.values(), params)


def update_stage(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    old = _stage(api, params)
    if old.get("ApiGatewayManaged"):
        raise bad_request("A stage that is managed by API Gateway cannot be changed")
    automatic = bool(params.get("AutoDeploy", old.get("AutoDeploy", False)))
    _check(api, params, automatic)
    fields = given(params, _FIELDS)
    if "DefaultRouteSettings" in fields:
        fields["DefaultRouteSettings"] = {**old["DefaultRouteSettings"], **fields["DefaultRouteSettings"]}
    changed = {**old, **merged_maps(old, fields, ("RouteSettings", "StageVariables"))}
    if not automatic:
        changed.pop("AutoDeploy", None)
    api.stages[params["StageName"]] = {**changed, "LastUpdatedDate": float(int(call.clock.now()))}
    if automatic and not old.get("AutoDeploy"):
        deployment.auto_deploy(call, api, [params["StageName"]])
    return api.stages[params["StageName"]]


def delete_stage(call: Call, params: Params) -> None:
    """Forget a stage and close its connections with 1001."""
    api = find_api(call, params)
    _stage(api, params)
    del api.stages[params["StageName"]]
    lifecycle.close_those_of(call.ground, api.api_id, params["StageName"], call.cause)


def delete_route_settings(call: Call, params: Params) -> None:
    api = find_api(call, params)
    stage = _stage(api, params)
    settings = dict(stage["RouteSettings"])
    if settings.pop(params.get("RouteKey", ""), None) is None:
        raise not_found(f"Invalid RouteSettings identifier specified {params.get('RouteKey', '')}", "RouteSettings")
    api.stages[params["StageName"]] = {**stage, "RouteSettings": settings}


def delete_access_log_settings(call: Call, params: Params) -> None:
    api = find_api(call, params)
    stage = _stage(api, params)
    api.stages[params["StageName"]] = {key: value for key, value in stage.items() if key != "AccessLogSettings"}


def _stage(api: Api, params: Params) -> Resource:
    stage = api.stages.get(params.get("StageName", ""))
    if stage is None:
        raise not_found("Invalid stage identifier specified", "Stage")
    return stage


def _check(api: Api, params: Params, automatic: bool) -> None:
    refuse(params, "this API's stages", "ClientCertificateId")
    deployment_id = params.get("DeploymentId")
    if deployment_id is not None:
        if automatic:
            raise bad_request("Deployment ID cannot be set on a stage with autoDeploy enabled")
        _deployment(api, params)
    for name in params.get("StageVariables") or {}:
        if not re.fullmatch(r"\w+", name):
            raise bad_request(f"Stage variable names only allow alphanumeric and _ characters: {name}")


# Deployments


def create_deployment(call: Call, params: Params) -> dict[str, Any]:
    """Freeze the API; with ``StageName`` the stage serves it from now on."""
    api = find_api(call, params)
    stage = _stage(api, params) if params.get("StageName") else None
    if stage is not None and stage.get("AutoDeploy"):
        raise bad_request("Deployment ID cannot be set on a stage with autoDeploy enabled")
    made = deployment.deploy(call, api, params.get("Description"), auto=False)
    if stage is not None:
        now = float(int(call.clock.now()))
        api.stages[params["StageName"]] = {**stage, "DeploymentId": made["DeploymentId"], "LastUpdatedDate": now}
    return made


def get_deployment(call: Call, params: Params) -> dict[str, Any]:
    return _deployment(find_api(call, params), params)


def get_deployments(call: Call, params: Params) -> dict[str, Any]:
    return page(find_api(call, params).deployments.values(), params)


def update_deployment(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    api.deployments[params["DeploymentId"]] = {**_deployment(api, params), **given(params, ("Description",))}
    return api.deployments[params["DeploymentId"]]


def delete_deployment(call: Call, params: Params) -> None:
    api = find_api(call, params)
    _deployment(api, params)
    if any(stage.get("DeploymentId") == params["DeploymentId"] for stage in api.stages.values()):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[params["DeploymentId"]]
    del api.snapshots[params["DeploymentId"]]


def _deployment(api: Api, params: Params) -> Resource:
    found = api.deployments.get(params.get("DeploymentId", ""))
    if found is None:
        raise not_found("Invalid deployment identifier specified", "Deployment")
    return found
