"""CloudWatch Logs as the house sees it."""

from __future__ import annotations

from collections.abc import Sequence

from emulator.core.courier import LogEvent
from emulator.core.ground import Ground, Service
from emulator.core.timestamps import milliseconds
from emulator.services.logs import api_events, api_groups
from emulator.services.logs.adapter import adapter
from emulator.services.logs.store import LogsStore


def _join(ground: Ground) -> None:
    def write(account: str, region: str, group: str, stream: str, events: Sequence[LogEvent]) -> None:
        now = milliseconds(ground.clock.now())
        store = ground.cloud.store(LogsStore, account, region)
        store.group_for(group, now).stream_for(stream, now).append(
            [(milliseconds(event.at), event.message) for event in events], now
        )

    ground.courier.register_logs(write)
    ground.courier.register_target("logs", adapter(ground))


SERVICE = Service(name="logs", api=(api_groups, api_events), join=_join)
