"""What fails while a state runs (``StatesError``) and what is wrong with a definition (``Diagnostic``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RUNTIME = "States.Runtime"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"
DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
TIMEOUT = "States.Timeout"
TASK_FAILED = "States.TaskFailed"


class StatesError(Exception):
    """A state failed: ``error`` is its name, ``cause`` the text; either may be None (a Fail state without them).

    ``location``  the field whose JSONata failed (``Output/v``); goes into the ``EvaluationFailed`` event.
    ``bare``      the cause still lacks "An error occurred while executing the state ..."; see ``entered``.
    ``heartbeat`` a States.Timeout that is a missed heartbeat: States.HeartbeatTimeout catches it as well.
    """

    def __init__(
        self,
        error: str | None,
        cause: str | None = None,
        *,
        location: str | None = None,
        bare: bool = False,
        heartbeat: bool = False,
    ) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
        self.location = location
        self.bare = bare
        self.heartbeat = heartbeat
        self._raised_here = bare

    @property
    def catchable(self) -> bool:
        """Whether Retry and Catch look at it at all: ``States.Runtime`` ends the execution (recorded from AWS)."""
        return self.error != RUNTIME

    @property
    def evaluation(self) -> bool:
        """Whether an ``EvaluationFailed`` event precedes the state's end; a Fail state may borrow the name."""
        return self.error == QUERY_EVALUATION_ERROR and self._raised_here

    def entered(self, state: str, event_id: int) -> StatesError:
        """The same error with the sentence that names the state and its ``...StateEntered`` event."""
        if not self.bare:
            return self
        prefix = f"An error occurred while executing the state '{state}' (entered at the event id #{event_id}). "
        completed = StatesError(self.error, prefix + (self.cause or ""), location=self.location)
        completed._raised_here = True
        return completed

    def output(self) -> dict[str, str | None]:
        """The error output of a catcher; a timeout has an empty cause (recorded from AWS)."""
        cause = "" if self.cause is None and self.error == TIMEOUT else self.cause
        return {"Error": self.error, "Cause": cause}


def runtime_error(text: str) -> StatesError:
    """``States.Runtime`` with a cause that ``entered`` completes."""
    return StatesError(RUNTIME, text, bare=True)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding in a definition; ``location`` is a slash path (``/States/A/Retry[0]``), None where AWS gives none."""

    code: str
    message: str
    location: str | None = None
    severity: str = "ERROR"

    def as_member(self) -> dict[str, str]:
        """As an item of ValidateStateMachineDefinition's ``diagnostics``."""
        member = {"severity": self.severity, "code": self.code, "message": self.message}
        return member if self.location is None else member | {"location": self.location}


class InvalidDefinitionError(ValueError):
    """A definition with errors; ``str`` is the message of AWS's InvalidDefinition."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(invalid_definition_message(self.diagnostics))


def invalid_definition_message(diagnostics: Sequence[Diagnostic]) -> str:
    """``Invalid State Machine Definition: '<CODE>: <message> at <location>[, ...]'`` (recorded from AWS)."""
    parts = [_sentence(diagnostic) for diagnostic in diagnostics if diagnostic.severity == "ERROR"]
    return f"Invalid State Machine Definition: '{', '.join(parts)}'"


def _sentence(diagnostic: Diagnostic) -> str:
    text = f"{diagnostic.code}: {diagnostic.message}"
    if diagnostic.code == "MISSING_END_STATE":
        return f"{text} at {diagnostic.location or 'null'}"
    # Jackson's messages name their place themselves.
    if diagnostic.location is None or diagnostic.message.endswith(diagnostic.location):
        return text
    return f"{text} at {diagnostic.location}"
