"""Every line of a function in CloudWatch Logs (line formats recorded from AWS)."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from lambda_world import World, world, zipped

HANDLER = """
    import sys
    def handler(event, context):
        print("one")
        print("two", file=sys.stderr)
        if event.get("fail"):
            raise ValueError("no")
        return context.log_stream_name
"""
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
kinds = pytest.mark.parametrize("kind", ["inline", "worker"])


def use(w: World, kind: str) -> None:
    if kind == "worker":
        w.with_workers()


def lines(w: World, group: str = "/aws/lambda/f", **params: Any) -> list[str]:
    return [e["message"] for e in w.do("filter_log_events", "logs", logGroupName=group, **params)["events"]]


def streams(w: World, group: str = "/aws/lambda/f") -> list[str]:
    return [s["logStreamName"] for s in w.do("describe_log_streams", "logs", logGroupName=group)["logStreams"]]


@kinds
def test_a_first_and_a_second_invocation(kind: str) -> None:
    async def main() -> None:
        async with world() as w:
            use(w, kind)
            w.from_files(index__py=HANDLER)
            stream = json.loads((await w.invoke(event={}))["Payload"])
            assert re.fullmatch(r"2023/11/14/\[\$LATEST\][0-9a-f]{32}", stream)
            assert streams(w) == [stream]
            written = lines(w)
            init = r"INIT_START Runtime Version: python:3\.12\.v\d+\tRuntime Version ARN: arn:aws:lambda:us-east-1::"
            assert re.match(init, written[0])
            assert re.fullmatch(rf"START RequestId: {UUID} Version: \$LATEST", written[1])
            assert sorted(written[2:4]) == ["one", "two"]
            assert re.fullmatch(rf"END RequestId: {UUID}", written[4])
            assert re.match(rf"REPORT RequestId: {UUID}\tDuration: ", written[5])
            assert "\tInit Duration: " in written[5]
            await w.invoke(event={})
            assert streams(w) == [stream]
            again = lines(w)[6:]
            assert again[0].startswith("START ")
            assert "Init Duration" not in again[-1]

    asyncio.run(main())


@kinds
def test_an_error_is_one_event_with_line_breaks_recorded(kind: str) -> None:
    async def main() -> None:
        async with world() as w:
            use(w, kind)
            w.from_files(index__py=HANDLER)
            await w.invoke(event={"fail": True})
            (error,) = lines(w, filterPattern='"[ERROR]"')
            assert error.startswith("[ERROR] ValueError: no\nTraceback (most recent call last):\n\u00a0\u00a0File ")

    asyncio.run(main())


def test_concurrent_environments_have_streams_of_their_own() -> None:
    async def main() -> None:
        async with world("real") as w:
            w.with_workers()
            w.from_files(
                index__py="import time\ndef handler(e, c):\n    time.sleep(0.3)\n    return c.log_stream_name\n"
            )
            found = await asyncio.gather(w.invoke(event={}), w.invoke(event={}))
            names = {json.loads(answer["Payload"]) for answer in found}
            assert len(names) == 2
            assert set(streams(w)) == names

    asyncio.run(main())


def test_a_group_of_its_own_and_json_platform_lines() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_workers()
            w.function(
                "index.handler",
                Code={"ZipFile": zipped(index__py="def handler(e, c): pass")},
                LoggingConfig={"LogFormat": "JSON", "LogGroup": "/mine"},
            )
            await w.invoke(event={})
            written = [json.loads(line) for line in lines(w, "/mine")]
            assert [line["type"] for line in written] == ["platform.initStart", "platform.start", "platform.report"]
            assert written[1]["record"]["version"] == "$LATEST"
            assert written[2]["record"]["status"] == "success"
            assert written[2]["record"]["metrics"]["memorySizeMB"] == 128

    asyncio.run(main())


@kinds
@pytest.mark.parametrize(("text", "reports"), [("sys.exit(3)", 1), ("def handler(e, c): sys.exit(3)", 0)])
def test_an_exit_is_a_failed_init_only_at_import(kind: str, text: str, reports: int) -> None:
    async def main() -> None:
        async with world() as w:
            use(w, kind)
            w.from_files(index__py=f"import sys\n{text}\n")
            await w.invoke(event={})
            assert len(lines(w, filterPattern="INIT_REPORT")) == reports
            assert lines(w)[-1].endswith("\tStatus: error\tError Type: Runtime.ExitError")

    asyncio.run(main())


LEVELS = """
    import logging
    def handler(event, context):
        for level in ("debug", "info", "warning"):
            getattr(logging.getLogger(), level)(level)
        if event.get("leave"):
            raise SystemExit(1)
"""


@pytest.mark.parametrize(
    ("levels", "event", "expected"),
    [
        ({}, {}, ["platform.initStart", "platform.start", "info", "warning", "platform.report"]),
        (
            {"ApplicationLogLevel": "DEBUG", "SystemLogLevel": "WARN"},
            {},
            ["debug", "info", "warning"],
        ),
        (
            {"ApplicationLogLevel": "ERROR", "SystemLogLevel": "WARN"},
            {"leave": True},
            ["platform.report"],
        ),
    ],
)
def test_log_levels_of_the_json_format_docs(levels: dict[str, str], event: Any, expected: list[str]) -> None:
    """AWS docs, "Configuring advanced logging controls": INFO unless set; WARN shows only reports of failures."""

    async def main() -> None:
        async with world() as w:
            w.with_workers()
            code = {"ZipFile": zipped(index__py=LEVELS)}
            w.function("index.handler", Code=code, LoggingConfig={"LogFormat": "JSON"} | levels)
            await w.invoke(event=event)
            written = [json.loads(line) for line in lines(w)]
            assert [line.get("type") or line["message"] for line in written] == expected
            shown = w.do("get_function_configuration", FunctionName="f")["LoggingConfig"]
            defaults = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
            assert shown == {"LogFormat": "JSON", "LogGroup": "/aws/lambda/f"} | defaults | levels

    asyncio.run(main())


@kinds
def test_a_handler_that_cannot_be_loaded(kind: str) -> None:
    async def main() -> None:
        async with world() as w:
            use(w, kind)
            w.from_files(index__py="import nosuch")
            payload = json.loads((await w.invoke(event={}))["Payload"])
            assert payload["errorType"] == "Runtime.ImportModuleError"
            assert len(lines(w, filterPattern='"[ERROR] Runtime.ImportModuleError"')) == 1
            *_, init_report, end, report = lines(w)
            failed = r"\tStatus: error\tError Type: Runtime\.ImportModuleError"
            assert re.fullmatch(rf"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init{failed}", init_report)
            assert end.startswith("END ")
            assert re.fullmatch(rf"REPORT RequestId: {UUID}\tDuration: .*{failed}", report)
            await w.invoke(event={})  # init is tried again
            assert len(lines(w, filterPattern="INIT_REPORT")) == 2

    asyncio.run(main())


def test_lines_of_a_running_handler_are_there_before_it_ends() -> None:
    async def main() -> None:
        async with world("real") as w:
            w.with_workers()
            w.from_files(
                index__py="import time\ndef handler(e, c):\n    print('begun', flush=True)\n    time.sleep(1)\n"
            )
            running = asyncio.ensure_future(w.invoke(event={}))
            for _ in range(100):
                await asyncio.sleep(0.02)
                if streams_exist(w) and "begun" in lines(w):
                    break
            assert not running.done()
            await running

    asyncio.run(main())


def streams_exist(w: World) -> bool:
    return bool(w.do("describe_log_groups", "logs")["logGroups"])
