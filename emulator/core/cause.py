"""Why something happens: the trace it belongs to and the hop that led to it."""

from __future__ import annotations

import re
from typing import NamedTuple

_ROOT = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
_PARENT = re.compile(r"[0-9a-fA-F]{16}")


class Cause(NamedTuple):
    """A trace id (``1-…-…``), the id of the hop that caused this one (16 hex digits, or ``""``), and X-Ray's lineage.

    It travels as ``X-Amzn-Trace-Id: Root=…;Parent=…;Sampled=1``: both boto3 and the AWS SDK for JavaScript send that
    header when they run inside a Lambda environment, which is how a handler's request finds its invocation.
    """

    trace: str
    parent: str = ""
    lineage: str = ""

    def header(self) -> str:
        text = f"Root={self.trace}"
        if self.parent:
            text += f";Parent={self.parent}"
        text += ";Sampled=1"
        return f"{text};Lineage={self.lineage}" if self.lineage else text

    @classmethod
    def from_header(cls, text: str) -> Cause | None:
        """Read an ``X-Amzn-Trace-Id``; None when it holds no valid ``Root`` (as AWS, which then starts a new trace)."""
        fields = dict(part.strip().split("=", 1) for part in text.split(";") if "=" in part)
        root, parent = fields.get("Root", ""), fields.get("Parent", "")
        if not _ROOT.fullmatch(root):
            return None
        return cls(root, parent if _PARENT.fullmatch(parent) else "", fields.get("Lineage", ""))
