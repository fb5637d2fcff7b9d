"""State machines and activities as the operations that create them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from emulator.stack.members import api_members
from emulator.stack.rest_texts import read, spoken
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, text, without

ROLE = "arn:aws:iam::{account}:role/emulator"
_DEFINITIONS = ("Definition", "DefinitionString", "DefinitionUri")
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def activity(context: Context, resource: Resource) -> Steps:
    yield Step(resource, "stepfunctions", "CreateActivity", {"name": resource.name, **_tags(context, resource)})


def state_machine(context: Context, resource: Resource) -> Steps:
    """CreateStateMachine; the definition is checked by AWS's rules before anything exists."""
    from emulator.asl.definition import load  # late: most stacks have no state machine
    from emulator.asl.errors import InvalidDefinitionError

    given = without(resource.properties, *_DEFINITIONS, "DefinitionSubstitutions", "StateMachineType", "Tags")
    params = api_members("stepfunctions", "CreateStateMachine", given)
    params.setdefault("roleArn", ROLE.format(account=context.references.account))
    key, definition = _definition(context, resource)
    params |= {"name": resource.name, "definition": definition, **_tags(context, resource)}
    kind = resource.properties.get("StateMachineType", "STANDARD")
    try:
        load(definition, str(kind))
    except InvalidDefinitionError as error:
        raise context.error(key, str(error)) from None
    named = spoken(resource, type="StateMachineType") if "StateMachineType" in resource.written else spoken(resource)
    yield Step(named, "stepfunctions", "CreateStateMachine", {**params, "type": kind})


def _definition(context: Context, resource: Resource) -> tuple[str, str]:
    """The key of the definition, and its text with every ``${…}`` that means something filled in."""
    written = [name for name in _DEFINITIONS if name in resource.properties]
    if len(written) != 1:
        key = resource.place(written[1]) if written else f"{resource.key}.definition"
        raise context.error(key, "a state machine needs one definition: a file's name, or the definition as a table.")
    key, given = resource.place(written[0]), resource.properties[written[0]]
    if isinstance(given, Mapping):
        found = json.dumps(given)
    elif not isinstance(given, str):
        raise context.error(key, f"expected a file's name, or the definition as a table, got {given!r}.")
    else:
        found = given if given.lstrip().startswith("{") else _file(context, given, key)
    return key, context.references.fill_known(_substituted(context, resource, found), key)


def _file(context: Context, name: str, key: str) -> str:
    """A definition beside the description, in JSON or YAML."""
    found = read(context, name, key)
    if not name.endswith((".yaml", ".yml")):
        return found
    try:
        import yaml  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise context.error(key, f"{name}: YAML needs PyYAML: pip install 'aws-task-emulator[openapi]'.") from None
    try:
        return json.dumps(yaml.safe_load(found), default=str)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise context.error(key, f"{name} is no YAML: {error}.") from None


def _substituted(context: Context, resource: Resource, definition: str) -> str:
    """``DefinitionSubstitutions``: values for ``${Name}``, themselves with ``${name.Attribute}`` filled in."""
    key = resource.place("DefinitionSubstitutions")
    values = {
        name: context.references.fill(text(value), f"{key}.{name}")
        for name, value in context.table(resource, "DefinitionSubstitutions").items()
    }
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), definition)


def _tags(context: Context, resource: Resource) -> dict[str, Any]:
    tags = context.tags(resource)
    return {"tags": [{"key": name, "value": text(value)} for name, value in tags.items()]} if tags else {}
