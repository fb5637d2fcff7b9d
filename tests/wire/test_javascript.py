"""The AWS SDK for JavaScript v3 against the emulator: runs ``tests/js/client.mjs``."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import emulator.constructs.socket_tasks

SCRIPT = Path(__file__).parents[1] / "js" / "client.mjs"
HANDLERS = Path(__file__).parent / "handlers"
CONSTRUCT = Path(emulator.constructs.socket_tasks.__file__).parent
TIMEOUT = 600

pytestmark = [
    pytest.mark.javascript,
    pytest.mark.timeout(TIMEOUT),
    pytest.mark.skipif(not shutil.which("node") or not shutil.which("npm"), reason="node and npm are not installed"),
]


def installed() -> Path:
    """A directory with the script and its packages, installed once for each ``package-lock.json``."""
    digest = hashlib.sha256(SCRIPT.with_name("package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aws-task-emulator-tests"
    folder = cache / f"node-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run in several processes
        if not (folder / "complete").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(SCRIPT.with_name(name), folder)
            npm = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(npm, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False)
            assert done.returncode == 0, f"npm ci failed in {folder}:\n{done.stdout}{done.stderr}"
            (folder / "complete").touch()
        script = folder / SCRIPT.name
        if not script.exists() or script.read_bytes() != SCRIPT.read_bytes():
            shutil.copy(SCRIPT, script)
    return folder


@pytest.fixture
def functions(tmp_path):
    archive = tmp_path / "functions.zip"
    with zipfile.ZipFile(archive, "w") as files:
        for source in (CONSTRUCT / "submit.py", CONSTRUCT / "notify.py", HANDLERS / "tasks.py"):
            files.write(source, source.name)
    return archive


def test_socket_tasks_from_javascript(aws_stack, functions):
    command = ["node", SCRIPT.name, str(functions)]
    done = subprocess.run(command, cwd=installed(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
