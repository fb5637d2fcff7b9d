"""What authorizers find out about a caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Grant:
    """``authorizer`` is ``$context.authorizer``, ``known`` what goes into ``identity``.

    ``usage_key`` is the value of an API key, from a function's ``usageIdentifierKey``.
    """

    authorizer: Mapping[str, Any] | None = None
    known: Mapping[str, Any] = field(default_factory=dict)
    usage_key: str | None = None
