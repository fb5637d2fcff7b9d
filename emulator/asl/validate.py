"""AWS's checks of a definition: CreateStateMachine, UpdateStateMachine, ValidateStateMachineDefinition, TestState."""

from __future__ import annotations

from emulator.asl.errors import Diagnostic


def diagnose(definition: str, kind: str = "STANDARD") -> list[Diagnostic]:
    """Every finding in AWS's order, schema before graph; ``[]`` for a good one.  ``kind``: STANDARD or EXPRESS."""
    raise NotImplementedError


def diagnose_state(definition: str) -> list[Diagnostic]:
    """TestState with one state alone: as above, but ``Next`` may point anywhere."""
    raise NotImplementedError
