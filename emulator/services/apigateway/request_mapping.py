"""The request and response sides of non-proxy integrations, which all kinds of backend share."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from emulator.core.cause import Cause
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.mapping import (
    Backend,
    Mapped,
    Values,
    choose_template,
    map_parameters,
    render,
)
from emulator.services.apigateway.outcome import INTERNAL_ERROR, UNSUPPORTED_MEDIA_TYPE, Failure, Outcome, Reply
from emulator.templates.errors import TemplateError
from emulator.templates.regexguard import check_cost


@dataclass(frozen=True, slots=True)
class MappedRequest:
    """What goes to the backend."""

    body: str
    parameters: Mapped
    values: Values

    def content(self, integration: Mapping[str, Any]) -> bytes:
        """The body's bytes; ``CONVERT_TO_BINARY`` decodes base64.  Raises ValueError when it is none."""
        if integration.get("ContentHandlingStrategy") == "CONVERT_TO_BINARY":
            return base64.b64decode(self.body, validate=True)
        return self.body.encode("utf-8", "replace")


def map_request(exchange: Exchange, cause: Cause) -> MappedRequest | Failure:
    """Template, passthrough and parameters of the route's integration (AWS docs, in this order)."""
    integration = exchange.plan.integration or {}
    templates: Mapping[str, str] = integration.get("RequestTemplates", {})
    values = exchange.values()
    template = choose_template(templates, integration.get("TemplateSelectionExpression"), values)
    overrides = None
    body = exchange.body
    if template is not None:
        try:
            body, overrides = render(template, exchange.body, values)
        except TemplateError as error:
            return _broken(exchange, cause, error)
    elif integration["PassthroughBehavior"] == "NEVER" or (
        integration["PassthroughBehavior"] == "WHEN_NO_TEMPLATES" and templates
    ):
        return UNSUPPORTED_MEDIA_TYPE
    return MappedRequest(body, map_parameters(integration.get("RequestParameters", {}), values, overrides), values)


def map_response(
    exchange: Exchange, cause: Cause, request: MappedRequest, backend: Backend, content: bytes, key: str
) -> Outcome:
    """The integration response that ``key`` selects, and its template over the backend's answer.

    One-way routes and handshakes need none: nobody reads the text.
    """
    headers = {name.lower(): value for name, value in backend.headers}
    chosen = choose_response(exchange.plan.responses, key)
    if chosen is None:
        return INTERNAL_ERROR if exchange.plan.two_way else Reply(backend.status, None, headers)
    text = _handle_content(chosen.get("ContentHandlingStrategy"), content, backend.text)
    values = replace(request.values, backend=backend)
    template = choose_template(chosen.get("ResponseTemplates", {}), chosen.get("TemplateSelectionExpression"), values)
    if template is not None:
        try:
            text, _ = render(template, text, values)
        except TemplateError as error:
            return _broken(exchange, cause, error)
    return Reply(backend.status, text, headers)


def choose_response(responses: tuple[Mapping[str, Any], ...], key: str) -> Mapping[str, Any] | None:
    """The integration response whose ``/regex/`` matches all of ``key``, else the one with key ``$default``."""
    default = None
    for response in responses:
        pattern = response["IntegrationResponseKey"]
        if pattern == "$default":
            default = response
        elif _matches(pattern[1:-1], key):
            return response
    return default


def _matches(pattern: str, key: str) -> bool:
    compiled = re.compile(pattern, re.DOTALL)
    try:
        check_cost(compiled, key, None, whole=True)
    except TemplateError:  # it would run for ever
        return False
    return compiled.fullmatch(key) is not None


def _handle_content(strategy: str | None, content: bytes, text: str) -> str:
    if strategy == "CONVERT_TO_TEXT":
        try:
            return content.decode()
        except UnicodeDecodeError:
            return base64.b64encode(content).decode()
    if strategy == "CONVERT_TO_BINARY":
        try:
            return base64.b64decode(content, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            return text
    return text


def _broken(exchange: Exchange, cause: Cause, error: TemplateError) -> Failure:
    exchange.ground.journal.note("warning", exchange.route_arn, "template", cause, "TemplateError", error=str(error))
    return INTERNAL_ERROR
