"""What a Python function's failures and results look like: the table of AWS's client, from real processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from worker_world import message, spec, write

from emulator.runtimes.worker import Answered, Ended, WorkerProcess, WorkerResult

HANDLERS = """
import datetime, decimal, os, signal, sys

def handler(event, context):
    return globals()[event["do"]](event, context)

def fail(event, context):
    raise Exception("Test exception (this is intentional)")

def chained(event, context):
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise RuntimeError("outer") from error

class CustomError(Exception):
    pass

def custom(event, context):
    raise CustomError("é")

def date(event, context):
    return {"at": datetime.datetime(2025, 1, 1)}

async def coroutine(event, context):
    return 1

def values(event, context):
    return {"n": None, "d": decimal.Decimal("1.50"), "nan": float("nan"), "é": [1, 2.0, True], "b": b"x"}

def nothing(event, context):
    pass

def raw(event, context):
    return b"\\x00\\xff"

def exit_zero(event, context):
    sys.exit(0)

def exit_127(event, context):
    sys.exit(127)

def exit_hard(event, context):
    os._exit(3)

def killed(event, context):
    os.kill(os.getpid(), signal.SIGKILL)

def segfault(event, context):
    os.kill(os.getpid(), signal.SIGSEGV)

def text(event, context):
    return "x" * event["size"]
