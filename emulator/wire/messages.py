"""The values that go in and out of the wire: plain data, no socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from typing import Protocol as Interface

from emulator.core.errors import AwsError


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request as it arrived.

    ``path`` is the raw, percent-encoded path without query; ``query`` the raw query string without ``?``;
    header names are in lower case.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class WireResponse:
    """One HTTP answer, ready for the server."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def header_text(value: object) -> str:
    """``value`` as a header's value: a line break would end the header, and HTTP knows Latin-1 only."""
    text = "".join(" " if character < " " or character == "\x7f" else character for character in str(value))
    return text.encode("latin-1", "replace").decode("latin-1")


class Protocol(Interface):
    """One of AWS's protocols, seen from the server's side."""

    @property
    def name(self) -> str:
        """``json``, ``rest-json`` or ``query``; the name of a protocol that is only recognised otherwise."""

    def read(self, request: WireRequest, target: Target, warnings: list[str]) -> dict[str, Any]:
        """The call's parameters as the service model names them."""

    def write(self, service: str, operation: str, result: Mapping[str, Any], request_id: str) -> WireResponse:
        """The answer to a call that went well."""

    def write_error(self, service: str | None, error: AwsError, request_id: str) -> WireResponse:
        """The answer to a call that failed."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a request wants: botocore's service name, the operation's name, and the protocol that it speaks.

    ``labels`` are the decoded path labels of a REST call.  ``base_path`` is what stood before the operation's own path
    (``/dev`` in ``/dev/@connections/abc``), without a trailing slash.
    """

    service: str
    operation: str
    protocol: Protocol
    labels: Mapping[str, str] = field(default_factory=dict)
    base_path: str = ""


@dataclass(slots=True)
class ParsedCall:
    """A request, understood.

    ``params`` holds the members that the service model knows, by the model's names: blobs as ``bytes``, timestamps as
    epoch seconds.  ``warnings`` tells what was accepted although AWS's own SDKs should not have sent it.
    """

    service: str
    operation: str
    params: dict[str, Any]
    protocol: Protocol
    target: Target
    warnings: list[str] = field(default_factory=list)


class WireError(Exception):
    """A request that reaches no operation.  ``answer`` gives what AWS's front door would say.

    ``recognised`` is false if nothing in the request points to an AWS service at all (the server may then have another
    use for it); otherwise ``service`` and ``operation`` name what was asked for as far as it is known.
    """

    def __init__(
        self,
        error: AwsError,
        protocol: Protocol,
        *,
        service: str | None = None,
        operation: str | None = None,
        recognised: bool = True,
        fixed: WireResponse | None = None,
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.protocol = protocol
        self.service = service
        self.operation = operation
        self.recognised = recognised
        self._fixed = fixed

    def answer(self, request_id: str) -> WireResponse:
        """The AWS-shaped answer, in the protocol that the request spoke."""
        if self._fixed is not None:
            headers = [*self._fixed.headers, ("x-amzn-RequestId", request_id)]
            return WireResponse(self._fixed.status, headers, self._fixed.body)
        return self.protocol.write_error(self.service, self.error, request_id)
