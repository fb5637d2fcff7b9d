"""Sizes of Fargate tasks (AWS docs, "Amazon ECS task definition parameters for Fargate", task size)."""

from __future__ import annotations

import re

_GB = 1024
_MEMORY: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1 * _GB, 4 * _GB + 1, _GB)),
    1024: tuple(range(2 * _GB, 8 * _GB + 1, _GB)),
    2048: tuple(range(4 * _GB, 16 * _GB + 1, _GB)),
    4096: tuple(range(8 * _GB, 30 * _GB + 1, _GB)),
    8192: tuple(range(16 * _GB, 60 * _GB + 1, 4 * _GB)),
    16384: tuple(range(32 * _GB, 120 * _GB + 1, 8 * _GB)),
}
_UNITS = {"": 1, "vcpu": 1024, "gb": _GB}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(vcpu|gb|)", re.IGNORECASE)


def plain_size(text: str) -> str | None:
    """CPU units or MiB as AWS shows them: ``1 vCPU`` is ``1024``, ``0.5GB`` is ``512``; None for other texts."""
    found = _SIZE.fullmatch(text.strip())
    return str(int(float(found[1]) * _UNITS[found[2].lower()])) if found else None


def fits(cpu: str, memory: str) -> bool:
    """Whether Fargate has a task of this size; both in plain numbers."""
    return int(memory) in _MEMORY.get(int(cpu), ())
