"""What a request is served from: a stage and the deployment that it points to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.services.apigateway.rest.model import RestApi, Snapshot

Items = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Served:
    """A stage as GetStage shows it, over the snapshot of its deployment."""

    api: RestApi
    stage: Mapping[str, Any]
    snapshot: Snapshot

    @property
    def api_id(self) -> str:
        return self.api.api_id

    @property
    def account(self) -> str:
        return self.api.account

    @property
    def region(self) -> str:
        return self.api.region

    @property
    def stage_name(self) -> str:
        return str(self.stage["stageName"])

    @property
    def deployment_id(self) -> str:
        return str(self.stage["deploymentId"])

    @property
    def stage_variables(self) -> Mapping[str, str]:
        variables: Mapping[str, str] = self.stage.get("variables") or {}
        return variables

    @property
    def binary_media_types(self) -> list[str]:
        return list(self.snapshot.fields.get("binaryMediaTypes") or ())

    @property
    def gateway_responses(self) -> Items:
        return self.snapshot.gateway_responses

    @property
    def validators(self) -> Items:
        return self.snapshot.validators

    @property
    def models(self) -> Items:
        return self.snapshot.models

    @property
    def authorizers(self) -> Items:
        return self.snapshot.authorizers

    def execute_arn(self, path: str) -> str:
        """``arn:aws:execute-api:…:{api}/{stage}{path}``."""
        return self.api.execute_arn(f"{self.stage_name}{path}")
