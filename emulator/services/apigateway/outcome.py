"""How an integration ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.services.apigateway import frames


@dataclass(frozen=True, slots=True)
class Reply:
    """The backend answered.

    ``status`` decides a handshake.  ``text`` goes to the client on a two-way route, None and "" send no frame.
    ``headers``, by lower-case name, matter for a handshake only.
    """

    status: int
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """API Gateway itself answers: ``message`` in an error frame, ``status`` for a handshake."""

    message: str
    status: int


Outcome = Reply | Failure

INTERNAL_ERROR = Failure(frames.INTERNAL_ERROR, 502)
TIMED_OUT = Failure(frames.TIMED_OUT, 504)
UNSUPPORTED_MEDIA_TYPE = Failure(frames.UNSUPPORTED_MEDIA_TYPE, 415)
