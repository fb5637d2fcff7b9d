"""Worker runtime: one process per concurrent execution environment."""

from .environment import lambda_environment
from .pool import PoolClosedError, WorkerPool
from .process import Answered, Ended, InvocationMessage, WorkerProcess, WorkerResult, WorkerSpec

__all__ = [
    "Answered",
    "Ended",
    "InvocationMessage",
    "PoolClosedError",
    "WorkerPool",
    "WorkerProcess",
    "WorkerResult",
    "WorkerSpec",
    "lambda_environment",
]
