"""The sample as it is, or with parts exchanged, and a client of it."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import httpx

from emulator.testing import Stack

SAMPLE = Path(__file__).parents[3] / "sample_tasks" / "task_manager"
HERE = str(Path(__file__).parent)
DOCUMENT = tomllib.loads((SAMPLE / "stack.toml").read_text(encoding="utf-8"))
EXPORT = {"tenantId": "t1", "type": "EXPORT", "requestPayload": {"from": "2024-01-01"}}


def changed(**changes: Any) -> Stack:
    """The sample with keys such as ``functions__publish__handler`` set to something else."""
    document = copy.deepcopy(DOCUMENT)
    for path, value in changes.items():
        *parents, last = path.split("__")
        table = document
        for parent in parents:
            table = table.setdefault(parent, {})
        table[last] = value
    return Stack.from_document(document, SAMPLE, "test")


def variant(function: str, handler: str) -> dict[str, Any]:
    """Changes that give a function one of the handlers of ``variants``."""
    return {f"functions__{function}__handler": f"variants.{handler}", f"functions__{function}__code": HERE}


class Tasks:
    """The client: plain HTTP."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=20)

    def post(self, **task: Any) -> str:
        """Post a task (the usual one with changes); its id."""
        answer = self.http.post("/tasks", json={**EXPORT, **task})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["taskId"])

    def get(self, task: str, tenant: str = "t1") -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/tasks/{tenant}/{task}").json()
        return found

    def status(self, task: str, tenant: str = "t1") -> str:
        return str(self.get(task, tenant)["status"])
