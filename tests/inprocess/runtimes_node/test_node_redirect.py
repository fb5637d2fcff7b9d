"""A Node handler's requests for API Gateway's addresses reach the emulator, whatever makes them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from node_world import message, spec, value, write

from emulator.runtimes.worker import WorkerProcess

HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
HANDLERS = """
import http, { request } from "node:http";
import https, { request as secureRequest } from "node:https";
import net from "node:net";
import tls from "node:tls";

const HOST = "<HOST>";
const text = (open, url, options = {}) => new Promise((resolve, reject) => {
  const sent = open(url, options, (answer) => {
    let body = "";
    answer.on("data", (chunk) => { body += chunk; }).on("end", () => resolve(body));
  });
  sent.on("error", reject).end(options.body);
});
const raw = (socket, ready) => new Promise((resolve, reject) => {
  let body = "";
  socket.on("data", (chunk) => { body += chunk; }).on("end", () => resolve(body.split("\\r\\n\\r\\n")[1]));
  socket.on("error", reject).once(ready, () => socket.write(`GET /raw HTTP/1.0\\r\\nHost: ${HOST}\\r\\n\\r\\n`));
});
const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
const work = {
  https: () => text(https.request, `https://${HOST}/dev/x`),
  imported: () => text(secureRequest, `https://${HOST}/dev/x`, { method: "POST", body: "abc" }),
  agent: async () => [
    await text(https.request, `https://${HOST}/1`, { agent }),
    await text(https.request, `https://${HOST}/2`, { agent }),
  ],
  http: () => text(request, `http://${HOST}/dev/x`),
  withoutAgent: () => text(http.request, `http://${HOST}/dev/x`, { agent: false }),
  fetch: async () => (await fetch(`https://${HOST}/dev/x`, { method: "POST", body: "abc" })).text(),
  plainFetch: async () => (await fetch(`http://${HOST}/dev/x`)).text(),
  tls: () => raw(tls.connect(443, HOST, { servername: HOST }), "secureConnect"),
  net: () => raw(net.connect(80, HOST), "connect"),
  socket: () => raw(new net.Socket().connect({ host: HOST, port: 80 }), "connect"),
  prefix: () => text(
    (port, _options, done) => http.request({ host: "sync-127.0.0.1", port }, done),
    process.env.AWS_ENDPOINT_URL.split(":")[2],
  ),
  custom: () => text(https.request, "https://ws.example.com/key"),
  port: () => text(https.request, "https://api.example.com:8443/key"),
  portFetch: async () => (await fetch("https://api.example.com:8443/key")).text(),
  endpoint: () => text(http.request, process.env.AWS_ENDPOINT_URL),
  elsewhere: () => text(https.request, "https://localhost:1/").catch((error) => error.code),
};
export const handler = (event) => work[event]();
""".replace("<HOST>", HOST)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says what was asked: method, path, Host, body."""
    try:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode():
            headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in head.split("\r\n"))}
            if headers.get("transfer-encoding") == "chunked":
                size = int(await reader.readuntil(b"\r\n"), 16)
                body = (await reader.readexactly(size)).decode()
                await reader.readuntil(b"0\r\n\r\n")
            else:
                body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            method, path, version = head.split("\r\n")[0].split()
            text = f"{method} {path} {headers['host']} {body}".encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
            if version == "HTTP/1.0":
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each kind of request got, and ``address``."""
    directory: Path = tmp_path_factory.mktemp("task")
    write(directory, "index.mjs", HANDLERS)

    async def run() -> dict[str, Any]:
        connections: list[asyncio.StreamWriter] = []

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(writer)
            await answer(reader, writer)

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        user = {"EMULATOR_REDIRECT_HOSTS": "ws.example.com,API.example.com:8443,localhost:2"}
        process = await WorkerProcess.start(spec(directory, address=address, user=user))
        found: dict[str, Any] = {"address": address}
        kinds = (
            "https imported agent http withoutAgent fetch plainFetch tls net socket prefix custom port portFetch "
            "endpoint elsewhere"
        )
        for kind in kinds.split():
            found[kind] = value(await process.invoke(message(f'"{kind}"'.encode())))
        process.kill()
        await process.wait()
        server.close()
        for writer in connections:
            writer.close()
            await writer.wait_closed()
        await server.wait_closed()
        return found

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("https", f"GET /dev/x {HOST} "),
        ("imported", f"POST /dev/x {HOST} abc"),
        ("agent", [f"GET /1 {HOST} ", f"GET /2 {HOST} "]),
        ("http", f"GET /dev/x {HOST} "),
        ("withoutAgent", f"GET /dev/x {HOST} "),
        ("fetch", f"POST /dev/x {HOST} abc"),
        ("plainFetch", f"GET /dev/x {HOST} "),
        ("tls", f"GET /raw {HOST} "),
        ("net", f"GET /raw {HOST} "),
        ("socket", f"GET /raw {HOST} "),
        ("custom", "GET /key ws.example.com "),
        ("port", "GET /key api.example.com:8443 "),
        ("portFetch", "GET /key api.example.com:8443 "),
    ],
)
def test_reaches_the_emulator_with_its_own_host(heard: dict[str, Any], kind: str, expected: object) -> None:
    assert heard[kind] == expected


def test_others_are_left_alone(heard: dict[str, Any]) -> None:
    address = heard["address"]
    assert heard["endpoint"] == f"GET / {address} "
    assert heard["prefix"] == f"GET / sync-{address} "
    assert heard["elsewhere"] == "ECONNREFUSED"
