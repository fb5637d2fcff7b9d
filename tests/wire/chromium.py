"""A headless Chromium, driven by its own DevTools protocol: no driver and no package beside the browser."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import ExitStack
from types import TracebackType
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), "")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --no-proxy-server --remote-debugging-port=0"
).split()
PATIENCE = 30
"""Seconds in which a browser on a busy machine has done what it was asked."""
LISTENING = re.compile(r"DevTools listening on ws://([^/]+)/")
LOADED = "Page.loadEventFired"
UNTIL = """new Promise((done) => {
  const check = () => { if (%s) { observer.disconnect(); done(); } };
  const observer = new MutationObserver(check);
  observer.observe(document, { subtree: true, childList: true, characterData: true });
  check();
})"""

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")


class Page:
    """One browser with one page; a context manager."""

    def __init__(self) -> None:
        self._profile = tempfile.mkdtemp(prefix="emulator-chromium-")
        self._process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={self._profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._numbers = itertools.count(1)
        self._events: list[str] = []
        self._open = ExitStack()
        try:
            socket = connect(self._address(), max_size=None, compression=None, proxy=None)
            self._socket = self._open.enter_context(socket)
            self.ask("Page.enable")
        except BaseException:
            self._end()
            raise

    def _address(self) -> str:
        """The page's WebSocket, at the port that the browser tells when it has one."""
        assert self._process.stderr is not None
        found = next(filter(None, map(LISTENING.search, self._process.stderr)), None)
        assert found, "Chromium has not opened its port"
        pages = json.load(build_opener(ProxyHandler({})).open(f"http://{found[1]}/json/list"))
        return str(next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"))

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(PATIENCE))
        if "method" in message:
            self._events.append(message["method"])
        return message

    def ask(self, method: str, **params: Any) -> Any:
        """A command of the DevTools protocol; its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := self._receive()).get("id") != number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def run(self, script: str) -> Any:
        """The value of an expression in the page; promises are awaited, exceptions fail the test."""
        result = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def open(self, url: str) -> None:
        """Go to a page and wait until it is complete."""
        self._events.clear()
        self.ask("Page.navigate", url=url)
        while LOADED not in self._events:
            self._receive()

    def until(self, condition: str) -> None:
        """Wait until the page has changed so that an expression is true."""
        try:
            self.run(UNTIL % condition)
        except TimeoutError:
            pytest.fail(f"{condition} has not become true: {self.run('document.body.innerText')!r}")

    def _end(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)  # its children, too
        self._process.communicate()
        shutil.rmtree(self._profile, ignore_errors=True)

    def __enter__(self) -> Page:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()
        self._end()
