"""A function's configuration: what may be set, and how AWS shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from emulator.core.jsontext import compact
from emulator.services.lambda_ import errors
from emulator.services.lambda_.destinations import DEAD_LETTER_SERVICES
from emulator.services.lambda_.function import Function, Version, logging_config
from emulator.services.lambda_.log import runtime_arn

RUNTIMES = tuple(
    "nodejs18.x nodejs20.x nodejs22.x nodejs24.x nodejs26.x python3.8 python3.9 python3.10 python3.11 python3.12 "
    "python3.13 python3.14 python3.15 java8.al2 java11 java17 java21 java25 dotnet6 dotnet8 dotnet10 ruby3.2 ruby3.3 "
    "ruby3.4 ruby4.0 provided.al2 provided.al2023".split()
)
CanDeliver = Callable[[str], bool]
"""Whether targets of a service exist in this emulator."""
SETTABLE = (
    "Runtime Role Handler Description Timeout MemorySize Environment DeadLetterConfig TracingConfig VpcConfig "
    "KMSKeyArn Architectures EphemeralStorage SnapStart LoggingConfig"
).split()
_DEFAULTED = ("TracingConfig", "EphemeralStorage")
"""An empty structure leaves their defaults."""
REFUSED = {
    "FileSystemConfigs": "use a directory of this machine.",
    "DurableConfig": "durable functions are not part of this emulator.",
    "CodeSigningConfigArn": "leave it out.",
    "ImageConfig": "only zip packages and local directories run here.",
    "CapacityProviderConfig": "leave it out.",
    "TenancyConfig": "leave it out.",
    "RuntimeConfig": "leave it out.",
    "AcceleratorConfig": "leave it out.",
    "PublishTo": "use Publish.",
}
# AWS docs, "Working with Lambda environment variables", reserved environment variables.
RESERVED_KEYS = frozenset(
    "_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME "
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE "
    "AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY "
    "AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR".split()
)
MAX_ENVIRONMENT = 4096
LARGEST = {"Timeout": 900, "MemorySize": 10_240, "EphemeralStorage": 10_240}
"""AWS docs, "Lambda quotas"; the model's larger bounds are those of managed instances."""
_ENVIRONMENT = "Lambda was unable to configure your environment variables because the environment variables you have"


def new_config(params: Mapping[str, Any], can_deliver: CanDeliver) -> dict[str, Any]:
    """The configuration that CreateFunction asks for, defaults filled in; raises InvalidParameterValueException."""
    if params.get("PackageType", "Zip") != "Zip":
        raise errors.not_emulated("PackageType Image", REFUSED["ImageConfig"])
    defaults = {"Description": "", "Timeout": 3, "MemorySize": 128, "Architectures": ["x86_64"]}
    if not params.get("Runtime") or not params.get("Handler"):
        raise errors.invalid_value("Runtime and Handler are mandatory parameters for functions created with zip files.")
    return changed_config(defaults, params, can_deliver)


def changed_config(config: Mapping[str, Any], params: Mapping[str, Any], can_deliver: CanDeliver) -> dict[str, Any]:
    """``config`` with the members that ``params`` sets; raises ValidationException, InvalidParameterValueException."""
    refuse(params)
    _check_limits(params)
    result = dict(config)
    for member in SETTABLE:
        if params.get(member) is None:
            continue
        value = params[member]
        if member == "DeadLetterConfig":
            _set_dead_letter(result, value, can_deliver)
        elif member == "Environment":
            _set_environment(result, value)
        elif (member, value) == ("KMSKeyArn", ""):  # back to the default key
            result.pop(member, None)
        else:
            result[member] = value
    _check_runtime(result["Runtime"])
    _check_logging(result.get("LoggingConfig", {}))
    return result


def refuse(params: Mapping[str, Any]) -> None:
    """Raises InvalidParameterValueException for what this emulator does not have."""
    for member, instead in REFUSED.items():
        if params.get(member):
            raise errors.not_emulated(member, instead)


def _check_limits(params: Mapping[str, Any]) -> None:
    """Further values than AWS takes for functions, in the words of its validation."""
    given = {member: params.get(member) for member in ("Timeout", "MemorySize")}
    given["EphemeralStorage"] = (params.get("EphemeralStorage") or {}).get("Size")
    names = {"Timeout": "timeout", "MemorySize": "memorySize", "EphemeralStorage": "ephemeralStorage.size"}
    findings = [
        errors.unfit(value, names[member], f"Member must have value less than or equal to {LARGEST[member]}")
        for member, value in given.items()
        if value is not None and value > LARGEST[member]
    ]
    if findings:
        raise errors.validation(*findings)


