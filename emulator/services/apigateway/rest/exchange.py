"""One request to a REST API on its way to the backend, and what ``$context`` shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.timestamps import common_log, milliseconds
from emulator.services.apigateway.forwarding import forwarded
from emulator.services.apigateway.http.events import IDENTITY
from emulator.services.apigateway.http.request import HttpRequest
from emulator.services.apigateway.rest.routing import Item, Match
from emulator.services.apigateway.rest.served import Served

Event = dict[str, Any]
_DROPPED = frozenset(
    {"connection", "content-length", "expect", "keep-alive", "max-forwards", "proxy-authenticate", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
"""Headers that end at API Gateway (AWS docs, "Amazon API Gateway important notes")."""


@dataclass(frozen=True)
class Exchange:
    """``path`` is percent-encoded and begins below the stage; ``match`` is None while no method is found.

    ``authorizer`` is what the authorizer found out (``$context.authorizer``), ``known`` what else is known of the
    caller: an API key, the signer.
    """

    ground: Ground
    served: Served
    request: HttpRequest
    path: str
    request_id: str
    extended_id: str
    domain: str
    at: float
    cause: Cause
    match: Match | None = None
    authorizer: Mapping[str, Any] | None = None
    known: Mapping[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> Item:
        return self.match.method if self.match else {}

    @property
    def integration(self) -> Item:
        found: Item = self.method.get("methodIntegration") or {}
        return found

    @property
    def variables(self) -> Mapping[str, str]:
        return self.match.variables if self.match else {}

    @property
    def resource_path(self) -> str | None:
        return str(self.match.resource["path"]) if self.match else None

    @property
    def stage_variables(self) -> Mapping[str, str]:
        return self.served.stage_variables

    @property
    def method_arn(self) -> str:
        """``…:{api}/{stage}/{METHOD}/{path}``: what an authorizer's policy allows (AWS docs)."""
        return self.served.execute_arn(f"/{self.request.method}{self.path}")

    @property
    def source(self) -> str:
        """Who asks, in the journal and for the backend: the method."""
        if self.match is None:
            return self.served.execute_arn("")
        return self.served.execute_arn(f"/{self.match.verb}{self.resource_path}")

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """The client's headers as functions, templates and mappings see them."""
        return forwarded(self.request.headers, self.request.peer, self.domain, self.cause.trace, _DROPPED)

    @cached_property
    def media_type(self) -> str:
        """The request's content type without parameters; JSON when there is none."""
        return media_type(self.request.header("content-type")) or "application/json"

    def header(self, name: str) -> str | None:
        """The last value of a header; None when it is missing."""
        return last(self.header_values(name))

    def header_values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def query_values(self, name: str) -> list[str]:
        return [value for key, value in self.request.parameters if key == name]

    def request_context(self) -> Event:
        """``requestContext``, in the order that AWS's samples have."""
        context: Event = {"accountId": self.served.account, "apiId": self.served.api_id}
        if self.authorizer is not None:
            context["authorizer"] = dict(self.authorizer)
        return context | {
            "deploymentId": self.served.deployment_id,
            "domainName": self.domain,
            "domainPrefix": self.domain.partition(".")[0],
            "extendedRequestId": self.extended_id,
            "httpMethod": self.request.method,
            "identity": self._identity(),
            "path": f"/{self.served.stage_name}{self.path}",
            "protocol": self.request.protocol,
            "requestId": self.request_id,
            "requestTime": common_log(self.at),
            "requestTimeEpoch": milliseconds(self.at),
            "resourceId": self.match.resource["id"] if self.match else None,
            "resourcePath": self.resource_path,
            "stage": self.served.stage_name,
        }

    def _identity(self) -> Event:
        identity: Event = dict.fromkeys(IDENTITY)
        identity |= {"sourceIp": self.request.peer, "userAgent": self.request.header("user-agent")}
        return identity | dict(self.known)

    def context(self) -> Event:
        """``$context`` of templates and mappings: ``requestContext`` and what is not part of events."""
        return self.request_context() | {
            "isCanaryRequest": False,
            "resourcePath": self.resource_path or "",
            "xrayTraceId": self.cause.trace,
        }


def media_type(header: str | None) -> str:
    """``text/html`` of ``Text/HTML; charset=utf-8``."""
    return (header or "").partition(";")[0].strip().lower()


def last(values: list[str]) -> str | None:
    return values[-1] if values else None
