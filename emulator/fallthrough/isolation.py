"""moto's state, account and time, per emulator.

moto keeps its state in dictionaries of the process, and ``mock_aws`` in a user's test empties them.  While a job of an
emulator runs, these dictionaries show that emulator's own state instead; everywhere else moto works as it always does.
So a test with ``@mock_aws`` and an emulator in the same process never see each other, nor do two emulators.

What is replaced in moto: ``BackendDict``'s access methods, ``S3BackendDict.bucket_accounts``, ``BaseModel.__new__``,
``BaseResponse.get_current_account``, ``FakeKey.__del__``, ``core.utils.utcnow``, and ``time`` in modules that use it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import Any


class World:
    """Everything that moto keeps for one emulator: backends by kind, account and region."""

    def __init__(self) -> None:
        self.backends: dict[str, dict[str, Any]] = {}
        self.bucket_accounts: dict[str, tuple[str, str]] = {}
        """Bucket name → (partition, account): names are unique over all accounts."""


@dataclass(slots=True)
class Session:
    """One job in moto: whose state it sees, as whom, where, and at what time.  ``seen`` is what hooks noticed."""

    world: World
    account: str
    region: str
    now: Callable[[], float]
    seen: list[Any] = field(default_factory=list)
    marks: dict[str, Any] = field(default_factory=dict)


current: ContextVar[Session | None] = ContextVar("moto_session", default=None)


def install() -> None:
    """Replace moto's access to state, account and time; once per process."""
    base, models = import_module("moto.core.base_backend"), import_module("moto.core.common_models")
    _share_backends(base)
    _leave_untracked(models.BaseModel)
    responses = import_module("moto.core.responses").BaseResponse
    account_of = responses.get_current_account

    def get_current_account(self: Any) -> Any:
        session = current.get()
        return account_of(self) if session is None else session.account

    responses.get_current_account = get_current_account
    _replace_clock(import_module("moto.core.utils"))


def _share_backends(base: Any) -> None:
    kind = base.BackendDict
    take = kind.__getitem__

    def mine(self: Any) -> dict[str, Any] | None:
        session = current.get()
        return None if session is None else session.world.backends.setdefault(self._id, {})

    def get_item(self: Any, account: str) -> Any:
        accounts, session = mine(self), current.get()
        if accounts is None or session is None:
            return take(self, account)
        found = accounts.get(account)
        if found is None:
            found = accounts[account] = base.AccountSpecificBackend(
                service_name=self.service_name,
                account_id=account,
                backend=self.backend,
                use_boto3_regions=self._use_boto3_regions,
                additional_regions=self._additional_regions,
            )
        if self._use_boto3_regions and session.region not in found.regions:
            found.regions.append(session.region)  # one that botocore does not know: whoever asks for it gets it
        return found

    kind.__getitem__ = get_item
    for name in ("__iter__", "__len__", "__contains__", "keys", "values", "items", "get"):
        setattr(kind, name, _shown(name, getattr(kind, name), mine))


def _shown(name: str, original: Any, mine: Callable[[Any], dict[str, Any] | None]) -> Any:
    def method(self: Any, *arguments: Any) -> Any:
        accounts = mine(self)
        return original(self, *arguments) if accounts is None else getattr(accounts, name)(*arguments)

    return method


def _leave_untracked(model: Any) -> None:
    """moto keeps every object that it ever made, for its dashboard and for reset; an emulator runs for long."""
    track = model.__new__

    def new(cls: Any, *arguments: Any, **named: Any) -> Any:
        if current.get() is None:
            return track(cls, *arguments, **named)
        instance = object.__new__(cls)
        instance.__dict__["_of_emulator"] = True
        return instance

    model.__new__ = new


def _replace_clock(utils: Any) -> None:
    real = utils.utcnow

    def utcnow() -> datetime:
        session = current.get()
        if session is None:
            now: datetime = real()
            return now
        return datetime.fromtimestamp(session.now(), UTC).replace(tzinfo=None)

    for name, module in list(sys.modules.items()):  # whatever has imported it by name already
        if name.startswith("moto.") and getattr(module, "utcnow", None) is real:
            module.utcnow = utcnow  # type: ignore[attr-defined]


class _Time:
    """The module ``time`` as some of moto's modules see it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def time() -> float:
        session = current.get()
        read: Callable[[], float] = vars(time)["time"]
        return read() if session is None else session.now()


def adapt(package: str) -> None:
    """What one service needs beside ``install``; called once, after its modules were loaded."""
    if package == "cognitoidp":
        import_module("moto.cognitoidp.models").time = _Time()  # type: ignore[attr-defined]
        import_module("moto.cognitoidp.utils").time = _Time()  # type: ignore[attr-defined]
    elif package == "secretsmanager":
        import_module("moto.secretsmanager.models").time = _Time()  # type: ignore[attr-defined]
    elif package == "s3":
        _adapt_s3(import_module("moto.s3.models"))


def _adapt_s3(models: Any) -> None:
    def bucket_accounts(self: Any) -> Any:
        session = current.get()
        return self.__dict__["bucket_accounts"] if session is None else session.world.bucket_accounts

    def set_bucket_accounts(self: Any, value: Any) -> None:
        self.__dict__["bucket_accounts"] = value

    models.S3BackendDict.bucket_accounts = property(bucket_accounts, set_bucket_accounts)
    complain = models.FakeKey.__del__

    def forget(self: Any) -> None:
        # moto wants every object in its list of instances until reset, and warns about others.
        if "_of_emulator" in self.__dict__:
            self.dispose()
        else:
            complain(self)

    models.FakeKey.__del__ = forget
