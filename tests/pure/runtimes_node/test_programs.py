"""Which program runs a function, and what the Runtime API refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from emulator.runtimes.runtime_api.states import State, refusal
from emulator.runtimes.worker import lambda_environment, program_for, supports


def test_program_of_each_runtime(tmp_path: Path) -> None:
    assert program_for("python3.13", tmp_path, 128) is None
    node = program_for("nodejs22.x", tmp_path, 512)
    assert node is not None
    assert (node.command[:2], node.runtime_api) == (("node", "--max-old-space-size=512"), False)
    assert Path(node.command[2]).is_file()
    for runtime in ("provided.al2023", "java21"):
        own = program_for(runtime, tmp_path, 128)
        assert own is not None
        assert (own.command, own.runtime_api) == ((f"{tmp_path}/bootstrap",), True)


def test_other_languages_need_a_bootstrap(tmp_path: Path) -> None:
    assert all(supports(runtime, tmp_path) for runtime in ("python3.13", "provided.al2023"))
    assert supports("nodejs20.x", tmp_path) is (shutil.which("node") is not None)
    assert not supports("ruby3.4", tmp_path)
    (tmp_path / "bootstrap").touch(0o644)
    assert not supports("ruby3.4", tmp_path)
    (tmp_path / "bootstrap").chmod(0o755)
    assert supports("ruby3.4", tmp_path)


def test_bootstrap_of_a_layer(tmp_path: Path) -> None:
    code, first, last = (tmp_path / name for name in ("code", "first", "last"))
    for folder in (code, first, last):
        folder.mkdir()
    for folder in (first, last):
        (folder / "bootstrap").touch(0o755)
    program = program_for("provided.al2023", code, 128, [first, last])
    assert program is not None
    assert program.command == (f"{last}/bootstrap",)
    assert supports("ruby3.4", code, [first])


def environment(runtime: str, **host: str) -> dict[str, str]:
    return lambda_environment(
        function_name="f",
        handler="index.handler",
        region="eu-west-1",
        account="123456789012",
        emulator_address="127.0.0.1:1",
        task_root="/task",
        runtime=runtime,
        host=host,
    )


def test_node_environment() -> None:
    values = environment("nodejs22.x", NODE_PATH="/known", PWD="/project", NODE_EXTRA_CA_CERTS="/ca.pem")
    assert values["AWS_EXECUTION_ENV"] == "AWS_Lambda_nodejs22.x"
    assert values["NODE_PATH"] == (
        "/opt/nodejs/node22/node_modules:/opt/nodejs/node_modules:/known:/project/node_modules:/task"
    )
    assert values["NODE_EXTRA_CA_CERTS"] == "/ca.pem"
    assert "LC_CTYPE" not in values
    assert "NODE_PATH" not in environment("python3.13", NODE_PATH="/known")


def test_custom_runtime_environment() -> None:
    assert "AWS_EXECUTION_ENV" not in environment("provided.al2023")


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (State.STARTED, State.READY),
        (State.STARTED, State.INIT_ERROR),
        (State.READY, State.READY),
        (State.RUNNING, State.INVOCATION_RESPONSE),
        (State.RUNNING, State.INVOCATION_ERROR_RESPONSE),
        (State.RESPONSE_SENT, State.READY),
    ],
)
def test_a_runtime_may(state: State, wanted: State) -> None:
    assert refusal(state, wanted) is None


@pytest.mark.parametrize(
    ("state", "wanted", "words"),
    [
        (State.READY, State.INVOCATION_RESPONSE, "from Ready to InvocationResponse"),
        (State.STARTED, State.INVOCATION_ERROR_RESPONSE, "from Started to InvocationErrorResponse"),
        (State.READY, State.INIT_ERROR, "from Ready to InitError"),
        (State.INIT_ERROR, State.READY, "from InitError to Ready"),
    ],
)
def test_a_runtime_may_not(state: State, wanted: State, words: str) -> None:
    reply = refusal(state, wanted)
    assert reply is not None
    assert (reply.status, json.loads(reply.body)) == (
        403,
        {
            "errorMessage": f"State transition {words} failed for runtime. Error: State transition is not allowed",
            "errorType": "InvalidStateTransition",
        },
    )
