"""Deployments: snapshots that stages point to, made by hand or by ``autoDeploy``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, find_api, new_id
from emulator.services.apigateway.snapshot import take_snapshot
from emulator.services.apigateway.store import Api, Resource

A = TypeVar("A")

NO_ROUTES = "At least one route is required before deploying the Api."


def deploy(call: Call, api: Api, description: str | None, auto: bool) -> Resource:
    """Freeze the API as a new deployment; raises BadRequestException while it has no route."""
    if not api.routes:
        raise bad_request(NO_ROUTES)
    deployment_id = new_id(call, api.deployments)
    made: Resource = {
        "AutoDeployed": auto,
        "CreatedDate": float(int(call.clock.now())),
        "DeploymentId": deployment_id,
        "DeploymentStatus": "DEPLOYED",
    }
    if description is not None:
        made["Description"] = description
    api.deployments[deployment_id] = made
    api.snapshots[deployment_id] = take_snapshot(api)
    return made


def changing(change: Callable[[Call, Api, Params], A]) -> Callable[[Call, Params], A]:
    """An operation that changes what a deployment of the API freezes: ``autoDeploy`` stages get it at once.

    AWS does this within seconds; here it is done before the call is answered.
    """

    @wraps(change)
    def operation(call: Call, params: Params) -> A:
        api = find_api(call, params)
        answer = change(call, api, params)
        stages = [name for name, stage in api.stages.items() if stage.get("AutoDeploy")]
        if stages:
            auto_deploy(call, api, stages)
        return answer

    return operation


def auto_deploy(call: Call, api: Api, stages: list[str]) -> None:
    try:
        deployment_id = deploy(call, api, "Automatic deployment triggered by changes to the Api configuration", True)[
            "DeploymentId"
        ]
    except AwsError as error:
        change: Resource = {"LastDeploymentStatusMessage": f"Unable to deploy API. {error.message}"}
    else:
        message = f"Successfully deployed stage with deployment ID '{deployment_id}'"
        change = {"DeploymentId": deployment_id, "LastDeploymentStatusMessage": message}
    for name in stages:
        former = api.stages[name].get("DeploymentId")
        api.stages[name] = {**api.stages[name], **change, "LastUpdatedDate": float(int(call.clock.now()))}
        _forget_unused(api, former)


def _forget_unused(api: Api, deployment_id: str | None) -> None:
    """A stack makes one automatic deployment per resource: those that no stage serves any more are not kept."""
    if deployment_id is None or any(stage.get("DeploymentId") == deployment_id for stage in api.stages.values()):
        return
    if api.deployments.get(deployment_id, {}).get("AutoDeployed"):
        del api.deployments[deployment_id]
        del api.snapshots[deployment_id]
