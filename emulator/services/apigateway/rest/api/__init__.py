"""The operations of REST APIs (botocore's service ``apigateway``), a module for each family.

They are attributes of this package and loaded with the first one that somebody asks for: an emulator that serves no
REST API starts without them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PACKAGE = __name__.rpartition(".")[0]
FAMILIES = (
    *("account", "apis", "authorizers", "definitions", "deployments", "gateway_responses", "integrations", "keys"),
    *("methods", "models", "refused", "resources", "stages", "usage", "usage_plans"),
)


def __getattr__(name: str) -> Any:
    """The function of an operation, by its name in snake case."""
    if not name.startswith("_") and name not in FAMILIES:
        for module in (*(f"{__name__}.{family}" for family in FAMILIES), f"{_PACKAGE}.trial"):
            found = getattr(import_module(module), name, None)
            if found is not None:
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
