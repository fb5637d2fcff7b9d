"""What the client gets when API Gateway answers itself: the defaults, and what PutGatewayResponse has made of them.

AWS docs, "Gateway responses for REST APIs in API Gateway".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emulator.core.jsontext import compact
from emulator.services.apigateway.http.answer import JSON, Answer
from emulator.services.apigateway.http.variables import nested
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.results import sendable
from emulator.services.apigateway.rest.values import evaluate
from emulator.wire.messages import header_text

DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[^{}]+)\}|(?P<plain>(?:context|stageVariables|method\.request)(?:\.[A-Za-z_][\w-]*)+))"
)
_TARGET = "gatewayresponse.header."


def answer_for(fault: Fault, exchange: Exchange) -> Answer:
    """The answer, customised where the API has a gateway response for the type or for its class of statuses."""
    custom = customised(fault, exchange.served.gateway_responses)
    if custom is None:
        return plain(fault)
    context = exchange.context() | {"error": error_of(fault)}
    status = int(custom["statusCode"]) if custom.get("statusCode") else fault.code
    media, template = _template(custom.get("responseTemplates") or {}, exchange)
    body = _filled(template, exchange, context)
    headers = [("Content-Type", media), ("x-amzn-ErrorType", fault.error_type)]
    for target, source in (custom.get("responseParameters") or {}).items():
        name = target.removeprefix(_TARGET)
        value = evaluate(source, exchange, _body(exchange), context)
        if value is not None:
            headers = [pair for pair in headers if pair[0].lower() != name.lower()]
            headers += [(name, header_text(item)) for item in ([value] if isinstance(value, str) else value)]
    answer = sendable(Answer(status, headers, body.encode("utf-8", "replace"), fault.outcome))
    return plain(fault) if isinstance(answer, Fault) else answer


def customised(fault: Fault, responses: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The type's own gateway response, else that of ``DEFAULT_4XX`` or ``DEFAULT_5XX``."""
    group = "DEFAULT_4XX" if fault.code < 500 else "DEFAULT_5XX"
    for name in (fault.kind, group):
        found = responses.get(name)
        if found is not None and not found.get("defaultResponse"):
            return found
    return None


def plain(fault: Fault) -> Answer:
    """The default (recorded from AWS: errors of the server have a blank behind the colon, refusals an ``M``)."""
    if fault.kind == "ACCESS_DENIED":
        body = compact({"Message": fault.text})
    elif fault.code >= 500 and fault.text is not None:
        body = f'{{"message": {compact(fault.text)}}}'
    else:
        body = compact({"message": fault.text})
    headers = [("Content-Type", JSON), ("x-amzn-ErrorType", fault.error_type)]
    return Answer(fault.code, headers, body.encode("utf-8", "replace"), fault.outcome)


def error_of(fault: Fault) -> dict[str, Any]:
    """``$context.error``."""
    return {
        "message": fault.text,
        "messageString": compact(fault.text),
        "responseType": fault.kind,
        "validationErrorString": fault.validation,
    }


def _template(templates: Mapping[str, str], exchange: Exchange) -> tuple[str, str]:
    """Media type and text: what the request's own type selects, else JSON's, else the first."""
    for media in (exchange.media_type, JSON, *templates):
        if media in templates:
            return media, templates[media]
    return JSON, DEFAULT_TEMPLATE


def _filled(template: str, exchange: Exchange, context: Mapping[str, Any]) -> str:
    """Variables replaced by their values and nothing else done: gateway responses know no Velocity (AWS docs)."""

    def value_of(found: re.Match[str]) -> str:
        name = found["braced"] or found["plain"]
        if name.startswith("context."):
            value = nested(context, name.removeprefix("context."))
            return "" if value is None else value if isinstance(value, str) else compact(value)
        found_value = evaluate(name, exchange, _body(exchange), context)
        return "" if found_value is None else found_value if isinstance(found_value, str) else ",".join(found_value)

    return _VARIABLE.sub(value_of, template)


def _body(exchange: Exchange) -> str:
    return exchange.request.body.decode("utf-8", "replace")
