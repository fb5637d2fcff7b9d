"""The functions of these tests' state machines, and what they have seen."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import boto3

PATIENCE = 10.0
"""Real seconds after which functions that wait for each other give up."""


class Seen:
    """Forgotten before each test.  ``peak`` is how many calls of ``work`` there were at once."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.remaining: list[int] = []
        self.peak = 0
        self.lock = threading.Lock()
        self.inside = 0
        self.barrier = threading.Barrier(1)
        self.finished: dict[int, threading.Event] = {}


seen = Seen()


def work(event: Any, context: Any) -> Any:
    """One item: a number is squared; ``{"fails": n, "item": i}`` fails n times (for ever: -1) first."""
    with seen.lock:
        seen.calls.append(event)
        tries = seen.calls.count(event)
        seen.inside += 1
        seen.peak = max(seen.peak, seen.inside)
    try:
        if isinstance(event, dict):
            if event["fails"] < 0 or tries <= event["fails"]:
                raise RuntimeError(f"attempt {tries}")
            return event["item"] ** 2
        return event**2
    finally:
        with seen.lock:
            seen.inside -= 1


def together(event: Any, context: Any) -> Any:
    """As many of these as the barrier has parties must be there at once."""
    with seen.lock:
        seen.inside += 1
        seen.peak = max(seen.peak, seen.inside)
    seen.barrier.wait(PATIENCE)
    with seen.lock:
        seen.inside -= 1
    return event


def last_first(event: int, context: Any) -> int:
    """Items end in the opposite order: each waits for the one after it."""
    assert seen.finished[event + 1].wait(PATIENCE)
    seen.finished[event].set()
    return event


def iterate(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Forty units a call."""
    seen.calls.append(event)
    seen.remaining.append(context.get_remaining_time_in_millis())
    cursor = min(event.get("cursor", 0) + 40, 100)
    return {"cursor": cursor, "IsCompleted": cursor == 100}


def forgetful(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"cursor": 40}


def slow_once(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Overruns its timeout at its first call (on the emulator's clock: ``virtual_sleep``)."""
    seen.calls.append(event)
    if len(seen.calls) == 1:
        time.sleep(60)
    return {"IsCompleted": True}


def approve(event: dict[str, Any], context: Any) -> None:
    """The worker at the queue."""
    states = boto3.client("stepfunctions")
    for record in event["Records"]:
        order = json.loads(record["body"])
        states.send_task_success(taskToken=order["token"], output=json.dumps({"approved": order["input"]["amount"]}))
