"""What all benchmarks share: a line of the table, and how much work to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.floors import Floors


@dataclass(frozen=True, slots=True)
class Line:
    """One figure.

    ``floor`` is the same work done by something that cannot be beaten, measured in the same run, in the same unit;
    ``ratio`` is measured / floor.  ``aim`` is what the project wants: an upper limit, or a lower one where
    ``more_is_better``; ``spread`` the least and greatest value of a round.
    """

    benchmark: str
    what: str
    value: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    aim: float | None = None
    more_is_better: bool = False
    spread: tuple[float, float] | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        if self.aim is None:
            return None
        return self.value >= self.aim if self.more_is_better else self.value <= self.aim

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of ``python -m benchmarks``: its floors, and how much work it does."""

    floors: Floors
    quick: bool = False

    def count(self, full: int) -> int:
        """How many repetitions: a fifth of them in a quick run."""
        return max(10, full // 5) if self.quick else full


def table(lines: Sequence[Line]) -> str:
    """The lines as a Markdown table."""
    rows = [("benchmark", "figure", "measured", "rounds", "floor", "ratio", "aim", "")]
    for line in lines:
        spread = f"{_number(line.spread[0])} to {_number(line.spread[1])}" if line.spread else ""
        floor = f"{_number(line.floor)} {line.floor_name}" if line.floor else ""
        ratio = f"{line.ratio:.2f}" if line.ratio else ""
        aim = f"{'>=' if line.more_is_better else '<='} {_number(line.aim)}" if line.aim is not None else ""
        met = {True: "met", False: "MISSED", None: ""}[line.met]
        rows.append((line.benchmark, line.what, f"{_number(line.value)} {line.unit}", spread, floor, ratio, aim, met))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    texts = [f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
