"""From a definition's text to typed states."""

from __future__ import annotations

from functools import lru_cache

from emulator.asl.build import build_machine, build_state
from emulator.asl.errors import Diagnostic, InvalidDefinitionError
from emulator.asl.states import State, StateMachine
from emulator.asl.validate import diagnose, diagnose_state, read_definition


@lru_cache(maxsize=64)
def load(definition: str, kind: str = "STANDARD") -> StateMachine:
    """The compiled definition; ``kind``: STANDARD or EXPRESS.  Raises InvalidDefinitionError (``.diagnostics``)."""
    _raise_for(diagnose(definition, kind))
    return build_machine(read_definition(definition)[0])


def load_state(definition: str, name: str = "StateName") -> State:
    """One state alone, for TestState (AWS calls it ``StateName``).  Raises InvalidDefinitionError."""
    _raise_for(diagnose_state(definition, name))
    return build_state(name, read_definition(definition)[0], "JSONPath")


def _raise_for(diagnostics: list[Diagnostic]) -> None:
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "ERROR"]
    if errors:
        raise InvalidDefinitionError(errors)
