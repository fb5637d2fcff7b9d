"""Tools for tests: an emulator in a thread, its clock and journal, and a client for WebSocket tasks."""

from emulator.stack.description import Stack
from emulator.testing.client import AsyncTaskClient, TaskClient
from emulator.testing.handles import ClockHandle, JournalHandle, StackHandle
from emulator.testing.thread import EmulatorThread

__all__ = ["AsyncTaskClient", "ClockHandle", "EmulatorThread", "JournalHandle", "Stack", "StackHandle", "TaskClient"]
