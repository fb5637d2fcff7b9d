"""Which endpoints a protocol takes.  Texts recorded from AWS unless marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.services.sns.errors import invalid, missing, not_emulated

# A plus and digits, between which single separators may stand.
_PHONE = re.compile(r"\+[0-9]([-./ ]?[0-9]){1,14}")
_NO_DELIVERY = ("application", "firehose")
_FIFO_QUEUE = "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
_FIFO_ONLY = "Invalid parameter: Endpoint Reason: Please use FIFO SQS queue"  # unverified


def is_phone_number(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None


def check_endpoint(protocol: str | None, endpoint: str | None, fifo_topic: bool) -> None:
    """Raises InvalidParameter for a protocol that SNS or this emulator does not have, and for a wrong endpoint."""
    if protocol is None:
        raise missing("protocol")
    if protocol in _NO_DELIVERY:
        raise not_emulated(f"A subscription with protocol {protocol}")
    check = _CHECKS.get(protocol)
    if check is None:
        raise invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if not endpoint:
        raise invalid("Endpoint Reason: no value for required parameter")  # unverified
    check(protocol, endpoint, fifo_topic)
    if fifo_topic and protocol != "sqs":
        raise invalid(_FIFO_ONLY)


def _arn(endpoint: str, service: str) -> Arn | None:
    try:
        arn = Arn.parse(endpoint)
    except ValueError:
        return None
    return arn if arn.service == service and arn.region and arn.account else None


def _queue(protocol: str, endpoint: str, fifo_topic: bool) -> None:
    arn = _arn(endpoint, "sqs")
    if arn is None:
        raise invalid("SQS endpoint ARN")
    if arn.resource.endswith(".fifo") and not fifo_topic:
        raise invalid(_FIFO_QUEUE)  # the doubled prefix is AWS's


def _function(protocol: str, endpoint: str, fifo_topic: bool) -> None:
    arn = _arn(endpoint, "lambda")
    if arn is None or not arn.resource.startswith("function:"):
        raise invalid("Lambda endpoint ARN")  # unverified


def _url(protocol: str, endpoint: str, fifo_topic: bool) -> None:
    try:
        parts = urlsplit(endpoint)
        fits = parts.scheme == protocol and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or not endpoint.isprintable() or " " in endpoint:
        raise invalid("Endpoint must match the specified protocol")  # unverified


def _mail(protocol: str, endpoint: str, fifo_topic: bool) -> None:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", endpoint):
        raise invalid("Email address")  # unverified


def _phone(protocol: str, endpoint: str, fifo_topic: bool) -> None:
    if not is_phone_number(endpoint):
        raise AwsError("InvalidParameter", f"Invalid SMS endpoint: {endpoint}")


_CHECKS: Mapping[str, Callable[[str, str, bool], None]] = {
    "sqs": _queue,
    "lambda": _function,
    "http": _url,
    "https": _url,
    "email": _mail,
    "email-json": _mail,
    "sms": _phone,
}
