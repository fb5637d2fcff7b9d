"""From a definition's text to typed states."""

from __future__ import annotations

from emulator.asl.states import State, StateMachine


def load(definition: str, kind: str = "STANDARD") -> StateMachine:
    """The compiled definition.  Raises InvalidDefinitionError (``.diagnostics``)."""
    raise NotImplementedError


def load_state(definition: str, name: str = "StateName") -> State:
    """One state alone, for TestState (AWS calls it ``StateName``).  Raises InvalidDefinitionError."""
    raise NotImplementedError
