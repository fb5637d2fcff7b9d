"""The worker's pure parts: frames, log lines, platform payloads, environment, redirected hosts."""

from __future__ import annotations

import signal
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.runtimes import payloads
from emulator.runtimes.bootstraps import redirect
from emulator.runtimes.bootstraps.frames import MAX_RESULT, FrameError, FrameReader, encode
from emulator.runtimes.worker.environment import lambda_environment
from emulator.runtimes.worker.logs import MAX_EVENT, LineSplitter


@given(st.lists(st.tuples(st.dictionaries(st.text(), st.integers()), st.binary())), st.integers(1, 50))
def test_frames_survive_any_cutting(frames: list[tuple[dict[str, int], bytes]], step: int) -> None:
    stream = b"".join(encode(header, body) for header, body in frames)
    reader, seen = FrameReader(), []
    for start in range(0, len(stream), step):
        seen += reader.feed(stream[start : start + step])
    assert seen == frames


@pytest.mark.parametrize(
    "noise",
    [
        b"x",
        b"Emu!",
        b"\x00" * 100,
        struct.pack(">4sII", b"EmuW", 2, MAX_RESULT + 1),
        struct.pack(">4sII", b"EmuW", 1 << 30, 0),
        struct.pack(">4sII", b"EmuW", 2, 0) + b"[]",
        struct.pack(">4sII", b"EmuW", 2, 0) + b"\xff\xff",
        encode({}) + b"noise",
    ],
)
def test_noise_is_not_a_frame(noise: bytes) -> None:
    with pytest.raises(FrameError):
        FrameReader().feed(noise)


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_lines_do_not_depend_on_the_cutting(chunks: list[bytes]) -> None:
    whole, cut = LineSplitter(), LineSplitter()
    text = b"".join(chunks)
    assert whole.feed(text) + whole.flush() == [e for chunk in chunks for e in cut.feed(chunk)] + cut.flush()


def test_lines() -> None:
    lines = LineSplitter()
    assert lines.feed(b"a\nb\rc\r\n\nd") == ["a", "b\nc", ""]
    assert lines.feed("é".encode()[:1]) == []
    assert lines.feed("é".encode()[1:] + b"\xff\n") == ["dé\ufffd"]
    assert lines.flush() == []
    assert [len(event) for event in lines.feed(b"x" * (2 * MAX_EVENT + 1))] == [MAX_EVENT, MAX_EVENT]
    assert lines.flush() == ["x"]


