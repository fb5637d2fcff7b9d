"""Who calls, and from which region: the credential scope of an AWS signature, which is read but never verified."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from emulator.wire.messages import WireRequest

_CREDENTIAL = re.compile(r"Credential=([^,\s]+)")
_ACCESS_KEY = re.compile(r"[\w-]{1,128}", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z0-9]+){1,4}")
_REGION_IN_HOST = re.compile(r"(?:^|\.)((?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-(?:gov|iso[a-z]?))?-[a-z]+-\d)\.")
_SERVICE = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class Scope:
    """``service`` is the signing name (``states``, ``execute-api``), ``None`` if the request is not signed."""

    access_key: str
    region: str
    service: str | None


def credential_scope(request: WireRequest, default_region: str = "us-east-1", default_key: str = "test") -> Scope:
    """The scope in the Authorization header or in ``X-Amz-Credential``.  Missing or odd parts become the defaults.

    An unsigned request to ``sqs.eu-west-1.…`` or ``eu-west-1.queue.…`` is for that region.
    """
    parts = _credential(request).split("/")
    access_key = parts[0] if _ACCESS_KEY.fullmatch(parts[0]) else default_key
    if len(parts) == 4:
        # SigV4a signs for several regions and names none.
        parts.insert(2, "")
    if len(parts) != 5:
        named = _REGION_IN_HOST.search(request.headers.get("host", ""))
        return Scope(access_key, named[1] if named else default_region, None)
    region = parts[2] if _REGION.fullmatch(parts[2]) else default_region
    return Scope(access_key, region, parts[3] if _SERVICE.fullmatch(parts[3]) else None)


def _credential(request: WireRequest) -> str:
    header = _CREDENTIAL.search(request.headers.get("authorization", ""))
    if header is not None:
        return header[1]
    if "Amz-Credential" not in request.query:
        return ""
    return dict(parse_qsl(request.query)).get("X-Amz-Credential", "")
