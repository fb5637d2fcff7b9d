"""Operations on resources: the tree of paths (AWS docs, API reference, CreateResource)."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, new_id, require
from emulator.services.apigateway.rest.api.common import conflict, find, find_api, find_resource, listed
from emulator.services.apigateway.rest.api.patch import member, patched
from emulator.services.apigateway.rest.model import Item, RestApi

_VARIABLE = re.compile(r"\{[\w.:-]+\+?\}")
_PART = re.compile(r"[\w.:$-]+", re.ASCII)
_PATCH = (member("/parentId", optional=False), member("/pathPart", optional=False))


def create_resource(call: Call, params: Params) -> dict[str, Any]:
    require(params, "pathPart")
    api = find_api(call, params)
    find(api.resources, params.get("parentId", ""), "Resource identifier")
    return new_resource(call, api, params["parentId"], params["pathPart"])


def new_resource(call: Call, api: RestApi, parent_id: str, part: str) -> Item:
    resource: Item = {"id": new_id(call, api.resources), "parentId": parent_id, "pathPart": part}
    _check(api, resource)
    resource["path"] = _path(api, resource)
    api.resources[resource["id"]] = resource
    return resource


def get_resource(call: Call, params: Params) -> dict[str, Any]:
    return _shown(find_resource(call, params)[1], _embeds_methods(params))


def get_resources(call: Call, params: Params) -> dict[str, Any]:
    api, embed = find_api(call, params), _embeds_methods(params)
    return listed((_shown(resource, embed) for resource in api.resources.values()), params)


def update_resource(call: Call, params: Params) -> dict[str, Any]:
    """Rename a resource, or hang it with everything below it under another parent."""
    api, old = find_resource(call, params)
    changed = patched(old, params.get("patchOperations"), _PATCH)
    if old["id"] == api.root_id:
        if changed != old:
            what = "name" if changed.get("pathPart") != old.get("pathPart") else "parent"
            raise bad_request(f"Root resource cannot update its {what}.")
        return _shown(old, False)
    find(api.resources, changed["parentId"], "Resource identifier")
    if changed["parentId"] in _family(api, old["id"]):
        raise bad_request("Resources cannot be cyclical.")
    before = api.resources
    api.resources = {**before, old["id"]: changed}
    try:
        for resource_id in _family(api, old["id"]):
            _check(api, api.resources[resource_id])
            api.resources[resource_id] = {
                **api.resources[resource_id],
                "path": _path(api, api.resources[resource_id]),
            }
    except BaseException:
        api.resources = before
        raise
    return _shown(api.resources[old["id"]], False)


def delete_resource(call: Call, params: Params) -> None:
    """Delete a resource with its methods and everything below it."""
    api, resource = find_resource(call, params)
    if resource["id"] == api.root_id:
        raise bad_request("The root resource cannot be deleted")
    for resource_id in _family(api, resource["id"]):
        del api.resources[resource_id]


def _family(api: RestApi, resource_id: str) -> list[str]:
    """A resource and all its descendants, parents first."""
    family = [resource_id]
    for member_id in family:
        family += [child["id"] for child in api.resources.values() if child.get("parentId") == member_id]
    return family


def _path(api: RestApi, resource: Item) -> str:
    return f"{api.resources[resource['parentId']]['path'].rstrip('/')}/{resource['pathPart']}"


def _check(api: RestApi, resource: Item) -> None:
    part, parent = resource["pathPart"], api.resources[resource["parentId"]]
    if not _PART.fullmatch(part) and not _VARIABLE.fullmatch(part):
        raise bad_request(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
            "beginning and the end."
        )
    if parent.get("pathPart", "").endswith("+}"):
        raise bad_request(f"Cannot create a child of a resource with a greedy path variable: {parent['pathPart']}")
    name = part.rstrip("+}")
    if part.startswith("{") and any(known.rstrip("+}") == name for known in parent["path"].split("/")):
        raise bad_request(f"The path variable {part} occurs twice in {parent['path']}/{part}")
    for other in api.resources.values():
        if other.get("parentId") != parent["id"] or other["id"] == resource["id"]:
            continue
        if other["pathPart"] == part:
            raise conflict(f"Another resource with the same parent already has this name: {part}")
        if part.startswith("{") and other["pathPart"].startswith("{"):
            raise bad_request(
                f"A sibling ({other['pathPart']}) of this resource already has a variable path part -- only one is "
                "allowed"
            )


def _embeds_methods(params: Params) -> bool:
    wanted = params.get("embed") or []
    if any(name != "methods" for name in wanted):
        raise bad_request("Invalid embed specified. Must be one of [methods]")
    return bool(wanted)


def _shown(resource: Item, embed: bool) -> Item:
    """Without ``embed`` only the verbs of the methods are shown."""
    methods = resource.get("resourceMethods")
    if embed or not methods:
        return resource
    return {**resource, "resourceMethods": {verb: {} for verb in methods}}