def test_timeout_payload() -> None:
    assert payloads.timed_out("1-2", 1).payload.decode() == (
        '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1-2 Error: Task timed out after 1.00 seconds"}'
    )


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (0, "Runtime exited without providing a reason"),
        (127, "Runtime exited with error: exit status 127"),
        (-signal.SIGKILL, "Runtime exited with error: signal: killed"),
        (-signal.SIGSEGV, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_exit_payloads(status: int, reason: str) -> None:
    error = payloads.exited("1-2", status)
    assert error.error_type == "Runtime.ExitError"
    assert error.payload.decode() == (
        f'{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 1-2 Error: {reason}"}}'
    )


def test_too_large_payload() -> None:
    assert payloads.response_too_large().payload.decode() == (
        '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).",'
        '"errorType":"Function.ResponseSizeTooLarge"}'
    )


def environment(**others: object) -> dict[str, str]:
    facts = {
        "function_name": "f",
        "handler": "app.handler",
        "region": "eu-west-1",
        "account": "123456789012",
        "emulator_address": "127.0.0.1:4566",
        "task_root": "/code",
    }
    return lambda_environment(**{**facts, **others})  # type: ignore[arg-type]


def test_environment_holds_what_aws_sets() -> None:
    values = environment(runtime="python3.14", log_stream="s", memory_mb=512, function_version="7")
    expected = {
        "_HANDLER": "app.handler",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.14",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_VERSION": "7",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
        "AWS_LAMBDA_LOG_STREAM_NAME": "s",
        "LAMBDA_TASK_ROOT": "/code",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LC_CTYPE": "C.UTF-8",
        "PWD": "/code",
        "SHLVL": "0",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "EMULATOR_ADDRESS": "127.0.0.1:4566",
        "AWS_ACCESS_KEY_ID": "123456789012",
    }
    assert {name: values.get(name) for name in expected} == expected
    also = {"AWS_LAMBDA_RUNTIME_API", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PATH", "LD_LIBRARY_PATH"}
    also |= {"AWS_XRAY_DAEMON_ADDRESS", "_AWS_XRAY_DAEMON_ADDRESS", "_AWS_XRAY_DAEMON_PORT"}
    assert also <= set(values)
    assert "_X_AMZN_TRACE_ID" not in values
    assert "AWS_EXECUTION_ENV" not in environment(runtime="provided.al2023")


def test_environment_takes_little_from_the_host() -> None:
    host = {"AWS_PROFILE": "prod", "AWS_REGION": "x", "SECRET": "x", "PATH": "/bin", "PYTHONPATH": "/lib", "HOME": "/h"}
    values = environment(host=host)
    assert (values["PATH"], values["PYTHONPATH"], values["HOME"]) == ("/bin", "/lib", "/h")
    assert not {"AWS_PROFILE", "SECRET"} & set(values)
    assert values["AWS_REGION"] == "eu-west-1"


def test_environment_of_the_user_wins() -> None:
    values = environment(user={"AWS_ENDPOINT_URL": "http://other", "TZ": "Europe/Paris", "MINE": "1"})
    assert (values["AWS_ENDPOINT_URL"], values["TZ"], values["MINE"]) == ("http://other", "Europe/Paris", "1")


def test_proxies_do_not_catch_the_emulator() -> None:
    values = environment(host={"HTTPS_PROXY": "http://proxy", "NO_PROXY": "a"})
    assert (values["NO_PROXY"], values["no_proxy"]) == ("a,127.0.0.1", "127.0.0.1")
    assert "NO_PROXY" not in environment()


@pytest.mark.parametrize(
    ("host", "port", "redirected"),
    [
        ("a1.execute-api.us-east-1.amazonaws.com", 443, True),
        ("A1.EXECUTE-API.eu-west-1.amazonaws.com", None, True),
        ("a1.execute-api.localhost", 80, True),
        ("ws.example.test", 443, True),
        ("ws.example.test", 8443, True),
        ("API.local", 8443, True),
        ("api.local", 443, False),
        ("api.local", None, False),
        ("127.0.0.1", 9000, True),
        ("127.0.0.1", 9001, False),
        ("::1", 9000, True),
        ("[::1]", 9000, True),
        ("::1", 9001, False),
        ("sync-127.0.0.1", 4566, True),
        ("sync-127.0.0.1", 443, False),
        ("127.0.0.1", 4566, False),
        ("execute-api.example.com", 443, False),
        ("example.com", 443, False),
    ],
)
def test_redirected_hosts(host: str, port: int | None, redirected: bool) -> None:
    names = redirect.parse_names(["WS.example.test", "api.local:8443", "127.0.0.1:9000", "[::1]:9000", ""])
    way = redirect.Way(("127.0.0.1", 4566), names)
    redirect.install(lambda: way)
    try:
        assert redirect.target(host, port) == (("127.0.0.1", 4566) if redirected else None)
    finally:
        redirect.uninstall()
    assert redirect.target(host, port) is None


def test_addresses() -> None:
    assert redirect.parse_address("localhost:1") == ("localhost", 1)
    assert redirect.parse_address("[::1]:4566") == ("::1", 4566)


def test_names_of_the_emulator() -> None:
    names = redirect.parse_names(["", " A.local ", "b.local:1", "::1", "[::1]", "[::2]:3"])
    expected = {("a.local", None), ("b.local", 1), ("::1", None), ("::2", 3)}
    assert names == expected


def test_names_of_the_emulator_in_the_environment() -> None:
    assert "EMULATOR_REDIRECT_HOSTS" not in environment(redirect_hosts=("",))
    assert environment(redirect_hosts=("a:1", "", "b"))["EMULATOR_REDIRECT_HOSTS"] == "a:1,b"
