"""The environment of a task's program."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from emulator.core.cause import Cause
from emulator.runtimes.worker.environment import DEFAULT_PATH, emulator_environment, host_environment


def task_environment(
    *, region: str, account: str, endpoint_url: str, cause: Cause, user: Mapping[str, str], domain_name: str = ""
) -> dict[str, str]:
    """The complete environment, as a new dict.

    ``account`` becomes the access key id, by which the emulator knows the account again; ``cause``, which every request
    of the program belongs to, becomes the session token: SDKs of all languages send it along.  ``python`` in the
    ``PATH`` is the emulator's own.  ``domain_name`` leads to the emulator as well.  ``user`` wins over everything.
    """
    host = host_environment()
    address = urlsplit(endpoint_url).netloc
    values = emulator_environment(region, account, address, endpoint_url, host, (domain_name,))
    return values | {
        "PATH": os.pathsep.join((os.path.dirname(sys.executable), host.get("PATH") or DEFAULT_PATH)),
        "LANG": "C.UTF-8",
        "AWS_SESSION_TOKEN": cause.header(),
        **user,
    }
