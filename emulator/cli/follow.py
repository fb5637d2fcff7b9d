"""Printing the journal as it grows, with a progress line for tasks that take long."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from emulator.admin.views import hop_view
from emulator.cli.lines import line, print_json, worth_a_line
from emulator.core.journal import Hop

if TYPE_CHECKING:
    from emulator.app import Emulator

PROGRESS_AFTER = 1.0
TICK = 0.5
CLEAR = "\r\x1b[2K"


def follow(emulator: Emulator, output: str) -> Callable[[], None]:
    """Print hops as ``lines`` or ``json`` until the returned function is called; ``none`` prints nothing."""
    if output == "none":
        return lambda: None
    if output == "json":
        return emulator.ground.journal.follow(lambda hop: print_json(hop_view(hop)))
    printer = Printer(emulator)
    stop = emulator.ground.journal.follow(printer.hop)

    def end() -> None:
        stop()
        printer.close()

    return end


class Printer:
    """Lines for a person.  On a terminal the last line shows what is running and for how long."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._terminal = sys.stdout.isatty()
        self._color = self._terminal
        self._shown = False
        self._timer = emulator.ground.clock.real_later(TICK, self._progress) if self._terminal else None

    def hop(self, hop: Hop) -> None:
        view = hop_view(hop)
        if worth_a_line(view):
            self._clear()
            width = shutil.get_terminal_size((160, 24)).columns
            click.echo(line(view, self._color, width))

    def _progress(self) -> None:
        clock = self._emulator.ground.clock
        running = [u for u in clock.units() if u.label.startswith("invoke ") and clock.real() - u.born > PROGRESS_AFTER]
        self._clear()
        if running:
            texts = [f"{u.label.removeprefix('invoke ')} {clock.real() - u.born:.0f} s" for u in running[:6]]
            more = f" and {len(running) - 6} more" if len(running) > 6 else ""
            click.echo(click.style(f"running: {', '.join(texts)}{more}", dim=True), nl=False)
            self._shown = True
        self._timer = clock.real_later(TICK, self._progress)

    def _clear(self) -> None:
        if self._shown:
            click.echo(CLEAR, nl=False)
            self._shown = False

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._clear()
