"""What an integration's URI means: a function, an AWS service, or an HTTP endpoint.

AWS docs, API reference, PutIntegration: ``arn:aws:apigateway:{region}:{subdomain.service|service}:path|action/{…}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from emulator.services.apigateway.integration_uri import InvalidUriError, resolve

_ARN = re.compile(r"arn:aws[\w-]*:apigateway:([\w-]*):(?:([^:]+)\.)?([\w-]+):(path|action)/(.*)", re.DOTALL)
_FUNCTION = re.compile(r"/*2015-03-31/functions/(.+)/invocations")
_PSEUDO = re.compile(r"\$\{AWS::(Region|AccountId|Partition)\}")


@dataclass(frozen=True, slots=True)
class FunctionTarget:
    arn: str


@dataclass(frozen=True, slots=True)
class EndpointTarget:
    url: str


@dataclass(frozen=True, slots=True)
class ServiceTarget:
    """``service`` is the name in AWS's host names (``states``); ``rest`` is an action, or a path without its slash."""

    region: str
    service: str
    form: Literal["path", "action"]
    rest: str
    subdomain: str = ""


Target = FunctionTarget | EndpointTarget | ServiceTarget


def target_of(uri: str, account: str, region: str, stage_variables: Mapping[str, str]) -> Target:
    """Read a URI; stage variables are filled in, and pseudo parameters that a template has left in it.

    Raises InvalidUriError.
    """
    pseudo = {"Region": region, "AccountId": account, "Partition": "aws"}
    uri = resolve(_PSEUDO.sub(lambda found: pseudo[found[1]], uri), stage_variables)
    if re.match(r"https?://", uri):
        return EndpointTarget(uri)
    found = _ARN.fullmatch(uri)
    if found is None:
        raise InvalidUriError(f"Invalid integration URI specified: {uri}")
    function = _FUNCTION.fullmatch(found[5]) if found[3] == "lambda" and found[4] == "path" else None
    if function is not None:
        return FunctionTarget(function[1])
    form: Literal["path", "action"] = "path" if found[4] == "path" else "action"
    return ServiceTarget(found[1] or region, found[3], form, found[5], found[2] or "")
