"""Fixtures of the state machines' tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wire.stepfunctions import work
from tests.wire.stepfunctions.world import Machines


@pytest.fixture
def machines(aws_stack: Any, aws_client: Any) -> Machines:
    work.seen.__init__()  # type: ignore[misc]
    names = aws_stack.deployment.state_machines
    attributes = aws_stack.attributes
    return Machines(aws_client("stepfunctions"), {name: attributes[name]["Arn"] for name in names})
