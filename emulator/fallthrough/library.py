"""moto itself: loading a service's handlers, and asking one."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from emulator.core.errors import AwsError
from emulator.fallthrough import isolation, s3_events
from emulator.fallthrough.catalog import CATALOG, EXTRA

_lock = threading.RLock()
_handlers: dict[str, list[tuple[re.Pattern[str], Any]]] = {}
_ready: set[str] = set()


@dataclass(frozen=True, slots=True)
class Question:
    """A request as AWS would get it: ``url`` with AWS's host, path and query still encoded."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def installed() -> bool:
    """Whether moto can be imported; does not import it."""
    return find_spec("moto") is not None


def missing(service: str) -> AwsError:
    text = f"{service} is served by moto, which is not installed: pip install 'aws-task-emulator[{EXTRA}]'"
    return AwsError("NotImplemented", text)


def load(service: str) -> list[tuple[re.Pattern[str], Any]]:
    """The URL patterns of a service and their handlers.  Raises AwsError naming the extra when moto is missing.

    Blocks for 0.1 to 2 s the first time: call it in a thread.
    """
    found = _handlers.get(service)
    if found is not None:
        return found
    with _lock:  # two threads in moto's circular imports would see half a module
        if service not in _handlers:
            _handlers[service] = _load(service)
        return _handlers[service]


def _load(service: str) -> list[tuple[re.Pattern[str], Any]]:
    package = CATALOG[service].package
    try:
        if "" not in _ready:
            isolation.install()
            _ready.add("")
        urls = import_module(f"moto.{package}.urls")
    except ImportError as error:
        if not installed():
            raise missing(service) from error
        raise AwsError("NotImplemented", f"{missing(service).message} ({error})") from error
    isolation.adapt(package)
    if package == "s3":
        s3_events.adapt()
    patterns = [path.format(base) for base in urls.url_bases for path in urls.url_paths]
    handlers = [handler for _ in urls.url_bases for handler in urls.url_paths.values()]
    return [(re.compile(pattern), handler) for pattern, handler in zip(patterns, handlers, strict=True)]


def ask(service: str, question: Question) -> Answer:
    """moto's answer, AWS's errors included.  Raises AwsError for what moto does not know, else whatever moto raises."""
    from moto.core.request import Request  # type: ignore[import-untyped, unused-ignore]
    from werkzeug.exceptions import HTTPException

    handlers = load(service)
    address = question.url.partition("?")[0]
    handler = next((handler for pattern, handler in handlers if pattern.match(address)), None)
    if handler is None:
        raise AwsError("NotImplemented", f"moto has no {service} operation at {question.method} {address}")
    request = Request.from_primitives(question.method, question.url, question.headers, question.body)
    try:
        status, headers, body = handler(request, request.raw_url, request.headers)
    except HTTPException as refusal:
        status, headers, body = refusal.code or 500, dict(refusal.get_headers()), refusal.get_body()
    except NotImplementedError as error:
        raise AwsError("NotImplemented", f"moto does not implement this {service} operation: {error}") from error
    raw = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Answer(int(status), {name.lower(): str(value) for name, value in headers.items()}, raw)
