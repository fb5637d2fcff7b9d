"""Sends a handler's requests for API Gateway's addresses to the emulator, without a change in the handler.

``https://{api}.execute-api.{region}.amazonaws.com/...`` is dialled as plain HTTP at the emulator; the request, its Host
header included, stays as it was.  Covered: http.client (urllib), urllib3 (requests, botocore) and httpx.  Each is
patched when something imports it, so a handler that makes no request pays nothing.

``install`` takes a callable that gives the way to the emulator *for the calling code*, or None to leave the request
alone: in a worker process a constant, in the emulator's own process a look at a context variable, so that only handlers
are redirected.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

Address = tuple[str, int]


class Way(NamedTuple):
    """Where the emulator is, and the names beside API Gateway's that lead there: on one port, or (None) on any."""

    address: Address
    names: frozenset[tuple[str, int | None]] = frozenset()


class _State:
    way: Callable[[], Way | None] | None = None


def install(way: Callable[[], Way | None]) -> None:
    """Redirect from now on."""
    _State.way = way
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    for name, patch in _PATCHES.items():
        module = sys.modules.get(name)
        if module is not None:
            _apply(patch, module)


def uninstall() -> None:
    """Leave every request alone again (classes stay patched and pass through)."""
    _State.way = None
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]


def install_from_environment() -> None:
    """Redirect to ``EMULATOR_ADDRESS`` (``host:port``), with ``EMULATOR_REDIRECT_HOSTS`` (comma separated) as well."""
    text = os.environ.get("EMULATOR_ADDRESS")
    if text:
        way = Way(parse_address(text), parse_names(os.environ.get("EMULATOR_REDIRECT_HOSTS", "").split(",")))
        install(lambda: way)


def parse_address(text: str) -> Address:
    """``host:port`` or ``[v6]:port``."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def parse_names(texts: Iterable[str]) -> frozenset[tuple[str, int | None]]:
    """Names of the emulator's own, each ``host``, ``host:port`` or ``[v6]:port``; empty ones are none."""
    return frozenset(_parse_name(text.strip().lower()) for text in texts if text.strip())


def _parse_name(text: str) -> tuple[str, int | None]:
    host, _, port = text.rpartition(":")
    if port.isdecimal() and host and (":" not in host or host.startswith("[")):
        return host.strip("[]"), int(port)
    return text.strip("[]"), None


def target(host: str, port: int | None) -> Address | None:
    """Where a connection to ``host`` must go instead, or None."""
    way = None if _State.way is None else _State.way()
    if way is None:
        return None
    host, address = host.lower(), way.address
    if ".execute-api." in host:
        return address
    name = host.strip("[]")
    if (name, None) in way.names or (name, port) in way.names:
        return address
    # Old SDKs and explicit settings put a host prefix before the endpoint: "sync-127.0.0.1" does not resolve.
    if port == address[1] and host.endswith(("-" + address[0].lower(), "." + address[0].lower())):
        return address
    return None


# --- patches -----------------------------------------------------------------------------------------------------


def _patch_connections(module: ModuleType) -> None:
    for name in ("HTTPConnection", "HTTPSConnection"):
        _patch_connect(getattr(module, name))


def _patch_connect(connection_class: Any) -> None:
    connect = connection_class.connect

    def redirected(self: Any) -> None:
        if not _dial(self):
            connect(self)

    connection_class.connect = redirected


def _dial(connection: Any) -> bool:
    """Connect ``connection`` to the emulator if its host belongs there; past TLS and past a proxy's tunnel."""
    tunnel = getattr(connection, "_tunnel_host", None)
    port = getattr(connection, "_tunnel_port", None) if tunnel else connection.port
    address = target(tunnel or connection.host, port)
    if address is None:
        return False
    import socket  # whoever connects has imported it; the bootstrap itself need not

    timeout = getattr(connection, "timeout", None)
    known = timeout is None or isinstance(timeout, int | float)
    connection.sock = socket.create_connection(address, *((timeout,) if known else ()))
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.is_verified = True  # urllib3 warns about unverified connections of its HTTPS pool
    return True


def _patch_httpx(module: ModuleType) -> None:
    send, send_async = module.HTTPTransport.handle_request, module.AsyncHTTPTransport.handle_async_request

    def handle_request(self: Any, request: Any) -> Any:
        url = request.url
        request.url = _httpx_url(url)
        try:
            return send(self, request)
        finally:
            request.url = url

    async def handle_async_request(self: Any, request: Any) -> Any:
        url = request.url
        request.url = _httpx_url(url)
        try:
            return await send_async(self, request)
        finally:
            request.url = url

    module.HTTPTransport.handle_request = handle_request
    module.AsyncHTTPTransport.handle_async_request = handle_async_request


def _httpx_url(url: Any) -> Any:
    address = target(url.host, url.port or {"http": 80, "https": 443}.get(url.scheme))
    return url if address is None else url.copy_with(scheme="http", host=address[0], port=address[1])


_PATCHES: dict[str, Callable[[ModuleType], None]] = {
    "http.client": _patch_connections,
    "urllib3.connection": _patch_connections,
    "httpx": _patch_httpx,
}


def _apply(patch: Callable[[ModuleType], None], module: ModuleType) -> None:
    if not getattr(module, "_emulator_redirected", False):
        module._emulator_redirected = True  # type: ignore[attr-defined]  # a mark of our own on a foreign module
        patch(module)


# --- import hook -------------------------------------------------------------------------------------------------


class _Finder:
    """Lets the other finders find, then patches the module after it has run."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        patch = _PATCHES.get(name)
        if patch is None:
            return None
        for finder in sys.meta_path:
            if not isinstance(finder, _Finder) and (find := getattr(finder, "find_spec", None)):
                spec: ModuleSpec | None = find(name, path, target)
                if spec is not None:
                    if spec.loader is not None:
                        spec.loader = _Loader(spec.loader, patch)  # type: ignore[assignment]  # duck-typed: cheap start
                    return spec
        return None


class _Loader:
    def __init__(self, loader: Any, patch: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._patch = patch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        _apply(self._patch, module)
