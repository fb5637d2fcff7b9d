"""Scripts that fill a fresh emulator: ``ready.d/*.sh`` and ``*.py`` of the init directory, in alphanumeric order."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

DIRECTORY = "/etc/emulator/init"
"""The house convention of AWS emulators; ``EMULATOR_INIT_DIR`` names another one."""


def ready_scripts(environment: Mapping[str, str]) -> list[Path]:
    """The scripts to run once the stack is there."""
    folder = Path(environment.get("EMULATOR_INIT_DIR") or DIRECTORY) / "ready.d"
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if path.suffix in (".sh", ".py") and path.is_file())
    return []


def script_environment(environment: Mapping[str, str], url: str, region: str) -> dict[str, str]:
    """What a script's AWS clients need to find the emulator; the user's own credentials stay."""
    defaults = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": region}
    return {**defaults, **environment, "AWS_ENDPOINT_URL": url}


async def run_scripts(scripts: list[Path], environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Run one after the other; a failing one is told and does not stop the rest.  Cancelling ends the current one."""
    for script in scripts:
        interpreter = sys.executable if script.suffix == ".py" else "sh"
        try:
            process = await asyncio.create_subprocess_exec(
                interpreter,
                str(script),
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            say(f"init: {script.name} cannot be started: {error}")
            continue
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 15)
            raise
        say(f"init: {script.name} " + ("done" if status == 0 else f"failed with exit status {status}"))
