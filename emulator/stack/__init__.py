"""Stack descriptions: ``stack.toml`` or Python, turned into the same AWS operations that an SDK would call."""

from emulator.stack.deploy import Deployment, deploy
from emulator.stack.description import Stack
from emulator.stack.errors import StackError

__all__ = ["Deployment", "Stack", "StackError", "deploy"]
