"""Which service, operation and protocol a request means.

Marks are asked in this order: a path that may follow any base path, ``X-Amz-Target``, the path of the CBOR protocol,
``Action``, and at last method and path, for the service that the signature or the path itself names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from emulator.core.errors import AwsError
from emulator.wire import directory
from emulator.wire.awsjson import AwsJson
from emulator.wire.jsonwrite import dump
from emulator.wire.messages import Target, WireError, WireRequest, WireResponse
from emulator.wire.models import UnknownServiceError, has_operation, metadata, protocol_name
from emulator.wire.paths import match
from emulator.wire.query import Query, form_text
from emulator.wire.queryread import fields_of
from emulator.wire.recorded import FORMER_QUERY
from emulator.wire.restjson import RestJson
from emulator.wire.scope import credential_scope

JSON_1_0, JSON_1_1, REST_JSON, QUERY = AwsJson("1.0"), AwsJson("1.1"), RestJson(), Query()

_CBOR_PATH = re.compile(r"/service/([A-Za-z0-9_.]+)/operation/([A-Za-z0-9_]+)/?")


@dataclass(frozen=True, slots=True)
class Unspoken:
    """A protocol that is recognised, so that the call has a name, and then refused (or handed on by the server)."""

    name: str

    def read(self, request: WireRequest, target: Target, warnings: list[str]) -> dict[str, Any]:
        raise AwsError("NotImplemented", f"not implemented: {target.service}.{target.operation} over {self.name}")

    def write(self, service: str, operation: str, result: Any, request_id: str) -> WireResponse:
        return REST_JSON.write(service, operation, result, request_id)

    def write_error(self, service: str | None, error: AwsError, request_id: str) -> WireResponse:
        return (REST_JSON if "json" in self.name or "cbor" in self.name else QUERY).write_error(
            service, error, request_id
        )


def identify(request: WireRequest) -> Target:
    """The operation that ``request`` asks for.  Raises ``WireError`` if there is none."""
    for look in (_behind_base_path, _by_target, _by_cbor_path, _by_action, _by_path):
        target = look(request)
        if target is not None:
            return target
    raise _refusal(request)


def _behind_base_path(request: WireRequest) -> Target | None:
    if "@" not in request.path and "%40" not in request.path:
        return None
    for first, service in directory.SERVICES_BEHIND_BASE_PATHS.items():
        for marker in (f"/{first}/", f"/{quote(first)}/"):
            base, found, rest = request.path.partition(marker)
            if found and rest and not rest.endswith("/"):
                return _after_base_path(request, service, base.rstrip("/"), f"/{first}/{rest}")
    return None


def _after_base_path(request: WireRequest, service: str, base: str, path: str) -> Target:
    matched = match(service, request.method, path, request.query)
    if matched is None:
        # As API Gateway answers for a method that it does not know.
        error = AwsError("MissingAuthenticationTokenException", "Missing Authentication Token")
        raise WireError(error, REST_JSON, service=service)
    return Target(service, matched[0], REST_JSON, matched[1], base)


def _by_target(request: WireRequest) -> Target | None:
    header = request.headers.get("x-amz-target")
    if header is None:
        return None
    prefix, _, operation = header.rpartition(".")
    service = _service_of_prefix(prefix, request)
    protocol = _json_version(request, service)
    if service is None or not has_operation(service, operation):
        text = f"The requested operation is not recognized by the service: {header}"
        raise WireError(AwsError("UnknownOperationException", text), protocol, service=service, operation=operation)
    return Target(service, operation, protocol)


def _json_version(request: WireRequest, service: str | None) -> AwsJson:
    """The version that the request speaks, else the service's own."""
    content_type = request.headers.get("content-type", "")
    if "json-1.0" in content_type:
        return JSON_1_0
    if "json-1.1" in content_type or service is None:
        return JSON_1_1
    return JSON_1_0 if metadata(service).get("jsonVersion") == "1.0" else JSON_1_1


def _service_of_prefix(prefix: str, request: WireRequest) -> str | None:
    if prefix in directory.TARGET_PREFIXES:
        return directory.TARGET_PREFIXES[prefix]
    for service in _signing_services(request):
        if metadata(service).get("targetPrefix") == prefix:
            return service
    return None


