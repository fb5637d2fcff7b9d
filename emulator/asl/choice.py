"""Where a Choice state goes."""

from __future__ import annotations

from emulator.asl.dataflow import Exit, Visit


def choose(visit: Visit) -> Exit:
    """The first rule that holds, else Default.  Raises StatesError: no match, a missing variable, a bad Condition."""
    raise NotImplementedError
