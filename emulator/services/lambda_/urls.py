"""Which function an address means.

Two forms lead here: ``http://{host}/_aws/lambda-url/{id}/…`` on any name of the emulator, which needs no name service
and is what CreateFunctionUrlConfig answers, and ``{id}.lambda-url.{anything}`` as host name.
"""

from __future__ import annotations

from typing import NamedTuple

from emulator.core.ground import Ground
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.store import store_of
from emulator.services.lambda_.url import FunctionUrl


class UrlOwner(NamedTuple):
    """Whose URL it is."""

    account: str
    region: str
    name: str
    qualifier: str


class UrlDirectory:
    """All function URLs of an emulator by id."""

    def __init__(self) -> None:
        self.owners: dict[str, UrlOwner] = {}


def find(ground: Ground, url_id: str) -> tuple[Function, FunctionUrl] | None:
    owner = ground.cloud.shared(UrlDirectory).owners.get(url_id)
    if owner is None:
        return None
    function = store_of(ground, owner.account, owner.region).functions.get(owner.name)
    url = function.urls.get(owner.qualifier) if function is not None else None
    return (function, url) if function is not None and url is not None and url.id == url_id else None


def enter(ground: Ground, function: Function, url: FunctionUrl) -> None:
    function.urls[url.qualifier] = url
    owner = UrlOwner(function.account, function.region, function.name, url.qualifier)
    ground.cloud.shared(UrlDirectory).owners[url.id] = owner


def forget(ground: Ground, function: Function, qualifier: str | None = None) -> None:
    """Remove one URL, or all of a function."""
    for key in list(function.urls) if qualifier is None else [qualifier]:
        url = function.urls.pop(key, None)
        if url is not None:
            ground.cloud.shared(UrlDirectory).owners.pop(url.id, None)


def address(base_url: str, url_id: str) -> str:
    return f"{base_url}/_aws/lambda-url/{url_id}/"
