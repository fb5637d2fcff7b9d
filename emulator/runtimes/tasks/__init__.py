"""Programs that run once, outside of functions: commands and Python code in processes of their own."""

from .environment import task_environment
from .process import TaskProcess, TaskSpec

__all__ = ["TaskProcess", "TaskSpec", "task_environment"]
