"""Mapping templates as API Gateway runs them: ``$input``, ``$util``, ``$context``, ``$stageVariables``, overrides.

The engine is loaded with the first template: most APIs have none.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from emulator.templates.errors import MAX_TEMPLATE_BYTES, Meter, TemplateError
from emulator.templates.input import InputVariable, Params
from emulator.templates.util import UtilVariable
from emulator.templates.values import Blank, OverrideMap, display

if TYPE_CHECKING:
    from emulator.templates.nodes import Block

Override = str | list[str]


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been read."""

    body: Block

    def render(self, variables: Mapping[str, Any]) -> str:
        """The text.  ``variables`` and the dicts and lists in it are not changed.  Raises TemplateError."""
        from emulator.templates.render import render

        try:
            return render(self.body, {name: _own(value) for name, value in variables.items()})
        except RecursionError:
            raise TemplateError("the values are nested too deeply") from None


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a template set below ``$context.requestOverride`` and ``$context.responseOverride``; lists are multi-value.

    AWS docs, "Use a mapping template to override an API's request and response parameters and status codes".
    """

    path: dict[str, Override] = field(default_factory=dict)
    querystring: dict[str, Override] = field(default_factory=dict)
    header: dict[str, Override] = field(default_factory=dict)
    status: int | None = None
    response_header: dict[str, Override] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    overrides: Overrides


@lru_cache(maxsize=512)
def compile_template(text: str) -> Template:
    """Read a template.  Raises TemplateError with line and column, also for more than 300 KB (AWS quota)."""
    from emulator.templates.parser import parse

    if len(text.encode("utf-8", "replace")) > MAX_TEMPLATE_BYTES:
        raise TemplateError(f"the template is larger than {MAX_TEMPLATE_BYTES // 1024} KB")
    return Template(parse(text))


def render_mapping(
    template: Template,
    *,
    body: str,
    params: Params | None,
    context: Mapping[str, Any],
    stage_variables: Mapping[str, str],
) -> Rendered:
    """Render ``template`` over a request or an integration's response.

    ``body`` is the raw text, ``params`` None where there are none (WebSocket), ``context`` the nested ``$context``.
    Raises BodyNotJsonError if the template looks into a body that is not JSON, TemplateError for everything else.
    """
    request = OverrideMap(path=OverrideMap(), querystring=OverrideMap(), header=OverrideMap())
    response = OverrideMap(header=OverrideMap())
    variables = {
        "input": InputVariable(body, params),
        "util": UtilVariable(),
        "context": {**context, "requestOverride": request, "responseOverride": response},
        "stageVariables": dict(stage_variables),
    }
    text = template.render(variables)
    try:
        overrides = _overrides(request, response)
    except RecursionError:
        raise TemplateError("the overrides are nested too deeply") from None
    # A lone surrogate (JSON can spell one) has no UTF-8; Java writes "?" too.
    return Rendered(text.encode("utf-8", "replace").decode("utf-8"), overrides)


def _own(value: Any) -> Any:
    """A copy of JSON-like values; a template may put things into them.  Overrides are what the caller wants back."""
    if isinstance(value, OverrideMap):
        return value
    if isinstance(value, dict):
        return {key: _own(item) for key, item in value.items()}
    return copy.deepcopy(value) if isinstance(value, list) else value


def _overrides(request: OverrideMap, response: OverrideMap) -> Overrides:
    unknown = [*(request.keys() - {"path", "querystring", "header"}), *(response.keys() - {"status", "header"})]
    if unknown:
        raise TemplateError(f"there is no override of {unknown[0]}")
    return Overrides(
        path=_texts(request["path"]),
        querystring=_texts(request["querystring"]),
        header=_texts(request["header"]),
        status=_status(response.get("status")),
        response_header=_texts(response["header"]),
    )


def _texts(values: dict[str, Any]) -> dict[str, Override]:
    meter = Meter()
    return {
        name: [display(item, meter) for item in value] if isinstance(value, list) else display(value, meter)
        for name, value in values.items()
    }


def _status(value: Any) -> int | None:
    if value is None or isinstance(value, Blank):
        return None
    try:
        status = int(display(value, Meter()))
    except ValueError:
        status = 0
    if not 100 <= status <= 599:
        raise TemplateError("$context.responseOverride.status is not an HTTP status")
    return status
