"""The two report samples, and a client that posts and polls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

SAMPLES = Path(__file__).parents[3] / "sample_tasks"
REQUEST = {"reportDate": "2021-01-01", "reportType": "COFFEE_SALES"}


class Reports:
    """Plain HTTP at a stage of the API."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=20)

    def post(self, body: Any = REQUEST) -> str:
        """Order a report; its path."""
        answer = self.http.post("/api/v1/report", json=body)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(path).json()
        return found
