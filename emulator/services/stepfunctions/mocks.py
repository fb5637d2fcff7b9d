"""Mocked service integrations for whole executions.

The file has the shape of AWS's Step Functions Local (``MockConfigFile.json``)::

    {"StateMachines": {"Orders": {"TestCases": {"Happy": {"Charge": "ChargeSucceeds"}}}},
     "MockedResponses": {"ChargeSucceeds": {"0-1": {"Throw": {"Error": "Busy", "Cause": "..."}}, "2": {"Return": {}}}}}

Its path is in the environment variable ``SFN_MOCK_CONFIG``; a test case is chosen with ``#`` behind the state machine's
ARN: StartExecution on ``...:stateMachine:Orders#Happy``.  AWS docs, "Testing with mocked service integrations".
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.asl.errors import StatesError
from emulator.services.stepfunctions import errors

VARIABLE = "SFN_MOCK_CONFIG"


@dataclass(frozen=True, slots=True)
class Mocked:
    """One response: ``{"Return": ...}`` or ``{"Throw": {"Error", "Cause"}}``."""

    response: Mapping[str, Any]

    def value(self) -> Any:
        """Raises StatesError for a Throw."""
        if "Throw" in self.response:
            thrown = self.response["Throw"]
            raise StatesError(thrown.get("Error"), thrown.get("Cause"))
        return self.response.get("Return")


class TestCase:
    """The responses of one test case, by state; each visit's attempts count on from the last."""

    __test__ = False  # not pytest's

    def __init__(self, responses: Mapping[str, Mapping[str, Any]]) -> None:
        self._responses = responses
        self._attempts: dict[str, int] = {}

    def next_for(self, state: str) -> Mocked | None:
        """The response of the state's next attempt; None for a state that is not mocked.  Raises StatesError when the
        file has no response for that attempt."""
        found = self._responses.get(state)
        if found is None:
            return None
        attempt = self._attempts.get(state, 0)
        self._attempts[state] = attempt + 1
        for key, response in found.items():
            first, _, last = key.partition("-")
            if int(first) <= attempt <= int(last or first):
                return Mocked(response)
        raise StatesError("States.Runtime", f"No mocked response for attempt {attempt} of the state '{state}'.")


class MockConfig:
    """The file.  ``states_of`` tells which states of a machine are mocked in some test case."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._machines: Mapping[str, Any] = document.get("StateMachines") or {}
        self._responses: Mapping[str, Any] = document.get("MockedResponses") or {}

    def test_case(self, machine: str, name: str) -> TestCase:
        """Raises ValidationException naming what the file lacks."""
        cases = self._cases(machine)
        if name not in cases:
            raise errors.validation(
                f"The mock configuration has no test case '{name}' for the state machine '{machine}'"
            )
        responses: dict[str, Mapping[str, Any]] = {}
        for state, response in cases[name].items():
            if response not in self._responses:
                raise errors.validation(f"The mock configuration has no mocked response '{response}'")
            responses[state] = self._responses[response]
        return TestCase(responses)

    def states_of(self, machine: str) -> frozenset[str]:
        return frozenset(state for case in self._cases(machine).values() for state in case)

    def _cases(self, machine: str) -> Mapping[str, Any]:
        cases: Mapping[str, Any] = (self._machines.get(machine) or {}).get("TestCases") or {}
        return cases


def read_mock_config() -> MockConfig:
    """The file that the variable names; empty without one.  Raises ValidationException when it cannot be read."""
    path = os.environ.get(VARIABLE)
    if not path:
        return MockConfig({})
    try:
        return MockConfig(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise errors.validation(f"The mock configuration {path} cannot be read: {error}") from error