def _signing_services(request: WireRequest) -> list[str]:
    """The services that the request's signature may mean, without those that botocore does not know."""
    name = credential_scope(request).service
    return [] if name is None else [service for service in directory.services_signing_as(name) if _known(service)]


def _known(service: str) -> bool:
    try:
        metadata(service)
    except UnknownServiceError:
        return False
    return True


def _by_cbor_path(request: WireRequest) -> Target | None:
    found = _CBOR_PATH.fullmatch(request.path)
    if found is None or "smithy-protocol" not in request.headers:
        return None
    service = _service_of_prefix(found[1], request)
    if service is None or not has_operation(service, found[2]):
        return None
    return Target(service, found[2], Unspoken("smithy-rpc-v2-cbor"))


def _by_action(request: WireRequest) -> Target | None:
    if "Action=" not in request.query and not _is_form(request):
        return None
    fields = fields_of(form_text(request)).inner
    action = fields["Action"].text if "Action" in fields else None
    if not action:
        return None
    version = fields["Version"].text if "Version" in fields else None
    service = _service_of_action(request, action, version)
    if service is None:
        return None
    _check_action(request, service, action, version)
    name = protocol_name(service)
    return Target(service, action, Unspoken(name) if name == "ec2" else QUERY)


def _is_form(request: WireRequest) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _service_of_action(request: WireRequest, action: str, version: str | None) -> str | None:
    signed = [service for service in _signing_services(request) if _speaks_query(service)]
    for service in signed:
        if version is None or metadata(service)["apiVersion"] == version:
            return service
    if version in directory.QUERY_VERSIONS:
        return directory.QUERY_VERSIONS[version]
    if signed:
        return signed[0]
    for service, former in FORMER_QUERY.items():
        if former.resource_path.fullmatch(request.path):
            return service
    return _first(service for service in directory.UNSIGNED_QUERY if has_operation(service, action))


def _first(services: Iterable[str]) -> str | None:
    return next(iter(services), None)


def _speaks_query(service: str) -> bool:
    listed = metadata(service).get("protocols") or ()
    return service in FORMER_QUERY or "query" in listed or protocol_name(service) in ("query", "ec2")


def _check_action(request: WireRequest, service: str, action: str, version: str | None) -> None:
    """Raises ``WireError`` with AWS's InvalidAction."""
    former = FORMER_QUERY.get(service)
    if former is not None:
        on_resource = former.resource_path.fullmatch(request.path) is not None
        if has_operation(service, action) and not (on_resource and action in former.root_only):
            return
        text = f"The action {action} is not valid for this endpoint."
    elif has_operation(service, action):
        return
    else:
        text = f"Could not find operation {action} for version {version or metadata(service)['apiVersion']}"
    raise WireError(AwsError("InvalidAction", text), QUERY, service=service, operation=action)


def _by_path(request: WireRequest) -> Target | None:
    signed = [service for service in _signing_services(request) if protocol_name(service).startswith("rest-")]
    named = [service for pattern, service in directory.PATH_ROOTS if pattern.match(request.path)]
    for service in dict.fromkeys([*signed, *named]):
        matched = match(service, request.method, request.path, request.query, request.headers)
        if matched is not None:
            name = protocol_name(service)
            return Target(service, matched[0], REST_JSON if name == "rest-json" else Unspoken(name), matched[1])
    if signed or named:
        raise _no_operation(request, (signed or named)[0])
    return None


def _no_operation(request: WireRequest, service: str | None, *, recognised: bool = True) -> WireError:
    where = f" of {service}" if service else ""
    error = AwsError("UnknownOperationException", f"No operation{where} has {request.method} {request.path}")
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code)]
    fixed = WireResponse(404, headers, dump({"message": error.message}))
    return WireError(error, REST_JSON, service=service, recognised=recognised, fixed=fixed)


def _refusal(request: WireRequest) -> WireError:
    for service, former in FORMER_QUERY.items():
        if former.resource_path.fullmatch(request.path):
            # A resource's path without an action (recorded from AWS).
            fixed = WireResponse(404, [("Content-Type", "text/xml")], b"<UnknownOperationException/>")
            error = AwsError("UnknownOperationException", "No action was given")
            return WireError(error, QUERY, service=service, fixed=fixed)
    signed = credential_scope(request).service
    if signed is not None and signed != "execute-api":
        return _no_operation(request, signed)
    return _no_operation(request, None, recognised=False)
