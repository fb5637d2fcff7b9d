"""Operations on REST APIs themselves."""

from __future__ import annotations

import json
from typing import Any

from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.resources import Params, bad_request, given, new_id, require, unsupported
from emulator.services.apigateway.rest.api import stages
from emulator.services.apigateway.rest.api.common import check_tags, find_api, listed, now, one_of
from emulator.services.apigateway.rest.api.patch import Row, Step, boolean, in_path, in_value, integer, member, patched
from emulator.services.apigateway.rest.lambda_authorizer import OpinionCache
from emulator.services.apigateway.rest.model import Item, RestApi
from emulator.services.apigateway.rest.store import RestIndex, RestStore
from emulator.services.apigateway.store import ApiIndex

KEY_SOURCES = ("HEADER", "AUTHORIZER")
ENDPOINT_TYPES = ("EDGE", "REGIONAL", "PRIVATE")
_ADDRESS_TYPES = ("ipv4", "dualstack")
_FIELDS = (
    *("name", "description", "version", "binaryMediaTypes", "minimumCompressionSize", "apiKeySource"),
    *("endpointConfiguration", "policy", "tags", "disableExecuteApiEndpoint"),
)
_DRAFT = "http://json-schema.org/draft-04/schema#"
DEFAULT_MODELS = {
    "Empty": {"$schema": _DRAFT, "title": "Empty Schema", "type": "object"},
    "Error": {
        "$schema": _DRAFT,
        "title": "Error Schema",
        "type": "object",
        "properties": {"message": {"type": "string"}},
    },
}
"""The models that every new API has."""


def _change_type(item: Item, step: Step) -> None:
    """AWS docs: ``/endpointConfiguration/types/0`` or ``…/EDGE``, with the new type as value."""
    item["endpointConfiguration"] = {**item.get("endpointConfiguration", {}), "types": [step.value]}


_PATCH = (
    member("/apiKeySource", optional=False),
    in_path("/binaryMediaTypes/{media_type}"),
    member("/description"),
    member("/disableExecuteApiEndpoint", boolean, optional=False),
    member("/endpointConfiguration/ipAddressType", optional=False),
    Row("/endpointConfiguration/types/{type}", ("replace",), _change_type),
    in_value("/endpointConfiguration/vpcEndpointIds"),
    member("/minimumCompressionSize", lambda text: integer(text) if text else None),
    member("/name", optional=False),
    member("/policy"),
    member("/version"),
)


def create_rest_api(call: Call, params: Params) -> dict[str, Any]:
    require(params, "name")
    for name in ("cloneFrom", "securityPolicy"):
        if params.get(name):
            raise unsupported(f"{name} of a REST API")
    one_of(params, "endpointAccessMode", ("BASIC",))
    return shown(new_api(call, params))


def new_api(call: Call, params: Params) -> RestApi:
    """An API with a root resource and the two models that AWS gives to each."""
    fields: Item = {
        "createdDate": now(call),
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["EDGE"]},
        "disableExecuteApiEndpoint": False,
        **given(params, _FIELDS),
    }
    fields = checked(fields)
    index, sockets = call.ground.cloud.shared(RestIndex), call.ground.cloud.shared(ApiIndex)
    while (api_id := call.ids.alnum(10)) in index.apis or api_id in sockets.apis:
        pass
    root_id = call.ids.alnum(10)
    api = RestApi(api_id, call.account, call.region, fields, root_id)
    api.resources[root_id] = {"id": root_id, "path": "/"}
    for name, schema in DEFAULT_MODELS.items():
        api.models[name] = {
            "id": new_id(call, {}),
            "name": name,
            "description": f"This is a default {name.lower()} schema model",
            "schema": json.dumps(schema, indent=2),
            "contentType": "application/json",
        }
    call.store(RestStore).apis[api_id] = api
    index.apis[api_id] = api
    return api


def checked(fields: Item) -> Item:
    """The members of an API with what follows from them; raises BadRequestException."""
    if not 1 <= len(fields["name"]) <= 1024:
        raise bad_request("Invalid API name specified")
    one_of(fields, "apiKeySource", KEY_SOURCES)
    endpoint = {"types": ["EDGE"], **fields["endpointConfiguration"]}
    if len(endpoint["types"]) != 1 or endpoint["types"][0] not in ENDPOINT_TYPES:
        raise bad_request(f"Invalid endpoint type specified. Must be one of [{', '.join(ENDPOINT_TYPES)}]")
    one_of(endpoint, "ipAddressType", _ADDRESS_TYPES)
    endpoint.setdefault("ipAddressType", "dualstack" if endpoint["types"] == ["PRIVATE"] else "ipv4")
    for media in fields.get("binaryMediaTypes") or ():
        if media.count("/") != 1:
            raise bad_request(f"Invalid binary media type specified: {media}")
    size = fields.get("minimumCompressionSize")
    if size is not None and not 0 <= size <= 10_485_760:
        raise bad_request("Invalid minimum compression size, must be between 0 and 10485760")
    check_tags(fields.get("tags") or {})
    kept = {name: value for name, value in fields.items() if value not in (None, "", [])}
    if "policy" in kept:
        kept["policy"] = _policy(kept["policy"])
    return {**kept, "endpointConfiguration": endpoint}


def _policy(text: str) -> str:
    try:
        document = read_json(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or "Statement" not in document:
        raise bad_request(
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
        )
    return compact(document)


def shown(api: RestApi) -> dict[str, Any]:
    """The resource as returned.  A policy is shown as AWS shows it: as the inside of a JSON string."""
    fields = {"id": api.api_id, **api.fields, "rootResourceId": api.root_id}
    if "policy" in fields:
        fields["policy"] = compact(fields["policy"])[1:-1].replace("/", "\\/")
    if not fields.get("tags"):
        fields.pop("tags", None)
    return fields


def get_rest_api(call: Call, params: Params) -> dict[str, Any]:
    return shown(find_api(call, params))


def get_rest_apis(call: Call, params: Params) -> dict[str, Any]:
    return listed((shown(api) for api in call.store(RestStore).apis.values()), params)


def update_rest_api(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    api.fields = checked(patched(api.fields, params.get("patchOperations"), _PATCH))
    return shown(api)


def delete_rest_api(call: Call, params: Params) -> None:
    api = find_api(call, params)
    for stage_name in api.stages:
        stages.forget(call, api, stage_name)
    forget(call, api)
    call.ground.cloud.shared(OpinionCache).forget(api.api_id)


def forget(call: Call, api: RestApi) -> None:
    del call.store(RestStore).apis[api.api_id]
    del call.ground.cloud.shared(RestIndex).apis[api.api_id]
