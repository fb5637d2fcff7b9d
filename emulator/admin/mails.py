"""The control API's view of mails that were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Query

from emulator.fallthrough.mails import MailStore

if TYPE_CHECKING:
    from emulator.app import Emulator


def add_mails(app: FastAPI, emulator: Emulator) -> None:
    """``GET /_emulator/mails`` and ``DELETE /_emulator/mails``."""
    cloud = emulator.ground.cloud

    @app.get("/_emulator/mails", summary="Mails sent through SES, oldest first")
    async def mails(
        to: Annotated[str, Query(description="only mails to this address")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, Any]:
        found = [mail for mail in cloud.shared(MailStore).mails if not to or to in (*mail.to, *mail.cc, *mail.bcc)]
        return {"mails": [mail.view() for mail in found[-limit:]]}

    @app.delete("/_emulator/mails", summary="Forget the mails")
    async def forget() -> dict[str, str]:
        cloud.shared(MailStore).mails = []
        return {"status": "forgotten"}
