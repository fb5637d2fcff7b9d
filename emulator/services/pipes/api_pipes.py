"""Pipes: everything takes effect before the call answers, which shows the state in between as AWS does."""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.paging import page
from emulator.polling.queue_poller import QueuePoller
from emulator.polling.settings import StreamSettings
from emulator.polling.stream_poller import StreamPoller
from emulator.services.pipes.checks import check_ends
from emulator.services.pipes.consumer import PipeConsumer, StreamPipeConsumer
from emulator.services.pipes.errors import not_emulated
from emulator.services.pipes.pipe import RUNNING, STOPPED, Pipe, changed
from emulator.services.pipes.source import check_source, filter_of, settings_of
from emulator.services.pipes.store import PipesStore, find_pipe
from emulator.services.pipes.tags import check_tags

_PREFIXES = {"NamePrefix": "Name", "SourcePrefix": "Source", "TargetPrefix": "Target"}
_STATES = ("DesiredState", "CurrentState")


async def create_pipe(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    name, pipes = params["Name"], call.store(PipesStore).pipes
    check_source(call.courier, params["Source"])
    settings = settings_of(params["Source"], params.get("SourceParameters") or {})
    source_filter = filter_of(settings)
    await check_ends(call, params)
    check_tags(params.get("Tags") or {})
    if name in pipes:
        raise AwsError("ConflictException", f"Pipe {name} already exists.")
    now = call.clock.now()
    pipe = pipes[name] = Pipe(
        name=name,
        account=call.account,
        region=call.region,
        given=dict(params),
        settings=settings,
        filter=source_filter,
        created=now,
        modified=now,
        running=params.get("DesiredState") != STOPPED,
        tags=dict(params.get("Tags") or {}),
    )
    _poll(call, pipe)
    return pipe.summary("CREATING")


def describe_pipe(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return find_pipe(call, params["Name"]).shown()


def list_pipes(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    shown = {name: pipe.listed() for name, pipe in call.store(PipesStore).pipes.items()}
    for given, member in _PREFIXES.items():
        prefix = params.get(given) or ""
        shown = {name: pipe for name, pipe in shown.items() if pipe[member].startswith(prefix)}
    for member in _STATES:
        if params.get(member):
            shown = {name: pipe for name, pipe in shown.items() if pipe[member] == params[member]}
    names, more = page(shown, params)
    return {"Pipes": [shown[name] for name in names]} | more


async def update_pipe(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    pipe = find_pipe(call, params["Name"])
    given = changed(pipe.given, params)
    settings = settings_of(pipe.source, given.get("SourceParameters") or {})
    source_filter = filter_of(settings)
    await check_ends(call, given)
    before = pipe.settings
    if isinstance(before, StreamSettings) and isinstance(settings, StreamSettings) and before.lanes != settings.lanes:
        raise not_emulated("A change of ParallelizationFactor", "delete the pipe and create another one.")
    pipe.given, pipe.settings, pipe.filter = given, settings, source_filter
    pipe.running = params.get("DesiredState", RUNNING if pipe.running else STOPPED) == RUNNING
    pipe.modified = call.clock.now()
    _poll(call, pipe)
    return pipe.summary("UPDATING")


def start_pipe(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return _switch(call, params, running=True)


def stop_pipe(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Batches that are on their way pass to the end."""
    return _switch(call, params, running=False)


def delete_pipe(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    pipe = find_pipe(call, params["Name"])
    del call.store(PipesStore).pipes[pipe.name]
    pipe.running = False
    _poll(call, pipe)
    return pipe.summary("DELETING")


def _switch(call: Call, params: dict[str, Any], *, running: bool) -> dict[str, Any]:
    pipe = find_pipe(call, params["Name"])
    if pipe.running != running:
        pipe.running, pipe.modified = running, call.clock.now()
        _poll(call, pipe)
    return pipe.summary("STARTING" if running else "STOPPING")


def _poll(call: Call, pipe: Pipe) -> None:
    """Start or stop the poller, whichever the pipe's state asks for."""
    if pipe.running and pipe.poller is None:
        if isinstance(pipe.settings, StreamSettings):
            pipe.poller = StreamPoller(call.ground, StreamPipeConsumer(call.ground, pipe))
        else:
            pipe.poller = QueuePoller(call.ground, PipeConsumer(call.ground, pipe))
    elif not pipe.running and pipe.poller is not None:
        pipe.poller.stop()
        pipe.poller = None