def _check_logging(config: Mapping[str, Any]) -> None:
    """Levels belong to the JSON format (AWS docs, "Configuring advanced logging controls"); the text is ours."""
    if config.get("LogFormat", "Text") != "JSON" and (
        config.get("ApplicationLogLevel") or config.get("SystemLogLevel")
    ):
        raise errors.invalid_value("ApplicationLogLevel and SystemLogLevel can be set for LogFormat JSON only.")


def _check_runtime(runtime: str) -> None:
    if runtime not in RUNTIMES:
        raise errors.invalid_value(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(RUNTIMES)}] or be a valid ARN"
        )


def _set_dead_letter(config: dict[str, Any], value: Mapping[str, Any], can_deliver: CanDeliver) -> None:
    """``{}`` changes nothing (recorded from AWS), an empty TargetArn removes the setting (AWS docs)."""
    target = value.get("TargetArn")
    if target is None:
        return
    if target == "":
        config.pop("DeadLetterConfig", None)
        return
    service = target.split(":")[2] if target.count(":") >= 5 else ""
    if service not in DEAD_LETTER_SERVICES:
        raise errors.invalid_value(f"The provided dead-letter target {target} is not an SQS queue or SNS topic.")
    if not can_deliver(service):
        raise errors.not_emulated(f"A dead-letter target of service {service}", "use an SQS queue.")
    config["DeadLetterConfig"] = {"TargetArn": target}


def _set_environment(config: dict[str, Any], value: Mapping[str, Any]) -> None:
    variables = dict(value.get("Variables") or {})
    reserved = [name for name in variables if name in RESERVED_KEYS]
    if reserved:
        raise errors.invalid_value(
            f"{_ENVIRONMENT} provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    text = compact(variables)
    if len(text.encode()) > MAX_ENVIRONMENT:
        raise errors.invalid_value(f"{_ENVIRONMENT} provided exceeded the 4KB limit. String measured: {text}")
    config.pop("Environment", None)
    if variables:
        config["Environment"] = {"Variables": variables}


def check_name(name: str) -> None:
    """CreateFunction alone answers a long name with InvalidParameterValueException (recorded from AWS)."""
    if len(name) > 64:
        text = errors.validation(
            errors.unfit(name, "functionName", "Member must have length less than or equal to 64")
        ).message
        raise errors.invalid_value(str(text))


def shown(function: Function, version: Version, qualifier: str = "") -> dict[str, Any]:
    """A FunctionConfiguration in its final state; ``qualifier`` is the one in the ARN."""
    config, code = version.config, version.code
    result: dict[str, Any] = {
        "FunctionName": function.name,
        "FunctionArn": function.arn(qualifier),
        "CodeSize": code.size,
        "CodeSha256": code.sha256,
        "Version": version.number,
        "LastModified": version.last_modified,
        "RevisionId": version.revision_id,
        "PackageType": "Zip",
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 512},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "RuntimeVersionConfig": {"RuntimeVersionArn": runtime_arn(function.region, config["Runtime"])},
    }
    result |= {name: value for name, value in config.items() if value or name not in _DEFAULTED}
    result["LoggingConfig"] = {"LogGroup": f"/aws/lambda/{function.name}", **logging_config(config)}
    result["SnapStart"] = {
        "ApplyOn": config.get("SnapStart", {}).get("ApplyOn", "None"),
        "OptimizationStatus": "On" if version.uses_snapshot else "Off",
    }
    if "VpcConfig" in config:
        result["VpcConfig"] = {"VpcId": "", **config["VpcConfig"]}
    return result


def pending(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of CreateFunction: the state before the first one that lasts."""
    answer.pop("LastUpdateStatus", None)
    return answer | {"State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating"}


def updating(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of an update (recorded from AWS, texts included)."""
    return answer | {
        "State": "Active",
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReason": "The function is being created.",
        "LastUpdateStatusReasonCode": "Creating",
    }


def listed(answer: dict[str, Any]) -> dict[str, Any]:
    """An entry of a list: without states and runtime version."""
    hidden = re.compile("State|LastUpdateStatus|RuntimeVersionConfig")
    return {name: value for name, value in answer.items() if not hidden.match(name)}
