"""One event of a connection on its way to the backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.services.apigateway import events
from emulator.services.apigateway.connection import Connection
from emulator.services.apigateway.events import Event, Occasion
from emulator.services.apigateway.handshake_request import HandshakeRequest
from emulator.services.apigateway.mapping import Values
from emulator.services.apigateway.snapshot import RoutePlan


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an integration needs to know.  ``request`` is there on ``$connect``, ``body`` is empty beside messages."""

    ground: Ground
    connection: Connection
    plan: RoutePlan
    stage: Mapping[str, Any]
    occasion: Occasion
    cause: Cause
    body: str = ""
    request: HandshakeRequest | None = None

    @property
    def stage_variables(self) -> Mapping[str, str]:
        variables: Mapping[str, str] = self.stage.get("StageVariables", {})
        return variables

    @property
    def route_arn(self) -> str:
        """Who asks, in the journal and for the backend."""
        return f"{self.connection.arn}/{self.plan.key}"

    def proxy_event(self) -> Event:
        """The event of a proxy integration."""
        if self.occasion.event_type == "MESSAGE":
            return events.message_event(self.connection, self.occasion, self.body, self.stage_variables)
        if self.request is None:
            return events.disconnect_event(self.connection, self.occasion, self.stage_variables)
        trace = self.cause.trace
        return events.connect_event(self.connection, self.occasion, self.request, trace, self.stage_variables)

    def values(self) -> Values:
        """What mapping templates and parameters can read."""
        context = events.request_context(self.connection, self.occasion)
        declared = frozenset(self.plan.route.get("RequestParameters", {}))
        return Values(self.body, context, self.stage_variables, self.request, declared=declared)
