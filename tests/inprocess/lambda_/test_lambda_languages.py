"""Functions in other languages, through the whole service: Node, and programs that bring their own bootstrap."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import shutil
import signal
import sys
import zipfile
from typing import Any

import pytest
from lambda_world import World, world, zipped

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
BOOTSTRAP = """#!{python}
import json, os, urllib.request
BASE = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
count = 0
while True:
    with urllib.request.urlopen(BASE + "next") as answer:
        request_id, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.load(answer)
    count += 1
    print("run", count, flush=True)
    if event.get("fail"):
        kind, body = "error", {{"errorType": "Mine", "errorMessage": "no"}}
    else:
        kind, body = "response", {{"count": count, "handler": os.environ["_HANDLER"]}}
    request = urllib.request.Request(BASE + request_id + "/" + kind, json.dumps(body).encode(), method="POST")
    urllib.request.urlopen(request).close()
"""


def bootstrap_zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, BOOTSTRAP.format(python=sys.executable))
    return data.getvalue()


async def result(w: World, event: Any = None, **params: Any) -> Any:
    return json.loads((await w.invoke("f", event or {}, **params))["Payload"])


@needs_node
def test_node_beside_inline_python() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_workers()
            w.ground.settings.runtime = "inline"  # Node functions run in processes all the same
            text = """
                let count = 0;
                exports.handler = async (event, context) => {
                    console.log("hello");
                    if (event.fail) throw new TypeError("no");
                    return [++count, context.functionName];
                };
            """
            w.function("index.handler", Runtime="nodejs20.x", Code={"ZipFile": zipped(index__js=text)})
            assert await result(w) == [1, "f"]
            answer = await w.invoke("f", {}, LogType="Tail")
            assert json.loads(answer["Payload"]) == [2, "f"]
            assert "\tINFO\thello" in base64.b64decode(answer["LogResult"]).decode()
            failure = await result(w, {"fail": True})
            assert (failure["errorType"], failure["errorMessage"]) == ("TypeError", "no")
            assert failure["trace"][0] == "TypeError: no"

    asyncio.run(main())


@needs_node
def test_node_is_refused_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with world() as w:
            w.with_workers()
            monkeypatch.setenv("PATH", "/nowhere")
            with pytest.raises(Exception, match=r"Runtime nodejs20\.x without node is not emulated: install Node\.js"):
                w.function("index.handler", Runtime="nodejs20.x", Code={"ZipFile": zipped(index__js="")})

    asyncio.run(main())


@needs_node
def test_node_init_does_not_count_against_the_timeout() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_workers()
            text = """
                const until = Date.now() + 1300;
                while (Date.now() < until);
                exports.handler = async (event, context) => context.getRemainingTimeInMillis();
            """
            w.function("index.handler", Runtime="nodejs20.x", Timeout=1, Code={"ZipFile": zipped(index__js=text)})
            assert 500 < await result(w) <= 1000

    asyncio.run(main())


@pytest.mark.parametrize("runtime", ["provided.al2023", "ruby3.4"])
def test_a_bootstrap_of_the_functions_own(runtime: str) -> None:
    async def main() -> None:
        async with world() as w:
            workers = w.with_workers()
            w.function("any.thing", Runtime=runtime, Code={"ZipFile": bootstrap_zip()}, MemorySize=256)
            assert await result(w) == {"count": 1, "handler": "any.thing"}
            answer = await w.invoke("f", {}, LogType="Tail")
            assert json.loads(answer["Payload"])["count"] == 2
            assert "run 2" in base64.b64decode(answer["LogResult"]).decode()
            failure = await w.invoke("f", {"fail": True})
            assert failure["FunctionError"] == "Unhandled"
            assert json.loads(failure["Payload"]) == {"errorType": "Mine", "errorMessage": "no"}
            (pid,) = workers.processes("f")
            os.kill(pid, signal.SIGKILL)  # between two invocations: nobody notices
            await asyncio.sleep(0.05)
            assert (await result(w))["count"] == 1

    asyncio.run(main())


def test_a_bootstrap_in_a_layer() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_workers()
            layer = w.do("publish_layer_version", LayerName="runtime", Content={"ZipFile": bootstrap_zip()})
            code = {"ZipFile": zipped(index__txt="")}
            arn = layer["LayerVersionArn"]
            w.function("any.thing", Runtime="provided.al2023", Code=code, Layers=[arn], MemorySize=256)
            assert (await result(w))["count"] == 1

    asyncio.run(main())
