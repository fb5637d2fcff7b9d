"""Loads the emulator's pytest plugin, unless the installed package has brought it along as an entry point."""

import gc
import os
import sys
from importlib.metadata import entry_points

import pytest

PLUGIN = "emulator.pytest_plugin"

# The suite starts hundreds of interpreters: without bytecode each would compile the project again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def _loaded_by_entry_point() -> bool:
    if os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        return False
    return any(entry.value == PLUGIN for entry in entry_points(group="pytest11"))


pytest_plugins = ["pytester"] if _loaded_by_entry_point() else ["pytester", PLUGIN]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "javascript: runs Node.js with the AWS SDK for JavaScript v3")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What has been loaded to collect thousands of tests lives to the end: collections need not look at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def own_garbage() -> None:
    """``gc.collect`` looks only at what this test has made, not at everything that the whole run has loaded."""
    gc.freeze()
