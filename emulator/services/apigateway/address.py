"""Addresses: which API, stage and connection a host and a path mean.

Forms: AWS's own host names, ``/_aws/execute-api/{api}/…`` on any host, and bare paths on the emulator's host.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from emulator.core.ground import Ground
from emulator.services.apigateway.store import Api, ApiIndex

_HOST = re.compile(r"([a-z0-9-]+)\.execute-api\.[^:/]+(?::\d+)?", re.IGNORECASE)
_PATH = re.compile(r"/+_aws/+execute-api(?=/)")
_CALLBACK = "@connections"
_CALLBACK_IN = re.compile(r"(@|%40)connections/")
ENCODED_SLASH = "\0"
"""Stands for ``%2F`` in an address's ``connection_id``."""
_ENCODED_SLASH = re.compile(r"%2F", re.IGNORECASE)
_CONNECTION_ID = re.compile(r"[A-Za-z0-9_-]{15}=")


@dataclass(frozen=True, slots=True)
class Address:
    """``api_id`` is empty in the bare form; ``parts`` are the path's segments below the API, up to ``@connections``.

    ``connection_id`` is what follows ``@connections/`` (however odd), None when that is not in the path.
    """

    form: Literal["host", "path", "bare"]
    api_id: str
    parts: tuple[str, ...]
    connection_id: str | None

    @property
    def stage(self) -> str:
        return self.parts[0] if self.parts else ""


def locate(ground: Ground, host: str, raw_path: str) -> Address | None:
    """The address that a plain HTTP request means; None when it is not API Gateway's."""
    address = parse_address(host, raw_path)
    return None if address.form == "bare" and address.connection_id is None else address


def parse_address(host: str, raw_path: str) -> Address:
    """Read host and path, percent-decoding once (SDKs write ``%3D`` for ``=``, some ``%40`` for ``@``).

    What ``%2F`` stands for is part of a connection id, however wrong, and no end of a segment.
    """
    path = _ENCODED_SLASH.sub(ENCODED_SLASH, raw_path) if _CALLBACK_IN.search(raw_path) else raw_path
    path = unquote(path)
    named = _HOST.fullmatch(host)
    prefix = _PATH.match(path)
    if prefix is not None:
        segments = [part for part in path[prefix.end() :].split("/") if part]
        api_id, rest = (segments[0], path[prefix.end() :].lstrip("/")[len(segments[0]) :]) if segments else ("", "")
        return _address("path", api_id, rest)
    if named is not None:
        return _address("host", named[1].lower(), path)
    return _address("bare", "", path)


def _address(form: Literal["host", "path", "bare"], api_id: str, path: str) -> Address:
    segments = path.split("/")
    if _CALLBACK not in segments:
        return Address(form, api_id, tuple(part for part in segments if part), None)
    at = segments.index(_CALLBACK)
    return Address(form, api_id, tuple(part for part in segments[:at] if part), "/".join(segments[at + 1 :]))


def is_connection_id(text: str) -> bool:
    """Whether ``text`` is base64url of 11 bytes, as all connection ids are."""
    return _CONNECTION_ID.fullmatch(text) is not None


def host_domain(host: str) -> str | None:
    """The host name without port when it names an API, else None."""
    return host.rpartition(":")[0] or host if _HOST.fullmatch(host) else None


def find_connect_target(ground: Ground, address: Address) -> Api | None:
    """The WebSocket API that a handshake for ``address`` means; None for what AWS answers with 403.

    The bare form is for people: it works while exactly one API has that stage.
    """
    index = ground.cloud.shared(ApiIndex)
    if len(address.parts) != 1 or address.connection_id is not None:
        return None
    if address.form == "bare":
        candidates = list(index.with_stage(address.stage))
        return candidates[0] if len(candidates) == 1 else None
    api = index.apis.get(address.api_id)
    if api is None or api.fields["ProtocolType"] != "WEBSOCKET" or api.fields["DisableExecuteApiEndpoint"]:
        return None
    return api
