"""Running AWS operations: for SDKs through the wire, for services and stack files by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from emulator import wire
from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground, Service
from emulator.fallthrough.front import FallThrough
from emulator.server.late_service import LateService

Operation = Callable[[Call, dict[str, Any]], Any]


class Operations:
    """All operations that this house knows, by service and AWS's name."""

    def __init__(
        self, ground: Ground, services: Iterable[Service | LateService], fallthrough: FallThrough | None = None
    ) -> None:
        self._ground = ground
        self._fallthrough = fallthrough
        self.services = {service.name: service for service in services}
        self._found: dict[tuple[str, str], Operation] = {}

    def own(self, service: str, operation: str) -> Operation | None:
        """The function of an operation that the house itself has."""
        found = self._found.get((service, operation))
        if found is not None:
            return found
        owner = self.services.get(service)
        name = wire.function_name(operation)
        for module in owner.api if owner else ():
            function: Operation | None = getattr(module, name, None)
            if function is not None:
                self._found[service, operation] = function
                return function
        return None

    def find(self, service: str, operation: str) -> Operation:
        """The function of an operation; raises NotImplemented naming what is missing."""
        function = self.own(service, operation)
        if function is not None:
            return function
        if self.falls_through(service, operation) and wire.has_operation(service, operation):
            assert self._fallthrough is not None
            return partial(self._fallthrough.call, service, operation)
        owner = self.services.get(service)
        what = f"{service}.{operation}" if owner else f"service {service!r} (asked for {operation})"
        raise AwsError("NotImplemented", f"aws-task-emulator does not implement {what}.")

    def falls_through(self, service: str, operation: str) -> bool:
        """Whether moto answers this operation because the house does not."""
        known = self._fallthrough is not None and self._fallthrough.serves(service)
        return known and self.own(service, operation) is None

    def is_loaded(self, service: str) -> bool:
        """Whether there can be anything of a service of ours: one that is loaded late may not have been used yet."""
        owner = self.services[service]
        return not isinstance(owner, LateService) or owner.loaded

    def is_long_poll(self, service: str, operation: str) -> bool:
        """Whether the operation waits for its client's sake alone."""
        owner = self.services.get(service)
        return owner is not None and operation in owner.long_polls

    def knows(self, service: str, operation: str) -> bool:
        """Whether the operation exists here (the courier's ``Operations``)."""
        try:
            self.find(service, operation)
        except AwsError:
            return False
        return True

    async def run(self, call: Call, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Validate and run; raises AwsError."""
        function = self.find(service, operation)
        own = self.own(service, operation) is not None
        if own:
            wire.validate(service, operation, params, self.services[service].validation)
        hop = call.journal.begin("api", self._caller(call), f"{service}:{operation}", call.cause)
        call.cause = hop.cause
        try:
            result = function(call, params)
            if inspect.isawaitable(result):
                result = await result
        except AwsError as error:
            call.journal.end(hop, error.code, error=error.message)
            raise
        except BaseException as error:
            call.journal.end(hop, type(error).__name__)
            raise
        call.journal.end(hop)
        answer: dict[str, Any] = result or {}
        if own and call.settings.check_outputs:
            wire.check_output(service, operation, answer)
        return answer

    @staticmethod
    def _caller(call: Call) -> str:
        return "client" if call.from_outside else (call.access_key or "emulator")

    async def __call__(
        self, service: str, operation: str, params: dict[str, Any], *, account: str, region: str, cause: Cause
    ) -> dict[str, Any]:
        """Run an operation from inside the house (the courier's ``Operations``)."""
        ground = self._ground
        call = Call(
            ground=ground,
            account=account,
            region=region,
            request_id=ground.ids.uuid(),
            cause=cause,
            base_url=ground.base_url,
            from_outside=False,
        )
        return await self.run(call, service, operation, params)
