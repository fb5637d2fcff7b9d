"""Settings of asynchronous invocations (AWS docs, "Configuring error handling settings for Lambda asynchronous
invocations")."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_RETRIES = 2
DEFAULT_AGE = 21_600


@dataclass(slots=True)
class EventInvokeConfig:
    """None where nothing is set; destinations are ARNs."""

    retries: int | None = None
    age: int | None = None
    on_success: str | None = None
    on_failure: str | None = None
    last_modified: float = 0.0

    @property
    def max_retries(self) -> int:
        return DEFAULT_RETRIES if self.retries is None else self.retries

    @property
    def max_age(self) -> int:
        """Seconds."""
        return DEFAULT_AGE if self.age is None else self.age
