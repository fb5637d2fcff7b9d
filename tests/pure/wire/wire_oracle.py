"""botocore's client as the oracle: it writes the request and reads the answer, nothing is sent."""

from __future__ import annotations

import io
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from emulator.core.errors import AwsError
from emulator.wire import ParsedCall, WireRequest, WireResponse, answer, check_output, error_answer, parse

REQUEST_ID = "11111111-2222-4333-8444-555555555555"


class _Raw(io.BytesIO):
    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Any:
        while chunk := self.read(amt):
            yield chunk


def as_wire(request: AWSPreparedRequest) -> WireRequest:
    """The request as a server would hand it over."""
    url = urlsplit(request.url)
    headers = {
        str(name).lower(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    headers.setdefault("host", url.netloc)
    body = request.body or b""
    if not isinstance(body, bytes | bytearray | str):
        body = body.read()
    return WireRequest(
        request.method, url.path, url.query, headers, body.encode() if isinstance(body, str) else bytes(body)
    )


def as_botocore(url: str, response: WireResponse) -> AWSResponse:
    headers = {name.lower(): value for name, value in response.headers}
    assert len(headers) == len(response.headers), "a header twice"
    return AWSResponse(url, response.status, headers, _Raw(response.body))


@cache
def client(service: str, endpoint: str = "http://localhost:4566", region: str = "eu-west-1") -> Any:
    session = botocore.session.Session()
    return session.create_client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="123456789012",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
    )


class Exchange:
    """One call: what arrived (``request``, ``call``) and what botocore made of the answer (``result``)."""

    request: WireRequest
    call: ParsedCall
    response: WireResponse
    result: dict[str, Any]


def exchange(service: str, operation: str, params: dict[str, Any], outcome: Any, endpoint: str = "") -> Exchange:
    """Calls ``operation`` (snake case) and answers with ``outcome``, a result or an ``AwsError``."""
    made = client(service, endpoint) if endpoint else client(service)
    seen = Exchange()

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        seen.request = as_wire(request)
        seen.call = parse(seen.request)
        if isinstance(outcome, AwsError):
            seen.response = error_answer(seen.call, outcome, REQUEST_ID)
        else:
            check_output(seen.call.service, seen.call.operation, outcome)
            seen.response = answer(seen.call, outcome, REQUEST_ID)
        return as_botocore(request.url, seen.response)

    made.meta.events.register("before-send", send, unique_id="oracle")
    try:
        seen.result = getattr(made, operation)(**params)
    finally:
        made.meta.events.unregister("before-send", unique_id="oracle")
    seen.result.pop("ResponseMetadata", None)
    return seen


def form(**params: str) -> WireRequest:
    """A Query request as curl sends it; ``__`` in a name stands for a dot."""
    from urllib.parse import urlencode

    body = urlencode({name.replace("__", "."): value for name, value in params.items()}).encode()
    return WireRequest("POST", "/", "", {"content-type": "application/x-www-form-urlencoded", "host": "h:4566"}, body)


def target_request(target: str, body: bytes, version: str = "1.1") -> WireRequest:
    """An AWS JSON request."""
    return WireRequest(
        "POST", "/", "", {"x-amz-target": target, "content-type": f"application/x-amz-json-{version}"}, body
    )
