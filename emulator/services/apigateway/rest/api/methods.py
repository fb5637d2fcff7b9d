"""Operations on methods and method responses."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, bad_request, given, require
from emulator.services.apigateway.rest.api.common import (
    check_status,
    check_verb,
    conflict,
    find,
    find_method,
    find_resource,
    not_found,
    one_of,
)
from emulator.services.apigateway.rest.api.patch import boolean, entry, in_value, member, patched
from emulator.services.apigateway.rest.model import Item, RestApi

AUTHORIZATION = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
_FIELDS = (
    *("authorizationType", "authorizerId", "apiKeyRequired", "operationName", "requestParameters", "requestModels"),
    *("requestValidatorId", "authorizationScopes"),
)
_RESPONSE_FIELDS = ("responseParameters", "responseModels")
_PARAMETER = re.compile(r"method\.request\.(path|querystring|header|multivaluequerystring|multivalueheader)\.\S+")
_RESPONSE_PARAMETER = re.compile(r"method\.response\.header\.\S+")
_PATCH = (
    member("/apiKeyRequired", boolean, optional=False),
    in_value("/authorizationScopes"),
    member("/authorizationType", optional=False),
    member("/authorizerId"),
    member("/operationName"),
    entry("/requestModels/{content_type}"),
    entry("/requestParameters/{parameter}", boolean),
    member("/requestValidatorId"),
)
_RESPONSE_PATCH = (entry("/responseModels/{content_type}"), entry("/responseParameters/{parameter}", boolean))


def put_method(call: Call, params: Params) -> dict[str, Any]:
    require(params, "authorizationType")
    api, resource = find_resource(call, params)
    verb = params.get("httpMethod", "")
    check_verb(verb)
    if verb in resource.get("resourceMethods", {}):
        raise conflict("Method already exists for this resource")
    method = _checked(api, {"httpMethod": verb, "apiKeyRequired": False, **given(params, _FIELDS)})
    api.put_method(resource["id"], verb, method)
    return method


def get_method(call: Call, params: Params) -> dict[str, Any]:
    return find_method(call, params)[1]


def update_method(call: Call, params: Params) -> dict[str, Any]:
    api, old = find_method(call, params)
    changed = _checked(api, patched(old, params.get("patchOperations"), _PATCH))
    api.put_method(params["resourceId"], old["httpMethod"], changed)
    return changed


def delete_method(call: Call, params: Params) -> None:
    api, method = find_method(call, params)
    api.put_method(params["resourceId"], method["httpMethod"], None)


def _checked(api: RestApi, method: Item) -> Item:
    one_of(method, "authorizationType", AUTHORIZATION)
    _check_authorizer(api, method)
    _check_models(api, method.get("requestModels", {}))
    for name in method.get("requestParameters", {}):
        if not _PARAMETER.fullmatch(name):
            raise _wrong_mapping(name)
    validator = method.get("requestValidatorId")
    if validator and validator not in api.validators:
        raise not_found("Invalid Request Validator identifier specified")
    return method


def _check_authorizer(api: RestApi, method: Item) -> None:
    kind = method["authorizationType"]
    if kind not in ("CUSTOM", "COGNITO_USER_POOLS"):
        # UpdateMethod turns authorization off and leaves the identifier behind: it means nothing any more.
        method.pop("authorizerId", None)
        return
    authorizer = api.authorizers.get(method.get("authorizerId", ""))
    if authorizer is None or (authorizer["type"] == "COGNITO_USER_POOLS") != (kind == "COGNITO_USER_POOLS"):
        raise bad_request(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires "
            "a valid authorizer."
        )


def _check_models(api: RestApi, models: dict[str, str]) -> None:
    for name in models.values():
        if name not in api.models:
            raise bad_request(f"Invalid model identifier specified: {name}")


def _wrong_mapping(name: str) -> Exception:
    return bad_request(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        f"[Invalid mapping expression specified: {name}]"
    )


# Method responses


def put_method_response(call: Call, params: Params) -> dict[str, Any]:
    api, method = find_method(call, params)
    status = params.get("statusCode", "")
    check_status(status)
    if status in method.get("methodResponses", {}):
        raise conflict("Response already exists for this resource")
    return _keep(api, params, method, {"statusCode": status, **given(params, _RESPONSE_FIELDS)})


def get_method_response(call: Call, params: Params) -> dict[str, Any]:
    return _response(find_method(call, params)[1], params)


def update_method_response(call: Call, params: Params) -> dict[str, Any]:
    api, method = find_method(call, params)
    old = _response(method, params)
    return _keep(api, params, method, patched(old, params.get("patchOperations"), _RESPONSE_PATCH))


def delete_method_response(call: Call, params: Params) -> None:
    api, method = find_method(call, params)
    gone = _response(method, params)["statusCode"]
    responses = {status: response for status, response in method["methodResponses"].items() if status != gone}
    api.put_method(params["resourceId"], method["httpMethod"], {**method, "methodResponses": responses})


def _response(method: Item, params: Params) -> Item:
    return find(method.get("methodResponses", {}), params.get("statusCode", ""), "Response status code")


def _keep(api: RestApi, params: Params, method: Item, response: Item) -> Item:
    _check_models(api, response.get("responseModels", {}))
    for name in response.get("responseParameters", {}):
        if not _RESPONSE_PARAMETER.fullmatch(name):
            raise _wrong_mapping(name)
    responses = {**method.get("methodResponses", {}), response["statusCode"]: response}
    api.put_method(params["resourceId"], method["httpMethod"], {**method, "methodResponses": responses})
    return response
