"""Throttling of stages and routes: token buckets (AWS docs, "Throttle requests to your WebSocket APIs")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACCOUNT_RATE = 10_000.0
ACCOUNT_BURST = 5_000
"""AWS's account level, which stands in for whichever of a pair is not set."""


class TokenBucket:
    """``rate`` tokens a second flow in, at most ``burst`` stay."""

    __slots__ = ("burst", "filled_at", "rate", "tokens")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self.tokens = float(burst)
        self.filled_at = now

    def take(self, now: float) -> bool:
        """Take one token if there is one at the instant ``now``."""
        self.tokens = min(float(self.burst), self.tokens + max(0.0, now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class ThrottleStore:
    """The buckets of all routes; one is made anew when its limits change."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], TokenBucket] = {}

    def allows(self, api_id: str, stage: Mapping[str, Any], route_key: str, now: float) -> bool:
        """Whether one more request to the route is within its limits; the route's own settings beat the stage's."""
        limits = limits_of(stage, route_key)
        if limits is None:
            return True
        return self.take((api_id, stage["StageName"], route_key), limits, now)

    def take(self, key: tuple[str, ...], limits: tuple[float, int], now: float) -> bool:
        """Take a token of the bucket ``key``, which is made with ``limits``: (rate per second, burst)."""
        bucket = self._buckets.get(key)
        if bucket is None or (bucket.rate, bucket.burst) != limits:
            bucket = self._buckets[key] = TokenBucket(*limits, now)
        return bucket.take(now)


def limits_of(stage: Mapping[str, Any], route_key: str) -> tuple[float, int] | None:
    """(rate per second, burst) for a route, None when neither it nor its stage sets any."""
    settings = {**stage.get("DefaultRouteSettings", {}), **stage.get("RouteSettings", {}).get(route_key, {})}
    rate, burst = settings.get("ThrottlingRateLimit"), settings.get("ThrottlingBurstLimit")
    if rate is None and burst is None:
        return None
    return (float(ACCOUNT_RATE if rate is None else rate), int(ACCOUNT_BURST if burst is None else burst))
