"""The service as the house sees it."""

from __future__ import annotations

from emulator.core.ground import Ground, Service
from emulator.services.apigateway import api, authorizers, integrations, lifecycle, management, routes, stages
from emulator.services.apigateway.connection import ConnectionStore
from emulator.services.apigateway.rest import api as rest


def _on_reset(ground: Ground) -> None:
    """Connections end with their APIs, without ``$disconnect``: whoever cancels their tasks closes their sockets."""
    for connection in ground.cloud.shared(ConnectionStore):
        lifecycle.abandon(ground, connection)


SERVICE = Service(
    name="apigatewayv2",
    api=(api, routes, integrations, authorizers, stages),
    on_reset=_on_reset,
    validation="own",
)
MANAGEMENT = Service(name="apigatewaymanagementapi", api=(management,))
REST = Service(name="apigateway", api=(rest,), validation="own")
