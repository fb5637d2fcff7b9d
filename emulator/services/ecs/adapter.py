"""What the courier hands to clusters: events of rules and records of pipes, each of which runs tasks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from emulator.core import jsontext
from emulator.core.courier import DeliveryFailedError, Parcel
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.ecs.order import LONGEST_STARTED_BY

_OVERRIDES = frozenset(
    {
        *("containerOverrides", "cpu", "memory", "taskRoleArn", "executionRoleArn", "ephemeralStorage"),
        "inferenceAcceleratorOverrides",
    }
)
_SAME: tuple[str, ...] = ("LaunchType", "PlatformVersion", "Group", "CapacityProviderStrategy", "PlacementConstraints")
_SAME += ("PlacementStrategy", "PropagateTags", "EnableExecuteCommand", "EnableECSManagedTags")


def adapter(ground: Ground) -> Callable[[Parcel], Awaitable[Any]]:
    """The target adapter of service ``ecs``: RunTask in the cluster that is addressed.

    ``parameters`` are EventBridge's EcsParameters, or those of a pipe, which know ``Overrides``; ``StartedBy`` says who
    starts the tasks.  The payload is the tasks' overrides if it has the members of a TaskOverride, and of no use
    otherwise (AWS docs, "Amazon EventBridge targets").
    """

    async def deliver(parcel: Parcel) -> dict[str, Any]:
        arn = parcel.arn
        params = run_task_params(str(arn), parcel.source, parcel.parameters, parcel.payload)
        try:
            return await ground.courier.call(
                "ecs", "RunTask", params, account=arn.account, region=arn.region, cause=parcel.cause
            )
        except AwsError as error:
            missing = error.code == "ClusterNotFoundException" or error.message == "TaskDefinition not found."
            code = "NO_RESOURCE" if missing else "INVALID_PARAMETER"
            raise DeliveryFailedError(code, error.message or error.code) from error

    return deliver


def run_task_params(cluster: str, source: str, given: Mapping[str, Any], payload: str) -> dict[str, Any]:
    """EcsParameters as RunTask takes them."""
    name = source.rpartition("/")[2]
    params: dict[str, Any] = {
        "cluster": cluster,
        "taskDefinition": given.get("TaskDefinitionArn", ""),
        "count": given.get("TaskCount", 1),
        "launchType": "EC2",  # EventBridge's own default
        "startedBy": f"events-rule/{name}"[:LONGEST_STARTED_BY],
    }
    if given.get("CapacityProviderStrategy"):
        del params["launchType"]
    params |= {_camel(member): given[member] for member in _SAME if given.get(member) is not None}
    network = (given.get("NetworkConfiguration") or {}).get("awsvpcConfiguration")
    if network:
        params["networkConfiguration"] = {
            "awsvpcConfiguration": {_camel(member): value for member, value in network.items()}
        }
    if given.get("Tags"):
        params["tags"] = [{"key": tag["Key"], "value": tag["Value"]} for tag in given["Tags"]]
    if given.get("StartedBy"):
        params["startedBy"] = given["StartedBy"][:LONGEST_STARTED_BY]
    overrides = _camel_keys(given["Overrides"]) if given.get("Overrides") else _read_overrides(payload)
    return params | ({"overrides": overrides} if overrides else {})


def _camel(member: str) -> str:
    return "enableECSManagedTags" if member == "EnableECSManagedTags" else member[:1].lower() + member[1:]


def _camel_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {_camel(member): _camel_keys(inner) for member, inner in value.items()}
    return [_camel_keys(inner) for inner in value] if isinstance(value, list) else value


def _read_overrides(payload: str) -> dict[str, Any]:
    try:
        value = jsontext.parse(payload)
    except ValueError:
        return {}
    return value if isinstance(value, dict) and value and value.keys() <= _OVERRIDES else {}
