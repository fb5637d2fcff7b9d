"""Where pipes are kept."""

from __future__ import annotations

from emulator.core.arns import Arn
from emulator.core.ground import Call
from emulator.services.pipes.errors import no_pipe
from emulator.services.pipes.pipe import Pipe


class PipesStore:
    """The pipes of one account and region, by name."""

    def __init__(self) -> None:
        self.pipes: dict[str, Pipe] = {}


def find_pipe(call: Call, name: str) -> Pipe:
    """Raises NotFoundException."""
    found = call.store(PipesStore).pipes.get(name)
    if found is None:
        raise no_pipe(name)
    return found


def pipe_at(call: Call, arn: str) -> Pipe:
    """The same by ARN."""
    try:
        parsed = Arn.parse(arn)
    except ValueError:
        raise no_pipe(arn) from None
    pipes = call.ground.cloud.store(PipesStore, parsed.account, parsed.region).pipes
    kind, _, name = parsed.resource.partition("/")
    if parsed.service != "pipes" or kind != "pipe" or name not in pipes:
        raise no_pipe(name or arn)
    return pipes[name]
