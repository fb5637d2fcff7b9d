"""AWS's checks of a definition: CreateStateMachine, UpdateStateMachine, ValidateStateMachineDefinition, TestState."""

from __future__ import annotations

from typing import Any

from emulator.asl.checks.graph import check_graph
from emulator.asl.checks.report import SCHEMA, Place
from emulator.asl.checks.workflow import check_inner, check_machine, check_state
from emulator.asl.errors import Diagnostic
from emulator.asl.jackson import JsonSyntaxError, read_json

EXPRESS = "EXPRESS"


def diagnose(definition: str, kind: str = "STANDARD") -> list[Diagnostic]:
    """Every finding in AWS's order, schema before graph; ``[]`` for a good one.  ``kind``: STANDARD or EXPRESS."""
    raw, findings = read_definition(definition)
    if not findings:
        place = Place(findings, express=kind == EXPRESS)
        check_machine(place, raw)
        check_graph(place, raw, set())
    return findings


def diagnose_state(definition: str, name: str = "StateName") -> list[Diagnostic]:
    """TestState with one state alone: as above, but ``Next`` may be missing or point anywhere."""
    raw, findings = read_definition(definition)
    if not findings:
        place = Place(findings, at=f"/States/{name}", alone=True)
        check_state(place, raw)
        check_inner(place, raw)
    return findings


def read_definition(definition: str) -> tuple[Any, list[Diagnostic]]:
    """The JSON object of a definition's text, or the one finding that says why there is none."""
    try:
        raw = read_json(definition)
    except JsonSyntaxError as error:
        message = f"{error.message}\n at {error.location}"
        return None, [Diagnostic("INVALID_JSON_DESCRIPTION", message, error.location)]
    if not isinstance(raw, dict):
        return None, [Diagnostic(SCHEMA, "Definition must be a valid JSON object")]
    return raw, []
