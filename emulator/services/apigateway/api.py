"""Operations on APIs, their CORS settings and their tags."""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.patterns.route_selection import compile_selection
from emulator.services.apigateway import deployment, lifecycle, stages
from emulator.services.apigateway.http import apis, openapi
from emulator.services.apigateway.http.lambda_authorizer import VerdictCache
from emulator.services.apigateway.resources import (
    Params,
    bad_request,
    find_api,
    given,
    not_found,
    page,
    refuse,
    require,
    unsupported,
)
from emulator.services.apigateway.store import Api, ApiIndex, ApiStore, Resource

PATH_PREFIX = "/_aws/execute-api"
_FIELDS = (
    *("Name", "ProtocolType", "RouteSelectionExpression", "ApiKeySelectionExpression", "Description"),
    *("DisableSchemaValidation", "DisableExecuteApiEndpoint", "IpAddressType", "Version", "Tags"),
    "CorsConfiguration",
)
_ADDRESS_TYPES = ("ipv4", "dualstack")
_KEY_SOURCES = ("$request.header.x-api-key", "$context.authorizer.usageIdentifierKey")


def create_api(call: Call, params: Params) -> dict[str, Any]:
    """Make an API; with ``Target`` an HTTP API that serves it at once (quick create)."""
    require(params, "Name", "ProtocolType")
    if params["ProtocolType"] not in ("HTTP", "WEBSOCKET"):
        raise bad_request("Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]")
    http = params["ProtocolType"] == "HTTP"
    if not http:
        require(params, "RouteSelectionExpression")
    _check(params, http)
    api = new_api(call, params)
    if http:
        try:
            stage = apis.quick_create(call, api, params)
        except AwsError:
            _forget(call, api)
            raise
        if stage is not None:
            stages.create_stage(call, stage)
            api.stages["$default"] = {apis.MANAGED: True, **api.stages["$default"]}
    return _answer(call, api)


def new_api(call: Call, params: Params) -> Api:
    """An API without routes."""
    defaults: Resource = {
        "ApiKeySelectionExpression": _KEY_SOURCES[0],
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "RouteSelectionExpression": apis.SELECTIONS[0],
        "Tags": {},
    }
    index = call.ground.cloud.shared(ApiIndex)
    while (api_id := call.ids.alnum(10)) in index.apis:
        pass
    fields = {"CreatedDate": float(int(call.clock.now())), **defaults, **given(params, _FIELDS)}
    api = Api(api_id, call.account, call.region, fields)
    call.store(ApiStore).apis[api_id] = api
    index.apis[api_id] = api
    return api


def _forget(call: Call, api: Api) -> None:
    del call.store(ApiStore).apis[api.api_id]
    del call.ground.cloud.shared(ApiIndex).apis[api.api_id]


def get_api(call: Call, params: Params) -> dict[str, Any]:
    return _answer(call, find_api(call, params))


def get_apis(call: Call, params: Params) -> dict[str, Any]:
    return page((_answer(call, api) for api in call.store(ApiStore).apis.values()), params)


@deployment.changing
def update_api(call: Call, api: Api, params: Params) -> dict[str, Any]:
    _check(params, api.is_http)
    if api.is_http:
        apis.change_quick_created(call, api, params)
    changes = given(params, (name for name in _FIELDS if name not in ("ProtocolType", "Tags")))
    api.fields = {**api.fields, **changes}
    return _answer(call, api)


def delete_api(call: Call, params: Params) -> None:
    """Forget an API and close its connections with 1001."""
    api = find_api(call, params)
    _forget(call, api)
    call.ground.cloud.shared(VerdictCache).forget(api.api_id)
    lifecycle.close_those_of(call.ground, api.api_id, None, call.cause)


def _check(params: Params, http: bool) -> None:
    if http:
        apis.check_api(params)
    else:
        refuse(params, "WEBSOCKET APIs", "CorsConfiguration", "Target", "RouteKey", "CredentialsArn")
    if not 0 < len(params.get("Name", "x")) <= 128:
        raise bad_request("Invalid value for name: 1 to 128 characters")
    if params.get("IpAddressType", "ipv4") not in _ADDRESS_TYPES:
        raise bad_request(f"Invalid ipAddressType. Must be one of [{', '.join(_ADDRESS_TYPES)}]")
    if params.get("ApiKeySelectionExpression", _KEY_SOURCES[0]) not in _KEY_SOURCES:
        raise bad_request(f"Invalid apiKeySelectionExpression. Must be one of [{', '.join(_KEY_SOURCES)}]")
    expression = params.get("RouteSelectionExpression")
    if expression is not None and not http:
        if not expression:
            raise bad_request("Invalid routeSelectionExpression: it is empty")
        try:
            compile_selection(expression)
        except ValueError as error:
            raise bad_request(f"Invalid routeSelectionExpression: {error}") from None


