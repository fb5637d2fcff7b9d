"""One REST API as the control plane keeps it, and what a deployment freezes of it.

Everything below an API is a dict in the service model's OUTPUT member names (``GetResource``, ``GetMethod``, …).  No
such dict is ever changed in place: a change puts a new one where the old one was, so a snapshot can share them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.core.arns import Arn
from emulator.services.apigateway.rest.routing import ResourceTable

Item = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A REST API as deployed (AWS docs, "Deploy REST APIs").  Compared by identity.

    ``fields`` are the API's own members (``binaryMediaTypes``, ``apiKeySource``, ``policy``, …).  ``resources`` by id,
    each with ``resourceMethods`` {verb or ``ANY``: Method with ``methodIntegration``}; ``models`` by name,
    ``validators`` and ``authorizers`` by id, ``gateway_responses`` (only those that somebody has put) by type.
    """

    fields: Mapping[str, Any]
    resources: Mapping[str, Item]
    models: Mapping[str, Item]
    validators: Mapping[str, Item]
    authorizers: Mapping[str, Item]
    gateway_responses: Mapping[str, Item]
    table: ResourceTable


@dataclass(slots=True)
class RestApi:
    """One API and everything below it; the names are those of ``Snapshot``.

    ``deployments`` by id as GetDeployment shows them, ``snapshots`` by the same ids; ``stages`` by name as GetStage
    shows them: ``deploymentId``, ``variables``, ``methodSettings`` {``*/*`` or ``~1pets/GET``: MethodSetting}.
    """

    api_id: str
    account: str
    region: str
    fields: Item
    root_id: str
    resources: dict[str, Item] = field(default_factory=dict)
    models: dict[str, Item] = field(default_factory=dict)
    validators: dict[str, Item] = field(default_factory=dict)
    authorizers: dict[str, Item] = field(default_factory=dict)
    gateway_responses: dict[str, Item] = field(default_factory=dict)
    deployments: dict[str, Item] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    stages: dict[str, Item] = field(default_factory=dict)

    def snapshot(self) -> Snapshot:
        """The API as it is now, frozen."""
        return Snapshot(
            fields=self.fields,
            resources=dict(self.resources),
            models=dict(self.models),
            validators=dict(self.validators),
            authorizers=dict(self.authorizers),
            gateway_responses=dict(self.gateway_responses),
            table=ResourceTable(self.resources.values()),
        )

    def deployed(self, stage_name: str) -> tuple[Item, Snapshot] | None:
        """A stage and what it serves now; None for an unknown stage."""
        stage = self.stages.get(stage_name)
        snapshot = self.snapshots.get(stage["deploymentId"]) if stage else None
        return (stage, snapshot) if stage is not None and snapshot is not None else None

    def put_method(self, resource_id: str, verb: str, method: Item | None) -> None:
        """Put a method below a resource, or take it away."""
        resource = self.resources[resource_id]
        methods = {key: value for key, value in resource.get("resourceMethods", {}).items() if key != verb}
        if method is not None:
            methods[verb] = method
        bare = {key: value for key, value in resource.items() if key != "resourceMethods"}
        self.resources[resource_id] = {**bare, "resourceMethods": methods} if methods else bare

    def execute_arn(self, path: str) -> str:
        """``arn:aws:execute-api:…:{api}/{path}``: the name of a stage or a method in the journal and in policies."""
        return str(Arn.of("execute-api", self.region, self.account, f"{self.api_id}/{path}"))


ALL_METHODS = ("*", "*")


def setting_key(key: str) -> tuple[str, str]:
    """Path and verb that a key of ``methodSettings`` means: ``~1pets/GET`` and ``pets/GET`` are the same method.

    ``*/*`` is ``ALL_METHODS``.
    """
    path, _, verb = key.rpartition("/")
    path = path.replace("~1", "/").replace("~0", "~")
    return (path if path == "*" else "/" + path.strip("/"), verb)
