"""Evaluation of the policy that an authorizer returns."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import Any, Literal

ACTION = "execute-api:Invoke"
Verdict = Literal["allow", "deny", "none"]


class InvalidPolicyError(ValueError):
    """The document is no policy, or uses what this evaluation does not know."""


def evaluate(document: Any, arn: str) -> Verdict:
    """Whether a policy allows ``execute-api:Invoke`` on ``arn``: ``deny`` if any statement denies it, ``none`` if no
    statement says anything.  Raises InvalidPolicyError."""
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise InvalidPolicyError("the policy document has no Statement")
    effects = {_effect(statement) for statement in _listed(document["Statement"]) if _applies(statement, arn)}
    return "deny" if "Deny" in effects else "allow" if "Allow" in effects else "none"


def _effect(statement: Mapping[str, Any]) -> str:
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise InvalidPolicyError(f"unknown Effect {effect!r}")
    return str(effect)


def _applies(statement: Any, arn: str) -> bool:
    if not isinstance(statement, Mapping):
        raise InvalidPolicyError("a statement is not an object")
    if statement.get("Condition"):
        raise InvalidPolicyError("Condition in an authorizer's policy is not supported by aws-task-emulator")
    return _names(statement, "Action", ACTION, ignore_case=True) and _names(statement, "Resource", arn)


def _names(statement: Mapping[str, Any], key: str, wanted: str, ignore_case: bool = False) -> bool:
    if key in statement:
        return any(_matches(pattern, wanted, ignore_case) for pattern in _listed(statement[key]))
    if f"Not{key}" in statement:
        return not any(_matches(pattern, wanted, ignore_case) for pattern in _listed(statement[f"Not{key}"]))
    raise InvalidPolicyError(f"a statement has no {key}")


def _matches(pattern: Any, text: str, ignore_case: bool) -> bool:
    if not isinstance(pattern, str):
        raise InvalidPolicyError("a pattern is not a string")
    # IAM knows * and ? only; a bracket is a bracket.
    expression = fnmatch.translate(pattern.replace("[", "[[]"))
    return re.match(expression, text, re.IGNORECASE if ignore_case else 0) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
