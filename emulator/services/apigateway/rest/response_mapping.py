"""The response side of non-proxy integrations: which integration response, its template and its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.services.apigateway.backend_request import Mapped, pairs
from emulator.services.apigateway.http.answer import JSON, Answer
from emulator.services.apigateway.rest.binary import is_binary, response_content, wants_binary
from emulator.services.apigateway.rest.exchange import Exchange, media_type
from emulator.services.apigateway.rest.fault import Fault, misconfigured
from emulator.services.apigateway.rest.request_mapping import render
from emulator.services.apigateway.rest.values import evaluate
from emulator.templates import TemplateError, javaregex
from emulator.wire.messages import header_text

_TARGET = "method.response.header."


@dataclass(frozen=True, slots=True)
class BackendAnswer:
    """``key`` is what ``selectionPattern`` is held against: the status, or a function's ``errorMessage``."""

    key: str
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


def map_response(exchange: Exchange, backend: BackendAnswer) -> Answer | Fault:
    """The integration response that the backend's answer selects, over that answer."""
    chosen = choose(list((exchange.integration.get("integrationResponses") or {}).values()), backend.key)
    if chosen is None:
        return misconfigured(f"no integration response matches {backend.key!r}")
    status = int(chosen["statusCode"])
    context = exchange.context() | {"status": status}
    if request_id := backend.header("x-amzn-requestid"):
        context["awsEndpointRequestId"] = request_id
    text = backend.body.decode("utf-8", "replace")
    headers: dict[str, Mapped] = {"Content-Type": JSON}
    for target, source in (chosen.get("responseParameters") or {}).items():
        value = evaluate(source, exchange, text, context, backend.headers)
        if value is not None:
            _set(headers, target.removeprefix(_TARGET), value)
    body = backend.body
    template = choose_template(chosen.get("responseTemplates") or {}, exchange.request.header("accept"))
    if template:
        try:
            rendered = render(template, text, exchange, context)
        except TemplateError as error:
            return misconfigured(f"response template: {error}")
        body = rendered.text.encode()
        status = rendered.overrides.status or status
        for name, header in rendered.overrides.response_header.items():
            _set(headers, name, header)
    shown = [(name, header_text(value)) for name, value in pairs(headers)]
    content_type = next((value for name, value in shown if name.lower() == "content-type"), JSON)
    try:
        body = _content(exchange, backend, chosen.get("contentHandling"), body, content_type)
    except ValueError as error:
        return misconfigured(f"contentHandling: {error}")
    return Answer(status, shown, body)


def _content(exchange: Exchange, backend: BackendAnswer, handling: str | None, body: bytes, content_type: str) -> bytes:
    if not body:
        return body
    known = exchange.served.binary_media_types
    from_binary = is_binary(media_type(backend.header("content-type")) or JSON, known) and body is backend.body
    return response_content(body, handling, from_binary, wants_binary(exchange, content_type))


def _set(headers: dict[str, Mapped], name: str, value: Mapped) -> None:
    for known in [known for known in headers if known.lower() == name.lower()]:
        del headers[known]
    headers[name] = value


def choose(responses: Iterable[Mapping[str, Any]], key: str) -> Mapping[str, Any] | None:
    """The integration response whose pattern matches all of ``key``, else the one without a pattern."""
    default = None
    for response in responses:
        pattern = response.get("selectionPattern")
        if not pattern:
            default = default or response
        elif matches(pattern, key):
            return response
    return default


def matches(pattern: str, text: str) -> bool:
    """Whether a Java regular expression matches a whole text; a dot matches no line break.

    One that takes too long to tell does not match.
    """
    try:
        return javaregex.matches(text, pattern)
    except TemplateError:
        return False


def choose_template(templates: Mapping[str, str], accept: str | None) -> str | None:
    """The template that the client accepts, else JSON's, else the first; an empty one leaves the body as it is."""
    accepted = [media_type(part) for part in (accept or "").split(",")]
    for media in (*accepted, JSON, *templates):
        if media in templates:
            return templates[media]
    return None
