"""Which route a message takes."""

from __future__ import annotations

from emulator.services.apigateway.snapshot import RoutePlan, Snapshot

DEFAULT = "$default"
_NOT_FOR_MESSAGES = ("$connect", "$disconnect")


def select_route(snapshot: Snapshot, text: str) -> RoutePlan | None:
    """The route whose key equals the selected value, else ``$default``, else None.

    What is not a JSON object selects nothing; ``$connect`` and ``$disconnect`` cannot be asked for by a client.
    """
    key = snapshot.selection.select(text)
    if key is None or key in _NOT_FOR_MESSAGES:
        key = DEFAULT
    return snapshot.routes.get(key) or snapshot.routes.get(DEFAULT)
