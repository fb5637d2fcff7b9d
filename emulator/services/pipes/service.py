"""EventBridge Pipes as the house sees it."""

from __future__ import annotations

from emulator.core.ground import Ground, Service
from emulator.services.pipes import api_pipes, api_tags
from emulator.services.pipes.store import PipesStore


def _end(ground: Ground) -> None:
    for _, _, store in ground.cloud.stores(PipesStore):
        for pipe in store.pipes.values():
            if pipe.poller is not None:
                pipe.poller.stop()


SERVICE = Service(name="pipes", api=(api_pipes, api_tags), on_reset=_end)
