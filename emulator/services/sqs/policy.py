"""AddPermission and RemovePermission: statements of a queue's Policy.  Policies are stored, never enforced."""

from __future__ import annotations

from typing import Any

from emulator.core import jsontext
from emulator.core.jsontext import compact
from emulator.services.sqs.errors import invalid_value


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement", [])
    return list(found) if isinstance(found, list) else [found]


def _document(policy: str | None, otherwise: dict[str, Any]) -> dict[str, Any]:
    """A policy is kept as it was given, so it may be anything: what is no policy is none."""
    document = jsontext.parse(policy) if policy else otherwise
    return document if isinstance(document, dict) else otherwise


def _sid(statement: Any) -> Any:
    return statement.get("Sid") if isinstance(statement, dict) else None


def add_statement(policy: str | None, arn: str, label: str, accounts: list[str], actions: list[str]) -> str:
    """The policy with one more statement, in the form recorded from AWS."""
    document = _document(policy, {"Version": "2008-10-17", "Id": f"{arn}/SQSDefaultPolicy"})
    statements = _statements(document)
    if any(_sid(statement) == label for statement in statements):
        raise invalid_value("Label", label, "Already exists.")
    statements.append(
        {
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": _one_or_all([f"arn:aws:iam::{account}:root" for account in accounts])},
            "Action": _one_or_all([f"SQS:{action}" for action in actions]),
            "Resource": arn,
        }
    )
    return compact({**document, "Statement": statements})


def remove_statement(policy: str | None, label: str) -> str | None:
    """The policy without a statement; None when that was the last one."""
    document = _document(policy, {})
    statements = _statements(document)
    kept = [statement for statement in statements if _sid(statement) != label]
    if len(kept) == len(statements):
        raise invalid_value("Label", label, "can't find label.")
    return compact({**document, "Statement": kept}) if kept else None
