"""Inline runtime: handlers imported into the emulator's own process."""

from emulator.runtimes.inline.runtime import InlineRuntime

__all__ = ["InlineRuntime"]
