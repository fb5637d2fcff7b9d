"""What a Python handler finds: context, environment, logging, fresh code."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

from worker_world import message, spec, write

from emulator.runtimes.worker import Answered, InvocationMessage, WorkerProcess, WorkerSpec

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"


def play(worker: WorkerSpec, *messages: InvocationMessage) -> tuple[list[Any], list[tuple[str | None, str, str]]]:
    """The results of ``messages`` sent to one process, and its log."""
    logs: list[tuple[str | None, str, str]] = []

    async def run() -> list[Any]:
        process = await WorkerProcess.start(worker, lambda *event: logs.append(event))
        results = []
        for each in messages:
            result = await process.invoke(each)
            assert isinstance(result, Answered)
            results.append(json.loads(result.payload))
        process.kill()
        await process.wait()
        return results

    return asyncio.run(run()), logs


def test_context_object(tmp_path: Path) -> None:
    source = """
        def handler(event, context):
            seen = {name: getattr(context, name) for name in (
                "function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb", "aws_request_id",
                "log_group_name", "log_stream_name", "tenant_id")}
            seen["identity"] = [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id]
            client = context.client_context
            app = client and client.client
            seen["client"] = client and [app.app_title, app.installation_id, client.custom, client.env]
            seen["remaining"] = context.get_remaining_time_in_millis()
            return seen
    """
    write(tmp_path, "app.py", source)
    client = json.dumps({"client": {"app_title": "t"}, "custom": {"a": 1}, "env": {"b": 2}})
    identity = json.dumps({"cognitoIdentityId": "i", "cognitoIdentityPoolId": "p"})
    past = InvocationMessage("id-3", b"{}", ARN, 1)
    (plain, full, late), _ = play(
        spec(tmp_path),
        message(),
        message(request_id="id-2", client_context=client, identity=identity, tenant_id="acme"),
        past,
    )
    remaining = plain.pop("remaining")
    assert 0 < remaining <= 30_000
    assert plain == {
        "function_name": "f",
        "function_version": "$LATEST",
        "invoked_function_arn": ARN,
        "memory_limit_in_mb": "256",
        "aws_request_id": "id-1",
        "log_group_name": "/aws/lambda/f",
        "log_stream_name": "2025/11/25/[$LATEST]0123456789abcdef0123456789abcdef",
        "tenant_id": None,
        "identity": [None, None],
        "client": None,
    }
    assert full["aws_request_id"] == "id-2"
    assert full["identity"] == ["i", "p"]
    assert full["client"] == ["t", None, {"a": 1}, {"b": 2}]
    assert full["tenant_id"] == "acme"
    assert late["remaining"] == 0


def test_environment_and_globals(tmp_path: Path) -> None:
    source = """
        import os, sys, time
        calls = []
        def handler(event, context):
            calls.append(1)
            heavy = {"http.client", "socket", "ssl", "asyncio", "ctypes", "urllib3", "decimal"}
            return {"calls": len(calls), "trace": os.environ.get("_X_AMZN_TRACE_ID"), "cwd": os.getcwd(),
                    "path": sys.path[0], "zone": time.strftime("%Z"), "mine": os.environ["MINE"],
                    "heavy": sorted(heavy & set(sys.modules)), "stdin": sys.stdin.read()}
    """
    write(tmp_path, "app.py", source)
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
    (first, second), _ = play(spec(tmp_path, user={"MINE": "1"}), message(trace_id=trace), message())
    root = os.path.realpath(tmp_path)
    expected = {"cwd": root, "path": str(tmp_path), "zone": "UTC", "mine": "1", "heavy": [], "stdin": ""}
    assert first == {"calls": 1, "trace": trace, **expected}
    assert second == {"calls": 2, "trace": None, **expected}


LOGGING = """
    import logging, sys
    print("at import")
    class CustomException(Exception):
        pass
    def handler(event, context):
        logging.info("hidden")
        logging.getLogger("lib").warning("one\\ntwo")
        print("out")
        print("err", file=sys.stderr)
        context.log("context")
        sys.stdout.write("no line end")
        raise CustomException("some error occurred")
"""


def test_log_lines(tmp_path: Path) -> None:
    write(tmp_path, "app.py", LOGGING)
    _, logs = play(spec(tmp_path), message())
    assert {request_id for request_id, _, _ in logs} == {"id-1"}
    assert [line for _, stream, line in logs if stream == "stderr"] == ["err"]
    imported, warning, *rest = [line for _, stream, line in logs if stream == "stdout"]
    assert imported == "at import"
    assert re.fullmatch(r"\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tid-1\tone\ntwo", warning)
    path = f"{tmp_path}/app.py"
    nbsp = "\u00a0"
    assert rest[:2] == ["out", "context"]
    assert "".join(rest[2:]) == (
        "no line end[ERROR] CustomException: some error occurred\nTraceback (most recent call last):\n"
        f'{nbsp * 2}File "{path}", line 12, in handler\n'
        f'{nbsp * 4}raise CustomException("some error occurred")'
    )


def test_log_level_and_json_format(tmp_path: Path) -> None:
    write(tmp_path, "app.py", LOGGING)
    worker = spec(tmp_path, user={"AWS_LAMBDA_LOG_LEVEL": "INFO"}, log_format="JSON")
    _, logs = play(worker, message())
    objects = [json.loads(line.removeprefix("no line end")) for _, _, line in logs if "{" in line]
    info, warning, error = objects
    assert (info["level"], info["message"], info["logger"], info["requestId"]) == ("INFO", "hidden", "root", "id-1")
    assert warning["message"] == "one\ntwo"
    assert (error["level"], error["errorType"]) == ("ERROR", "CustomException")
    assert error["errorMessage"] == "some error occurred"


def test_init_error_is_logged(tmp_path: Path) -> None:
    _, logs = play(spec(tmp_path, "nosuch.handler"), message())
    warning, error = [line for _, _, line in logs]
    assert "LAMBDA_WARNING: Unhandled exception." in warning
    assert error == (
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'nosuch': No module named 'nosuch'\n"
        "Traceback (most recent call last):"
    )


def test_a_quick_second_edit_runs(tmp_path: Path) -> None:
    """Bytecode is matched by whole seconds and size: the same second, the same size, other code."""
    results = []
    for value in (1, 2, 3):
        write(tmp_path, "app.py", f"def handler(event, context):\n    return {value}\n")
        now = int((tmp_path / "app.py").stat().st_mtime)
        os.utime(tmp_path / "app.py", (now, now))
        results += play(spec(tmp_path), message())[0]
    assert results == [1, 2, 3]


def test_settled_sources_are_cached(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "def handler(event, context):\n    return 1\n")
    os.utime(tmp_path / "app.py", (1_700_000_000, 1_700_000_000))
    play(spec(tmp_path), message())
    assert list((tmp_path / "__pycache__").glob("app.*.pyc"))
