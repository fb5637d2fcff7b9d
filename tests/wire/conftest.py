"""Fixtures of the wire tests."""

from urllib.parse import urlsplit

import pytest

from tests.wire.raw_sockets import RawSocket
from tests.wire.socket_world import API, assert_healthy


@pytest.fixture
def healthy_afterwards(aws_stack, aws_clock, aws_journal):
    """Whatever the test does, the next client is served, and nothing has gone wrong inside."""
    yield
    assert_healthy(aws_stack)
    aws_clock.settle()
    assert not aws_journal.hops("fault")


@pytest.fixture
def raw(aws_stack):
    with RawSocket(aws_stack.url) as opened:
        yield opened


@pytest.fixture
def websocket(aws_stack, raw):
    """A WebSocket without a library behind it."""
    assert b" 101 " in raw.upgrade(urlsplit(aws_stack.websocket_url(API)).path)
    return raw
