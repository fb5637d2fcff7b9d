"""Security Token Service: only who the caller is; deploy tools ask that first."""

from __future__ import annotations

from emulator.core.ground import Service
from emulator.services.sts import api

SERVICE = Service(name="sts", api=(api,))
