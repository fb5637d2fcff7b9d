"""Lambda as the house sees it."""

from __future__ import annotations

from emulator.core.ground import Ground, Service
from emulator.services.lambda_.adapter import adapter
from emulator.services.lambda_.api import functions, invoking
from emulator.services.lambda_.code import CodeArea


def _join(ground: Ground) -> None:
    ground.courier.register_target("lambda", adapter(ground))


def _end(ground: Ground) -> None:
    """Before everything is forgotten: remove unpacked code."""
    ground.cloud.shared(CodeArea).close()


SERVICE = Service(
    name="lambda",
    api=(functions, invoking),
    join=_join,
    on_reset=_end,
)
