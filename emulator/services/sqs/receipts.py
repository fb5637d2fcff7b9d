"""Receipt handles: opaque to clients, but they name queue, message and receive, so that a foreign one is refused."""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from emulator.core.errors import AwsError

_MARK = "AQEB"  # what AWS's handles begin with


class Receipt(NamedTuple):
    """``receive`` is the ApproximateReceiveCount at which the handle was given out."""

    queue: str
    message: str
    receive: int

    def handle(self) -> str:
        text = f"{self.queue} {self.message} {self.receive}"
        return _MARK + base64.b64encode(text.encode()).decode()


def invalid_handle(handle: str) -> AwsError:
    return AwsError("ReceiptHandleIsInvalid", f'The input receipt handle "{handle}" is not a valid receipt handle.')


def read_handle(queue: str, handle: str) -> Receipt:
    """The receipt behind ``handle``; ReceiptHandleIsInvalid unless the queue with this ARN gave it out."""
    try:
        if not handle.startswith(_MARK):
            raise ValueError
        arn, message, receive = base64.b64decode(handle[len(_MARK) :], validate=True).decode().split(" ")
        receipt = Receipt(arn, message, int(receive))
    except (ValueError, binascii.Error) as error:
        raise invalid_handle(handle) from error
    if receipt.queue != queue:
        raise invalid_handle(handle)
    return receipt
