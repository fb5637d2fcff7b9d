"""A hop as one readable line, and a trace as a tree.  A hop here is its JSON view (see ``emulator.admin.views``)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from click import echo, style, unstyle

from emulator.admin.views import TAG

Hop = Mapping[str, Any]
SYMBOLS = {
    "frame-in": "→", "frame-out": "←", "connect": "⇄", "disconnect": "✕", "invoke": "λ", "retry": "↻", "event": "✉",
    "match": "≈", "deliver": "⇢", "enqueue": "▤", "receive": "▥", "record": "▣", "dead-letter": "☠", "redrive": "☠",
    "http-out": "⇢", "request": "→", "write": "✎", "stream": "▥", "task-run": "▶", "pipe": "⇉",
    "fault": "!", "warning": "!", "log": "│",
}  # fmt: skip
QUIET = frozenset({"api", "route", "integrate", "deliver", "delete", "result"})
"""Kinds that are left out unless something went wrong: their neighbours tell the story."""
TIMED = frozenset({"invoke", "http-out", "authorize", "api", "pipe", "task-run"})
"""Kinds whose duration says something."""
KIND_WIDTH = 11
_CONDITION = re.compile(r'"condition":"(\w+)"')


# Names


def short(name: str) -> str:
    """The speaking part of an ARN: ``report``, ``queue notify``, ``rule/bus/name``; other names as they are."""
    if not name.startswith("arn:") or name.count(":") < 5:
        return name
    service, _, _, resource = name.split(":", 5)[2:]
    if service == "sqs":
        return f"queue {resource}"
    if service == "dynamodb":
        return resource.partition("/stream/")[0]
    return resource.removeprefix("function:").removesuffix(":$LATEST") if service == "lambda" else resource


def tag(trace: str) -> str:
    """The end of a trace id: enough to tell tasks apart, and to ask ``emulator trace`` for one."""
    return trace[-TAG:]


def duration(seconds: float) -> str:
    """``42 ms``, ``1.5 s``, ``180 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f}".removesuffix(".0") + " s" if seconds < 99.95 else f"{seconds:.0f} s"


# Hops


def went_wrong(hop: Hop) -> bool:
    """Whether a hop's outcome is anything but success; a connection's end is none."""
    outcome: str = hop["outcome"]
    return outcome not in ("ok", "pending") and hop["kind"] != "disconnect"


def worth_a_line(hop: Hop) -> bool:
    kind: str = hop["kind"]
    if kind == "event" and hop["outcome"] == "no-rule" and _is_news(hop["source"]):
        return False
    if went_wrong(hop):
        return kind != "result"
    if kind == "stream" and ":dynamodb:" in hop["target"]:
        return False  # the write has told it
    # The record or dead letter of a function says where it went.
    return kind not in QUIET and not (kind == "enqueue" and ":lambda:" in hop["source"])


def _is_news(source: str) -> bool:
    """Whether an event is what a service says about itself (a task's or an execution's status), asked for or not."""
    return source.startswith(("arn:aws:ecs:", "arn:aws:states:"))


def about(hop: Hop) -> str:
    """Whom a hop is about."""
    kind, detail = hop["kind"], hop.get("detail", {})
    source, target = short(hop["source"]), short(hop["target"])
    if kind == "frame-in":
        return source
    if kind == "connect":
        return f"{detail.get('connection', source)} → {target}"
    if kind == "event":
        return f"{detail.get('detail_type', '')} → {target}".strip()
    if kind == "request" and "method" in detail:
        return f"{detail['method']} {detail.get('path', '')}"
    if kind == "write":
        return f"{detail.get('event', '')} {target}".strip()
    if kind == "receive":
        return source if target == "poller" else f"{source} → {target}"
    if kind == "record":
        return f"{_condition(hop)} → {target}"
    if kind == "retry":
        return target if source == target else f"{source} → {target}"
    if kind in ("frame-out", "invoke", "match", "enqueue", "api"):
        return target
    return f"{source} → {target}" if source and target else source or target


def _condition(hop: Hop) -> str:
    found = _CONDITION.search(hop.get("payload") or "")
    return found[1] if found else short(hop["source"])


def summary(hop: Hop, color: bool = True, kind_width: int = 0) -> str:
    """What happened, without time and trace."""
    kind, detail = hop["kind"], hop.get("detail", {})
    parts = [f"{SYMBOLS.get(kind, '·')} {kind:<{kind_width}} {about(hop)}", *_notes(hop, color)]
    if kind in TIMED and hop.get("took", 0) >= 0.001:
        parts.append(_style(duration(hop["took"]), color, dim=True))
    if "invoked_in" in detail:
        parts.append(f"handled in trace {tag(detail['invoked_in'])}")
    return "  ".join(parts)


def _notes(hop: Hop, color: bool) -> Iterable[str]:
    kind, detail, attempt = hop["kind"], hop.get("detail", {}), hop.get("attempt") or 1
    if kind == "retry":
        wait = detail.get("wait", detail.get("seconds"))
        yield f"in {duration(wait)}" if wait else "at once"
    if kind not in ("record", "dead-letter") and (attempt > 1 or (hop.get("attempt") and went_wrong(hop))):
        yield f"attempt {attempt}"
    if kind == "request" and "status" in detail and not went_wrong(hop):
        yield str(detail["status"])
    if kind == "disconnect":
        yield f"{hop['outcome']} {detail.get('reason', '')}".strip()
    elif went_wrong(hop):
        yield _style(hop["outcome"], color, fg="yellow" if kind in ("retry", "event", "enqueue", "warning") else "red")
    for text in (detail.get("error"), detail.get("what"), detail.get("condition")):
        if text:
            yield f"({text})"


