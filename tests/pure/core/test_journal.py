"""The journal and those who look on."""

from __future__ import annotations

import pytest

from emulator.core.ground import Ground
from emulator.core.journal import Hop


def test_a_follower_that_fails_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    journal, seen = Ground().journal, []

    def fail(hop: Hop) -> None:
        raise RuntimeError(hop.kind)

    journal.follow(fail)
    stop = journal.follow(lambda hop: seen.append(hop.kind))
    journal.note("warning", "a", "b")
    stop()
    journal.note("fault", "a", "b")
    assert seen == ["warning"]
    assert [record.message for record in caplog.records] == ["a follower of the journal failed"] * 2
