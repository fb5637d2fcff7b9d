"""Deployments: what stages serve.  Changes made later are invisible until the next one (AWS docs)."""

from __future__ import annotations

from emulator.core.ground import Call
from emulator.services.apigateway.resources import bad_request, new_id
from emulator.services.apigateway.rest.model import Item, RestApi

NO_METHODS = "The REST API doesn't contain any methods"
NO_INTEGRATION = "No integration defined for method"


def deploy(call: Call, api: RestApi, description: str | None = None) -> Item:
    """Freeze the API as a new deployment; raises BadRequestException while it cannot serve anything."""
    methods = [method for resource in api.resources.values() for method in resource.get("resourceMethods", {}).values()]
    if not methods:
        raise bad_request(NO_METHODS)
    if any("methodIntegration" not in method for method in methods):
        raise bad_request(NO_INTEGRATION)
    deployment_id = new_id(call, api.deployments)
    made: Item = {"id": deployment_id, "createdDate": float(int(call.clock.now()))}
    if description is not None:
        made["description"] = description
    api.deployments[deployment_id] = made
    api.snapshots[deployment_id] = api.snapshot()
    return made


def point(call: Call, api: RestApi, stage_name: str, deployment_id: str) -> None:
    """Let an existing stage serve a deployment from now on."""
    changed = {"deploymentId": deployment_id, "lastUpdatedDate": float(int(call.clock.now()))}
    api.stages[stage_name] = {**api.stages[stage_name], **changed}
