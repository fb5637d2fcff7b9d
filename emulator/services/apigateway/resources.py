"""What the operations share: finding resources, merging updates, pages, and AWS's error texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway.store import Api, ApiStore, Resource

Params = dict[str, Any]


def bad_request(message: str) -> AwsError:
    return AwsError("BadRequestException", message)


def not_found(message: str, resource_type: str | None = None) -> AwsError:
    return AwsError("NotFoundException", message, ResourceType=resource_type)


def unsupported(what: str) -> AwsError:
    """The refusal of what this emulator does not do, by name."""
    return bad_request(f"{what} is not supported by aws-task-emulator")


def require(params: Mapping[str, Any], *names: str) -> None:
    """Raise BadRequestException unless all members are given (SDKs check this before they send)."""
    missing = [name for name in names if params.get(name) in (None, "")]
    if missing:
        raise bad_request(f"Missing required parameters: [{', '.join(missing)}]")


def refuse(params: Mapping[str, Any], kind: str, *names: str) -> None:
    """Raise for members that would have no effect on this kind of resource."""
    for name in names:
        if params.get(name) not in (None, "", False, {}, []):
            raise unsupported(f"{name} on {kind}")


def find_api(call: Call, params: Mapping[str, Any]) -> Api:
    """The API named by ``ApiId`` in the caller's account and region; raises NotFoundException."""
    api_id = params.get("ApiId", "")
    api = call.store(ApiStore).apis.get(api_id)
    if api is None:
        raise not_found(f"Invalid API identifier specified {api_id}", "Api")
    return api


def require_websocket(api: Api, what: str) -> None:
    """Raise BadRequestException on HTTP APIs, which have none of ``what``."""
    if api.is_http:
        raise bad_request(f"{what} are supported for WEBSOCKET APIs only")


def find(resources: Mapping[str, Resource], params: Mapping[str, Any], noun: str) -> Resource:
    """The resource below an API that ``{noun}Id`` names; raises NotFoundException with AWS's text."""
    resource_id = params.get(f"{noun}Id", "")
    found = resources.get(resource_id)
    if found is None:
        raise not_found(f"Invalid {noun} identifier specified {resource_id}", noun)
    return found


def given(params: Mapping[str, Any], names: Iterable[str]) -> Resource:
    """The members of ``params`` that are in ``names`` and set; what is null inside them counts as not given."""
    return {name: _without_nulls(params[name]) for name in names if params.get(name) is not None}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def merged_maps(old: Mapping[str, Any], changes: Resource, names: Iterable[str]) -> Resource:
    """``changes`` with the maps in ``names`` merged entry by entry into the old ones.

    An empty string removes an entry (AWS API reference, UpdateIntegration).
    """
    result = dict(changes)
    for name in names:
        if name in changes:
            entries = {**old.get(name, {}), **changes[name]}
            result[name] = {key: value for key, value in entries.items() if value != ""}
    return result


MOST_DIGITS = 18


def page(items: Iterable[Resource], params: Mapping[str, Any]) -> dict[str, Any]:
    """``{"Items": […]}`` with ``NextToken`` when ``MaxResults`` cuts the list."""
    everything = list(items)
    start, size = _number(params, "NextToken", 0), _number(params, "MaxResults", len(everything) or 1)
    if size < 1:
        raise bad_request("Invalid value for maxResults")
    answer: dict[str, Any] = {"Items": everything[start : start + size]}
    if start + size < len(everything):
        answer["NextToken"] = str(start + size)
    return answer


def _number(params: Mapping[str, Any], name: str, default: int) -> int:
    text = params.get(name)
    if text in (None, ""):
        return default
    if not str(text).isdecimal() or len(str(text)) > MOST_DIGITS:
        raise bad_request(f"Invalid value for {name[0].lower()}{name[1:]}")
    return int(str(text))


def new_id(call: Call, taken: Mapping[str, Any]) -> str:
    """A resource id: seven lower-case letters and digits."""
    while (resource_id := call.ids.alnum(7)) in taken:
        pass
    return resource_id
