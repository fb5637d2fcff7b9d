"""The request side of non-proxy integrations: template, parameters, overrides (AWS docs, in this order)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from emulator.services.apigateway.backend_request import BackendRequest, Mapped
from emulator.services.apigateway.events import last_and_all
from emulator.services.apigateway.rest.binary import TO_BINARY, TO_TEXT, decoded, is_binary
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault, misconfigured
from emulator.services.apigateway.rest.values import evaluate
from emulator.templates import BodyNotJsonError, Overrides, Params, TemplateError, compile_template, render_mapping
from emulator.templates.mapping import Rendered

_TARGET = "integration.request."


def map_request(exchange: Exchange) -> BackendRequest | Fault:
    """What the integration's backend gets."""
    integration = exchange.integration
    body = exchange.request.body
    binary = bool(body) and is_binary(exchange.media_type, exchange.served.binary_media_types)
    handling = integration.get("contentHandling")
    if binary and handling == TO_TEXT:
        body, binary = base64.b64encode(body), False
    templates: Mapping[str, str] = integration.get("requestTemplates") or {}
    template = templates.get(exchange.media_type)
    overrides = None
    if template == "":
        pass  # the console's way to say: as it is
    elif template is None:
        behaviour = integration.get("passthroughBehavior", "WHEN_NO_MATCH")
        if behaviour == "NEVER" or (behaviour == "WHEN_NO_TEMPLATES" and templates):
            return Fault("UNSUPPORTED_MEDIA_TYPE", reason=f"no template for {exchange.media_type}")
    elif binary:
        return misconfigured("a template cannot transform a binary body: contentHandling is not CONVERT_TO_TEXT")
    else:
        try:
            rendered = render(template, body.decode("utf-8", "replace"), exchange, exchange.context())
        except BodyNotJsonError as error:
            return Fault("BAD_REQUEST_BODY", error.message)
        except TemplateError as error:
            return misconfigured(f"request template: {error}")
        body, overrides = rendered.text.encode(), rendered.overrides
    if handling == TO_BINARY and not binary:
        try:
            body = decoded(body)
        except ValueError as error:
            return misconfigured(f"contentHandling CONVERT_TO_BINARY: {error}")
    request = map_parameters(exchange, overrides)
    request.body = body
    if not template and exchange.request.header("content-type"):
        request.content_type = exchange.request.header("content-type") or ""
    return request


def map_parameters(exchange: Exchange, overrides: Overrides | None = None) -> BackendRequest:
    """``requestParameters`` evaluated, with a template's overrides on top; the body is left empty."""
    request = BackendRequest(b"", "application/json")
    text = exchange.request.body.decode("utf-8", "replace")
    context = exchange.context()
    for target, source in (exchange.integration.get("requestParameters") or {}).items():
        place, _, name = target.removeprefix(_TARGET).partition(".")
        value = evaluate(source, exchange, text, context)
        if value is not None and place in ("header", "querystring", "path"):
            getattr(request, place)[name] = value
    if overrides is not None:
        for name, header in overrides.header.items():
            _override(request.header, name, header)
        request.querystring |= overrides.querystring
        request.path |= overrides.path
    return request


def _override(headers: dict[str, Mapped], name: str, value: Mapped) -> None:
    for known in [known for known in headers if known.lower() == name.lower()]:
        del headers[known]
    headers[name] = value


def render(template: str, body: str, exchange: Exchange, context: Mapping[str, Any]) -> Rendered:
    """Raises TemplateError."""
    single = last_and_all(exchange.headers)[0]
    query = last_and_all(exchange.request.parameters)[0]
    return render_mapping(
        compile_template(template),
        body=body,
        params=Params(dict(exchange.variables), query, single),
        context=context,
        stage_variables=exchange.stage_variables,
    )
