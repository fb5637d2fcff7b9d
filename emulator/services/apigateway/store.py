"""What the control plane keeps: APIs with their routes, integrations, authorizers, models, stages and deployments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from emulator.core.arns import Arn
from emulator.services.apigateway.snapshot import Snapshot

Resource = dict[str, Any]
"""A resource in the service model's member names.  Never changed in place: an update puts a new one in its place, so a
deployment's snapshot can share it."""


@dataclass(slots=True)
class Api:
    """One API and everything below it.  ``fields`` are the members of the resource that never depend on the caller."""

    api_id: str
    account: str
    region: str
    fields: Resource
    routes: dict[str, Resource] = field(default_factory=dict)
    route_responses: dict[str, dict[str, Resource]] = field(default_factory=dict)
    integrations: dict[str, Resource] = field(default_factory=dict)
    integration_responses: dict[str, dict[str, Resource]] = field(default_factory=dict)
    authorizers: dict[str, Resource] = field(default_factory=dict)
    models: dict[str, Resource] = field(default_factory=dict)
    stages: dict[str, Resource] = field(default_factory=dict)
    deployments: dict[str, Resource] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)

    @property
    def is_http(self) -> bool:
        """An HTTP API, otherwise a WebSocket API."""
        return bool(self.fields["ProtocolType"] == "HTTP")

    def deployed(self, stage_name: str) -> tuple[Resource, Snapshot] | None:
        """A stage and what it serves now; None for an unknown stage and for one without a deployment."""
        stage = self.stages.get(stage_name)
        snapshot = self.snapshots.get(stage.get("DeploymentId", "")) if stage else None
        return (stage, snapshot) if stage is not None and snapshot is not None else None

    def execute_arn(self, path: str) -> str:
        """``arn:aws:execute-api:…:{api}/{path}``: the name of a stage or a route in the journal and in policies."""
        return str(Arn.of("execute-api", self.region, self.account, f"{self.api_id}/{path}"))


class ApiStore:
    """The APIs of one account and region, in order of creation."""

    def __init__(self) -> None:
        self.apis: dict[str, Api] = {}


class ApiIndex:
    """Every API by its id: an address names no account.  Shared by all accounts."""

    def __init__(self) -> None:
        self.apis: dict[str, Api] = {}

    def with_stage(self, stage_name: str) -> Iterator[Api]:
        """WebSocket APIs that have a stage of that name."""
        sockets = (api for api in self.apis.values() if api.fields["ProtocolType"] == "WEBSOCKET")
        return (api for api in sockets if stage_name in api.stages)
