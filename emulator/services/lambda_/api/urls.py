"""Function URLs: their configuration."""

from __future__ import annotations

import re
from typing import Any

from emulator.core import timestamps
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.lambda_ import errors, urls
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.names import LATEST
from emulator.services.lambda_.paging import page
from emulator.services.lambda_.store import LambdaStore, address_of
from emulator.services.lambda_.url import FunctionUrl

QUALIFIER_PATTERN = r"((?!^\d+$)^[0-9a-zA-Z-_]+$)"


def create_function_url_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, qualifier = _function(call, params)
    _check_alias(function, qualifier)
    if qualifier in function.urls:
        raise errors.conflict(
            f"Failed to create function url config for [functionArn = {function.arn(qualifier)}]. Error message:  "
            "FunctionUrlConfig exists for this Lambda function"
        )
    now = _now(call)
    mode, cors = params.get("InvokeMode"), params.get("Cors")
    url = FunctionUrl(call.ids.alnum(32), qualifier, params["AuthType"], now, now, mode, cors)
    urls.enter(call.ground, function, url)
    answer = _shown(call, function, url)
    del answer["LastModifiedTime"]
    if mode is None:
        del answer["InvokeMode"]
    return answer


def get_function_url_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return _shown(call, *_configured(call, params))


def update_function_url_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, qualifier = _function(call, params)
    url = function.urls.get(qualifier)
    if url is None:
        raise errors.no_such_resource()
    url.auth_type = params.get("AuthType") or url.auth_type
    url.invoke_mode = params.get("InvokeMode") or url.invoke_mode
    url.cors = url.cors if params.get("Cors") is None else params["Cors"]
    url.modified = _now(call)
    return _shown(call, function, url)


def delete_function_url_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, url = _configured(call, params)
    urls.forget(call.ground, function, url.qualifier)
    return {}


def list_function_url_configs(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, _ = _function(call, params)
    entries = [_shown(call, function, url) for url in function.urls.values()]
    return page("FunctionUrlConfigs", entries, params, 50)


def _function(call: Call, params: dict[str, Any]) -> tuple[Function, str]:
    qualifier = _qualifier(params)
    address = address_of(call, params["FunctionName"], qualifier)
    function = call.store(LambdaStore).functions.get(address.name)
    if function is None:
        raise errors.not_found("Function does not exist")
    return function, address.qualifier


def _qualifier(params: dict[str, Any]) -> str | None:
    """An alias, by its form: neither ``$LATEST`` nor a number."""
    qualifier = params.get("Qualifier")
    if qualifier and not re.fullmatch(QUALIFIER_PATTERN, qualifier):
        constraint = f"Member must satisfy regular expression pattern: {QUALIFIER_PATTERN}"
        raise errors.validation(errors.unfit(qualifier, "qualifier", constraint))
    return qualifier


def _check_alias(function: Function, qualifier: str) -> None:
    if qualifier and qualifier != LATEST and qualifier not in function.aliases:
        raise errors.not_found(f"Cannot find alias arn: {function.arn(qualifier)}")


def _configured(call: Call, params: dict[str, Any]) -> tuple[Function, FunctionUrl]:
    try:
        function, qualifier = _function(call, params)
    except AwsError as error:
        raise errors.no_such_resource() if error.code == "ResourceNotFoundException" else error from None
    if qualifier not in function.urls:
        raise errors.no_such_resource()
    return function, function.urls[qualifier]


def _shown(call: Call, function: Function, url: FunctionUrl) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "FunctionUrl": urls.address(call.base_url or call.ground.base_url, url.id),
        "FunctionArn": function.arn(url.qualifier),
        "AuthType": url.auth_type,
        "CreationTime": url.created,
        "LastModifiedTime": url.modified,
        "InvokeMode": url.invoke_mode or "BUFFERED",
    }
    return answer | ({"Cors": url.cors} if url.cors else {})


def _now(call: Call) -> str:
    return timestamps.iso_milliseconds(call.clock.now())
