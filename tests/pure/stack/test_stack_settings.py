"""Flags win over variables, variables over the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.cli.choose import choose, read_stack
from emulator.stack import Stack, StackError
from emulator.stack.settings import read_variables


def test_every_source_is_heard_and_the_nearest_wins() -> None:
    document = {"emulator": {"clock": "auto", "port": 1, "region": "eu-north-1", "idle_timeout": 5}}
    stack = Stack.from_document(document, Path(), "stack.toml")
    variables = {"EMULATOR_PORT": "2", "EMULATOR_REGION": "eu-west-1", "EMULATOR_ENFORCE_QUOTAS": "no", "PATH": "/bin"}
    chosen = choose(stack, {"port": None, "region": "us-west-2", "host": None, "reload": None}, variables)
    assert (chosen.clock, chosen.port, chosen.host, chosen.reload) == ("auto", 2, "127.0.0.1", False)
    assert (chosen.settings.region, chosen.settings.idle_timeout) == ("us-west-2", 5)
    assert chosen.settings.enforce_quotas is False


def test_defaults() -> None:
    chosen = choose(Stack(), {}, {})
    assert (chosen.clock, chosen.port, chosen.settings.account) == ("real", 4566, "000000000000")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("EMULATOR_PORT", "tcp://10.0.0.1:4566", "EMULATOR_PORT: expected a whole number, got 'tcp://10.0.0.1:4566'."),
        ("EMULATOR_RELOAD", "maybe", "EMULATOR_RELOAD: expected true or false, got 'maybe'."),
        ("EMULATOR_CLOCK", "0x", "EMULATOR_CLOCK: unknown clock '0x'"),
        ("EMULATOR_RUNTIME", "docker", "EMULATOR_RUNTIME: unknown runtime 'docker'."),
        ("EMULATOR_CLOK", "auto", "EMULATOR_CLOK: unknown setting. Did you mean 'EMULATOR_CLOCK'?"),
        (
            "EMULATOR_IDLE_TIMEOUTS",
            "5",
            "EMULATOR_IDLE_TIMEOUTS: unknown setting. Did you mean 'EMULATOR_IDLE_TIMEOUT'?",
        ),
        ("EMULATOR_IDLE_TIMEOUT", "nan", "EMULATOR_IDLE_TIMEOUT: expected a number that is not negative, got nan."),
        ("EMULATOR_ACCOUNT_CONCURRENCY", "-1", "EMULATOR_ACCOUNT_CONCURRENCY: expected a number that is not negative"),
    ],
)
def test_wrong_variables_are_named(name: str, value: str, text: str) -> None:
    with pytest.raises(StackError) as caught:
        read_variables({name: value})
    assert str(caught.value).startswith(f"environment: {text}")


def test_variables_of_others_are_left_alone() -> None:
    names = ("SERVICE_HOST", "SERVICE_PORT", "PORT_4566_TCP", "PORT_4566_TCP_ADDR", "ENDPOINT", "INIT_DIR", "NAME")
    assert read_variables({f"EMULATOR_{name}": "x" for name in names} | {"MY_EMULATOR_CLOK": "x"}) == {}


def test_wrong_flags_are_named() -> None:
    with pytest.raises(StackError) as caught:
        choose(Stack(), {"account": "12"}, {})
    assert str(caught.value) == "command line: --account: an account has 12 digits, got '12'."


def test_empty_variables_count_as_absent() -> None:
    assert read_variables({"EMULATOR_PORT": "", "EMULATOR_RELOAD": "1"}) == {"reload": True}


def test_tasks_of_the_command_line_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stack.toml").write_text("[queues.q]\n")
    monkeypatch.chdir(tmp_path)
    stack = read_stack(None, ["report=my.module:handler"])
    assert stack.construct is not None
    assert stack.construct.properties == {"Tasks": {"report": "my.module:handler"}}
    assert not stack.sections["queues"]
    assert list(read_stack(None, []).sections["queues"]) == ["q"]
    both = read_stack(tmp_path, ["report=my.module:handler"])
    assert both.construct is not None
    assert list(both.sections["queues"]) == ["q"]


@pytest.mark.parametrize("task", ["report", "report=", "=my:handler"])
def test_malformed_tasks_of_the_command_line(task: str) -> None:
    with pytest.raises(StackError, match=r"command line: --task .*: expected TYPE=MODULE:FUNCTION\."):
        read_stack(None, [task])
