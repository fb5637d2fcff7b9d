"""The one exception type that AWS behaviour raises."""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """An error that AWS would answer, in AWS's own words.

    ``code`` is the name of the error shape in AWS's service model (``QueueDoesNotExist``), or the plain code where the
    model has no shape for it (``ValidationException``).  ``fields`` are further members of the error body
    (``Reason="..."``).  HTTP status, ``__type``, headers and XML belong to the wire alone.
    """

    def __init__(self, code: str, message: str | None = "", **fields: Any) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.fields = fields
