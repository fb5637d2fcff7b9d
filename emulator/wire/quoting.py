"""How AWS quotes a value in a validation message: as Java prints it."""

from __future__ import annotations

from typing import Any

from emulator.wire.recorded import QUOTED_MEMBERS
from emulator.wire.timetext import java_date


def camel(name: str) -> str:
    """``DetailType`` -> ``detailType``."""
    return name[:1].lower() + name[1:]


def quote_value(service: str, shape: Any, value: Any) -> str:
    """``value`` of ``shape`` in Java's notation: ``[a, b]``, ``{k=v}``, ``Entry(time=null, source=s)``."""
    if value is None:
        return "null"
    if shape.metadata.get("sensitive"):
        return "*** Sensitive Data Redacted ***"
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return _structure(service, shape, value)
    if kind == "list" and isinstance(value, list | tuple):
        return f"[{', '.join(quote_value(service, shape.member, item) for item in value)}]"
    if kind == "map" and isinstance(value, dict):
        pairs = (
            f"{quote_value(service, shape.key, key)}={quote_value(service, shape.value, item)}"
            for key, item in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    return _scalar(kind, value)


def _structure(service: str, shape: Any, value: dict[str, Any]) -> str:
    members = [
        f"{camel(name)}={quote_value(service, member, value.get(name))}" for name, member in shape.members.items()
    ]
    members += [f"{name}=null" for name in QUOTED_MEMBERS.get((service, shape.name), ())]
    return f"{shape.name}({', '.join(members)})"


def _scalar(kind: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    if kind == "timestamp" and isinstance(value, int | float):
        return java_date(value)
    if kind in ("float", "double") and isinstance(value, int | float):
        return str(float(value))
    return str(value)