def _log_lines(hop: Hop) -> list[str]:
    return (hop.get("payload") or "").rstrip().splitlines() or [""]


def preview(hop: Hop, room: int) -> str:
    """The payload of a frame, or an event's detail, on one line and cut to ``room`` columns; often empty."""
    payload = hop.get("payload")
    if not payload or room < 12 or hop["kind"] not in ("frame-in", "frame-out", "event"):
        return ""
    if hop["kind"] == "event":
        payload = _detail_of(payload)
    flat = " ".join(payload.split())
    return flat if len(flat) <= room else flat[: room - 1] + "…"


def _detail_of(event: str) -> str:
    try:
        return json.dumps(json.loads(event)["detail"], separators=(",", ":"), ensure_ascii=False)
    except (ValueError, KeyError, TypeError):  # cut off in the journal
        return event


# Lines of a tail


def line(hop: Hop, color: bool = True, width: int = 0) -> str:
    """A tail's line: when it ended, the trace, what happened, and the payload as far as ``width`` has room."""
    start = f"{_style(hop.get('ended', hop['at'])[11:23], color, dim=True)}  {_trace(hop['trace'], color)}  "
    if hop["kind"] == "log":
        return _log(hop, start, color)
    text = start + summary(hop, color, KIND_WIDTH)
    shown = preview(hop, width - len(unstyle(text)) - 2)
    return f"{text}  {_style(shown, color, dim=True)}" if shown else text


def _log(hop: Hop, start: str, color: bool) -> str:
    first, *rest = _log_lines(hop)
    head = f"{start}│ {short(hop['source']):<{KIND_WIDTH}} "
    indent = " " * len(unstyle(start)) + f"│ {'':<{KIND_WIDTH}} "
    return "\n".join(
        [head + _style(first, color, dim=True), *(indent + _style(text, color, dim=True) for text in rest)]
    )


def _trace(trace: str, color: bool) -> str:
    colors = ("blue", "cyan", "green", "magenta", "yellow", "bright_blue", "bright_cyan", "bright_green")
    return _style(tag(trace), color, fg=colors[int(trace[-2:], 16) % len(colors)])


# Trees


def tree(
    hops: Iterable[Hop], color: bool = True, everything: bool = False, width: int = 0, log_lines: int | None = None
) -> list[str]:
    """A trace as lines: a hop stands below the one that caused it, a retry beside the attempt that it follows.

    Quiet hops are left out unless ``everything`` is asked for; ``log_lines`` limits each log entry.
    """
    hops = list(hops)
    return _Tree(hops, color, everything, width, log_lines).lines() if hops else []


class _Tree:
    def __init__(self, hops: Sequence[Hop], color: bool, everything: bool, width: int, log_lines: int | None) -> None:
        self._color = color
        self._everything = everything
        self._width = width
        self._log_lines = log_lines
        self._start = _seconds(hops[0]["at"])
        known = {hop["id"] for hop in hops}
        self._children: dict[str, list[Hop]] = {}
        for hop in hops:
            self._children.setdefault(hop["parent"] if hop["parent"] in known else "", []).append(hop)
        self._inside: dict[str, list[Hop]] = {}
        self._roots = self._siblings(self._children.get("", []))

    def _siblings(self, hops: Sequence[Hop]) -> list[Hop]:
        """The hops to show on one level.  What follows a result or a retry comes after it, not inside it."""
        shown: list[Hop] = []
        for hop in hops:
            below = self._children.get(hop["id"], [])
            if not self._is_shown(hop):
                shown += self._siblings(below)
                continue
            after = [h for h in below if not self._everything and (h["kind"] == "result" or hop["kind"] == "retry")]
            self._inside[hop["id"]] = self._siblings([h for h in below if h not in after])
            shown += [hop, *self._siblings(after)]
        return shown

    def _is_shown(self, hop: Hop) -> bool:
        return self._everything or worth_a_line(hop)

    def lines(self) -> list[str]:
        return [text for hop in self._roots for text in self._draw(hop, "", "", "")]

    def _draw(self, hop: Hop, prefix: str, branch: str, below: str) -> Iterable[str]:
        inside = self._inside[hop["id"]]
        logs = [h for h in inside if h["kind"] == "log" and not self._everything]
        rest = [h for h in inside if h not in logs]
        when = _style(f"{_seconds(hop['at']) - self._start:>9.3f} s", self._color, dim=True)
        text = f"{when}  {prefix}{branch}{summary(hop, self._color)}"
        shown = preview(hop, self._width - len(unstyle(text)) - 2)
        yield f"{text}  {_style(shown, self._color, dim=True)}" if shown else text
        gutter = f"{'':>11}  {prefix}{below}{'│' if rest else ' '}  "
        for log in logs:
            yield from (gutter + _style(entry, self._color, dim=True) for entry in self._cut(_log_lines(log)))
        for child in rest:
            last = child is rest[-1]
            yield from self._draw(child, prefix + below, "└─ " if last else "├─ ", "   " if last else "│  ")

    def _cut(self, entries: list[str]) -> list[str]:
        limit = self._log_lines
        return entries if limit is None or len(entries) <= limit else [*entries[: limit - 1], entries[limit - 1] + " …"]


def _seconds(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


# Output


def _style(text: str, color: bool, **how: Any) -> str:
    return style(text, **how) if color else text


def print_json(value: Any) -> None:
    echo(json.dumps(value, ensure_ascii=False))
