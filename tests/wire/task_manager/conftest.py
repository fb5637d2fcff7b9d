"""Fixtures of the TaskManager tests."""

from collections.abc import Iterator

import pytest

from emulator.testing import StackHandle
from tests.wire.task_manager.world import Tasks


@pytest.fixture
def tasks(aws_stack: StackHandle) -> Iterator[Tasks]:
    client = Tasks(aws_stack.deployment.rest_urls["tasks"])
    with client.http:
        yield client
