"""Operations on deployments."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, given
from emulator.services.apigateway.rest.api import stages
from emulator.services.apigateway.rest.api.common import find, find_api, listed, unsettable
from emulator.services.apigateway.rest.api.patch import member, patched
from emulator.services.apigateway.rest.deployment import deploy, point
from emulator.services.apigateway.rest.model import Item, RestApi

_PATCH = (member("/description"),)
_OF_STAGE = ("stageDescription", "variables", "tracingEnabled", "cacheClusterEnabled", "cacheClusterSize")


def create_deployment(call: Call, params: Params) -> dict[str, Any]:
    """Freeze the API; with ``stageName`` the stage, made if need be, serves it from now on."""
    api = find_api(call, params)
    unsettable(params, "canarySettings", "a deployment")
    unsettable(params, "cacheClusterEnabled", "a deployment")
    name = params.get("stageName")
    if not name and given(params, _OF_STAGE):
        raise bad_request("Settings of a stage need a stage name")
    stages.check_variables(given(params, ("variables",)).get("variables", {}))
    made = deploy(call, api, params.get("description"))
    if name:
        try:
            _stage(call, api, name, made["id"], params)
        except BaseException:
            del api.deployments[made["id"]], api.snapshots[made["id"]]
            raise
    return made


def _stage(call: Call, api: RestApi, name: str, deployment_id: str, params: Params) -> None:
    settings = given(params, ("variables", "tracingEnabled"))
    if params.get("stageDescription"):
        settings["description"] = params["stageDescription"]
    if name not in api.stages:
        stages.new_stage(call, api, {**settings, "stageName": name, "deploymentId": deployment_id})
        return
    if "variables" in settings:
        settings["variables"] = {**api.stages[name].get("variables", {}), **settings["variables"]}
    api.stages[name] = {**api.stages[name], **settings}
    point(call, api, name, deployment_id)


def get_deployment(call: Call, params: Params) -> dict[str, Any]:
    """A deployment; ``embed`` may name ``apisummary``: what is called without which proof."""
    api = find_api(call, params)
    deployment = _deployment(api, params)
    wanted = params.get("embed") or []
    if any(name != "apisummary" for name in wanted):
        raise bad_request("Invalid embed specified. Must be one of [apisummary]")
    return {**deployment, "apiSummary": _summary(api, deployment["id"])} if wanted else deployment


def _summary(api: RestApi, deployment_id: str) -> Item:
    return {
        resource["path"]: {
            verb: {"authorizationType": method["authorizationType"], "apiKeyRequired": method["apiKeyRequired"]}
            for verb, method in resource["resourceMethods"].items()
        }
        for resource in api.snapshots[deployment_id].resources.values()
        if "resourceMethods" in resource
    }


def get_deployments(call: Call, params: Params) -> dict[str, Any]:
    return listed(find_api(call, params).deployments.values(), params)


def update_deployment(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    changed = patched(_deployment(api, params), params.get("patchOperations"), _PATCH)
    api.deployments[changed["id"]] = changed
    return changed


def delete_deployment(call: Call, params: Params) -> None:
    api = find_api(call, params)
    deployment_id = _deployment(api, params)["id"]
    if any(stage["deploymentId"] == deployment_id for stage in api.stages.values()):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[deployment_id], api.snapshots[deployment_id]


def _deployment(api: RestApi, params: Params) -> Item:
    return find(api.deployments, params.get("deploymentId", ""), "Deployment identifier")
