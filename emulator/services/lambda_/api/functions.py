"""Functions: create, read, update, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emulator.core import timestamps
from emulator.core.ground import Call
from emulator.services.lambda_ import configuration, errors, layers, payload, tags, urls, versions
from emulator.services.lambda_.bucket_code import takes_code
from emulator.services.lambda_.code import Code, CodeArea, read_code
from emulator.services.lambda_.function import Function, Version
from emulator.services.lambda_.invocation import choose_runtime
from emulator.services.lambda_.names import LATEST, is_version
from emulator.services.lambda_.paging import page
from emulator.services.lambda_.store import LambdaStore, address_of, find_function, find_unqualified


@takes_code("Code")
def create_function(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    payload.check_request(call, "CreateFunction")
    name = address_of(call, params["FunctionName"]).name
    configuration.check_name(name)
    store = call.store(LambdaStore)
    if name in store.functions:
        raise errors.conflict(f"Function already exist: {name}")
    tags.check(params.get("Tags") or {})
    config = configuration.new_config(params, call.courier.can_deliver)
    paths = layers.attach(call, config, params) or ()
    code = _code(call, params.get("Code") or {})
    choose_runtime(call.ground, config["Runtime"], code.directory, paths)
    latest = Version(LATEST, config, code, call.ids.uuid(), timestamps.iso_offset(call.clock.now()), paths)
    function = Function(call.account, call.region, name, latest, tags=dict(params.get("Tags") or {}))
    store.functions[name] = function
    answer = configuration.pending(configuration.shown(function, latest))
    latest.revision_id = call.ids.uuid()  # reaching Active is a change of its own
    if params.get("Publish"):
        answer["Version"] = versions.publish(call, function).number
    return answer


def _code(call: Call, source: dict[str, Any]) -> Code:
    area = call.ground.cloud.shared(CodeArea)
    return read_code(source, area, call.settings.enforce_quotas, call.ids.hex(16))


def get_function(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Configuration, where the code can be downloaded, tags and reserved concurrency."""
    function, version, qualifier = _find(call, params)
    answer: dict[str, Any] = {
        "Configuration": configuration.shown(function, version, qualifier),
        "Code": {"RepositoryType": "S3", "Location": _location(call, function, version)},
    }
    if version.code.kms_key:
        answer["Code"]["SourceKMSKeyArn"] = version.code.kms_key
    if function.tags:
        answer["Tags"] = dict(function.tags)
    if function.reserved is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved}
    return answer


def _location(call: Call, function: Function, version: Version) -> str:
    base = call.base_url or call.ground.base_url
    place = f"{function.account}/{function.region}/{function.name}/{version.number.strip('$')}"
    return f"{base}/_aws/lambda/code/{place}.zip"


def get_function_configuration(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, version, qualifier = _find(call, params)
    return configuration.shown(function, version, qualifier)


def _find(call: Call, params: dict[str, Any]) -> tuple[Function, Version, str]:
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = find_function(call, address)
    return function, function.version(address.qualifier), address.qualifier


def list_functions(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """One entry per function, or with ``FunctionVersion`` ``ALL`` one per version."""
    if params.get("MasterRegion"):
        raise errors.not_emulated("MasterRegion", "there are no functions of Lambda@Edge; leave it out.")
    entries: list[dict[str, Any]] = []
    for _, function in sorted(call.store(LambdaStore).functions.items()):
        if params.get("FunctionVersion") == "ALL":
            shown = [configuration.shown(function, v, v.number) for v in function.every_version()]
        else:
            shown = [configuration.shown(function, function.latest)]
        entries += map(configuration.listed, shown)
    return page("Functions", entries, params, 50)


@takes_code()
def update_function_code(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    payload.check_request(call, "UpdateFunctionCode")
    function = find_unqualified(call, params["FunctionName"], latest=True)
    configuration.refuse(params)
    _check_revision(function, params)
    code = _code(call, params)
    if params.get("DryRun"):
        return configuration.shown(function, function.latest)
    config = dict(function.latest.config)
    if params.get("Architectures"):
        config["Architectures"] = params["Architectures"]
    answer = _change(call, function, config, code, function.latest.layers)
    if params.get("Publish"):
        published = versions.publish(call, function)
        return configuration.pending(configuration.shown(function, published, published.number))
    return answer


def update_function_configuration(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    payload.check_request(call, "UpdateFunctionConfiguration")
    function = find_unqualified(call, params["FunctionName"], latest=True)
    _check_revision(function, params)
    config = configuration.changed_config(function.latest.config, params, call.courier.can_deliver)
    paths = layers.attach(call, config, params)
    paths = function.latest.layers if paths is None else paths
    choose_runtime(call.ground, config["Runtime"], function.latest.code.directory, paths)
    return _change(call, function, config, function.latest.code, paths)


def _check_revision(function: Function, params: dict[str, Any]) -> None:
    if params.get("RevisionId") and params["RevisionId"] != function.latest.revision_id:
        raise errors.stale_revision()


def _change(
    call: Call, function: Function, config: dict[str, Any], code: Code, paths: tuple[Path, ...]
) -> dict[str, Any]:
    """Replace ``$LATEST`` and answer the state in between; the final one is reached before the next request."""
    now = timestamps.iso_offset(call.clock.now())
    function.latest = Version(LATEST, config, code, call.ids.uuid(), now, paths)
    answer = configuration.updating(configuration.shown(function, function.latest))
    function.latest.revision_id = call.ids.uuid()
    versions.forget_environments(call.ground, function)
    return answer


def delete_function(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Delete a function with all that belongs to it (not its mappings), or one version."""
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    store = call.store(LambdaStore)
    if address.name not in store.functions:
        raise errors.function_not_found(call.arn("lambda", f"function:{address.name}"))
    function = store.functions[address.name]
    if not address.qualifier:
        del store.functions[address.name]
        urls.forget(call.ground, function)
        versions.forget_environments(call.ground, function)
    elif address.qualifier == LATEST:
        raise errors.invalid_value("$LATEST version cannot be deleted without deleting the function.")
    elif not is_version(address.qualifier):
        raise errors.invalid_value("Deletion of aliases is not currently supported.")
    else:
        _check_unused(function, address.qualifier)
        versions.delete(function, address.qualifier)
    return {"StatusCode": 204}


def _check_unused(function: Function, number: str) -> None:
    """A version that an alias references cannot be deleted (AWS docs, DeleteFunction; text unverified)."""
    users = [alias.name for alias in function.aliases.values() if number in (alias.version, *alias.weights)]
    if users:
        names = ", ".join(sorted(users))
        raise errors.conflict(f"Unable to delete version because the following aliases reference it: [{names}]")
