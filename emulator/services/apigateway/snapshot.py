"""What a deployment freezes: routes with their integrations, ready to be served.

Changes made later are invisible to a stage until it points to a deployment that was made after them (AWS docs, "Deploy
a WebSocket API").  Stage variables and throttling belong to the stage and are not in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emulator.patterns.route_selection import Selection, compile_selection
from emulator.services.apigateway.http.route_keys import RouteTable

if TYPE_CHECKING:
    from emulator.services.apigateway.store import Api

TARGET_PREFIX = "integrations/"


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """One route as deployed.

    ``two_way``: the backend's answer goes to the client, because the route has a RouteResponse.  ``responses`` are the
    integration responses in order of creation.
    """

    route: Mapping[str, Any]
    integration: Mapping[str, Any] | None
    responses: tuple[Mapping[str, Any], ...]
    authorizer: Mapping[str, Any] | None
    two_way: bool

    @property
    def key(self) -> str:
        return str(self.route["RouteKey"])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An API as deployed: routes by key, models by name.  ``table`` and ``cors`` belong to HTTP APIs."""

    selection: Selection
    routes: Mapping[str, RoutePlan]
    models: Mapping[str, Mapping[str, Any]]
    validates: bool
    table: RouteTable | None = None
    cors: Mapping[str, Any] | None = None


def take_snapshot(api: Api) -> Snapshot:
    """Freeze ``api`` as it is now."""
    return Snapshot(
        selection=compile_selection(api.fields["RouteSelectionExpression"]),
        routes={route["RouteKey"]: _plan(api, route) for route in api.routes.values()},
        models={model["Name"]: model for model in api.models.values()},
        validates=not api.fields.get("DisableSchemaValidation", False),
        table=RouteTable(route["RouteKey"] for route in api.routes.values()) if api.is_http else None,
        cors=api.fields.get("CorsConfiguration"),
    )


def _plan(api: Api, route: Mapping[str, Any]) -> RoutePlan:
    integration_id = route.get("Target", "").removeprefix(TARGET_PREFIX)
    return RoutePlan(
        route=route,
        integration=api.integrations.get(integration_id),
        responses=tuple(api.integration_responses.get(integration_id, {}).values()),
        authorizer=api.authorizers.get(route.get("AuthorizerId", "")),
        two_way=bool(api.route_responses.get(route["RouteId"])),
    )
