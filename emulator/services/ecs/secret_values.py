"""The ``secrets`` of a container: parameters and secrets that become variables of its program.

AWS docs, "Pass sensitive data to an Amazon ECS container".
"""

from __future__ import annotations

import json
from typing import Any

from emulator.core import jsontext
from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.ecs.errors import CannotStartError
from emulator.services.ecs.task import Task

_FAILED = "ResourceInitializationError: unable to pull secrets or registry auth: "


async def read_secrets(ground: Ground, task: Task, given: list[dict[str, str]]) -> dict[str, str]:
    """Values by variable.  Raises CannotStartError."""
    return {secret["name"]: await _value(ground, task, secret["valueFrom"]) for secret in given}


async def _value(ground: Ground, task: Task, source: str) -> str:
    try:
        if ":secretsmanager:" in source:
            return await _secret(ground, task, Arn.parse(source))
        return await _parameter(ground, task, source)
    except (AwsError, ValueError, KeyError) as error:
        raise CannotStartError(f"{_FAILED}{source}: {error}") from error


async def _parameter(ground: Ground, task: Task, source: str) -> str:
    """A parameter by name, or by an ARN that may be of another region."""
    region, name = task.region, source
    if source.startswith("arn:"):
        arn = Arn.parse(source)
        region, name = arn.region, arn.resource.removeprefix("parameter")
        name = name if name.count("/") > 1 else name.removeprefix("/")
    answer = await _ask(ground, task, "ssm", "GetParameter", {"Name": name, "WithDecryption": True}, region)
    return str(answer["Parameter"]["Value"])


async def _secret(ground: Ground, task: Task, arn: Arn) -> str:
    """``arn:…:secret:NAME:json-key:version-stage:version-id``; all after the name may be left out or empty."""
    kind, _, rest = arn.resource.partition(":")
    name, key, stage, version = (*rest.split(":"), "", "", "")[:4]
    params: dict[str, Any] = {"SecretId": str(arn._replace(resource=f"{kind}:{name}"))}
    params |= {"VersionStage": stage} if stage else {}
    params |= {"VersionId": version} if version else {}
    answer = await _ask(ground, task, "secretsmanager", "GetSecretValue", params, arn.region)
    value = str(answer["SecretString"])
    if not key:
        return value
    found = jsontext.parse(value)[key]
    return found if isinstance(found, str) else json.dumps(found)


async def _ask(
    ground: Ground, task: Task, service: str, operation: str, params: dict[str, Any], region: str
) -> dict[str, Any]:
    return await ground.courier.call(service, operation, params, account=task.account, region=region, cause=task.cause)
