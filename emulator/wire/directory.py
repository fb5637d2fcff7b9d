"""Which botocore service a mark in a request belongs to.

Requests do not name botocore's service: they carry a target prefix, an API version, a signing name or a path.  The
models hold these marks too, but finding one there means reading hundreds of models; this table names the services that
people run locally, and a test compares it with the models.  A service that is missing here is still found by the
signing name in the request's credential scope.
"""

from __future__ import annotations

import re

# X-Amz-Target: <prefix>.<Operation>
TARGET_PREFIXES = {
    "AmazonSQS": "sqs",
    "AWSEvents": "events",
    "AWSStepFunctions": "stepfunctions",
    "DynamoDB_20120810": "dynamodb",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "Logs_20140328": "logs",
    "AmazonEC2ContainerServiceV20141113": "ecs",
    "AmazonEC2ContainerRegistry_V20150921": "ecr",
    "GraniteServiceVersion20100801": "cloudwatch",
    "Kinesis_20131202": "kinesis",
    "Firehose_20150804": "firehose",
    "AmazonSSM": "ssm",
    "secretsmanager": "secretsmanager",
    "TrentService": "kms",
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
}

# Version=<version> of Query requests
QUERY_VERSIONS = {
    "2012-11-05": "sqs",
    "2010-03-31": "sns",
    "2011-06-15": "sts",
    "2010-05-08": "iam",
    "2010-05-15": "cloudformation",
    "2010-08-01": "cloudwatch",
    "2010-12-01": "ses",
    "2016-11-15": "ec2",
}

# Signing names that differ from botocore's service name or are shared; the first service that knows the call wins.
SIGNING_NAMES = {
    "states": ("stepfunctions",),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "apigateway": ("apigateway", "apigatewayv2"),
    "execute-api": ("apigatewaymanagementapi",),
    "monitoring": ("cloudwatch",),
    "ses": ("sesv2", "ses"),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticfilesystem": ("efs",),
    "tagging": ("resourcegroupstaggingapi",),
    "es": ("opensearch", "es"),
    "cloudcontrolapi": ("cloudcontrol",),
    "servicequotas": ("service-quotas",),
}

# Query actions without version and signature: links in messages, curl.
UNSIGNED_QUERY = ("sns", "sqs", "sts")

# Paths that tell the service when nothing else does.
PATH_ROOTS = (
    (re.compile(r"/v2/(apis|domainnames|tags|vpclinks)(/|$)"), "apigatewayv2"),
    (re.compile(r"/20[0-9]{2}-[0-9]{2}-[0-9]{2}/(functions|event-source-|layers|tags/|account-settings)"), "lambda"),
    (re.compile(r"/(schedules|schedule-groups)(/|$)"), "scheduler"),
    (re.compile(r"/v1/pipes(/|$)"), "pipes"),
    (re.compile(r"/(restapis|apikeys|usageplans|domainnames|vpclinks|account)(/|$)"), "apigateway"),
)

# A service whose paths may follow any base path, known by the first segment of its own paths.
SERVICES_BEHIND_BASE_PATHS = {"@connections": "apigatewaymanagementapi"}


def services_signing_as(name: str) -> tuple[str, ...]:
    """The botocore services to try for a signing name, most likely first."""
    return SIGNING_NAMES.get(name, (name,))
