"""Dead letters: RedrivePolicy on the source, RedriveAllowPolicy on the dead-letter queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from emulator.core import jsontext
from emulator.core.arns import Arn
from emulator.services.sqs.errors import invalid_value

_MANDATORY = "Redrive policy does not contain mandatory attribute: {}."
_PERMISSIONS = ("allowAll", "denyAll", "byQueue")


class RedrivePolicy(NamedTuple):
    """Where messages go when they have been received ``limit`` times."""

    target: Arn
    limit: int

    def is_exhausted(self, receives: int) -> bool:
        """True when one more receive would be one too many: with a limit of 1 a message is delivered once."""
        return receives >= self.limit


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        value = jsontext.parse(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise invalid_value(name, text, "Amazon SQS can't parse the policy: it is not a JSON object.")
    return value


def read_redrive_policy(text: str) -> RedrivePolicy:
    """Parse and check the attribute; InvalidParameterValueException with AWS's reason."""
    policy = _object("RedrivePolicy", text)
    for mandatory in ("deadLetterTargetArn", "maxReceiveCount"):
        if policy.get(mandatory) in (None, ""):
            raise invalid_value("RedrivePolicy", text, _MANDATORY.format(mandatory))
    count = policy["maxReceiveCount"]
    try:
        limit = int(count) if not isinstance(count, bool | float) else 0
    except (TypeError, ValueError):
        limit = 0
    if not 1 <= limit <= 1000:
        reason = f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive."
        raise invalid_value("RedrivePolicy", text, reason)
    try:
        target = Arn.parse(str(policy["deadLetterTargetArn"]))
    except ValueError:
        raise invalid_value("RedrivePolicy", text, "Invalid value for deadLetterTargetArn.") from None
    return RedrivePolicy(target, limit)


def check_allow_policy(text: str) -> None:
    """Check a RedriveAllowPolicy: a known permission, and up to ten sources for ``byQueue`` alone."""
    policy = _object("RedriveAllowPolicy", text)
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns")
    if permission not in _PERMISSIONS:
        reason = "Invalid value for redrivePermission: valid values are allowAll, denyAll and byQueue."
        raise invalid_value("RedriveAllowPolicy", text, reason)
    if permission == "byQueue":
        if not isinstance(sources, list) or not 1 <= len(sources) <= 10:
            raise invalid_value("RedriveAllowPolicy", text, "sourceQueueArns must hold 1 to 10 ARNs for byQueue.")
    elif sources:
        raise invalid_value("RedriveAllowPolicy", text, "sourceQueueArns can be set only for byQueue.")


def allows(text: str | None, source: str) -> bool:
    """Whether a dead-letter queue with this RedriveAllowPolicy takes messages of the queue ``source``."""
    policy = jsontext.parse(text) if text else {}
    permission = policy.get("redrivePermission", "allowAll")
    return permission == "allowAll" or (permission == "byQueue" and source in policy["sourceQueueArns"])


def check_target(
    text: str, policy: RedrivePolicy, source: Arn, source_fifo: bool, queues: Mapping[str, tuple[bool, str | None]]
) -> None:
    """Check the dead-letter queue of ``source`` among its region's ``queues``: name → (is FIFO, RedriveAllowPolicy)."""
    target = policy.target
    same_place = (target.service, target.region, target.account) == ("sqs", source.region, source.account)
    found = queues.get(target.resource) if same_place else None
    if found is None:
        raise invalid_value("RedrivePolicy", text, "Dead letter target does not exist.")
    fifo, allow_policy = found
    if fifo != source_fifo:
        raise invalid_value("RedrivePolicy", text, "Dead-letter queue must be same type of queue as the source.")
    if not allows(allow_policy, str(source)):
        reason = "The dead-letter queue's redrive allow policy does not permit this source queue."
        raise invalid_value("RedrivePolicy", text, reason)
