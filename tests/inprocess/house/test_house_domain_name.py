"""Handlers build the callback's URL from ``requestContext.domainName``, whatever the setting ``domain_name`` says."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import textwrap
from pathlib import Path

import pytest
from house_world import receive
from websockets.asyncio.client import connect

from emulator.app import Emulator
from emulator.core.settings import Settings
from emulator.stack.description import Stack

PYTHON = """
    import json
    import urllib.request

    def handler(event, context):
        told = event["requestContext"]
        try:
            urllib.request.urlopen(json.loads(event["body"])["elsewhere"], timeout=5)
        except OSError as error:
            elsewhere = type(error).__name__
        else:
            elsewhere = "reached"
        url = f"https://{told['domainName']}/{told['stage']}/@connections/{told['connectionId']}"
        data = json.dumps({"domain": told["domainName"], "elsewhere": elsewhere}).encode()
        urllib.request.urlopen(urllib.request.Request(url, data), timeout=5).read()
        return {"statusCode": 200}
"""
NODE = """
    export const handler = async (event) => {
      const told = event.requestContext;
      let elsewhere = "reached";
      try {
        await fetch(JSON.parse(event.body).elsewhere);
      } catch (error) {
        elsewhere = "URLError";
      }
      const url = `https://${told.domainName}/${told.stage}/@connections/${told.connectionId}`;
      const body = JSON.stringify({ domain: told.domainName, elsewhere });
      const answer = await fetch(url, { method: "POST", body });
      return { statusCode: answer.status };
    };
"""


@pytest.mark.parametrize("domain", ["127.0.0.1:{port}", "localhost:{port}", "api.invalid:4566", "api.invalid"])
@pytest.mark.parametrize(("runtime", "language"), [("inline", "python"), ("worker", "python"), ("worker", "node")])
def test_the_callback_reaches_the_emulator(tmp_path: Path, domain: str, runtime: str, language: str) -> None:
    if language == "node" and shutil.which("node") is None:
        pytest.skip("node is not installed")
    (tmp_path / "said.py").write_text(textwrap.dedent(PYTHON))
    (tmp_path / "said.mjs").write_text(textwrap.dedent(NODE))
    version = {"node": "nodejs20.x", "python": "python3.12"}[language]
    stack = Stack(tmp_path).function("said", "said.handler", runtime=version)
    stack.websocket_api("chat", routes={"say": "said"})

    async def main() -> None:
        emulator = Emulator(Settings(runtime=runtime), "auto", seed=7)
        await emulator.start(port=0)
        emulator.settings.domain_name = name = domain.format(port=emulator.port)
        try:
            deployment = await emulator.deploy(stack)
            with socket.socket() as closed:
                closed.bind(("127.0.0.1", 0))
                elsewhere = f"https://127.0.0.1:{closed.getsockname()[1]}/"
                async with connect(deployment.websocket_urls["chat"], compression=None) as client:
                    await client.send(json.dumps({"action": "say", "elsewhere": elsewhere}))
                    assert await receive(client) == {"domain": name, "elsewhere": "URLError"}
        finally:
            await emulator.stop(drain=0)

    asyncio.run(main())
