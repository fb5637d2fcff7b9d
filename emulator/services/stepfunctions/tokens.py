"""Task tokens: who may answer which attempt of a Task."""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from emulator.core.ids import Ids
from emulator.services.stepfunctions import errors
from emulator.services.stepfunctions.answers import Answer
from emulator.services.stepfunctions.execution import Execution

_MARK = "AQDE"
_RANDOM_BYTES = 72


class Ticket(NamedTuple):
    """An attempt that waits: its answer, the execution it belongs to, and the state's name."""

    answer: Answer
    execution: Execution
    state: str


class Tokens:
    """All tokens that are worth something; a token tells by itself which execution it was made for."""

    def __init__(self) -> None:
        self._open: dict[str, Ticket] = {}

    def issue(self, ids: Ids, ticket: Ticket) -> str:
        """A new token, unique per attempt."""
        content = ids.bytes(_RANDOM_BYTES) + ticket.execution.arn.encode()
        token = _MARK + base64.b64encode(content).decode()
        self._open[token] = ticket
        return token

    def revoke(self, token: str) -> None:
        """The attempt is over."""
        self._open.pop(token, None)

    def find(self, token: str, known: dict[str, Execution]) -> Ticket:
        """What ``token`` stands for.  Raises InvalidToken, TaskTimedOut (the attempt is over), TaskDoesNotExist (the
        execution is gone)."""
        ticket = self._open.get(token)
        if ticket is not None:
            return ticket
        arn = _execution_of(token)
        if arn is None:
            raise errors.invalid_token()
        raise errors.task_is_over() if arn in known else errors.task_is_gone()


def _execution_of(token: str) -> str | None:
    if not token.startswith(_MARK):
        return None
    try:
        arn = base64.b64decode(token[len(_MARK) :], validate=True)[_RANDOM_BYTES:].decode("ascii")
    except (ValueError, binascii.Error):
        return None
    return arn if arn.startswith("arn:") else None
