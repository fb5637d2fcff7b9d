"""Operations on models and request validators."""

from __future__ import annotations

import json
import re
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.model_validation import InvalidModelError, problems
from emulator.services.apigateway.resources import Params, bad_request, given, new_id, require
from emulator.services.apigateway.rest.api.common import conflict, find, find_api, listed, not_found
from emulator.services.apigateway.rest.api.patch import boolean, member, patched
from emulator.services.apigateway.rest.model import Item, RestApi

_REFERENCE = re.compile(r"https?://apigateway\.[\w.-]+/restapis/[^/]+/models/([A-Za-z0-9]+)")
_PATCH = (member("/description"), member("/schema", optional=False))
_VALIDATOR_PATCH = (
    member("/name"),
    member("/validateRequestBody", boolean, optional=False),
    member("/validateRequestParameters", boolean, optional=False),
)


def create_model(call: Call, params: Params) -> dict[str, Any]:
    require(params, "name", "contentType")
    api = find_api(call, params)
    if not re.fullmatch(r"[A-Za-z0-9]{1,1024}", params["name"]):
        raise bad_request(f"Model name must be alphanumeric: {params['name']}")
    if params["name"] in api.models:
        raise conflict("Model name already exists for this REST API")
    model = {"id": new_id(call, {}), **given(params, ("name", "description", "schema", "contentType"))}
    model.setdefault("schema", "{}")
    return _keep(api, model)


def get_model(call: Call, params: Params) -> dict[str, Any]:
    """A model; ``flatten`` puts the models to which it refers inside it."""
    api = find_api(call, params)
    model = _model(api, params)
    return {**model, "schema": json.dumps(_flat(api, model["name"]))} if params.get("flatten") else model


def get_models(call: Call, params: Params) -> dict[str, Any]:
    return listed(find_api(call, params).models.values(), params)


def get_model_template(call: Call, params: Params) -> dict[str, Any]:
    """A mapping template that shows how to read what the model describes."""
    api = find_api(call, params)
    schema = _flat(api, _model(api, params)["name"])
    return {"value": "#set($inputRoot = $input.path('$'))\n" + _template(schema, "$inputRoot", 0)}


def update_model(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    return _keep(api, patched(_model(api, params), params.get("patchOperations"), _PATCH))


def delete_model(call: Call, params: Params) -> None:
    api = find_api(call, params)
    name = _model(api, params)["name"]
    for resource in api.resources.values():
        for method in resource.get("resourceMethods", {}).values():
            answers = method.get("methodResponses", {}).values()
            used = [method.get("requestModels", {}), *(answer.get("responseModels", {}) for answer in answers)]
            if any(name in models.values() for models in used):
                raise conflict(f"Cannot delete model '{name}', is referenced in method request/response")
    if any(name in _references(model["schema"]) for model in api.models.values() if model["name"] != name):
        raise conflict(f"Cannot delete model '{name}', is referenced in another model")
    del api.models[name]


def _model(api: RestApi, params: Params) -> Item:
    name = params.get("modelName", "")
    if name not in api.models:
        raise not_found(f"Invalid model name specified: {name}")
    return api.models[name]


def _keep(api: RestApi, model: Item) -> Item:
    schemas = {**{name: known["schema"] for name, known in api.models.items()}, model["name"]: model["schema"]}
    try:
        if not isinstance(read_json(model["schema"]), dict):
            raise bad_request("Model schema must be a valid JSON object")
        problems(model["schema"], "{}", schemas)
    except (InvalidModelError, ValueError) as error:
        raise bad_request(f"Invalid model specified: {error}") from None
    api.models[model["name"]] = model
    return model


def _references(schema: str) -> set[str]:
    return set(_REFERENCE.findall(schema))


def _flat(api: RestApi, name: str) -> Any:
    """The schema with the models to which it refers in their places; a model inside itself stays a reference."""

    def inside(node: Any, above: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [inside(child, above) for child in node]
        if not isinstance(node, dict):
            return node
        found = _REFERENCE.fullmatch(str(node.get("$ref", "")))
        if found is not None and found[1] in api.models and found[1] not in above:
            return inside(read_json(api.models[found[1]]["schema"]), (*above, found[1]))
        return {key: inside(child, above) for key, child in node.items()}

    return inside(read_json(api.models[name]["schema"]), (name,))


def _template(schema: Any, path: str, depth: int) -> str:
    indent = "  " * depth
    schema = schema if isinstance(schema, dict) else {}
    properties = schema.get("properties")
    if isinstance(properties, dict) and properties:
        children = ((name, _template(child, f"{path}.{name}", depth + 1)) for name, child in properties.items())
        parts = [f'{indent}  "{name}" : {text}' for name, text in children]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    if schema.get("type") == "array":
        item = _template(schema.get("items"), "$elem", depth + 1)
        loop = f"{indent}#foreach($elem in {path})\n{indent}  {item}#if($foreach.hasNext),#end\n{indent}#end"
        return f"[\n{loop}\n{indent}]"
    if schema.get("type") in ("number", "integer", "boolean"):
        return path
    return "{ }" if schema.get("type") == "object" else f'"{path}"'


# Request validators


def create_request_validator(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    validator = {
        "id": new_id(call, api.validators),
        **given(params, ("name",)),
        "validateRequestBody": bool(params.get("validateRequestBody")),
        "validateRequestParameters": bool(params.get("validateRequestParameters")),
    }
    api.validators[validator["id"]] = validator
    return validator


def get_request_validator(call: Call, params: Params) -> dict[str, Any]:
    return _validator(find_api(call, params), params)


def get_request_validators(call: Call, params: Params) -> dict[str, Any]:
    return listed(find_api(call, params).validators.values(), params)


def update_request_validator(call: Call, params: Params) -> dict[str, Any]:
    api = find_api(call, params)
    changed = patched(_validator(api, params), params.get("patchOperations"), _VALIDATOR_PATCH)
    api.validators[changed["id"]] = changed
    return changed


def delete_request_validator(call: Call, params: Params) -> None:
    api = find_api(call, params)
    validator_id = _validator(api, params)["id"]
    for resource in api.resources.values():
        for method in resource.get("resourceMethods", {}).values():
            if method.get("requestValidatorId") == validator_id:
                raise conflict(f"Cannot delete Request Validator: {method['httpMethod']} {resource['path']} uses it")
    del api.validators[validator_id]


def _validator(api: RestApi, params: Params) -> Item:
    return find(api.validators, params.get("requestValidatorId", ""), "Request Validator identifier")
