"""What the operations share: finding things, AWS's error texts, pages, checks of values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request
from emulator.services.apigateway.rest.model import Item, RestApi
from emulator.services.apigateway.rest.store import RestStore

T = TypeVar("T")
VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
_DEFAULT_LIMIT, _MOST = 25, 500


def not_found(message: str) -> AwsError:
    return AwsError("NotFoundException", message)


def conflict(message: str) -> AwsError:
    return AwsError("ConflictException", message)


def now(call: Call) -> float:
    """Whole seconds, as all dates of the control plane."""
    return float(int(call.clock.now()))


def find_api(call: Call, params: Params) -> RestApi:
    """The API named by ``restApiId`` in the caller's account and region; raises NotFoundException."""
    api_id = params.get("restApiId", "")
    api = call.store(RestStore).apis.get(api_id)
    if api is None:
        raise not_found(f"Invalid API identifier specified {call.account}:{api_id}")
    return api


def find(items: Mapping[str, Item], key: str, noun: str) -> Item:
    """The item of that id or name; raises NotFoundException with AWS's text."""
    item = items.get(key)
    if item is None:
        raise not_found(f"Invalid {noun} specified")
    return item


def find_resource(call: Call, params: Params) -> tuple[RestApi, Item]:
    api = find_api(call, params)
    return api, find(api.resources, params.get("resourceId", ""), "Resource identifier")


def find_method(call: Call, params: Params) -> tuple[RestApi, Item]:
    """The method that ``resourceId`` and ``httpMethod`` name."""
    api, resource = find_resource(call, params)
    return api, find(resource.get("resourceMethods", {}), params.get("httpMethod", ""), "Method identifier")


def listed(items: Iterable[Item], params: Params) -> dict[str, Any]:
    """``{"items": […]}``, with ``position`` when ``limit`` cuts the list."""
    found, position = page(items, params)
    return {"items": found, "position": position} if position else {"items": found}


def page(items: Iterable[T], params: Params) -> tuple[list[T], str | None]:
    """As many as ``limit`` (25 unless given, at most 500) from ``position``, and the position of the next page."""
    everything = list(items)
    limit = params.get("limit", _DEFAULT_LIMIT)
    position = params.get("position") or "0"
    if limit < 1:
        raise bad_request("Invalid limit specified. It must be at least 1")
    if not position.isdecimal():
        raise bad_request(f"Invalid position specified: {position}")
    start = int(position)
    end = start + min(limit, _MOST)
    return everything[start:end], str(end) if end < len(everything) else None


def one_of(item: Mapping[str, Any], member: str, allowed: Iterable[str]) -> None:
    """Raise BadRequestException for a value that the member cannot have; a missing one passes."""
    value = item.get(member)
    if value is not None and value not in tuple(allowed):
        raise bad_request(f"Invalid {member} specified: {value}. Must be one of [{', '.join(allowed)}]")


def check_verb(verb: str) -> None:
    if verb not in VERBS:
        raise bad_request(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")


def check_status(status: str) -> None:
    if not (len(status) == 3 and status.isdecimal() and status.isascii() and status[0] in "12345"):
        raise bad_request(f"Invalid status code specified: {status}")


def readable(uri: str) -> str:
    """``uri`` with pseudo parameters that a template has left in it (``${AWS::Region}``) as plain words.

    Requests have them filled in.
    """
    return re.sub(r"\$\{AWS::(Region|AccountId|Partition)\}", "aws", uri)


def unsettable(params: Params, member: str, where: str) -> None:
    """Raise for a member that would have no effect here."""
    if params.get(member) not in (None, "", False, {}, []):
        raise bad_request(f"{member} of {where} is not supported by aws-task-emulator")


def check_tags(tags: Mapping[str, str]) -> None:
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            raise bad_request(f"Invalid tag specified: {key}")
