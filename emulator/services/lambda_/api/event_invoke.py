"""Event-invoke configurations: retries, age and destinations of asynchronous invocations."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.lambda_ import destinations, errors
from emulator.services.lambda_.event_config import EventInvokeConfig
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.names import LATEST, Address, read_name
from emulator.services.lambda_.paging import page
from emulator.services.lambda_.store import LambdaStore, address_of


def put_function_event_invoke_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Replace the whole configuration of a qualifier."""
    if not any(params.get(name) is not None for name in _SETTINGS):
        raise errors.invalid_value("You must specify at least one of error handling or destination setting.")
    function, qualifier = _existing(call, params)
    config = _merged(call, function, EventInvokeConfig(), params)
    function.event_configs[qualifier] = config
    return _shown(function, qualifier, config)


def update_function_event_invoke_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Change the given members of a stored configuration."""
    function, qualifier = _existing(call, params)
    old = function.event_configs.get(qualifier)
    if old is None:
        raise _no_config(function.arn(qualifier))
    config = _merged(call, function, old, params)
    function.event_configs[qualifier] = config
    return _shown(function, qualifier, config)


def get_function_event_invoke_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, qualifier = _configured(call, params)
    return _shown(function, qualifier, function.event_configs[qualifier])


def delete_function_event_invoke_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, qualifier = _configured(call, params)
    del function.event_configs[qualifier]
    return {}


def list_function_event_invoke_configs(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """In order of creation."""
    function, _ = _existing(call, params)
    entries = [_shown(function, qualifier, config) for qualifier, config in function.event_configs.items()]
    return page("FunctionEventInvokeConfigs", entries, params, 50)


_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


def _existing(call: Call, params: dict[str, Any]) -> tuple[Function, str]:
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = call.store(LambdaStore).functions.get(address.name)
    if function is None or not function.has(address.qualifier):
        raise errors.not_found("The function doesn't exist.")
    return function, address.qualifier or LATEST


def _configured(call: Call, params: dict[str, Any]) -> tuple[Function, str]:
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = call.store(LambdaStore).functions.get(address.name)
    qualifier = address.qualifier or LATEST
    if function is None or qualifier not in function.event_configs:
        raise _no_config(call.arn("lambda", f"function:{address.name}:{qualifier}"))
    return function, qualifier


def _no_config(arn: str) -> AwsError:
    return errors.not_found(f"The function {arn} doesn't have an EventInvokeConfig")


def _merged(call: Call, function: Function, old: EventInvokeConfig, params: dict[str, Any]) -> EventInvokeConfig:
    retries, age = params.get("MaximumRetryAttempts"), params.get("MaximumEventAgeInSeconds")
    config = EventInvokeConfig(
        retries=old.retries if retries is None else retries,
        age=old.age if age is None else age,
        on_success=old.on_success,
        on_failure=old.on_failure,
        last_modified=call.clock.now(),
    )
    wanted = params.get("DestinationConfig")
    if wanted is not None:
        _check_destinations(call, function, wanted)
        if wanted.get("OnSuccess") is not None:
            config.on_success = wanted["OnSuccess"].get("Destination") or None
        if wanted.get("OnFailure") is not None:
            config.on_failure = wanted["OnFailure"].get("Destination") or None
    return config


def _check_destinations(call: Call, function: Function, wanted: dict[str, Any]) -> None:
    """Texts recorded from AWS; whether a queue or topic exists is not checked (unverified on AWS)."""
    for side, services in (("OnSuccess", destinations.SERVICES), ("OnFailure", destinations.FAILURE_SERVICES)):
        arn = (wanted.get(side) or {}).get("Destination")
        if not arn:
            continue
        service = _service_of(arn)
        if service not in services:
            raise errors.invalid_value(f"The provided destination config {_java(wanted)} is invalid.")
        if service == "lambda":
            _check_function(call, function, arn)
        elif not call.courier.can_deliver(service):
            otherwise = "use an SQS queue, a Lambda function or an EventBridge bus."
            raise errors.not_emulated(
                f"A destination of service {service}", destinations.INSTEAD.get(service, otherwise)
            )


def _service_of(arn: str) -> str:
    try:
        return Arn.parse(arn).service
    except ValueError:
        return ""


def _check_function(call: Call, function: Function, arn: str) -> None:
    target = _target(call, arn)
    if target is None:
        raise errors.invalid_value(f"The destination ARN {arn} is invalid.")
    if target.name == function.name:
        raise errors.invalid_value("You can't specify the function as a destination for itself.")


def _target(call: Call, arn: str) -> Address | None:
    parsed = Arn.parse(arn)
    if not parsed.resource.startswith("function:"):
        return None
    try:
        address = read_name(arn, None, parsed.account, parsed.region)
    except AwsError:
        return None
    function = call.ground.cloud.store(LambdaStore, parsed.account, parsed.region).functions.get(address.name)
    return address if function is not None and function.has(address.qualifier) else None


def _java(wanted: dict[str, Any]) -> str:
    """The request as AWS prints it in the error."""

    def side(name: str) -> str:
        value = (wanted.get(name) or {}).get("Destination")
        return "null" if not wanted.get(name) else f"{name}(destination={value or 'null'})"

    return f"DestinationConfig(onSuccess={side('OnSuccess')}, onFailure={side('OnFailure')})"


def _shown(function: Function, qualifier: str, config: EventInvokeConfig) -> dict[str, Any]:
    answer: dict[str, Any] = {"LastModified": config.last_modified, "FunctionArn": function.arn(qualifier)}
    if config.retries is not None:
        answer["MaximumRetryAttempts"] = config.retries
    if config.age is not None:
        answer["MaximumEventAgeInSeconds"] = config.age
    answer["DestinationConfig"] = {
        "OnSuccess": {"Destination": config.on_success} if config.on_success else {},
        "OnFailure": {"Destination": config.on_failure} if config.on_failure else {},
    }
    return answer
