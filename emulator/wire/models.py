"""AWS's service models, read from the installed botocore on first use (2 to 25 ms a service)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

_SERVICE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
SPOKEN = ("json", "rest-json", "query")


class UnknownServiceError(LookupError):
    """botocore has no model of that name."""


class UnknownOperationError(LookupError):
    """The service's model has no such operation."""


@cache
def _loader() -> Any:
    from botocore.loaders import Loader

    return Loader()


@cache
def service_model(service: str) -> Any:
    """botocore's ``ServiceModel`` by botocore's name (``stepfunctions``).  Raises ``UnknownServiceError``."""
    if not _SERVICE_NAME.fullmatch(service):
        raise UnknownServiceError(service)
    from botocore.exceptions import DataNotFoundError
    from botocore.model import ServiceModel

    loader = _loader()
    try:
        # Not load_service_model: that lists every service's directory first, which takes 70 ms.
        version = loader.determine_latest_version(service, "service-2")
        data = loader.load_data(os.path.join(service, version, "service-2"))
    except (DataNotFoundError, ValueError) as missing:
        raise UnknownServiceError(service) from missing
    return ServiceModel(data, service)


def operation_names(service: str) -> tuple[str, ...]:
    """All operations of ``service`` as AWS writes them, in the model's order."""
    return tuple(service_model(service).operation_names)


def has_operation(service: str, operation: str) -> bool:
    """Whether the model of ``service`` has ``operation``; ``False`` also for an unknown service."""
    # Not cached by operation: names come from outside.
    try:
        return operation in _operations(service)
    except UnknownServiceError:
        return False


def operation_model(service: str, operation: str) -> Any:
    """botocore's ``OperationModel``.  Raises ``UnknownServiceError`` or ``UnknownOperationError``."""
    if operation not in _operations(service):
        raise UnknownOperationError(f"{service}.{operation}")
    return _operation_model(service, operation)


@cache
def _operations(service: str) -> frozenset[str]:
    return frozenset(operation_names(service))


@cache
def _operation_model(service: str, operation: str) -> Any:
    return service_model(service).operation_model(operation)


@cache
def metadata(service: str) -> Mapping[str, Any]:
    """The model's metadata: protocol, targetPrefix, apiVersion, xmlNamespace and so on."""
    data: Mapping[str, Any] = service_model(service).metadata
    return data


@cache
def protocol_name(service: str) -> str:
    """The protocol that botocore's clients speak with this service, of those spoken here, else the model's first."""
    data = metadata(service)
    listed = data.get("protocols") or [data["protocol"]]
    return next((name for name in listed if name in SPOKEN), str(listed[0]))


@cache
def function_name(operation: str) -> str:
    """``PutEvents`` -> ``put_events``, as boto3 does."""
    from botocore import xform_name

    return str(xform_name(operation))
