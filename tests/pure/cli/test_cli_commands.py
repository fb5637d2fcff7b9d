"""The command line without an emulator: help, wrong arguments, errors before anything starts."""

from __future__ import annotations

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from emulator.cli import COMMANDS, main
from emulator.cli.clock import seconds
from emulator.cli.init_hooks import ready_scripts, script_environment


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="emulator")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: emulator {command}")


def test_a_wrong_command_is_told_its_nearest() -> None:
    result = run("subimt")
    assert result.exit_code == 2
    assert "No such command 'subimt'. Did you mean 'submit'?" in result.output


@pytest.mark.parametrize(
    ("text", "value"),
    [("90", 90), ("90s", 90), ("3m", 180), ("1h30m", 5400), ("2d", 172800), ("250ms", 0.25), ("0", 0)],
)
def test_durations(text: str, value: float) -> None:
    command = click.Command("clock")
    assert seconds(click.Context(command), click.Option(["--for"]), text) == value


@pytest.mark.parametrize("text", ["", "m", "3x", "-3", "1e3", "3 m"])
def test_wrong_durations(text: str) -> None:
    result = run("clock", "advance", "--", text)
    assert result.exit_code == 2
    assert "is not a duration: 90, 90s, 3m, 1h30m, 2d." in result.output


def test_without_an_emulator_commands_say_how_to_start_one() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
        for command in (["status"], ["clock"], ["trace"], ["tail"], ["invoke", "f"], ["submit", "t"]):
            result = run(*command, "--endpoint", endpoint)
            assert result.exit_code == 1
            assert f"no emulator answers at {endpoint}" in result.output
            assert "emulator up" in result.output


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--task", "report"], "Error: command line: --task report: expected TYPE=MODULE:FUNCTION."),
        (["--task", "report=nowhere:f"], "socket_tasks.tasks.report.handler: there is no module 'nowhere'"),
        (["--clock", "soon"], "unknown clock 'soon': real, auto, manual, or a rate such as 60x"),
        (["--runtime", "docker"], "'docker' is not one of 'worker', 'inline'"),
        (["missing.toml"], "'missing.toml' does not exist"),
    ],
)
def test_up_refuses_before_it_starts(
    arguments: list[str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("up", *arguments)
    assert result.exit_code in (1, 2)
    assert text in result.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_EMULATOR_COMPLETE" in result.output


def test_init_scripts_come_in_alphanumeric_order(tmp_path: Path) -> None:
    folder = tmp_path / "ready.d"
    folder.mkdir()
    for name in ("20-b.py", "10-a.sh", "30-c.txt", "05-z.sh"):
        (folder / name).touch()
    (folder / "40-d.sh").mkdir()
    found = ready_scripts({"EMULATOR_INIT_DIR": str(tmp_path)})
    assert [script.name for script in found] == ["05-z.sh", "10-a.sh", "20-b.py"]
    assert ready_scripts({"EMULATOR_INIT_DIR": str(tmp_path / "nowhere")}) == []


def test_init_scripts_find_the_emulator() -> None:
    given = {"AWS_ACCESS_KEY_ID": "mine", "AWS_ENDPOINT_URL": "http://elsewhere"}
    environment = script_environment(given, "http://127.0.0.1:4566", "eu-west-1")
    assert environment == {
        "AWS_ACCESS_KEY_ID": "mine",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    }


def test_reload_without_watchfiles_is_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    monkeypatch.setattr("emulator.app.Emulator", None)
    result = run("up", "--task", "t=json:dumps", "--reload")
    assert result.exit_code == 1
    assert "--reload needs watchfiles: pip install 'aws-task-emulator[reload]'." in result.output


@pytest.mark.parametrize("endpoint", ["", "foo", "127.0.0.1:4566", "ftp://x"])
def test_endpoints_that_are_none(endpoint: str) -> None:
    result = run("status", "--endpoint", endpoint)
    assert result.exit_code == 2
    assert "is no address such as http://127.0.0.1:4566" in result.output


def test_options_before_a_command_of_the_clock_count() -> None:
    result = run("clock", "--endpoint", "http://127.0.0.1:1", "status")
    assert result.exit_code == 1
    assert "no emulator answers at http://127.0.0.1:1" in result.output


@pytest.mark.parametrize("arguments", [("status",), ("executions",), ("logs", "f"), ("clock",)])
def test_another_web_server_is_no_emulator(arguments: tuple[str, ...]) -> None:
    class Page(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *args: object) -> None:
            pass

    for method in ("GET", "POST"):
        setattr(Page, f"do_{method}", Page.answer)
    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        result = run(*arguments, "--endpoint", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert result.exit_code == 1
    assert "is no emulator" in result.output
