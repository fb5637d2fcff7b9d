"""Names inside a stack description: which resource they mean, its ARN and its other attributes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from emulator.core.arns import Arn
from emulator.stack.description import Stack
from emulator.stack.errors import StackError, nearest

KINDS = {
    "function": "functions",
    "queue": "queues",
    "bus": "buses",
    "table": "tables",
    "topic": "topics",
    "bucket": "buckets",
    "websocket_api": "websocket_apis",
    "http_api": "http_apis",
    "cluster": "clusters",
    "task_definition": "task_definitions",
    "rest_api": "rest_apis",
    "state_machine": "state_machines",
    "activity": "activities",
    "pipe": "pipes",
}
ARNS = {
    "function": ("lambda", "function:"),
    "queue": ("sqs", ""),
    "bus": ("events", "event-bus/"),
    "table": ("dynamodb", "table/"),
    "topic": ("sns", ""),
    "bucket": ("s3", ""),
    "cluster": ("ecs", "cluster/"),
    "task_definition": ("ecs", "task-definition/"),
    "state_machine": ("states", "stateMachine:"),
    "activity": ("states", "activity:"),
    "pipe": ("pipes", "pipe/"),
}
TARGETS = ("function", "queue", "bus", "topic")
"""What destinations may name; rules may also start state machines."""
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")


class References:
    """Resolves names in one account and region.

    ``attributes`` holds what ``${name.Attribute}`` can say, by ``kind:name``: ARNs from the beginning, what AWS makes
    up (``QueueUrl``, ``Endpoint``) once the resource is there.
    """

    def __init__(self, stack: Stack, account: str, region: str, base_url: str = "") -> None:
        self.origin = stack.origin
        self.account = account
        self.region = region
        self.base_url = base_url
        self.attributes: dict[str, dict[str, str]] = {"bus:default": self._known("bus", "default")}
        for kind, title in KINDS.items():
            for name in stack.sections[title]:
                self.attributes[f"{kind}:{name}"] = self._known(kind, name)

    def _known(self, kind: str, name: str) -> dict[str, str]:
        if kind not in ARNS:
            return {"Name": name}
        service, prefix = ARNS[kind]
        place = ("", "") if kind == "bucket" else (self.region, self.account)
        return {"Name": name, "Arn": str(Arn.of(service, *place, prefix + name))}

    def arn(self, text: object, kinds: Sequence[str], key: str) -> str:
        """The ARN of a resource given as ``name``, ``kind:name`` or ARN; raises StackError for unknown ones."""
        if not isinstance(text, str) or not text:
            raise StackError(self.origin, key, f"expected the name of a {' or '.join(kinds)}, got {text!r}.")
        if text.startswith("arn:"):
            return text
        return self.attributes[self.find(text, kinds, key)]["Arn"]

    def by_name(self) -> dict[str, dict[str, Any]]:
        """All attributes by ``kind:name``, and by plain name where only one resource has it."""
        found = {k: v for k, v in self.attributes.items() if k != "bus:default"}
        names = [key.partition(":")[2] for key in found]
        return {**found, **{k.partition(":")[2]: v for k, v in found.items() if names.count(k.partition(":")[2]) == 1}}

    def fill(self, value: str, key: str) -> str:
        """Replace ``${name.Attribute}``, ``${AWS::Region}`` and ``${AWS::AccountId}``; ``${!x}`` gives ``${x}``."""

        def replace(match: re.Match[str]) -> str:
            if match[1]:
                return f"${{{match[2]}}}"
            pseudo = {"AWS::Region": self.region, "AWS::AccountId": self.account}.get(match[2])
            return pseudo if pseudo is not None else self._attribute(match[2], key)

        return _PLACEHOLDER.sub(replace, value)

    def fill_known(self, value: str, key: str) -> str:
        """As ``fill``, but what names no resource of this description stays as it is: templates have variables too."""

        def replace(match: re.Match[str]) -> str:
            if match[1]:
                return match[0]
            name = match[2].rpartition(".")[0]
            kind, colon, rest = name.partition(":")
            known = [f"{kind}:{rest}"] if colon else [f"{kind}:{name}" for kind in KINDS]
            if match[2].startswith("AWS::") or any(one in self.attributes for one in known):
                return self.fill(match[0], key)
            return match[0]

        return _PLACEHOLDER.sub(replace, value)

    def _attribute(self, text: str, key: str) -> str:
        name, dot, attribute = text.rpartition(".")
        if not dot:
            raise StackError(self.origin, key, f"${{{text}}}: write ${{name.Attribute}}, or ${{!{text}}} for the text.")
        values = self.attributes[self.find(name, tuple(KINDS), key)]
        if attribute not in values:
            raise StackError(self.origin, key, f"${{{text}}}: no such attribute.{nearest(attribute, values)}")
        return values[attribute]

    def find(self, text: str, kinds: Sequence[str], key: str) -> str:
        """The ``kind:name`` of a resource given as ``name`` or ``kind:name``; raises StackError."""
        kind, colon, name = text.partition(":")
        if colon and kind not in kinds:
            raise StackError(self.origin, key, f"{text!r}: expected a {' or '.join(kinds)}.")
        name, among = (name, [kind]) if colon else (text, list(kinds))
        found = [k for k in among if f"{k}:{name}" in self.attributes]
        if len(found) == 1:
            return f"{found[0]}:{name}"
        if found:
            forms = " or ".join(f"{k}:{name}" for k in found)
            raise StackError(self.origin, key, f"{name!r} is a {' and a '.join(found)}: write {forms}.")
        names = [known.partition(":")[2] for known in self.attributes if known.partition(":")[0] in among]
        what = "resource" if len(among) == len(KINDS) else " or ".join(among)
        raise StackError(self.origin, key, f"there is no {what} {name!r} here.{nearest(name, names)}")
