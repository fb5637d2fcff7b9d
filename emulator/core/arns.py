"""Amazon Resource Names."""

from __future__ import annotations

from typing import NamedTuple


class Arn(NamedTuple):
    """``arn:partition:service:region:account:resource``; ``resource`` keeps its own colons and slashes."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Split ``text``; raises ValueError when it is not an ARN."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or not parts[2] or not parts[5]:
            raise ValueError(f"not an ARN: {text!r}")
        return cls(*parts[1:])

    @classmethod
    def of(cls, service: str, region: str, account: str, resource: str) -> Arn:
        return cls("aws", service, region, account, resource)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"
