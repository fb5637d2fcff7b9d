"""The packages of the AWS SDK for JavaScript v3, for tests whose programs or handlers use it."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[1] / "js"
TIMEOUT = 600
needs_packages = (
    pytest.mark.javascript,
    pytest.mark.timeout(TIMEOUT),
    pytest.mark.skipif(not shutil.which("node") or not shutil.which("npm"), reason="node and npm are not installed"),
)


def installed() -> Path:
    """A directory with the programs and their packages, installed once for each ``package-lock.json``."""
    digest = hashlib.sha256((PROGRAMS / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aws-task-emulator-tests"
    folder = cache / f"node-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run in several processes
        if not (folder / "complete").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(PROGRAMS / name, folder)
            npm = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(npm, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False)
            assert done.returncode == 0, f"npm ci failed in {folder}:\n{done.stdout}{done.stderr}"
            (folder / "complete").touch()
        for program in PROGRAMS.glob("*.mjs"):
            copy = folder / program.name
            if not copy.exists() or copy.read_bytes() != program.read_bytes():
                shutil.copy(program, copy)
    return folder


def node_path() -> str:
    """For a function's ``NODE_PATH``."""
    return str(installed() / "node_modules")
