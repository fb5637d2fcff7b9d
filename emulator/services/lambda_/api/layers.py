"""Layers: publish, read, list, delete, permissions."""

from __future__ import annotations

import re
from typing import Any

from emulator.core import timestamps
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.lambda_ import errors, layers
from emulator.services.lambda_.bucket_code import takes_code
from emulator.services.lambda_.code import CodeArea, read_code
from emulator.services.lambda_.layer import Layer, LayerVersion
from emulator.services.lambda_.paging import page
from emulator.services.lambda_.policy import Policy, principal
from emulator.services.lambda_.store import LambdaStore

_FACTS = ("Description", "CompatibleRuntimes", "LicenseInfo", "CompatibleArchitectures")
_NAME = re.compile(r"(?:arn:[^:]+:lambda:([^:]+):(\d{12}):layer:)?([A-Za-z0-9-_]+)")


@takes_code("Content")
def publish_layer_version(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Unpack a zip (or take a local directory, as CreateFunction does) under the next number."""
    found = _NAME.fullmatch(params["LayerName"])
    if found is None:
        raise errors.invalid_value(f"{params['LayerName']!r} is not the name of a layer.")
    layer_name = found[3]
    area = call.ground.cloud.shared(CodeArea)
    code = read_code(params.get("Content") or {}, area, call.settings.enforce_quotas, call.ids.hex(16))
    known = call.store(LambdaStore).layers
    layer = known.setdefault(layer_name, Layer(call.account, call.region, layer_name))
    facts = {name: params[name] for name in _FACTS if params.get(name)} | {
        "Description": params.get("Description") or ""
    }
    created = timestamps.iso_offset(call.clock.now())
    version = LayerVersion(layer.arn, layer.next_number, code, created, facts)
    layer.versions[version.number] = version
    layer.next_number += 1
    return _shown(call, layer, version)


def get_layer_version(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return _shown(call, *_version(call, params))


def get_layer_version_by_arn(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    version = layers.find(call.ground, params["Arn"])
    if version is None:
        raise errors.no_such_resource()
    _, _, _, region, account, _, name, _ = version.arn.split(":")
    return _shown(call, Layer(account, region, name), version)


def list_layers(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Each with its latest version, by the runtime and architecture asked for."""
    entries = []
    for _, layer in sorted(call.store(LambdaStore).layers.items()):
        fitting = [version for version in layer.versions.values() if _fits(version, params)]
        if fitting:
            latest = fitting[-1].shown()
            entries.append({"LayerName": layer.name, "LayerArn": layer.arn, "LatestMatchingVersion": latest})
    return page("Layers", entries, params, 50)


def list_layer_versions(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Newest first; an unknown layer has none."""
    layer = _layer(call, params["LayerName"])
    versions = [] if layer is None else [v for v in reversed(layer.versions.values()) if _fits(v, params)]
    return page("LayerVersions", [version.shown() for version in versions], params, 50)


def delete_layer_version(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """No error when there is none; functions keep what they have."""
    layer = _layer(call, params["LayerName"])
    if layer is not None:
        layer.versions.pop(params["VersionNumber"], None)
    return {}


def add_layer_version_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Stored and shown, not enforced."""
    _, version = _version(call, params)
    policy = version.policy or Policy("")
    policy.check_revision(params.get("RevisionId"))
    if params["StatementId"] in policy.statements:
        raise errors.conflict(
            f"The statement id ({params['StatementId']}) provided already exists. Please provide a new statement id, "
            "or remove the existing statement."
        )
    entry: dict[str, Any] = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": principal(params["Principal"]),
        "Action": params["Action"],
        "Resource": version.arn,
    }
    if params.get("OrganizationId"):
        entry["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": params["OrganizationId"]}}
    policy.statements[params["StatementId"]] = entry
    policy.revision_id = call.ids.uuid()
    version.policy = policy
    return {"Statement": compact(entry), "RevisionId": policy.revision_id}


def get_layer_version_policy(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _, version = _version(call, params)
    if version.policy is None:
        raise errors.not_found("No policy is associated with the given resource.")
    return {"Policy": compact(version.policy.document()), "RevisionId": version.policy.revision_id}


def remove_layer_version_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _, version = _version(call, params)
    if version.policy is None:
        raise errors.not_found("No policy is associated with the given resource.")
    version.policy.check_revision(params.get("RevisionId"))
    if params["StatementId"] not in version.policy.statements:
        raise errors.not_found(f"Statement {params['StatementId']} is not found in resource policy.")
    del version.policy.statements[params["StatementId"]]
    version.policy.revision_id = call.ids.uuid()
    if not version.policy.statements:
        version.policy = None
    return {}


def _layer(call: Call, text: str) -> Layer | None:
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    store = call.ground.cloud.store(LambdaStore, found[2] or call.account, found[1] or call.region)
    return store.layers.get(found[3])


def _version(call: Call, params: dict[str, Any]) -> tuple[Layer, LayerVersion]:
    layer = _layer(call, params["LayerName"])
    if layer is None or params["VersionNumber"] not in layer.versions:
        raise errors.no_such_resource()
    return layer, layer.versions[params["VersionNumber"]]


def _fits(version: LayerVersion, params: dict[str, Any]) -> bool:
    runtime, machine = params.get("CompatibleRuntime"), params.get("CompatibleArchitecture")
    return (not runtime or runtime in version.facts.get("CompatibleRuntimes", ())) and (
        not machine or machine in version.facts.get("CompatibleArchitectures", ())
    )


def _shown(call: Call, layer: Layer, version: LayerVersion) -> dict[str, Any]:
    place = f"{layer.account}/{layer.region}/layer:{layer.name}/{version.number}"
    base = call.base_url or call.ground.base_url
    content = {
        "Location": f"{base}/_aws/lambda/code/{place}.zip",
        "CodeSha256": version.code.sha256,
        "CodeSize": version.code.size,
    }
    return {"Content": content, "LayerArn": layer.arn, **version.shown()}
