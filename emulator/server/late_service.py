"""Services whose code is loaded when somebody needs it, so that the emulator is ready sooner."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import ModuleType
from typing import Any, Literal

from emulator.core.courier import Parcel
from emulator.core.ground import Ground, Service


class LateService:
    """Stands for a service until its first operation, or the first delivery to its ``target`` (as in ARNs)."""

    def __init__(self, name: str, load: Callable[[], Service], target: str) -> None:
        self.name = name
        self._load = load
        self._target = target

    @cached_property
    def _service(self) -> Service:
        return self._load()

    @property
    def loaded(self) -> bool:
        return "_service" in self.__dict__

    @property
    def api(self) -> tuple[ModuleType, ...]:
        return self._service.api

    @property
    def validation(self) -> Literal["standard", "own"]:
        return self._service.validation

    @property
    def long_polls(self) -> frozenset[str]:
        return self._service.long_polls

    def join(self, ground: Ground) -> None:
        """Take the service's place as a target until something is delivered."""

        async def first(parcel: Parcel) -> Any:
            self._service.join(ground)
            return await ground.courier.hand_over(parcel)

        ground.courier.register_target(self._target, first)

    def on_reset(self, ground: Ground) -> None:
        if self.loaded:
            self._service.on_reset(ground)
