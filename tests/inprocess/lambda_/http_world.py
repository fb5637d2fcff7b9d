"""Lambda's operations as HTTP requests meet them: paths, headers, validation and bodies, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from lambda_world import World, world

from emulator import wire
from emulator.core.errors import AwsError
from emulator.server.operations import Operations
from emulator.wire import WireRequest

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
FUNCTIONS = "/2015-03-31/functions"
MAPPINGS = "/2015-03-31/event-source-mappings"
_ABOUT = """
    def handler(event, context):
        return [context.invoked_function_arn, context.function_version, context.aws_request_id, event]
"""
_SIGNED = "AWS4-HMAC-SHA256 Credential=test/20251125/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=x"


class Answer(NamedTuple):
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, error type and the body's exact text."""
        return self.status, self.headers.get("x-amzn-errortype", ""), self.body.decode()

    @property
    def data(self) -> Any:
        return json.loads(self.body)


async def ask(w: World, method: str, path: str, body: Any = b"", **headers: str) -> Answer:
    """One request; ``body`` is JSON unless it is bytes, ``_`` in a header's name stands for a hyphen."""
    given = {"authorization": _SIGNED} | {name.replace("_", "-"): text for name, text in headers.items()}
    path, _, query = path.partition("?")
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = WireRequest(method, path, query, {"content-length": str(len(content)), **given}, content)
    target = wire.identify(request)
    call = w.call(headers=request.headers)
    try:
        parsed = wire.parse(request, target)
        result = await Operations(w.ground, w.services.values()).run(call, "lambda", target.operation, parsed.params)
        response = wire.answer(parsed, result, call.request_id)
    except AwsError as error:
        response = wire.error_answer(target, error, call.request_id)
    return Answer(response.status, {name.lower(): text for name, text in response.headers}, response.body)


def in_world(body: Callable[[World], Awaitable[None]]) -> None:
    """Run ``body`` beside function ``f``, its version 1, its alias ``live`` and a queue."""

    async def main() -> None:
        async with world() as w:
            w.from_files(index__py=_ABOUT)
            w.do("publish_version", FunctionName="f")
            w.do("create_alias", FunctionName="f", Name="live", FunctionVersion="1")
            w.queue()
            await body(w)

    asyncio.run(main())
