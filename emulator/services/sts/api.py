"""STS operations."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call


def get_caller_identity(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The account behind the access key: the key itself when it has 12 digits.  Credentials are not verified."""
    return {
        "UserId": call.access_key or call.account,
        "Account": call.account,
        "Arn": f"arn:aws:iam::{call.account}:root",
    }
