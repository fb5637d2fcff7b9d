"""Names and ARNs of Step Functions' resources.

``arn:aws:states:REGION:ACCOUNT:`` and then ``stateMachine:NAME[:VERSION|:ALIAS]``, ``execution:NAME:EXECUTION``,
``express:NAME:EXECUTION:ID``, ``mapRun:NAME/LABEL:ID`` or ``activity:NAME``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from emulator.core.arns import Arn
from emulator.services.stepfunctions import errors

MACHINE, EXECUTION, EXPRESS_EXECUTION, MAP_RUN, ACTIVITY = "stateMachine", "execution", "express", "mapRun", "activity"
_KINDS = (MACHINE, EXECUTION, EXPRESS_EXECUTION, MAP_RUN, ACTIVITY)
_MAX_NAME = 80
# White space, brackets, wildcards, punctuation that ARNs and paths need, and control characters (AWS docs).
_FORBIDDEN = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~$&,;:/\x00-\x1f\x7f-\x9f]")


def check_name(name: str) -> None:
    """Raises InvalidName."""
    if not 1 <= len(name) <= _MAX_NAME or _FORBIDDEN.search(name):
        raise errors.invalid_name(name)


class Address(NamedTuple):
    """An ARN, taken apart.  ``name`` is the machine's (``M`` or ``M/LABEL``) or the activity's; ``rest`` what follows:
    a version, an alias, an execution's name (and id), a map run's id; ``""`` for none."""

    arn: str
    account: str
    region: str
    kind: str
    name: str
    rest: str

    @property
    def machine_arn(self) -> str:
        """The unqualified ARN of the state machine."""
        return f"arn:aws:states:{self.region}:{self.account}:{MACHINE}:{self.name}"


def read(arn: str, *kinds: str) -> Address:
    """``arn`` as one of ``kinds``.  Raises InvalidArn."""
    try:
        parsed = Arn.parse(arn)
    except ValueError:
        raise errors.invalid_arn(arn) from None
    kind, _, rest = parsed.resource.partition(":")
    if parsed.service != "states" or kind not in _KINDS or not rest:
        raise errors.invalid_arn(arn)
    if kinds and kind not in kinds:
        raise errors.wrong_resource(kind)
    name, _, tail = rest.partition(":")
    return Address(arn, parsed.account, parsed.region, kind, name, tail)
