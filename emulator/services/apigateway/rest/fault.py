"""Gateway responses as AWS has them: what API Gateway answers itself, by type.

AWS docs, "Gateway response types for API Gateway"; texts recorded from AWS where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Kind(NamedTuple):
    """``error_type`` goes into ``x-amzn-ErrorType``; a message of None is JSON's null."""

    status: int
    message: str | None
    error_type: str


INTERNAL_ERROR = "Internal server error"
KINDS = {
    "ACCESS_DENIED": Kind(403, "User is not authorized to access this resource", "AccessDeniedException"),
    "API_CONFIGURATION_ERROR": Kind(500, INTERNAL_ERROR, "InternalServerErrorException"),
    "AUTHORIZER_CONFIGURATION_ERROR": Kind(500, None, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": Kind(500, None, "AuthorizerConfigurationException"),
    "BAD_REQUEST_BODY": Kind(400, "Invalid request body", "BadRequestException"),
    "BAD_REQUEST_PARAMETERS": Kind(400, "Missing required request parameters", "BadRequestException"),
    "DEFAULT_5XX": Kind(502, INTERNAL_ERROR, "InternalServerErrorException"),
    "INTEGRATION_FAILURE": Kind(504, INTERNAL_ERROR, "InternalServerErrorException"),
    "INTEGRATION_TIMEOUT": Kind(504, "Endpoint request timed out", "InternalServerErrorException"),
    "INVALID_API_KEY": Kind(403, "Forbidden", "ForbiddenException"),
    "MISSING_AUTHENTICATION_TOKEN": Kind(403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
    "QUOTA_EXCEEDED": Kind(429, "Limit Exceeded", "LimitExceededException"),
    "REQUEST_TOO_LARGE": Kind(413, "Request Too Long", "RequestTooLargeException"),
    "THROTTLED": Kind(429, "Too Many Requests", "TooManyRequestsException"),
    "UNAUTHORIZED": Kind(401, "Unauthorized", "UnauthorizedException"),
    "UNSUPPORTED_MEDIA_TYPE": Kind(415, "Unsupported Media Type", "UnsupportedMediaTypeException"),
}
"""The types that this emulator answers; ``DEFAULT_5XX`` stands for a malformed or failed proxy result, which has no
type of its own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """API Gateway answers itself.

    ``message`` and ``status`` are the type's own unless given; ``reason`` is for the journal; ``validation`` is
    ``$context.error.validationErrorString``.
    """

    kind: str
    message: str | None = None
    status: int | None = None
    reason: str = ""
    validation: str = ""

    @property
    def text(self) -> str | None:
        """``$context.error.message``."""
        return KINDS[self.kind].message if self.message is None else self.message

    @property
    def code(self) -> int:
        """The status unless somebody has configured another one."""
        return KINDS[self.kind].status if self.status is None else self.status

    @property
    def error_type(self) -> str:
        return KINDS[self.kind].error_type

    @property
    def outcome(self) -> str:
        """For the journal."""
        return self.reason or self.text or self.kind


def misconfigured(reason: str) -> Fault:
    """500: the API cannot serve this request as it is set up."""
    return Fault("API_CONFIGURATION_ERROR", reason=reason)


def malformed(reason: str) -> Fault:
    """502: the function failed, or its result is none."""
    return Fault("DEFAULT_5XX", reason=reason)
