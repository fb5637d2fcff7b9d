"""What a handler meets in this process and in a process of its own."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import sys
import textwrap
import threading
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from lambda_world import World, world

from emulator.core.errors import AwsError
from emulator.runtimes.worker_runtime import WorkerRuntime


def variables(event: Any, context: Any) -> Any:
    """Changes and reads ``os.environ`` as the event says."""
    for name in event.get("delete", []):
        del os.environ[name]
    os.environ.update(event.get("set", {}))
    return {name: os.environ.get(name) for name in event["get"]} | {"listed": "COLOUR" in dict(os.environ)}


def talk(event: Any, context: Any) -> None:
    print("printed")
    print("to stderr", file=sys.stderr)
    logging.getLogger("app").warning("logged")
    sys.stdout.write("no line end")


def answer() -> str:
    return "original"


def patched(event: Any, context: Any) -> Any:
    return answer()


def zipped(**files: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/") + ".py", textwrap.dedent(text))
    return data.getvalue()


def from_zip(w: World, name: str = "f", handler: str = "index.handler", **files: str) -> None:
    w.function(handler, name, Code={"ZipFile": zipped(**files)})


async def result(w: World, name: str = "f", event: Any = None) -> Any:
    return json.loads((await w.invoke(name, event))["Payload"])


def test_each_function_has_its_environment_and_keeps_what_it_writes() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(variables, "a", Environment={"Variables": {"COLOUR": "red"}})
            w.function(variables, "b", Environment={"Variables": {"COLOUR": "blue"}})
            one = await result(w, "a", {"get": ["COLOUR", "NEW"], "set": {"NEW": "1"}})
            assert one == {"COLOUR": "red", "NEW": "1", "listed": True}
            other = await result(w, "b", {"get": ["COLOUR", "NEW"], "delete": ["COLOUR"]})
            assert other == {"COLOUR": None, "NEW": None, "listed": False}
            assert await result(w, "a", {"get": ["NEW"]}) == {"NEW": "1", "listed": True}
            assert "NEW" not in os.environ
            assert "COLOUR" not in os.environ

    asyncio.run(main())


class Gate(ModuleType):
    """A module whose import by a handler can be watched and held up."""

    def __init__(self) -> None:
        super().__init__("gate")
        self.reached, self.open = threading.Event(), threading.Event()


def test_an_import_that_fails_after_its_function_is_gone_does_not_fail_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    monkeypatch.setitem(sys.modules, "gate", gate)

    async def main() -> None:
        async with world() as w:
            from_zip(w, index="import gate\ngate.reached.set()\ngate.open.wait(10)\nimport missing")
            first = asyncio.ensure_future(w.invoke("f"))
            assert await asyncio.to_thread(gate.reached.wait, 10)
            first.cancel()
            w.do("delete_function", FunctionName="f")
            from_zip(w, index="def handler(event, context):\n    return 1")
            gate.open.set()
            assert await result(w) == 1

    asyncio.run(main())


def test_process_environment_is_its_own_again_after_close() -> None:
    kind = type(os.environ)

    async def main() -> None:
        async with world() as w:
            w.function(variables)
            await result(w, event={"get": []})
            assert type(os.environ) is not kind

    asyncio.run(main())
    assert type(os.environ) is kind


def test_output_is_shown_and_kept_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(talk)
            await w.invoke()
            lines = [str(hop.payload) for hop in w.hops("log")]
            assert lines[:2] == ["printed", "to stderr"]
            assert lines[2].startswith("[WARNING]\t")
            assert lines[2].endswith("\tlogged")
            assert lines[3] == "no line end"

    asyncio.run(main())
    shown = capsys.readouterr()
    assert shown.out == "printed\nno line end"
    assert "to stderr" in shown.err


def test_monkeypatch_reaches_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(patched)
            monkeypatch.setattr(sys.modules[__name__], "answer", lambda: "patched")
            assert await result(w) == "patched"

    asyncio.run(main())


def test_zip_files_with_modules_of_the_same_name() -> None:
    async def main() -> None:
        async with world() as w:
            source = """
                import helper
                def handler(event, context):
                    return helper.NAME
                """
            from_zip(w, "a", index=source, helper="NAME = 'a'")
            from_zip(w, "b", index=source, helper="NAME = 'b'")
            assert [await result(w, name) for name in "aba"] == ["a", "b", "a"]
            assert "helper" not in sys.modules

    asyncio.run(main())


def test_globals_stay_until_the_code_changes() -> None:
    source = """
        count = 0
        def handler(event, context):
            global count
            count += 1
            return [{version}, count]
        """

    async def main() -> None:
        async with world() as w:
            from_zip(w, index=source.replace("{version}", "1"))
            assert [await result(w), await result(w)] == [[1, 1], [1, 2]]
            w.do("update_function_code", FunctionName="f", ZipFile=zipped(index=source.replace("{version}", "2")))
            assert await result(w) == [2, 1]

    asyncio.run(main())


@pytest.mark.parametrize("handler", ["pkg.mod.run", "pkg/mod.run", "pkg.mod:run"])
def test_handler_forms(handler: str) -> None:
    async def main() -> None:
        async with world() as w:
            from_zip(w, handler=handler, pkg__mod="def run(event, context): return 'ran'")
            assert await result(w) == "ran"
            for name in ("pkg.mod", "pkg"):
                sys.modules.pop(name, None)

    asyncio.run(main())


def test_syntax_error_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            from_zip(w, handler="syn.handler", syn="def handler(:\n")
            body = await result(w)
            assert body["errorType"] == "Runtime.UserCodeSyntaxError"
            assert body["errorMessage"].startswith("Syntax error in module 'syn': invalid syntax (syn.py, line 1)")

    asyncio.run(main())


def with_workers(w: World) -> None:
    w.ground.settings.runtime = "worker"
    w.ground.runtimes["worker"] = WorkerRuntime(w.ground)


WORKER = """
    import os, sys, time
    count = 0
    def handler(event, context):
        global count
        count += 1
        print("working")
        if event == "fail":
            raise ValueError("no")
        if event == "exit":
            sys.exit(3)
        if event == "sleep":
            time.sleep(30)
        return {"count": count, "left": context.get_remaining_time_in_millis(), "trace": os.environ["_X_AMZN_TRACE_ID"]}
    """


def test_worker_runs_stay_warm_fail_exit_and_are_killed_at_the_timeout() -> None:
    async def main() -> None:
        async with world("real") as w:
            with_workers(w)
            w.function("index.handler", Code={"ZipFile": zipped(index=WORKER)}, Timeout=1)
            try:
                first = await result(w)
                assert first["count"] == 1
                assert 0 < first["left"] <= 1000
                assert f"Parent={w.hops('invoke')[0].id}" in first["trace"]
                assert (await result(w, event="fail"))["errorType"] == "ValueError"
                assert (await result(w))["count"] == 3
                assert (await result(w, event="exit"))["errorMessage"].endswith("exit status 3")
                timeout = await result(w, event="sleep")
                assert timeout["errorType"] == "Sandbox.Timedout"
                assert timeout["errorMessage"].endswith("Task timed out after 1.00 seconds")
                assert (await result(w))["count"] == 1
                assert {hop.payload for hop in w.hops("log")} >= {"working"}
            finally:
                await w.ground.runtimes["worker"].close()

    asyncio.run(main())


def test_worker_code_is_updated_and_the_tail_of_the_log_comes_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with world("real") as w:
            with_workers(w)
            w.function("index.handler", Code={"ZipFile": zipped(index="def handler(e, c): print('old'); return 1")})
            try:
                assert await result(w) == 1
                w.do(
                    "update_function_code",
                    FunctionName="f",
                    ZipFile=zipped(index="def handler(e, c): print('new'); return 2"),
                )
                answer = await w.invoke(LogType="Tail")
                assert answer["Payload"] == b"2"
                import base64

                lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
                assert [line.split()[0] for line in lines] == ["START", "new", "END", "REPORT"]
                assert "\tInit Duration: " in lines[-1]
            finally:
                await w.ground.runtimes["worker"].close()

    asyncio.run(main())


def test_other_languages_are_refused_by_name() -> None:
    async def main() -> None:
        async with world() as w:
            with_workers(w)
            with pytest.raises(AwsError, match=r"Runtime ruby3\.4 is not emulated: use Python or Node\.js, or put"):
                w.function("index.handler", Runtime="ruby3.4", Code={"ZipFile": zipped(index="")})

    asyncio.run(main())


@pytest.mark.parametrize("form", ["app.handler", "app:handler"])
@pytest.mark.parametrize("kind", ["inline", "worker"])
def test_edited_files_are_loaded_again_on_reload(kind: str, form: str, tmp_path: Path) -> None:
    async def main() -> None:
        async with world("real") as w:
            if kind == "worker":
                with_workers(w)
            file = tmp_path / "app.py"
            file.write_text("def handler(event, context): return 'old'\n")
            w.function(form, Code={"S3Bucket": "__local__", "S3Key": str(tmp_path)})
            try:
                assert await result(w) == "old"
                file.write_text("def handler(event, context): return 'newer'\n")
                for runtime in w.ground.runtimes.values():
                    runtime.reload()
                assert await result(w) == "newer"
            finally:
                sys.modules.pop("app", None)
                if kind == "worker":
                    await w.ground.runtimes["worker"].close()

    asyncio.run(main())
