"""A hop as one readable line, and a trace as a tree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

Hop = Mapping[str, Any]
SYMBOLS = {
    "frame-in": "→", "frame-out": "←", "connect": "⇄", "disconnect": "✕", "invoke": "λ", "retry": "↻",
    "event": "✉", "match": "≈", "deliver": "⇢", "enqueue": "▤", "receive": "▥", "record": "▣", "fault": "!",
    "warning": "!", "log": "│",
}  # fmt: skip
QUIET = frozenset({"api", "route", "integrate", "delete", "result"})
"""Kinds that a tail leaves out unless something went wrong: their neighbours tell the story."""


def short(name: str) -> str:
    """The speaking part of an ARN: ``function:report``, ``rule/bus/name``; other names as they are."""
    if not name.startswith("arn:"):
        return name
    service, _, _, resource = name.split(":", 5)[2:]
    return f"queue:{resource}" if service == "sqs" else resource


def worth_a_line(hop: Hop) -> bool:
    return hop["kind"] not in QUIET or hop["outcome"] not in ("ok", "pending")


def summary(hop: Hop, color: bool = True) -> str:
    """What happened, without time and trace."""
    kind, detail = hop["kind"], hop.get("detail", {})
    if kind == "log":
        return _style(f"{SYMBOLS['log']} {detail.get('line', hop.get('payload') or '')}", color, dim=True)
    parts = [f"{SYMBOLS.get(kind, '·')} {kind:<10}", _ends(hop)]
    if hop.get("attempt"):
        parts.append(f"attempt {hop['attempt']}")
    if kind == "retry":
        parts.append(f"in {detail.get('wait', '?')} s")
    if hop["outcome"] not in ("ok", "pending"):
        parts.append(_style(hop["outcome"], color, fg="yellow" if kind in ("retry", "event") else "red"))
    text = detail.get("error") or detail.get("condition")
    if text:
        parts.append(f"({text})")
    if hop.get("took"):
        parts.append(_style(f"{hop['took']:.3f} s", color, dim=True))
    return "  ".join(part for part in parts if part)


def _ends(hop: Hop) -> str:
    source, target = short(hop["source"]), short(hop["target"])
    return f"{source} → {target}" if source and target else source or target


def line(hop: Hop, color: bool = True, width: int = 0) -> str:
    """One line of a tail: time, what happened, and the payload as far as it fits."""
    text = f"{_style(hop['at'][11:23], color, dim=True)}  {summary(hop, color)}"
    payload = hop.get("payload")
    if payload and hop["kind"] in ("frame-in", "frame-out", "event") and width:
        room = width - len(click.unstyle(text)) - 2
        if room > 12:
            flat = " ".join(payload.split())
            text += "  " + _style(flat if len(flat) <= room else flat[: room - 1] + "…", color, dim=True)
    return text


def tree(hops: Iterable[Hop], color: bool = True) -> list[str]:
    """A trace as an indented tree: a hop stands below the one that caused it."""
    hops = list(hops)
    known = {hop["id"] for hop in hops}
    children: dict[str, list[Hop]] = {}
    for hop in hops:
        parent = hop["parent"] if hop["parent"] in known else ""
        children.setdefault(parent, []).append(hop)
    lines: list[str] = []
    start = hops[0]["at"] if hops else ""

    def walk(parent: str, prefix: str) -> None:
        below = children.get(parent, [])
        for number, hop in enumerate(below):
            last = number == len(below) - 1
            branch = "" if not prefix and parent == "" else ("└─ " if last else "├─ ")
            lines.append(f"{_style(_since(start, hop['at']), color, dim=True)}  {prefix}{branch}{summary(hop, color)}")
            walk(hop["id"], prefix + ("" if not branch else "   " if last else "│  "))

    walk("", "")
    return lines


def _since(start: str, at: str) -> str:
    return f"{_seconds(at) - _seconds(start):>10.3f} s"


def _seconds(iso: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(iso).timestamp()


def _style(text: str, color: bool, **style: Any) -> str:
    return click.style(text, **style) if color else text


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
