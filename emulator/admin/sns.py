"""The control API's view of what SNS would have sent by e-mail and SMS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Query

from emulator.services.sns.outbox import Outbox

if TYPE_CHECKING:
    from emulator.app import Emulator


def sns_messages(app: FastAPI, emulator: Emulator) -> None:
    @app.get("/_emulator/sns/messages", summary="E-mails and SMS of SNS, oldest first: recorded, not sent")
    async def messages(
        protocol: Annotated[str, Query(description="email, email-json or sms")] = "",
        endpoint: Annotated[str, Query(description="address or phone number")] = "",
    ) -> dict[str, Any]:
        sent = emulator.ground.cloud.shared(Outbox).messages
        chosen = [
            message for message in sent if protocol in ("", message.protocol) and endpoint in ("", message.endpoint)
        ]
        return {"messages": [message.describe() for message in chosen]}
