"""AWS's Python client runs the same handlers through the Runtime API: its payloads are what ours must be."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_world import end, message, once, spec, write

from emulator.runtimes.runtime_api import start_worker
from emulator.runtimes.worker import Answered, Ended, WorkerProcess, WorkerResult

pytest.importorskip("awslambdaric")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="AWS's client runs on Linux only")

HANDLERS = """
import datetime, decimal, sys

def handler(event, context):
    return globals()[event["do"]](event, context)

class CustomError(Exception):
    pass

def fail(event, context):
    raise CustomError("é: on purpose")

def chained(event, context):
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise RuntimeError("outer") from error

def date(event, context):
    return {"at": datetime.datetime(2025, 1, 1)}

async def coroutine(event, context):
    return 1

def circle(event, context):
    event["self"] = event
    return event

def values(event, context):
    return {"n": None, "d": decimal.Decimal("1.50"), "nan": float("nan"), "é": [1, 2.0, True], "b": b"x"}

def nothing(event, context):
    pass

def raw(event, context):
    return b"\\x00\\xff"

def seen(event, context):
    client = context.client_context
    return [
        context.aws_request_id, context.invoked_function_arn, context.function_name, context.function_version,
        context.memory_limit_in_mb, context.log_group_name, context.log_stream_name, context.tenant_id,
        context.identity.cognito_identity_id, client and client.custom, 0 < context.get_remaining_time_in_millis(),
        __import__("os").environ.get("_X_AMZN_TRACE_ID"),
    ]

def large(event, context):
    return "x" * 6291555

def leave(event, context):
    sys.exit(7)
"""
CALLS = "fail chained date coroutine circle values nothing raw seen".split()


class Pair:
    """Two processes with the same code: ours, and AWS's client behind our Runtime API."""

    def __init__(self, directory: Path, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.specs = (
            spec(directory, "app.handler", "python3.13"),
            spec(directory, "app.handler", "provided.al2023", environment_of="python3.13"),
        )
        self.processes: list[WorkerProcess] = [runner.run(start_worker(one)) for one in self.specs]

    def both(self, event: dict[str, str]) -> tuple[WorkerResult, WorkerResult]:
        sent = message(
            json.dumps(event).encode(),
            trace_id="Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            client_context='{"custom":{"k":"é"}}',
            identity='{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}',
        )
        ours, aws = (self.runner.run(process.invoke(sent)) for process in self.processes)
        return ours, aws


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp("task")
    write(directory, "app.py", HANDLERS)
    write(directory, "syn.py", "def handler(:\n")
    write(directory, "inner.py", "import nosuch\n")
    write(directory, "startup.py", 'raise Exception("Runtime startup fails")\n')
    write(directory, "bootstrap", f'#!/bin/sh\nexec {sys.executable} -m awslambdaric "$_HANDLER"\n', 0o755)
    with asyncio.Runner() as runner:
        both = Pair(directory, runner)
        yield both
        for process in both.processes:
            runner.run(end(process))


@pytest.mark.parametrize("name", CALLS)
def test_same_payload(pair: Pair, name: str) -> None:
    ours, aws = pair.both({"do": name})
    assert isinstance(ours, Answered)
    assert isinstance(aws, Answered)
    assert ours.payload.decode("latin-1") == without_own_frames(aws.payload.decode("latin-1"))
    assert (ours.error_type, ours.content_type, ours.in_init) == (aws.error_type, aws.content_type, aws.in_init)


@pytest.mark.parametrize(
    "handler", ["nosuch.handler", "inner.handler", "app.nosuch", "nodot", "sys.handler", "syn.handler", "startup.h"]
)
def test_same_init_error(pair: Pair, handler: str) -> None:
    directory = Path(pair.specs[0].directory)
    ours, aws = (
        pair.runner.run(once(spec(directory, handler, runtime, "python3.13"), message()))
        for runtime in ("python3.13", "provided.al2023")
    )
    assert isinstance(ours, Answered)
    assert isinstance(aws, Answered)
    assert ours.payload.decode() == without_own_frames(aws.payload.decode())
    assert (ours.error_type, ours.in_init, aws.in_init) == (aws.error_type, True, True)


@pytest.mark.parametrize("name", ["large", "leave"])
def test_same_end(pair: Pair, name: str) -> None:
    sent = message(json.dumps({"do": name}).encode())
    ours, aws = (pair.runner.run(once(one, sent)) for one in pair.specs)
    if isinstance(ours, Ended):
        assert ours == aws == Ended(7)
    else:
        assert isinstance(aws, Answered)
        assert (ours.payload, ours.error_type) == (aws.payload, "Function.ResponseSizeTooLarge")


def without_own_frames(text: str) -> str:
    """AWS's client says which of its lines called the import; ours are elsewhere and cut."""
    return re.sub(r'"  File [^ ]*awslambdaric[^ ]*, line \d+, in \w+\\n[^"]*", ', "", text)
