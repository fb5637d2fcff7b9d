"""Operations on whole APIs as OpenAPI documents."""

from __future__ import annotations

import json
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.core.timestamps import iso_seconds
from emulator.services.apigateway.definitions import write_yaml
from emulator.services.apigateway.resources import Params, bad_request, require, unsupported
from emulator.services.apigateway.rest.api import apis
from emulator.services.apigateway.rest.api.common import find, find_api, one_of
from emulator.services.apigateway.rest.lambda_authorizer import OpinionCache
from emulator.services.apigateway.rest.model import RestApi
from emulator.services.apigateway.rest.openapi import Plan, read_document
from emulator.services.apigateway.rest.openapi_build import build
from emulator.services.apigateway.rest.openapi_export import EXTENSIONS, export
from emulator.wire.validation import validate

_BELOW = ("resources", "models", "validators", "authorizers", "gateway_responses")
_KEPT = ("createdDate", "endpointConfiguration", "disableExecuteApiEndpoint", "tags")


def import_rest_api(call: Call, params: Params) -> dict[str, Any]:
    """Make an API from a document."""
    plan = _read(params)
    api = apis.new_api(call, plan.api)
    try:
        build(call, api, plan)
        _heed(params, plan)
    except AwsError:
        apis.forget(call, api)
        raise
    return _shown(api, plan)


def put_rest_api(call: Call, params: Params) -> dict[str, Any]:
    """Merge a document into an API, or replace the API by it; an error leaves the API as it was.  Stages stay."""
    api = find_api(call, params)
    one_of(params, "mode", ("merge", "overwrite"))
    plan = _read(params)
    before = {name: getattr(api, name) for name in (*_BELOW, "fields")}
    try:
        for name in _BELOW:
            setattr(api, name, dict(before[name]))
        if params.get("mode") == "overwrite":
            _empty(api)
        endpoint = {**api.fields["endpointConfiguration"], **plan.api.get("endpointConfiguration", {})}
        api.fields = apis.checked({**api.fields, **plan.api, "endpointConfiguration": endpoint})
        build(call, api, plan)
        _heed(params, plan)
    except AwsError:
        for name, value in before.items():
            setattr(api, name, value)
        raise
    call.ground.cloud.shared(OpinionCache).forget(api.api_id)
    return _shown(api, plan)


def _empty(api: RestApi) -> None:
    """Forget what a document describes; the default models stay."""
    api.fields = {name: value for name, value in api.fields.items() if name in (*_KEPT, "apiKeySource", "name")}
    api.fields["apiKeySource"] = "HEADER"
    api.resources = {api.root_id: {"id": api.root_id, "path": "/"}}
    api.models = {name: model for name, model in api.models.items() if name in apis.DEFAULT_MODELS}
    api.validators, api.authorizers, api.gateway_responses = {}, {}, {}


def _read(params: Params) -> Plan:
    require(params, "body")
    plan = read_document(bytes(params["body"]), params.get("parameters") or {})
    if "policy" in plan.api:
        plan.api["policy"] = compact(plan.api["policy"])
    try:
        validate("apigateway", "CreateRestApi", plan.api, "own")
    except AwsError as error:
        raise bad_request(f"Invalid OpenAPI definition: {error.message or error.code}") from None
    return plan


def _heed(params: Params, plan: Plan) -> None:
    if params.get("failOnWarnings") and plan.warnings:
        raise bad_request("Warnings found during import:\n\t" + "\n\t".join(plan.warnings))


def _shown(api: RestApi, plan: Plan) -> dict[str, Any]:
    return {**apis.shown(api), **({"warnings": plan.warnings} if plan.warnings else {})}


def get_export(call: Call, params: Params) -> dict[str, Any]:
    """What a stage serves, as a document."""
    api = find_api(call, params)
    find(api.stages, params.get("stageName", ""), "stage identifier")
    one_of(params, "exportType", ("oas30", "swagger"))
    media = params.get("accepts") or "application/json"
    one_of({"accepts": media}, "accepts", ("application/json", "application/yaml"))
    unknown = [name for name in params.get("parameters") or {} if name != "extensions"]
    extensions = [name for name in (params.get("parameters") or {}).get("extensions", "").split(",") if name]
    unknown += [name for name in extensions if name not in EXTENSIONS]
    if unknown:
        raise unsupported(f"The export parameter {unknown[0]}")
    stage = api.stages[params["stageName"]]
    snapshot = api.snapshots[stage["deploymentId"]]
    document = export(api, stage, snapshot, params["exportType"] == "oas30", extensions)
    kind = media.removeprefix("application/")
    text = json.dumps(document, indent=2)
    if kind == "yaml":
        text = write_yaml(json.loads(text))  # read again, as YAML would write shared parts as aliases
    name = f"{params['exportType']}_{iso_seconds(call.clock.now())}.{kind}"
    return {"contentType": media, "contentDisposition": f'attachment; filename="{name}"', "body": text.encode()}
