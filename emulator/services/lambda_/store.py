"""All functions and mappings of one account and region."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from emulator.core.ground import Call, Ground
from emulator.services.lambda_ import errors
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.layer import Layer
from emulator.services.lambda_.names import LATEST, Address, read_name

if TYPE_CHECKING:
    from emulator.services.lambda_.async_queue import QueuedEvent
    from emulator.services.lambda_.mapping import EventSourceMapping


class LambdaStore:
    """``running`` counts invocations by function name; the two failure counters are AWS's metrics of that name."""

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}
        self.mappings: dict[str, EventSourceMapping] = {}
        self.running: Counter[str] = Counter()
        self.layers: dict[str, Layer] = {}
        self.queued: dict[int, QueuedEvent] = {}
        self.destination_delivery_failures = 0
        self.dead_letter_errors = 0


def store_of(ground: Ground, account: str, region: str) -> LambdaStore:
    return ground.cloud.store(LambdaStore, account, region)


def address_of(call: Call, name: str, qualifier: str | None = None) -> Address:
    return read_name(name, qualifier, call.account, call.region)


def find_function(call: Call, address: Address, suffix: str = "") -> Function:
    """The function itself; raises ResourceNotFoundException, whose ARN ends with the qualifier or ``suffix``."""
    function = call.store(LambdaStore).functions.get(address.name)
    if function is None:
        qualifier = address.qualifier or suffix
        raise errors.function_not_found(
            call.arn("lambda", f"function:{address.name}" + f":{qualifier}" * bool(qualifier))
        )
    return function


def find_unqualified(call: Call, name: str, suffix: str = "", *, latest: bool = False) -> Function:
    """The function that ``name`` addresses; raises InvalidParameterValueException for a version or alias of it.

    ``latest`` takes ``$LATEST``, too.
    """
    address = address_of(call, name)
    if address.qualifier and not (latest and address.qualifier == LATEST):
        raise errors.invalid_value(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
            "Please specify either a function name or an unqualified function ARN."
        )
    return find_function(call, Address(address.name), suffix)


def find_qualified(call: Call, address: Address) -> Function:
    """The function, whose qualifier exists as well; as Invoke looks it up."""
    function = find_function(call, address, LATEST)
    if not function.has(address.qualifier):
        raise errors.function_not_found(function.arn(address.qualifier))
    return function
