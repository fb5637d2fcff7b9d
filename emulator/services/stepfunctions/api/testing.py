"""TestState."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.stepfunctions.teststate.question import read_question
from emulator.services.stepfunctions.teststate.trial import Trial


async def test_state(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Run one state without an execution; its work is done really, or mocked."""
    return await Trial(call, read_question(params)).run()


# Not a test of pytest's, in case a test module imports it.
test_state.__test__ = False  # type: ignore[attr-defined]
