"""A Task's ``Resource``: taken apart, and known to AWS or not.

The optimized actions are those of the AWS docs page "Integrating services with Step Functions".
"""

from __future__ import annotations

import re

from emulator.asl.checks import kinds
from emulator.asl.checks.report import Place
from emulator.asl.jsonata import is_expression
from emulator.asl.states.tasks import REQUEST_RESPONSE, SYNC, SYNC_2, TOKEN, Resource

_LAMBDA = re.compile(r"arn:[\w-]+:lambda:[^:]*:[^:]*:function:[^:\s]+(?::[^:\s]+)?")
_ACTIVITY = re.compile(r"arn:[\w-]+:states:[^:]+:[^:]+:activity:[^:\s]+")
_INTEGRATION = re.compile(
    r"arn:[\w-]+:states:[\w-]*:[0-9]*:((?:aws-sdk:)?[\w-]+):(\w+)(\.sync:2|\.sync|\.waitForTaskToken)?"
)


def _table(text: str, *patterns: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(text.split(), (REQUEST_RESPONSE, *patterns))


OPTIMIZED: dict[str, dict[str, tuple[str, ...]]] = {
    "apigateway": _table("invoke", TOKEN),
    "athena": _table("startQueryExecution", SYNC) | _table("stopQueryExecution getQueryExecution getQueryResults"),
    "batch": _table("submitJob", SYNC),
    "bedrock": _table("createModelCustomizationJob", SYNC) | _table("invokeModel"),
    "codebuild": _table("startBuild startBuildBatch retryBuildBatch", SYNC)
    | _table("stopBuild batchDeleteBuilds batchGetReports stopBuildBatch deleteBuildBatch"),
    "databrew": _table("startJobRun", SYNC),
    "dynamodb": _table("getItem putItem updateItem deleteItem"),
    "ecs": _table("runTask", SYNC, TOKEN),
    "eks": _table("createCluster deleteCluster createFargateProfile deleteFargateProfile runJob", SYNC)
    | _table("createNodegroup deleteNodegroup", SYNC)
    | _table("call"),
    "elasticmapreduce": _table("createCluster terminateCluster addStep", SYNC)
    | _table("cancelStep setClusterTerminationProtection modifyInstanceFleetByName modifyInstanceGroupByName"),
    "emr-containers": _table("createVirtualCluster") | _table("deleteVirtualCluster startJobRun", SYNC),
    "emr-serverless": _table(
        "createApplication startApplication stopApplication deleteApplication startJobRun cancelJobRun", SYNC
    ),
    "events": _table("putEvents", TOKEN),
    "glue": _table("startJobRun", SYNC),
    "http": _table("invoke"),
    "lambda": _table("invoke", TOKEN),
    "mediaconvert": _table("createJob", SYNC),
    "sagemaker": _table("createEndpoint createEndpointConfig createModel updateEndpoint")
    | _table(
        "createHyperParameterTuningJob createLabelingJob createProcessingJob createTrainingJob createTransformJob", SYNC
    ),
    "sns": _table("publish", TOKEN),
    "sqs": _table("sendMessage", TOKEN),
    "states": _table("startExecution", SYNC, SYNC_2, TOKEN),
}


def parse_resource(arn: str) -> Resource | None:
    """None when AWS would not recognize it."""
    if _LAMBDA.fullmatch(arn):
        return Resource(arn, "lambda", "lambda", "", "")
    if _ACTIVITY.fullmatch(arn):
        return Resource(arn, "activity", "activity", "", "")
    found = _INTEGRATION.fullmatch(arn)
    if found is None:
        return None
    service, action, pattern = found[1], found[2], found[3] or REQUEST_RESPONSE
    if service.startswith("aws-sdk:"):
        known = pattern in (REQUEST_RESPONSE, TOKEN)
        return Resource(arn, "aws-sdk", service, action, pattern) if known else None
    if pattern not in OPTIMIZED.get(service, {}).get(action, ()):
        return None
    return Resource(arn, "http" if service == "http" else "optimized", service, action, pattern)


def check_credentials(place: Place, value: object) -> None:
    """``{"RoleArn": ...}``, literal or dynamic (AWS docs, "Accessing resources in other AWS accounts")."""
    if place.jsonata and is_expression(value):
        kinds.query(place, value)
        return
    kinds.template(place, value)
    if not isinstance(value, dict):
        kinds.expect(place, "Object")
        return
    names = ("RoleArn",) if place.jsonata else ("RoleArn", "RoleArn.$")
    if not any(name in value for name in names):
        place.missing(["RoleArn"])
    for name in value:
        if name not in names:
            place.unsupported(name)


def check_resource(place: Place, value: object) -> None:
    if not isinstance(value, str):
        place.find("Expected value of type String")
        return
    resource = parse_resource(value)
    if resource is None:
        place.find(
            f"The resource provided {value} is not recognized. The value is not a valid resource ARN, or the resource "
            "is not available in this region."
        )
    elif place.express:
        _check_express(place, resource)


def _check_express(place: Place, resource: Resource) -> None:
    if resource.kind == "activity":
        place.find("Express state machine does not support Activity ARN")
    elif resource.waits_for_end:
        place.find("Express state machine does not support '.sync' service integration")
    elif resource.waits_for_token:  # the blank at the end is AWS's
        place.find("Express state machine does not support '.waitForTaskToken' service integration ")
