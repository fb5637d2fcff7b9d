"""Ways to run a handler: what a runtime is given and what it gives back.

A runtime knows nothing of AWS's queues, retries and qualifiers; it runs one version of one function once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from emulator.core.units import Unit


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One version of a function as a runtime needs it.

    ``arn`` has no qualifier; ``version`` is ``$LATEST`` or a number; ``directory`` is the unpacked code;
    ``timeout`` in seconds, ``memory`` in MB; ``environment`` holds only what the user set.  ``revision`` changes with
    code and configuration: an environment made for another revision must not be used again.
    """

    account: str
    region: str
    name: str
    version: str
    arn: str
    runtime: str
    handler: str
    directory: Path
    timeout: float
    memory: int = 128
    environment: Mapping[str, str] = field(default_factory=dict)
    revision: str = ""
    code_id: str = ""
    """Changes with the code alone."""
    log_group: str = ""
    log_format: str = "Text"
    log_level: str = ""
    """The lowest level of what the handler logs, and below that of the platform's own lines; for the JSON format."""
    system_log_level: str = ""
    layers: tuple[Path, ...] = ()
    """Directories of the unpacked layers in the order of the configuration: later ones win."""
    initialization: str = "on-demand"
    """``AWS_LAMBDA_INITIALIZATION_TYPE``."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run.

    ``payload`` is the event in JSON; ``invoked_arn`` the ARN as the caller wrote it; ``client_context`` JSON text;
    ``trace_header`` the value of ``_X_AMZN_TRACE_ID``; ``unit`` the open unit of work whose budget is the timeout;
    ``log`` takes each line that the handler writes (called on the loop's thread, without the line end); ``started`` is
    told the environment's log stream before the first line, and whether this is the environment's first invocation.
    """

    request_id: str
    payload: bytes
    invoked_arn: str
    unit: Unit
    trace_header: str = ""
    client_context: str | None = None
    log: Callable[[str], None] = lambda line: None
    started: Callable[[str, bool], None] = lambda stream, cold: None


class Outcome(NamedTuple):
    """How a run ended.

    ``payload`` is the handler's result or AWS's error JSON; ``error_type`` is None when the handler returned, otherwise
    the payload's ``errorType``; ``status`` is REPORT's: ``timeout`` and ``error`` for failures of the platform kind
    (the process had to go), ``""`` otherwise.  Seconds: ``duration`` of the run, ``init`` of a cold start or None,
    ``init_failed`` of one in which the handler could not be loaded.
    """

    payload: bytes
    error_type: str | None = None
    status: str = ""
    duration: float = 0.0
    init: float | None = None
    memory_used: int | None = None
    log_stream: str = ""
    content_type: str = "application/json"
    init_failed: float | None = None


class Runtime(Protocol):
    """Runs handlers.  ``invoke`` answers every failure of the handler as an Outcome and raises only for own bugs."""

    def supports(self, function_runtime: str, directory: Path, layers: Sequence[Path] = ()) -> bool:
        """Whether it runs handlers of this ``Runtime`` (``python3.13``) with this code and these layers."""

    async def invoke(self, function: FunctionSpec, invocation: Invocation) -> Outcome: ...

    def forget(self, arn: str) -> None:
        """The function was changed or deleted: idle environments made for it may go."""

    def reload(self) -> None:
        """Files were edited: no run that starts from now on may see old code."""

    async def close(self) -> None:
        """End everything that the runtime started."""


VIRTUAL_SLEEP = "EMULATOR_VIRTUAL_SLEEP"
"""The function's own variable by which its handlers' ``time.sleep`` goes through the emulator's clock."""


def wants_virtual_sleep(environment: Mapping[str, str]) -> bool:
    return environment.get(VIRTUAL_SLEEP, "").lower() in ("1", "true", "yes", "on")


def layer_folders(layers: Sequence[Path], *folders: str) -> list[Path]:
    """Those of ``folders`` that a layer really has; later layers come first, as their files win on AWS."""
    return [layer / folder for layer in reversed(layers) for folder in folders if (layer / folder).is_dir()]


def log_stream(now_date: str, version: str, environment_id: str) -> str:
    """``2025/11/24/[$LATEST]<32 hex>``: the stream of one execution environment."""
    return f"{now_date}/[{version}]{environment_id}"
