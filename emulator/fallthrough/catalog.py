"""Which services moto serves here.

moto knows many more; only those are listed that work as they are in moto and that the house has no part of.  SQS, SNS,
EventBridge, Lambda, Step Functions, API Gateway, Logs and ECS are the house's own and must never be added.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """``package`` is moto's; ``host`` AWS's, by which moto tells services and regions apart.

    Services of one ``lane`` share state inside moto: their requests run one after another.
    """

    package: str
    host: str
    lane: str
    protocol: str
    """The protocol in which the house itself calls the service."""


CATALOG = {
    "dynamodb": Entry("dynamodb", "dynamodb.{region}.amazonaws.com", "dynamodb", "json"),
    "s3": Entry("s3", "s3.{region}.amazonaws.com", "s3", "rest-xml"),
    "ses": Entry("ses", "email.{region}.amazonaws.com", "ses", "query"),
    "sesv2": Entry("sesv2", "email.{region}.amazonaws.com", "ses", "rest-json"),
    "ssm": Entry("ssm", "ssm.{region}.amazonaws.com", "secrets", "json"),
    "secretsmanager": Entry("secretsmanager", "secretsmanager.{region}.amazonaws.com", "secrets", "json"),
    "kms": Entry("kms", "kms.{region}.amazonaws.com", "secrets", "json"),
    "cognito-idp": Entry("cognitoidp", "cognito-idp.{region}.amazonaws.com", "identity", "json"),
    "sts": Entry("sts", "sts.{region}.amazonaws.com", "identity", "query"),
    "iam": Entry("iam", "iam.amazonaws.com", "identity", "query"),
    "cloudwatch": Entry("cloudwatch", "monitoring.{region}.amazonaws.com", "cloudwatch", "query"),
}
"""By botocore's names."""

HIDDEN = frozenset({"dynamodb"})
"""Reached through the house's own service of that name only."""
EXTRA = "aws"
"""The extra of this distribution that brings moto."""


def served() -> list[str]:
    """The services whose requests go to moto as they are."""
    return [name for name in CATALOG if name not in HIDDEN]
