"""Which AWS operation a resource means, and how errors of its service are called.

AWS docs, "Integrating services with Step Functions" and "Supported AWS SDK service integrations".
"""

from __future__ import annotations

from dataclasses import dataclass

from emulator import wire
from emulator.asl.states import Resource

# Optimized integrations: botocore's service; the prefix of error names; the Java SDK's word for the service.
_OPTIMIZED = {
    "apigateway": ("apigateway", "ApiGateway", "AmazonApiGateway"),
    "dynamodb": ("dynamodb", "DynamoDB", "AmazonDynamoDBv2"),
    "ecs": ("ecs", "ECS", "AmazonECS"),
    "events": ("events", "EventBridge", "AmazonEventBridge"),
    "http": ("events", "Http", "Http"),
    "lambda": ("lambda", "Lambda", "AWSLambda"),
    "sns": ("sns", "SNS", "AmazonSNS"),
    "sqs": ("sqs", "SQS", "AmazonSQS"),
    "states": ("stepfunctions", "StepFunctions", "AWSStepFunctions"),
}
# SDK integrations: names where AWS's Java SDK and botocore differ in more than dashes.
_SDK_SERVICES = {
    "cloudwatchevents": "events",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "databasemigration": "dms",
    "efs": "efs",
    "elasticloadbalancingv2": "elbv2",
    "eventbridge": "events",
    "sfn": "stepfunctions",
}
_SDK_PREFIXES = {
    "apigateway": "ApiGateway",
    "apigatewaymanagementapi": "ApiGatewayManagementApi",
    "apigatewayv2": "ApiGatewayV2",
    "cloudformation": "CloudFormation",
    "cloudwatch": "CloudWatch",
    "cloudwatchevents": "CloudWatchEvents",
    "cloudwatchlogs": "CloudWatchLogs",
    "cognitoidentityprovider": "CognitoIdentityProvider",
    "dynamodb": "DynamoDb",
    "dynamodbstreams": "DynamoDbStreams",
    "eventbridge": "EventBridge",
    "secretsmanager": "SecretsManager",
}


@dataclass(frozen=True, slots=True)
class Called:
    """An operation of a service by botocore's names; ``prefix`` begins its error names (``DynamoDb``), ``word`` is what
    messages call it; ``sdk`` integrations write messages in the Java SDK v2's form."""

    service: str
    operation: str
    prefix: str
    word: str
    sdk: bool


def called(resource: Resource) -> Called:
    """What ``resource`` calls; whether that exists anywhere is another question."""
    operation = resource.action[:1].upper() + resource.action[1:]
    if resource.kind == "lambda":
        return Called("lambda", "Invoke", "Lambda", "AWSLambda", False)
    if resource.kind == "aws-sdk":
        name = resource.service.removeprefix("aws-sdk:")
        prefix = _SDK_PREFIXES.get(name, name.capitalize())
        return Called(_sdk_service(name), operation, prefix, prefix, True)
    service, prefix, word = _OPTIMIZED.get(resource.service, (resource.service, resource.service, resource.service))
    return Called(service, operation, prefix, word, False)


def _sdk_service(name: str) -> str:
    if name in _SDK_SERVICES:
        return _SDK_SERVICES[name]
    try:
        wire.service_model(name)
    except wire.UnknownServiceError:
        return _by_letters().get(name, name)
    return name


def _by_letters() -> dict[str, str]:
    """botocore's names with dashes, by their letters alone (``ssm-incidents`` for ``ssmincidents``)."""
    from botocore.loaders import Loader

    return {service.replace("-", ""): service for service in Loader().list_available_services("service-2")}
