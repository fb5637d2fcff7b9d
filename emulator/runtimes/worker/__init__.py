"""Worker runtime: one process per concurrent execution environment."""

from .environment import lambda_environment
from .pool import PoolClosedError, WorkerPool
from .process import Answered, Ended, InvocationMessage, WorkerProcess, WorkerResult, WorkerSpec
from .program import Program, program_for, supports

__all__ = [
    "Answered",
    "Ended",
    "InvocationMessage",
    "PoolClosedError",
    "Program",
    "WorkerPool",
    "WorkerProcess",
    "WorkerResult",
    "WorkerSpec",
    "lambda_environment",
    "program_for",
    "supports",
]
