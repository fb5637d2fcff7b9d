"""What every service stands on, and the first argument of every AWS operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal, TypeVar

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.clock import Clock
from emulator.core.cloud import Cloud
from emulator.core.courier import Courier
from emulator.core.ids import Ids
from emulator.core.journal import Journal
from emulator.core.settings import Settings

S = TypeVar("S")


class Ground:
    """Clock, journal, cloud, courier, ids and settings of one emulator."""

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None, seed: int | str | None = None):
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.ids = Ids(seed)
        self.journal = Journal(self.clock, self.ids)
        self.cloud = Cloud()
        self.courier = Courier(self.journal)
        self.runtimes: dict[str, Any] = {}
        """Ways to run a handler, by name: ``worker``, ``inline``; filled at assembly."""
        self.base_url = "http://127.0.0.1:4566"
        """Where the emulator listens; set when the port is known."""

    def new_cause(self) -> Cause:
        """The start of a trace."""
        return Cause(self.ids.trace(self.clock.now()))


@dataclass(slots=True)
class Call:
    """One AWS call.

    ``cause`` is the trace it belongs to with the ``api`` hop as parent; ``from_outside`` is True when an SDK client
    outside the emulator made it (not a handler, not another service); ``base_url`` is the address that the caller used,
    without a trailing slash; ``headers`` are the request's, in lower case (empty for calls from inside).
    """

    ground: Ground
    account: str
    region: str
    request_id: str
    cause: Cause
    base_url: str = ""
    access_key: str = ""
    from_outside: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        return self.ground.clock

    @property
    def journal(self) -> Journal:
        return self.ground.journal

    @property
    def courier(self) -> Courier:
        return self.ground.courier

    @property
    def ids(self) -> Ids:
        return self.ground.ids

    @property
    def settings(self) -> Settings:
        return self.ground.settings

    def store(self, kind: type[S]) -> S:
        """The caller's store of one service."""
        return self.ground.cloud.store(kind, self.account, self.region)

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the caller's account and region."""
        return str(Arn.of(service, self.region, self.account, resource))


@dataclass(frozen=True, slots=True)
class Service:
    """What a service package offers to the house.

    ``name`` is botocore's name of the service; ``api`` are the modules whose functions are its operations, named as
    AWS names them in snake case (``send_message(call, params)``, sync or async); ``join`` registers its adapters with
    the courier; ``on_reset`` ends what runs before the cloud is forgotten.  ``validation`` says who checks the
    constraints of the shapes: ``standard`` (AWS's ValidationException, by the wire) or ``own`` (the wire checks types
    only, the service has texts of its own).
    """

    name: str
    api: tuple[ModuleType, ...]
    join: Callable[[Ground], None] = lambda ground: None
    on_reset: Callable[[Ground], None] = lambda ground: None
    validation: Literal["standard", "own"] = "standard"
    long_polls: frozenset[str] = frozenset()
    """Operations that wait for a client's sake alone: they end when it closes its connection."""
