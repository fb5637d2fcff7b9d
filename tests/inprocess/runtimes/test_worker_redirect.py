"""Requests to API Gateway's addresses reach the emulator, whichever client a handler uses."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from worker_world import message, spec, write

from emulator.runtimes.bootstraps import redirect
from emulator.runtimes.worker import Answered, WorkerProcess

Seen = tuple[str, str, str]


@contextmanager
def emulator() -> Iterator[tuple[str, list[Seen]]]:
    """An HTTP server that notes method, Host header and path of each request."""
    seen: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append((self.command, self.headers["Host"], self.path))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_DELETE = answer  # noqa: N815  # http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


def run(directory: Path, source: str, user: dict[str, str] | None = None) -> tuple[str, list[Seen]]:
    """The emulator's address and what arrived there while the handler ``source`` ran."""
    write(directory, "app.py", source)

    async def invoke(address: str) -> None:
        process = await WorkerProcess.start(spec(directory, address=address, user=user))
        result = await process.invoke(message())
        process.kill()
        await process.wait()
        assert isinstance(result, Answered)
        assert result.error_type is None, json.loads(result.payload)

    with emulator() as (address, seen):
        asyncio.run(invoke(address))
    return address, seen


HOST = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"


def test_boto3_management_api(tmp_path: Path) -> None:
    source = f"""
        import boto3

        def handler(event, context):
            client = boto3.client("apigatewaymanagementapi", endpoint_url="https://{HOST}/dev")
            client.post_to_connection(ConnectionId="abc=", Data=b"x")
            client.delete_connection(ConnectionId="abc=")
            own = boto3.client("apigatewaymanagementapi", endpoint_url="https://api.example.test:8443/dev")
            own.post_to_connection(ConnectionId="abc=", Data=b"x")
            boto3.client("sqs").list_queues()
            arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:x"
            boto3.client("stepfunctions").start_sync_execution(stateMachineArn=arn)
            prefixed = boto3.session.Config(inject_host_prefix=True)
            boto3.client("stepfunctions", config=prefixed).start_sync_execution(stateMachineArn=arn)
    """
    address, seen = run(tmp_path, source, {"EMULATOR_REDIRECT_HOSTS": "api.example.test:8443"})
    assert seen == [
        ("POST", HOST, "/dev/@connections/abc%3D"),
        ("DELETE", HOST, "/dev/@connections/abc%3D"),
        ("POST", "api.example.test:8443", "/dev/@connections/abc%3D"),
        ("POST", address, "/"),
        ("POST", address, "/"),
        ("POST", f"sync-{address}", "/"),
    ]


CLIENTS = {
    "http.client": f"""
        import http.client
        def handler(event, context):
            for kind in (http.client.HTTPSConnection, http.client.HTTPConnection):
                connection = kind("{HOST}")
                connection.request("GET", "/dev/x?a=1")
                connection.getresponse().read()
                connection.close()
        """,
    "urllib": f"""
        import urllib.request
        def handler(event, context):
            for scheme in ("https", "http"):
                urllib.request.urlopen(scheme + "://{HOST}/dev/x?a=1", timeout=5).read()
        """,
    "urllib3": f"""
        import urllib3, warnings
        warnings.simplefilter("error")
        def handler(event, context):
            for scheme in ("https", "http"):
                urllib3.PoolManager().request("GET", scheme + "://{HOST}/dev/x?a=1", timeout=5)
        """,
    "httpx": f"""
        import asyncio, httpx
        async def main():
            async with httpx.AsyncClient() as client:
                response = await client.get("http://{HOST}/dev/x?a=1")
                assert response.url.host == "{HOST}"
        def handler(event, context):
            assert httpx.get("https://{HOST}/dev/x?a=1").url.scheme == "https"
            asyncio.run(main())
        """,
}


@pytest.mark.parametrize("client", CLIENTS)
def test_other_clients(tmp_path: Path, client: str) -> None:
    _, seen = run(tmp_path, CLIENTS[client])
    assert seen == [("GET", HOST, "/dev/x?a=1")] * 2


def test_a_proxy_is_passed_by(tmp_path: Path) -> None:
    source = f"""
        import urllib.request, boto3
        def handler(event, context):
            urllib.request.urlopen("https://{HOST}/dev/x", timeout=5).read()
            client = boto3.client("apigatewaymanagementapi", endpoint_url="https://{HOST}/dev")
            client.post_to_connection(ConnectionId="abc", Data=b"x")
    """
    _, seen = run(tmp_path, source, {"HTTPS_PROXY": "http://127.0.0.1:9"})
    assert [(host, path) for _, host, path in seen] == [(HOST, "/dev/x"), (HOST, "/dev/@connections/abc")]


def test_custom_domains_and_foreign_hosts(tmp_path: Path) -> None:
    source = """
        import urllib.error, urllib.request, httpx
        def handler(event, context):
            urllib.request.urlopen("https://ws.example.test/key/x", timeout=5).read()
            httpx.get("https://api.example.test/key/y")
            httpx.get("http://127.0.0.1:8/key/z")
            try:
                urllib.request.urlopen("http://127.0.0.1:9/", timeout=5)
            except urllib.error.URLError:
                return
            raise AssertionError("a foreign host was redirected")
    """
    names = "ws.example.test,api.example.test:443,127.0.0.1:8"
    _, seen = run(tmp_path, source, {"EMULATOR_REDIRECT_HOSTS": names})
    assert seen == [
        ("GET", "ws.example.test", "/key/x"),
        ("GET", "api.example.test", "/key/y"),
        ("GET", "127.0.0.1:8", "/key/z"),
    ]


def test_in_one_process_only_the_handler_is_redirected() -> None:
    """As the inline runtime uses it: modules are imported already, a context variable says who is a handler."""
    running_handler: ContextVar[redirect.Way | None] = ContextVar("running_handler", default=None)

    def get() -> bytes:
        with urllib.request.urlopen(f"http://{HOST}:1/dev/x", timeout=5) as response:
            return bytes(response.read())

    def handler(address: str) -> bytes:
        running_handler.set(redirect.Way(redirect.parse_address(address)))
        return get()

    with emulator() as (address, seen):
        redirect.install(running_handler.get)
        try:
            assert copy_context().run(handler, address) == b"{}"
            with pytest.raises(urllib.error.URLError):
                get()
        finally:
            redirect.uninstall()
        with pytest.raises(urllib.error.URLError):
            copy_context().run(handler, address)
    assert seen == [("GET", f"{HOST}:1", "/dev/x")]
