"""Signed requests: who signed them.  Signatures themselves are accepted, never verified."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CREDENTIAL = re.compile(r"AWS4-\S+ .*Credential=([^/,\s]+)/")


def access_key(authorization: str | None, query: Mapping[str, str]) -> str | None:
    """The access key of a request signed in its header or in its query; None when it is not signed."""
    found = _CREDENTIAL.match(authorization or "")
    if found:
        return found[1]
    key = query.get("X-Amz-Credential", "").partition("/")[0]
    return key if key and "X-Amz-Signature" in query else None


def signer(key: str, account: str) -> Mapping[str, str | None]:
    """Who signed, as events show it: every key is its account's root."""
    return {
        "accessKey": key,
        "accountId": account,
        "callerId": account,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{account}:root",
        "userId": account,
    }
