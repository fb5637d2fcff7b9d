"""Names inside a stack description: which resource they mean, and its ARN."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.core.arns import Arn
from emulator.stack.description import Stack
from emulator.stack.errors import StackError, nearest

KINDS = {"function": "functions", "queue": "queues", "bus": "buses", "websocket_api": "websocket_apis"}
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class References:
    """Resolves names to ARNs in one account and region."""

    stack: Stack
    account: str
    region: str

    def arn(self, text: object, kinds: Sequence[str], key: str) -> str:
        """The ARN of a resource named ``name``, ``kind:name`` or by its ARN; raises StackError for unknown ones."""
        if not isinstance(text, str) or not text:
            raise StackError(self.stack.origin, key, f"expected the name of a {' or '.join(kinds)}, got {text!r}.")
        if text.startswith("arn:"):
            return text
        kind, _, name = text.rpartition(":")
        if kind and kind not in kinds:
            raise StackError(self.stack.origin, key, f"{text!r}: expected one of {', '.join(kinds)}.")
        base = name.partition(".")[0] if kind == "function" else name
        found = [k for k in ([kind] if kind else kinds) if base in self.stack.sections[KINDS[k]]]
        if kind == "bus" and name == "default":
            found = ["bus"]
        if len(found) > 1:
            forms = " or ".join(f"{k}:{name}" for k in found)
            raise StackError(self.stack.origin, key, f"{name!r} is a {' and a '.join(found)}: write {forms}.")
        if not found:
            names = [n for k in ([kind] if kind else kinds) for n in self.stack.sections[KINDS[k]]]
            raise StackError(
                self.stack.origin, key, f"there is no {' or '.join(kinds)} {name!r} here.{nearest(name, names)}"
            )
        return self._arn_of(found[0], name)

    def _arn_of(self, kind: str, name: str) -> str:
        service, resource = {
            "function": ("lambda", f"function:{name}"),
            "queue": ("sqs", name),
            "bus": ("events", f"event-bus/{name}"),
        }[kind]
        return str(Arn.of(service, self.region, self.account, resource))

    def fill(self, value: str, attributes: Mapping[str, Mapping[str, Any]], key: str) -> str:
        """Replace ``${name.Attribute}`` in a text; ``attributes`` holds each resource's."""

        def replace(match: re.Match[str]) -> str:
            name, _, attribute = match[1].rpartition(".")
            if name not in attributes:
                raise StackError(
                    self.stack.origin, key, f"${{{match[1]}}}: unknown resource.{nearest(name, attributes)}"
                )
            if attribute not in attributes[name]:
                raise StackError(
                    self.stack.origin, key, f"${{{match[1]}}}: no such attribute.{nearest(attribute, attributes[name])}"
                )
            return str(attributes[name][attribute])

        return _PLACEHOLDER.sub(replace, value)
