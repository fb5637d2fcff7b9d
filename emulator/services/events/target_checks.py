"""What makes PutTargets refuse the whole call (AWS's texts; recorded from AWS or observed there)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulator.core.arns import Arn
from emulator.patterns.input_transformer import validate_input
from emulator.services.events.errors import invalid

# The kinds of ARN that EventBridge knows as targets: service → how the resource begins.
_RESOURCES: Mapping[str, tuple[str, ...]] = {
    "appsync": ("endpoints/graphql-api/",),
    "batch": ("job-queue/",),
    "codebuild": ("project/",),
    "codepipeline": ("",),
    "ecs": ("cluster/",),
    "events": ("event-bus/", "api-destination/", "target/"),
    "execute-api": ("",),
    "firehose": ("deliverystream/",),
    "glue": ("workflow/",),
    "inspector": ("target/",),
    "kinesis": ("stream/",),
    "lambda": ("function:",),
    "logs": ("log-group:",),
    "redshift": ("cluster:",),
    "redshift-serverless": ("workgroup/",),
    "sagemaker": ("pipeline/",),
    "sns": ("",),
    "sqs": ("",),
    "ssm": ("document/", "automation-definition/", "opsitem"),
    "ssm-incidents": ("response-plan/",),
    "states": ("stateMachine:",),
}
_NO_ROLE = frozenset({"appsync", "execute-api", "lambda", "logs", "sns", "sqs"})
# SqsParameters is accepted everywhere, so it is not here.
_BLOCKS: Mapping[str, tuple[str, ...]] = {
    "KinesisParameters": ("kinesis",),
    "RunCommandParameters": ("ssm",),
    "EcsParameters": ("ecs",),
    "BatchParameters": ("batch",),
    "HttpParameters": ("execute-api", "events"),
    "RedshiftDataParameters": ("redshift", "redshift-serverless"),
    "SageMakerPipelineParameters": ("sagemaker",),
    "AppSyncParameters": ("appsync",),
}
_BUS = "event-bus/"
_BAD_ARN = "Parameter ARN is not valid. Reason: Provided Arn is not in correct format."


def check_targets(targets: Sequence[dict[str, Any]], can_deliver: Callable[[str], bool]) -> None:
    """Raises ValidationException for the first problem in the order of the targets.

    AWS's own checks come first; then services that this emulator cannot deliver to are refused by name.
    """
    seen: set[str] = set()
    for target in targets:
        if target["Id"] in seen:
            reason = f"More than one target with Id '{target['Id']}' is provided."
            raise invalid(f"Parameter targets is not valid. Reason: {reason}")
        seen.add(target["Id"])
    for position, target in enumerate(targets, 1):
        arn = _target_arn(target["Arn"])
        validate_input(target, position)
        _check_parameters(target, arn)
        _check_ecs(target)
        if arn.service not in _NO_ROLE and not target.get("RoleArn"):
            raise invalid(f"RoleArn is required for target {target['Arn']}.")
        _check_dead_letter_queue((target.get("DeadLetterConfig") or {}).get("Arn"))
        _check_supported(target, arn, can_deliver)


def _target_arn(text: str) -> Arn:
    try:
        arn = Arn.parse(text)
    except ValueError:
        raise invalid(_BAD_ARN) from None
    if not arn.resource.startswith(_RESOURCES.get(arn.service, ())):
        raise invalid(_BAD_ARN)
    return arn


def _check_parameters(target: dict[str, Any], arn: Arn) -> None:
    for block, services in _BLOCKS.items():
        if target.get(block) is not None and arn.service not in services:
            raise invalid(f"Parameter(s) {block} not supported for target: {target['Id']}.")
    needed = {"ecs": "EcsParameters", "batch": "BatchParameters"}.get(arn.service)
    if arn.service == "sqs" and arn.resource.endswith(".fifo"):
        needed = "SqsParameters"
    if needed and not target.get(needed):
        raise invalid(f"Parameter(s) {needed} must be specified for target: {target['Id']}.")


def _check_ecs(target: dict[str, Any]) -> None:
    ecs = target.get("EcsParameters")
    if not ecs:
        return
    network = (ecs.get("NetworkConfiguration") or {}).get("awsvpcConfiguration")
    if ecs.get("LaunchType") == "FARGATE" and not network:
        name = f"Parameter NetworkConfiguration must be specified for target {target['Id']}"
        raise invalid(f"{name} when launch type is FARGATE")
    if ecs.get("TaskCount", 1) > 10:
        raise invalid(f"Parameter(s) TaskCount not valid for target: {target['Id']}.")
    if network and not 1 <= len(network.get("Subnets") or ()) <= 16:
        raise invalid("Parameter Subnets is not valid. Reason: size must be in between 1 and 16")
    if network and len(network.get("SecurityGroups") or ()) > 5:
        raise invalid("Parameter SecurityGroups is not valid. Reason: size must be in between 0 and 5")


def _check_dead_letter_queue(text: str | None) -> None:
    if text is None:
        return
    try:
        arn = Arn.parse(text)
    except ValueError:
        raise invalid(_BAD_ARN) from None
    if arn.service != "sqs":
        raise invalid(f"{arn.service} is not supported as a dead letter resource")
    if arn.resource.endswith(".fifo"):
        raise invalid("SQS FIFO is not supported by Dead Letter Queues")


def _check_supported(target: dict[str, Any], arn: Arn, can_deliver: Callable[[str], bool]) -> None:
    target_id = target["Id"]
    if not can_deliver(arn.service):
        raise invalid(f"Targets of service '{arn.service}' are not supported by this emulator yet ({target_id}).")
    if arn.service == "events" and not arn.resource.startswith(_BUS):
        kind = arn.resource.partition("/")[0]
        raise invalid(f"Targets of kind '{kind}' are not supported by this emulator yet ({target_id}).")
    if (target.get("EcsParameters") or {}).get("ReferenceId"):
        raise invalid(f"EcsParameters.ReferenceId is not supported by this emulator yet ({target_id}).")
