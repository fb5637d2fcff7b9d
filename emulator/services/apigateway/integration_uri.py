"""Integration URIs: which backend an integration means."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LAMBDA = re.compile(r"arn:aws[\w-]*:apigateway:[\w-]*:lambda:path/+2015-03-31/functions/(.+)/invocations")
_SERVICE = re.compile(r"arn:aws[\w-]*:apigateway:[\w-]*:(?:[^:]+\.)?([\w-]+):(?:path|action)/.+", re.DOTALL)
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")


class InvalidUriError(ValueError):
    """The URI names no backend that this kind of integration can have here."""


def check_uri(kind: str, uri: str, method: str | None) -> None:
    """Raise InvalidUriError unless ``uri`` suits an integration of type ``kind``."""
    if kind == "MOCK":
        return
    if kind == "AWS_PROXY" and is_service(uri):
        raise InvalidUriError(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
        )
    if kind in ("AWS", "AWS_PROXY") and not is_service(uri):
        function_in(uri)
        if method not in (None, "POST"):
            raise InvalidUriError(f"IntegrationMethod {method} is not supported for functions: it must be POST")
        return
    if kind in ("HTTP", "HTTP_PROXY") and not re.match(r"https?://", uri):
        raise InvalidUriError(f"Invalid HTTP endpoint specified for URI: {uri}")
    if method not in _METHODS:
        raise InvalidUriError("Enumeration value for HttpMethod must be non-empty")


def is_service(uri: str) -> bool:
    """Whether ``uri`` names an action or a path of an AWS service other than Lambda."""
    found = _SERVICE.fullmatch(uri)
    return found is not None and found[1] != "lambda"


def function_in(uri: str) -> str:
    """The function ARN in ``arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations``.

    Stage variables in it are kept as written.
    """
    found = _LAMBDA.fullmatch(uri)
    if found is None:
        raise InvalidUriError(f"Invalid integration URI specified: {uri}")
    return found[1]


def resolve(text: str, stage_variables: Mapping[str, str]) -> str:
    """``text`` with ``${stageVariables.x}`` replaced; unknown ones become empty."""
    return _VARIABLE.sub(lambda match: stage_variables.get(match[1], ""), text)
