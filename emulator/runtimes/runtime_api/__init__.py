"""Functions in any language: a program that asks for its invocations over HTTP (the Lambda Runtime API)."""

from .process import RuntimeApiProcess, start_worker

__all__ = ["RuntimeApiProcess", "start_worker"]
