"""A function's environment variables inside the emulator's own process.

``os.environ`` gets a class that looks into the running handler's variables first.  Which handler is running is a
context variable, so two handlers in two threads see two environments, and everybody else sees the process's own.

Not covered: child processes started without ``env=``, ``os.environb``, and threads that a handler starts itself (they
begin with an empty context).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from contextvars import ContextVar

Variables = dict[str, "str | None"]
"""Variables by name; None hides one of the process's own."""

current: ContextVar[tuple[Variables, ...]] = ContextVar("handler_environment", default=())
"""The running handler's layers: those of this invocation, then those of its function."""

_Environ = type(os.environ)


class OverlayEnviron(_Environ):  # type: ignore[valid-type,misc]  # os._Environ is public only through its instance
    """``os.environ`` with the running handler's variables on top.  A handler's writes stay with its function."""

    def __getitem__(self, key: str) -> str:
        for layer in current.get():
            if key in layer:
                value = layer[key]
                if value is None:
                    raise KeyError(key)
                return value
        return str(super().__getitem__(key))

    def __setitem__(self, key: str, value: str) -> None:
        layers = current.get()
        if not layers:
            super().__setitem__(key, value)
            return
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"str expected, not {type(value if isinstance(key, str) else key).__name__}")
        layers[0].pop(key, None)
        layers[-1][key] = value

    def __delitem__(self, key: str) -> None:
        layers = current.get()
        if not layers:
            super().__delitem__(key)
            return
        self[key]  # KeyError as os.environ raises it
        layers[0].pop(key, None)
        layers[-1][key] = None

    def __iter__(self) -> Iterator[str]:
        layers = current.get()
        if not layers:
            yield from super().__iter__()
            return
        names = dict.fromkeys(super().__iter__())
        for layer in reversed(layers):
            for name, value in layer.items():
                if value is None:
                    names.pop(name, None)
                else:
                    names[name] = None
        yield from names

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def copy(self) -> dict[str, str]:
        return dict(self)


def install() -> None:
    """Give ``os.environ`` the overlay."""
    _swap(OverlayEnviron)


def uninstall() -> None:
    """Give it its own class back."""
    _swap(_Environ)


def _swap(kind: type) -> None:
    environ: MutableMapping[str, str] = os.environ
    environ.__class__ = kind  # same layout; every reference to os.environ keeps working
