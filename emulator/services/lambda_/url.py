"""A function's own HTTP address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class FunctionUrl:
    """``qualifier`` is ``""`` or an alias; times as AWS writes them; ``cors`` in AWS's members."""

    id: str
    qualifier: str
    auth_type: str
    created: str
    modified: str
    invoke_mode: str | None = None
    cors: dict[str, Any] | None = None

    @property
    def streams(self) -> bool:
        return self.invoke_mode == "RESPONSE_STREAM"
