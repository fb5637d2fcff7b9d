"""Resource policies: kept and shown, enforced by nobody here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.core.jsontext import compact
from emulator.services.lambda_ import errors

_CONDITIONS = (
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
)


@dataclass(slots=True)
class Policy:
    """The statements of one qualifier."""

    revision_id: str
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)

    def check_revision(self, wanted: str | None) -> None:
        """Raises PreconditionFailedException when a caller knows another revision."""
        if wanted and wanted != self.revision_id:
            raise errors.stale_revision()

    def document(self) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Id": "default", "Statement": list(self.statements.values())}


def principal(text: str) -> Any:
    """``Principal`` as the statement shows it; raises InvalidParameterValueException."""
    if text == "*":
        return "*"
    if re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", text):
        return {"Service": text}
    if re.fullmatch(r"\d{12}", text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    if re.fullmatch(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:.+", text):
        return {"AWS": text}
    raise errors.invalid_value("The provided principal was invalid. Please check the principal and try again.")


def statement(params: Mapping[str, Any], resource: str) -> dict[str, Any]:
    """The policy statement that an AddPermission request describes (recorded from AWS)."""
    result: dict[str, Any] = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": principal(params["Principal"]),
        "Action": params["Action"],
        "Resource": resource,
    }
    conditions: dict[str, dict[str, str]] = {}
    if params.get("InvokedViaFunctionUrl") is not None:  # AWS docs, "Control access to Lambda function URLs"
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": compact(params["InvokedViaFunctionUrl"])}
    for member, operator, key in _CONDITIONS:
        if params.get(member):
            conditions.setdefault(operator, {})[key] = params[member]
    if conditions:
        result["Condition"] = conditions
    return result
