"""The one error that reading an event pattern raises."""

from __future__ import annotations


class InvalidPattern(Exception):  # noqa: N818 - AWS says "invalid event pattern", not "error"
    """An event pattern that AWS refuses.

    ``reason`` is AWS's text after ``Event pattern is not valid. Reason: `` (recorded from AWS, or the text of AWS's
    published matching library).  The caller chooses code and prefix, because rules, archives and filters differ there.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