"""


class World:
    """One process, started again after it ended."""

    def __init__(self, directory: Path, runner: asyncio.Runner) -> None:
        self.directory = directory
        self.runner = runner
        self.process: WorkerProcess | None = None

    def do(self, what: str, **event: object) -> WorkerResult:
        if self.process is None or not self.process.alive:
            self.process = self.runner.run(WorkerProcess.start(spec(self.directory)))
        return self.runner.run(self.process.invoke(message(json.dumps({"do": what, **event}).encode())))

    def once(self, handler: str, event: bytes = b"{}", runtime: str = "python3.13", **others: str) -> WorkerResult:
        async def run() -> WorkerResult:
            process = await WorkerProcess.start(spec(self.directory, handler, runtime))
            try:
                return await process.invoke(message(event, **others))
            finally:
                process.kill()
                await process.wait()

        return self.runner.run(run())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("task")
    write(directory, "app.py", HANDLERS)
    with asyncio.Runner() as runner:
        world = World(directory, runner)
        yield world
        if world.process is not None:
            world.process.kill()
            runner.run(world.process.wait())


def body(result: WorkerResult) -> dict[str, object]:
    assert isinstance(result, Answered)
    return dict(json.loads(result.payload))


def test_exception_body_is_aws_text_byte_for_byte(world: World) -> None:
    result = world.do("fail")
    path = json.dumps(f'  File "{world.directory}/app.py", line ')[1:-1]
    frames = (
        f'"{path}4, in handler\\n    return globals()[event[\\"do\\"]](event, context)\\n", '
        f'"{path}7, in fail\\n    raise Exception(\\"Test exception (this is intentional)\\")\\n"'
    )
    assert isinstance(result, Answered)
    assert result.error_type == "Exception"
    assert result.payload.decode() == (
        '{"errorMessage": "Test exception (this is intentional)", "errorType": "Exception", "requestId": "id-1", '
        f'"stackTrace": [{frames}]}}'
    )


def test_only_the_outermost_of_chained_exceptions(world: World) -> None:
    error = body(world.do("chained"))
    assert (error["errorType"], error["errorMessage"]) == ("RuntimeError", "outer")
    assert "inner" not in json.dumps(error)


def test_error_type_has_no_module_and_message_stays_utf8(world: World) -> None:
    result = world.do("custom")
    assert isinstance(result, Answered)
    assert result.error_type == "CustomError"
    assert '"errorMessage": "é"' in result.payload.decode()


@pytest.mark.parametrize(("what", "name"), [("date", "datetime"), ("coroutine", "coroutine")])
def test_marshal_error(world: World, what: str, name: str) -> None:
    assert body(world.do(what)) == {
        "errorMessage": f"Unable to marshal response: Object of type {name} is not JSON serializable",
        "errorType": "Runtime.MarshalError",
        "requestId": "id-1",
        "stackTrace": [],
    }


def test_results(world: World) -> None:
    nothing, raw, values = world.do("nothing"), world.do("raw"), world.do("values")
    assert isinstance(nothing, Answered)
    assert isinstance(raw, Answered)
    assert isinstance(values, Answered)
    assert (nothing.payload, nothing.error_type) == (b"null", None)
    assert (raw.payload, raw.content_type) == (b"\x00\xff", "application/unknown")
    assert values.payload.decode() == '{"n": null, "d": 1.50, "nan": NaN, "é": [1, 2.0, true], "b": "x"}'


def test_python311_escapes_what_is_not_ascii(world: World) -> None:
    result = world.once("app.handler", b'{"do": "custom"}', runtime="python3.11")
    assert isinstance(result, Answered)
    assert b'"errorMessage": "\\u00e9"' in result.payload


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("exit_zero", "Runtime exited without providing a reason"),
        ("exit_127", "Runtime exited with error: exit status 127"),
        ("exit_hard", "Runtime exited with error: exit status 3"),
        ("killed", "Runtime exited with error: signal: killed"),
        ("segfault", "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_process_exits(world: World, what: str, reason: str) -> None:
    result = world.do(what)
    assert isinstance(result, Ended)
    assert not result.killed
    assert result.error("id-1").payload.decode() == (
        f'{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: id-1 Error: {reason}"}}'
    )


def test_response_size(world: World) -> None:
    fits, large, after = world.do("text", size=6 * 1024 * 1024), world.do("text", size=6291555), world.do("nothing")
    assert isinstance(fits, Answered)
    assert isinstance(large, Answered)
    assert (len(fits.payload), fits.error_type) == (6 * 1024 * 1024 + 2, None)
    assert large.payload.decode() == (
        '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).",'
        '"errorType":"Function.ResponseSizeTooLarge"}'
    )
    assert isinstance(after, Answered)
    assert after.init_ms is None  # the same process went on


def test_unreadable_input(world: World) -> None:
    event, context = world.once("app.handler", b"{"), world.once("app.handler", client_context="{")
    assert body(event)["errorType"] == "Runtime.UnmarshalError"
    assert str(body(event)["errorMessage"]).startswith("Unable to unmarshal input: ")
    assert body(context)["errorType"] == "Runtime.LambdaContextUnmarshalError"
    assert str(body(context)["errorMessage"]).startswith("Unable to parse Client Context JSON: ")


INIT_ERRORS = [
    ("nosuch.handler", "Runtime.ImportModuleError", "Unable to import module 'nosuch': No module named 'nosuch'"),
    ("inner.handler", "Runtime.ImportModuleError", "Unable to import module 'inner': No module named 'nosuch'"),
    ("app.nosuch", "Runtime.HandlerNotFound", "Handler 'nosuch' missing on module 'app'"),
    (
        "nodot",
        "Runtime.MalformedHandlerName",
        "Bad handler 'nodot': not enough values to unpack (expected 2, got 1)",
    ),
    ("sys.handler", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module"),
]


@pytest.mark.parametrize(("handler", "error_type", "text"), INIT_ERRORS)
def test_init_errors(world: World, handler: str, error_type: str, text: str) -> None:
    write(world.directory, "inner.py", "import nosuch\n")
    result = world.once(handler)
    assert isinstance(result, Answered)
    assert result.in_init
    assert result.payload.decode() == (
        f'{{"errorMessage": "{text}", "errorType": "{error_type}", "requestId": "", "stackTrace": []}}'
    )


def test_syntax_error(world: World) -> None:
    write(world.directory, "syn.py", "def handler(:\n")
    assert body(world.once("syn.handler")) == {
        "errorMessage": "Syntax error in module 'syn': invalid syntax (syn.py, line 1)",
        "errorType": "Runtime.UserCodeSyntaxError",
        "requestId": "",
        "stackTrace": [f'  File "{world.directory}/syn.py" Line 1\n    def handler(:\n'],
    }


def test_exception_at_import(world: World) -> None:
    write(world.directory, "startup.py", 'raise Exception("Runtime startup fails")\n')
    error = body(world.once("startup.handler"))
    trace = error.pop("stackTrace")
    assert error == {"errorMessage": "Runtime startup fails", "errorType": "Exception", "requestId": ""}
    assert isinstance(trace, list)
    assert "importlib" in trace[0]
    assert trace[-1] == (
        f'  File "{world.directory}/startup.py", line 1, in <module>\n    raise Exception("Runtime startup fails")\n'
    )


def test_exit_at_import(world: World) -> None:
    write(world.directory, "leaves.py", "import sys\nsys.exit(4)\n")
    assert world.once("leaves.handler") == Ended(4)


NAMES = [
    ("pkg.mod.handler", "pkg/mod.py"),
    ("pkg/mod.handler", "pkg/mod.py"),
    ("pkg.mod:handler", "pkg/mod.py"),
    ("plain/file.handler", "plain/file.py"),
    ("key.def.main.handler", "key/def/main.py"),
]


@pytest.mark.parametrize(("handler", "file"), NAMES)
def test_handler_names(world: World, handler: str, file: str) -> None:
    write(world.directory, "pkg/__init__.py", "")
    write(world.directory, file, f"def handler(event, context):\n    return {file!r}\n")
    result = world.once(handler)
    assert isinstance(result, Answered)
    assert json.loads(result.payload) == file


def test_init_error_ends_the_process_and_the_next_one_tries_again(world: World) -> None:
    async def run() -> tuple[bool, WorkerResult]:
        process = await WorkerProcess.start(spec(world.directory, "nosuch.handler"))
        await process.invoke(message())
        alive = process.alive
        await process.wait()
        return alive, await process.invoke(message())

    alive, again = world.runner.run(run())
    assert not alive
    assert again == Ended(1)
