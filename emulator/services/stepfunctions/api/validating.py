"""ValidateStateMachineDefinition."""

from __future__ import annotations

from typing import Any

from emulator.asl.validate import diagnose
from emulator.core.ground import Call

_MOST = 100


def validate_state_machine_definition(_call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """AWS's findings, never an error; warnings do not make it fail."""
    found = [finding.as_member() for finding in diagnose(params["definition"], params.get("type") or "STANDARD")]
    failed = any(finding["severity"] == "ERROR" for finding in found)
    if (params.get("severity") or "ERROR") == "ERROR":
        found = [finding for finding in found if finding["severity"] == "ERROR"]
    most = params.get("maxResults") or _MOST
    return {"result": "FAIL" if failed else "OK", "diagnostics": found[:most], "truncated": len(found) > most}
