"""Integration URIs: which backend an integration means."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LAMBDA = re.compile(r"arn:aws[\w-]*:apigateway:[\w-]*:lambda:path/+2015-03-31/functions/(.+)/invocations")
_SERVICE = re.compile(r"arn:aws[\w-]*:apigateway:[\w-]*:(?:[\w-]+\.)?([\w-]+):(?:path|action)/")
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")


class InvalidUriError(ValueError):
    """The URI names no backend that this kind of integration can have here."""


def check_uri(kind: str, uri: str, method: str | None) -> None:
    """Raise InvalidUriError unless ``uri`` suits an integration of type ``kind``."""
    if kind == "MOCK":
        return
    if kind in ("AWS", "AWS_PROXY"):
        function_in(uri)
        if method not in (None, "POST"):
            raise InvalidUriError(f"IntegrationMethod {method} is not supported for functions: it must be POST")
        return
    if not re.match(r"https?://", uri):
        raise InvalidUriError(f"Invalid HTTP endpoint specified for URI: {uri}")
    if method not in _METHODS:
        raise InvalidUriError("Enumeration value for HttpMethod must be non-empty")


def function_in(uri: str) -> str:
    """The function ARN in ``arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations``.

    Stage variables in it are kept as written.
    """
    found = _LAMBDA.fullmatch(uri)
    if found is not None:
        return found[1]
    service = _SERVICE.match(uri)
    if service is not None and service[1] != "lambda":
        raise InvalidUriError(f"Integrations with service {service[1]} are not supported by aws-task-emulator")
    raise InvalidUriError(f"Invalid integration URI specified: {uri}")


def resolve(text: str, stage_variables: Mapping[str, str]) -> str:
    """``text`` with ``${stageVariables.x}`` replaced; unknown ones become empty."""
    return _VARIABLE.sub(lambda match: stage_variables.get(match[1], ""), text)
