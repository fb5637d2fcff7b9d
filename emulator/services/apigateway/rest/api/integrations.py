"""Operations on integrations and integration responses (AWS docs, API reference, PutIntegration; texts recorded)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.mapping import InvalidMappingError, check_templates
from emulator.services.apigateway.resources import Params, bad_request, given, require, unsupported
from emulator.services.apigateway.rest.api.common import (
    VERBS,
    check_status,
    find,
    find_method,
    not_found,
    one_of,
    readable,
)
from emulator.services.apigateway.rest.api.patch import boolean, entry, in_path, in_value, integer, member, patched
from emulator.services.apigateway.rest.model import Item, RestApi
from emulator.templates.errors import TemplateError
from emulator.templates.javaregex import compile_java

TYPES = ("HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY")
PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
CONTENT_HANDLING = ("CONVERT_TO_BINARY", "CONVERT_TO_TEXT")
_FIELDS = (
    *("type", "uri", "credentials", "requestParameters", "requestTemplates", "passthroughBehavior", "cacheNamespace"),
    *(
        "cacheKeyParameters",
        "contentHandling",
        "timeoutInMillis",
        "connectionType",
        "connectionId",
        "tlsConfig",
        "responseTransferMode",
    ),
)
_RESPONSE_FIELDS = ("selectionPattern", "responseParameters", "responseTemplates", "contentHandling")
_ARN = re.compile(r"arn:aws[\w-]*:apigateway:[^:]*:([^:]+):(.*)", re.DOTALL)
_FUNCTION = re.compile(r"/*2015-03-31/functions/.+/invocations", re.DOTALL)
_TARGET = re.compile(r"integration\.request\.(header|querystring|path)\.\S+")
_FREE = re.compile(r"'.*'|context\.[\w.-]+|stageVariables\.\w+|method\.request\.body(?:[.\[].+)?", re.DOTALL)
_DECLARED = re.compile(r"method\.request\.(multivalue)?(header|querystring|path)\.(\S+)")
_ANSWERED = re.compile(
    r"'.*'|context\.[\w.-]+|stageVariables\.\w+|integration\.response\.(multivalue)?header\.\S+"
    r"|integration\.response\.body(?:[.\[].+)?",
    re.DOTALL,
)
_PATCH = (
    in_value("/cacheKeyParameters"),
    in_path("/cacheKeyParameters/{parameter}"),
    member("/cacheNamespace"),
    member("/connectionId"),
    member("/connectionType", optional=False),
    member("/contentHandling"),
    member("/credentials"),
    member("/httpMethod", optional=False),
    member("/passthroughBehavior", optional=False),
    entry("/requestParameters/{parameter}"),
    entry("/requestTemplates/{content_type}"),
    member("/responseTransferMode", optional=False),
    member("/timeoutInMillis", integer, optional=False),
    member("/tlsConfig/insecureSkipVerification", boolean, optional=False),
    member("/uri", optional=False),
)
_RESPONSE_PATCH = (
    member("/contentHandling"),
    entry("/responseParameters/{parameter}"),
    entry("/responseTemplates/{content_type}"),
    member("/selectionPattern"),
)


def put_integration(call: Call, params: Params) -> dict[str, Any]:
    """Give a method its backend; what it had before is gone, with its responses."""
    require(params, "type")
    api, method = find_method(call, params)
    if params.get("integrationTarget"):
        raise unsupported("integrationTarget")
    integration: Item = {
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": params["resourceId"],
        "cacheKeyParameters": [],
        **given(params, _FIELDS),
    }
    if params.get("integrationHttpMethod"):
        integration["httpMethod"] = params["integrationHttpMethod"]
    _check(call, method, integration)
    _keep(api, params, method, integration)
    return integration


def get_integration(call: Call, params: Params) -> dict[str, Any]:
    return _integration(find_method(call, params)[1])


def update_integration(call: Call, params: Params) -> dict[str, Any]:
    api, method = find_method(call, params)
    changed = patched(_integration(method), params.get("patchOperations"), _PATCH)
    _check(call, method, changed)
    _keep(api, params, method, changed)
    return changed


def delete_integration(call: Call, params: Params) -> None:
    api, method = find_method(call, params)
    _integration(method)
    _keep(api, params, method, None)


def _integration(method: Item) -> Item:
    found: Item | None = method.get("methodIntegration")
    if found is None:
        raise not_found("Invalid Integration identifier specified")
    return found


def _keep(api: RestApi, params: Params, method: Item, integration: Item | None) -> None:
    bare = {name: value for name, value in method.items() if name != "methodIntegration"}
    changed = bare if integration is None else {**bare, "methodIntegration": integration}
    api.put_method(params["resourceId"], method["httpMethod"], changed)


def _check(call: Call, method: Item, integration: Item) -> None:
    """Raise for what AWS, or this emulator, does not take."""
    one_of(integration, "type", TYPES)
    if integration.get("connectionType", "INTERNET") != "INTERNET" or integration.get("connectionId"):
        raise unsupported("connectionType VPC_LINK")
    if integration.get("responseTransferMode", "BUFFERED") != "BUFFERED":
        raise unsupported("responseTransferMode STREAM")
    if integration.get("tlsConfig", {}).get("insecureSkipVerification"):
        raise unsupported("tlsConfig.insecureSkipVerification")
    one_of(integration, "passthroughBehavior", PASSTHROUGH)
    one_of(integration, "contentHandling", CONTENT_HANDLING)
    most = round(1000 * max(call.settings.integration_timeout_cap, 29.0))
    if not 50 <= integration["timeoutInMillis"] <= most:
        raise bad_request(f"Timeout should be between 50 ms and {most} ms")
    _check_backend(integration)
    _check_request_parameters(method, integration.get("requestParameters", {}))
    _check_templates(integration.get("requestTemplates", {}))


def _check_backend(integration: Item) -> None:
    kind, uri, verb = integration["type"], readable(integration.get("uri", "")), integration.get("httpMethod", "")
    if kind == "MOCK":
        return
    if verb not in VERBS:
        raise bad_request("Enumeration value for HttpMethod must be non-empty")
    if kind in ("HTTP", "HTTP_PROXY"):
        if not re.match(r"https?://[^/]", uri):
            raise bad_request("Invalid HTTP endpoint specified for URI")
        return
    if uri.startswith("arn:") and not re.search(r":(path|action)/", uri):
        raise bad_request("AWS ARN for integration must contain path or action")
    found = _ARN.fullmatch(uri)
    if found is None:
        raise bad_request("Invalid ARN specified in the request")
    if kind == "AWS_PROXY":
        what, _, rest = found[2].partition("/")
        if found[1] != "lambda" or what != "path" or not _FUNCTION.fullmatch(rest):
            raise bad_request(
                "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream "
                "invocations."
            )


def _check_request_parameters(method: Item, parameters: Mapping[str, str]) -> None:
    """A source of the request must be declared by the method."""
    declared = method.get("requestParameters", {})
    for target, source in parameters.items():
        if not _TARGET.fullmatch(target):
            raise wrong_mapping(target)
        found = _DECLARED.fullmatch(source)
        single = f"method.request.{found[2]}.{found[3]}" if found else ""
        if not _FREE.fullmatch(source) and not {source, single} & declared.keys():
            raise wrong_mapping(source)


def _check_templates(templates: Mapping[str, str]) -> None:
    try:
        check_templates(templates, None)
    except InvalidMappingError as error:
        raise bad_request(str(error)) from None


def wrong_mapping(expression: str) -> Exception:
    return bad_request(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        f"[Invalid mapping expression parameter specified: {expression}]"
    )


# Integration responses


def put_integration_response(call: Call, params: Params) -> dict[str, Any]:
    api, method = find_method(call, params)
    _integration(method)
    status = params.get("statusCode", "")
    check_status(status)
    return _keep_response(api, params, method, {"statusCode": status, **given(params, _RESPONSE_FIELDS)})


def get_integration_response(call: Call, params: Params) -> dict[str, Any]:
    return _response(find_method(call, params)[1], params)


def update_integration_response(call: Call, params: Params) -> dict[str, Any]:
    api, method = find_method(call, params)
    changed = patched(_response(method, params), params.get("patchOperations"), _RESPONSE_PATCH)
    return _keep_response(api, params, method, changed)


def delete_integration_response(call: Call, params: Params) -> None:
    api, method = find_method(call, params)
    gone, integration = _response(method, params)["statusCode"], _integration(method)
    responses = {status: response for status, response in integration["integrationResponses"].items() if status != gone}
    _keep(api, params, method, {**integration, "integrationResponses": responses})


def _response(method: Item, params: Params) -> Item:
    responses = _integration(method).get("integrationResponses", {})
    return find(responses, params.get("statusCode", ""), "Response status code")


def _keep_response(api: RestApi, params: Params, method: Item, response: Item) -> Item:
    """What a response maps must be declared by the method's response of that status."""
    promised = find(method.get("methodResponses", {}), response["statusCode"], "Response status code")
    one_of(response, "contentHandling", CONTENT_HANDLING)
    for target, source in response.get("responseParameters", {}).items():
        if target not in promised.get("responseParameters", {}):
            raise wrong_mapping(target)
        if not _ANSWERED.fullmatch(source):
            raise wrong_mapping(source)
    _check_templates(response.get("responseTemplates", {}))
    try:
        compile_java(response.get("selectionPattern", ""))
    except TemplateError:
        raise bad_request(f"Invalid selection pattern specified: {response['selectionPattern']}") from None
    integration = _integration(method)
    responses = {**integration.get("integrationResponses", {}), response["statusCode"]: response}
    _keep(api, params, method, {**integration, "integrationResponses": responses})
    return response
