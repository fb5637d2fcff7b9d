"""Identity sources of HTTP APIs' authorizers: ``$request.header.N``, ``$request.querystring.N``, ``$context.N``…"""

from __future__ import annotations

import re

from emulator.services.apigateway.http.exchange import Exchange
from emulator.services.apigateway.http.variables import compile_value, text_of

SOURCE = re.compile(r"\$(request\.header\.[!-~]+|request\.querystring\.[^\s$]+|context\.[\w.]+|stageVariables\.\w+)")


def identity_of(sources: list[str], exchange: Exchange) -> list[str] | None:
    """The values of all sources; None when one is missing or empty."""
    values: list[str] = []
    for source in sources:
        value = compile_value(source).evaluate(exchange)
        if value is None or text_of(value) == "":
            return None
        values.append(text_of(value))
    return values
