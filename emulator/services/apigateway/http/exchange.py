"""One request to an HTTP API on its way to the backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.services.apigateway.http.request import HttpRequest
from emulator.services.apigateway.snapshot import RoutePlan
from emulator.services.apigateway.store import Api


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authorizer found out: ``kind`` is ``jwt``, ``lambda`` or ``iam``."""

    kind: str
    claims: Mapping[str, str] | None = None
    scopes: tuple[str, ...] | None = None
    context: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What events, mappings and integrations need to know.

    ``path`` is percent-encoded and holds the stage when that is part of the address, as AWS shows it; ``at`` is the
    instant of the request; ``variables`` are the path's, decoded.
    """

    ground: Ground
    api: Api
    plan: RoutePlan
    stage: Mapping[str, Any]
    request: HttpRequest
    path: str
    variables: Mapping[str, str]
    request_id: str
    domain: str
    at: float
    cause: Cause
    grant: Grant | None = None

    @property
    def stage_name(self) -> str:
        return str(self.stage["StageName"])

    @property
    def stage_variables(self) -> Mapping[str, str]:
        variables: Mapping[str, str] = self.stage.get("StageVariables", {})
        return variables

    @property
    def route_arn(self) -> str:
        """Who asks, in the journal and for the backend."""
        return self.api.execute_arn(f"{self.stage_name}/{self.plan.key}")

    @property
    def method_arn(self) -> str:
        """``…:{api}/{stage}/{METHOD}/{path}``: what an authorizer's policy allows (AWS docs)."""
        path = self.path if self.stage_name == "$default" else self.path[len(self.stage_name) + 1 :]
        return self.api.execute_arn(f"{self.stage_name}/{self.request.method}{path}")

    @property
    def integration(self) -> Mapping[str, Any]:
        return self.plan.integration or {}