def _answer(call: Call, api: Api) -> dict[str, Any]:
    """The resource as returned.  ``ApiEndpoint`` is where the caller can connect, not AWS's host name."""
    base = (call.base_url or call.ground.base_url).rstrip("/")
    scheme = base if api.is_http else base.replace("http", "ws", 1)
    endpoint = f"{scheme}{PATH_PREFIX}/{api.api_id}"
    return {"ApiEndpoint": endpoint, "ApiId": api.api_id, **api.fields}


# Tags


def get_tags(call: Call, params: Params) -> dict[str, Any]:
    return {"Tags": _tagged(call, params).get("Tags", {})}


def tag_resource(call: Call, params: Params) -> dict[str, Any]:
    resource = _tagged(call, params)
    resource["Tags"] = {**resource.get("Tags", {}), **params.get("Tags", {})}
    return {}


def untag_resource(call: Call, params: Params) -> None:
    resource = _tagged(call, params)
    gone = set(params.get("TagKeys", ()))
    resource["Tags"] = {key: value for key, value in resource.get("Tags", {}).items() if key not in gone}


def _tagged(call: Call, params: Params) -> Resource:
    """The API or stage behind ``arn:aws:apigateway:{region}::/apis/{id}[/stages/{stage}]``."""
    arn = str(params.get("ResourceArn", ""))
    parts = arn.partition("::")[2].strip("/").split("/")
    try:
        if len(parts) not in (2, 4) or parts[0] != "apis" or (len(parts) == 4 and parts[2] != "stages"):
            raise bad_request(f"Invalid resource ARN specified {arn}")
        api = find_api(call, {"ApiId": parts[1]})
        return api.fields if len(parts) == 2 else api.stages[parts[3]]
    except (AwsError, KeyError) as error:
        if isinstance(error, AwsError) and error.code == "BadRequestException":
            raise
        raise not_found(f"Invalid resource ARN specified {arn}", "Api") from None


# HTTP APIs


@deployment.changing
def delete_cors_configuration(call: Call, api: Api, params: Params) -> None:
    if not api.is_http:
        raise unsupported("CORS on WEBSOCKET APIs")
    api.fields = {name: value for name, value in api.fields.items() if name != "CorsConfiguration"}


def import_api(call: Call, params: Params) -> dict[str, Any]:
    """Make an HTTP API from an OpenAPI 3 document."""
    require(params, "Body")
    plan = openapi.read_document(params)
    _check(plan.api, http=True)
    api = new_api(call, plan.api)
    try:
        openapi.build(call, api, plan)
    except AwsError:
        _forget(call, api)
        raise
    return _imported(call, api, plan)


@deployment.changing
def reimport_api(call: Call, api: Api, params: Params) -> dict[str, Any]:
    """Replace settings, routes, integrations and authorizers by those of a document; stages stay."""
    require(params, "Body")
    if not api.is_http:
        raise unsupported("ReimportApi on WEBSOCKET APIs")
    plan = openapi.read_document(params)
    _check(plan.api, http=True)
    openapi.rebuild(call, api, plan)
    call.ground.cloud.shared(VerdictCache).forget(api.api_id)
    return _imported(call, api, plan)


def _imported(call: Call, api: Api, plan: openapi.Plan) -> dict[str, Any]:
    return {**_answer(call, api), **({"Warnings": plan.warnings} if plan.warnings else {})}


# Custom domains and exports: refused by name


def export_api(call: Call, params: Params) -> None:
    find_api(call, params)
    raise unsupported("ExportApi")


def create_domain_name(call: Call, params: Params) -> None:
    raise unsupported("CreateDomainName")


def get_domain_names(call: Call, params: Params) -> dict[str, Any]:
    return {"Items": []}


def get_domain_name(call: Call, params: Params) -> None:
    raise not_found("Invalid domain name identifier specified", "DomainName")


update_domain_name = delete_domain_name = get_domain_name
create_api_mapping = get_api_mapping = get_api_mappings = get_domain_name
update_api_mapping = delete_api_mapping = get_domain_name


def create_vpc_link(call: Call, params: Params) -> None:
    raise unsupported("CreateVpcLink")


def get_vpc_links(call: Call, params: Params) -> dict[str, Any]:
    return {"Items": []}


def get_vpc_link(call: Call, params: Params) -> None:
    raise not_found(f"Invalid VpcLink identifier specified {params.get('VpcLinkId', '')}", "VpcLink")


update_vpc_link = delete_vpc_link = get_vpc_link
