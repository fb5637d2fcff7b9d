"""Fixtures of the asynchronous REST tests."""

from collections.abc import Iterator

import pytest

from emulator.testing import StackHandle
from tests.wire.async_rest.reports import Reports


@pytest.fixture
def reports(aws_stack: StackHandle) -> Iterator[Reports]:
    client = Reports(aws_stack.deployment.rest_urls["reports"])
    with client.http:
        yield client
