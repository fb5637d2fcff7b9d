"""Lambda as the house sees it."""

from __future__ import annotations

from emulator.core.ground import Ground, Service
from emulator.services.lambda_.adapter import adapter
from emulator.services.lambda_.api import (
    capacity,
    event_invoke,
    functions,
    invoking,
    layers,
    maintenance,
    mappings,
    permissions,
    provisioned,
    publishing,
    tagging,
    urls,
)
from emulator.services.lambda_.code import CodeArea
from emulator.services.lambda_.store import LambdaStore
from emulator.services.lambda_.versions import forget_environments


def _join(ground: Ground) -> None:
    ground.courier.register_target("lambda", adapter(ground))


def _end(ground: Ground) -> None:
    """Before everything is forgotten: end polling and idle environments, remove unpacked code."""
    for _, _, store in ground.cloud.stores(LambdaStore):
        for mapping in store.mappings.values():
            if mapping.poller is not None:
                mapping.poller.stop()
        for function in store.functions.values():
            forget_environments(ground, function)
    ground.cloud.shared(CodeArea).close()


SERVICE = Service(
    name="lambda",
    api=(
        *(functions, invoking, publishing, event_invoke, mappings, permissions, capacity, tagging),
        *(layers, provisioned, urls, maintenance),
    ),
    join=_join,
    on_reset=_end,
)
