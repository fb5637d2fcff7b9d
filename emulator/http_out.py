"""Requests to the world outside: the one place that knows httpx, which is imported on first use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from emulator.core.cause import Cause
from emulator.core.ground import Ground

if TYPE_CHECKING:
    import httpx

Pairs = Sequence[tuple[str, str]]


class HttpAnswer(NamedTuple):
    """``headers`` in the order and spelling of the answer; ``text`` decodes UTF-8 with replacements."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class HttpFailedError(Exception):
    """No answer came: the host is unreachable, the URL is none, or the time is over."""


class HttpOut:
    """The client of one emulator; keeps no connection, so nothing needs closing."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    def client(self) -> httpx.AsyncClient:
        if self._client is None:
            import httpx

            # Proxies and netrc of the machine are not part of the emulated cloud.
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
            self._client = httpx.AsyncClient(trust_env=False, limits=limits, follow_redirects=False)
        return self._client


async def request(
    ground: Ground,
    method: str,
    url: str,
    *,
    source: str,
    cause: Cause,
    headers: Pairs = (),
    query: Pairs = (),
    body: bytes = b"",
    timeout: float = 30.0,
) -> HttpAnswer:
    """Send one request and read the whole answer, whatever its status; redirects are not followed.

    ``timeout`` is in real seconds for each step (connect, write, read), because the other side lives in real time.
    Writes a hop ``http-out`` from ``source`` to ``url``.  Raises HttpFailedError.
    """
    import httpx

    hop = ground.journal.begin("http-out", source, url, cause, None, body.decode("utf-8", "replace"), method=method)
    try:
        client = ground.cloud.shared(HttpOut).client()
        merged = httpx.URL(url).copy_merge_params(list(query)) if query else httpx.URL(url)
        response = await client.request(method, merged, headers=list(headers), content=body or None, timeout=timeout)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        ground.journal.end(hop, type(error).__name__, error=str(error))
        raise HttpFailedError(f"{type(error).__name__}: {error}") from error
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
    ground.journal.end(hop, "ok" if response.status_code < 400 else str(response.status_code))
    return HttpAnswer(response.status_code, pairs, response.content)
