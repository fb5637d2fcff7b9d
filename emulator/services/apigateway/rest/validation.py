"""Request validators (AWS docs, "Request validation for REST APIs in API Gateway")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.services.apigateway.model_validation import InvalidModelError, problems
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault, misconfigured

_PREFIX = "method.request."


def validate(exchange: Exchange) -> Fault | None:
    """What the method's validator has to say against the request: parameters first, then the body."""
    validator = exchange.served.validators.get(exchange.method.get("requestValidatorId", ""))
    if validator is None:
        return None
    if validator.get("validateRequestParameters"):
        missing = missing_parameters(exchange)
        if missing:
            return Fault("BAD_REQUEST_PARAMETERS", f"Missing required request parameters: [{', '.join(missing)}]")
    return _check_body(exchange) if validator.get("validateRequestBody") else None


def missing_parameters(exchange: Exchange) -> list[str]:
    """The names of required parameters that are missing or empty."""
    declared: Mapping[str, Any] = exchange.method.get("requestParameters") or {}
    missing = []
    for key, required in declared.items():
        place, _, name = key.removeprefix(_PREFIX).partition(".")
        if required and not _value(exchange, place, name):
            missing.append(name)
    return missing


def _value(exchange: Exchange, place: str, name: str) -> str | None:
    if place == "path":
        return exchange.variables.get(name)
    values = exchange.header_values(name) if "header" in place else exchange.query_values(name)
    return "".join(values)


def _check_body(exchange: Exchange) -> Fault | None:
    """A body without a model for its content type passes (AWS docs); an empty one counts as an empty object."""
    named: Mapping[str, str] = exchange.method.get("requestModels") or {}
    name = named.get(exchange.media_type, named.get("$default", ""))
    model = exchange.served.models.get(name)
    if model is None:
        return misconfigured(f"model {name} does not exist") if name else None
    schemas = {known: item.get("schema") or "{}" for known, item in exchange.served.models.items()}
    body = exchange.request.body.decode("utf-8", "replace") or "{}"
    try:
        wrong = problems(schemas[name], body, schemas)
    except InvalidModelError as error:
        return misconfigured(f"model {name}: {error}")
    if not wrong:
        return None
    return Fault("BAD_REQUEST_BODY", reason=f"Invalid request body: {wrong[0]}", validation=", ".join(wrong))
