"""What ``--reload`` takes for code."""

from pathlib import Path

import pytest

from emulator.cli.reload import is_code


@pytest.mark.parametrize("file", ["app.py", "pkg/mod.py", "index.mjs", "stack.toml", "native.so", "bootstrap"])
def test_code(file):
    assert is_code(Path(file))


@pytest.mark.parametrize(
    "file", ["emulator.log", "out.json", "__pycache__/app.py", "node_modules/x/index.js", ".git/a.py"]
)
def test_what_changes_beside_code(file):
    assert not is_code(Path(file))
