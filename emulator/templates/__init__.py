"""API Gateway's mapping templates: a subset of Velocity with ``$input``, ``$util``, ``$context``, ``$stageVariables``.

AWS docs, API Gateway: "Mapping template reference for request and response models", "Access logging variables".
"""

from emulator.templates.errors import BodyNotJsonError, TemplateError
from emulator.templates.input import Params
from emulator.templates.mapping import Overrides, Rendered, Template, compile_template, render_mapping

__all__ = [
    "BodyNotJsonError",
    "Overrides",
    "Params",
    "Rendered",
    "Template",
    "TemplateError",
    "compile_template",
    "render_mapping",
]
