"""The pages say everything that can be said."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from emulator.cli import COMMANDS
from emulator.core.journal import KINDS
from emulator.stack import api_schema, rest_schema, schema, storage_schema
from emulator.stack.section import Section
from emulator.stack.settings import KINDS as SETTINGS

DOCS = Path(__file__).resolve().parents[3] / "docs"
SECTIONS = {
    id(item): item
    for module in (schema, api_schema, rest_schema, storage_schema)
    for item in vars(module).values()
    if isinstance(item, Section)
}.values()
IDENTIFIERS = {
    name: set(re.findall(r"[\w-]+", (DOCS / f"{name}.md").read_text()))
    for name in ("stack", "configuration", "cli", "control-api")
}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: str(section.title))
def test_every_short_key(section: Section) -> None:
    assert set(section.short) <= IDENTIFIERS["stack"]


def test_every_setting() -> None:
    assert set(SETTINGS) <= IDENTIFIERS["configuration"]


def test_every_command() -> None:
    assert set(COMMANDS) <= IDENTIFIERS["cli"]


def test_every_kind_of_hop_that_exists_in_the_page_exists() -> None:
    listed = re.search(r"Kinds: (.*)\.\n", (DOCS / "control-api.md").read_text(), re.DOTALL)
    assert listed
    assert set(re.findall(r"`([\w-]+)`", listed[1])) <= KINDS


def test_every_toml_example_is_toml() -> None:
    for page in ("stack", "configuration"):
        for example in re.findall(r"```toml\n(.*?)```", (DOCS / f"{page}.md").read_text(), re.DOTALL):
            assert tomllib.loads(example)
