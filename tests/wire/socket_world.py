"""What the wire tests share: the SocketTasks stack, its messages, and how error frames look."""

import json
import re
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from emulator.testing import StackHandle, TaskClient

API = "dev-tasks-socket"
"""The construct's WebSocket API."""

IDLE: dict[str, Any] = {"queues": {"idle": {}}}
"""A queue that stays empty: handlers wait on it by the emulator's clock."""

RESULT = (
    '{"task_id":"my-id","status":"Success","response":{"statusCode":200,'
    '"body":"{\\"output\\":\\"completed task data\\"}"}}'
)
"""The result frame of ``task_frame()``, byte by byte."""

CONNECTION_ID = "[A-Za-z0-9_-]{15}="
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def socket_tasks(tasks: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """A stack with the construct; its handlers are in ``handlers/``."""
    construct = {"code": "handlers", "tasks": tasks or {"task-type": "tasks.success"}, **properties}
    return {**IDLE, "socket_tasks": construct}


def in_both_runtimes(stack: dict[str, Any], **options: Any) -> pytest.MarkDecorator:
    """Run a test, which takes ``runtime``, with handlers in the emulator's process and in processes of their own."""
    cases = [
        pytest.param(runtime, marks=pytest.mark.aws_stack(stack, runtime=runtime, **options))
        for runtime in ("inline", "worker")
    ]
    return pytest.mark.parametrize("runtime", cases)


def task_frame(task_type: str = "task-type", task_id: str = "my-id", **data: Any) -> str:
    """A submission, as the article's client sends it."""
    task = {"id": task_id, "type": task_type, "data": data or {"key1": "value"}}
    return json.dumps({"action": "task-submit", "task": task}, separators=(",", ":"))


def is_error_frame(text: str, message: str) -> bool:
    """API Gateway's error frame, with its blanks, byte by byte."""
    pattern = (
        rf'\{{"message": "{re.escape(message)}", "connectionId":"{CONNECTION_ID}", "requestId":"{CONNECTION_ID}"\}}'
    )
    return re.fullmatch(pattern, text) is not None


def assert_healthy(stack: StackHandle) -> None:
    """A task of a client who just comes along is done (ST-2)."""
    with TaskClient(stack.websocket_url(API)) as client:
        assert_serves(client)


def assert_serves(client: TaskClient) -> None:
    """A task is done on this connection."""
    client.send(task_frame())
    assert client.receive() == RESULT


def eventually(happened: Callable[[], Any], tries: int = 1000) -> None:
    """Return as soon as ``happened()`` is true; fails after about five real seconds."""
    for _ in range(tries):
        if happened():
            return
        Event().wait(0.005)
    raise AssertionError("it has not happened")
