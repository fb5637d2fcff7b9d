"""Which function a Node handler string names, and what is said when it names none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from node_world import World, error, value, write

from emulator.runtimes.worker import Answered, Ended

OLD = "nodejs20.x"
NEW = "nodejs24.x"
FILES = {
    "index.js": "exports.handler = async () => 'index.js'; exports.notfn = 5;"
    "exports.deep = { er: { handler: async () => 'deep' } };",
    "module.mjs": "export const handler = async () => 'module.mjs';",
    "common.cjs": "exports.handler = async () => 'common.cjs';",
    "default.mjs": "export default { handler: async () => 'default' };",
    "esm/package.json": '{"type": "module"}',
    "esm/inner/app.js": "import { name } from './name.js'; export const handler = async () => name;",
    "esm/inner/name.js": "export const name = 'esm/inner/app.js';",
    "node_modules/pkg/index.js": "exports.handler = async () => 'pkg';",
    "syntax.js": "exports.handler = async () => {",
    "syntax2.mjs": "export const handler = async () => {",
    "inner.js": "require('nosuchdep');",
    "throws.mjs": "throw new RangeError('at init');",
    "unsettled.mjs": "await new Promise(() => {});",
    "later.mjs": "setTimeout(() => { throw new RangeError('later'); }, 1);"
    "await new Promise((r) => setTimeout(r, 500));",
    "rejects.mjs": "Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 500));",
    "exits.mjs": "process.exit(4);",
    "odd.js": "exports.handler = async () => 1;"
    "exports.handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request';",
    "fn.js": "exports.handler = async () => 1; exports.handler.sub = async () => 'sub';",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("task")
    for name, source in FILES.items():
        write(directory, name, source)
    with asyncio.Runner() as runner:
        yield World(directory, runner)


@pytest.mark.parametrize(
    ("handler", "runtime", "expected"),
    [
        ("index.handler", OLD, "index.js"),
        ("index.deep.er.handler", OLD, "deep"),
        ("module.handler", OLD, "module.mjs"),
        ("common.handler", OLD, "common.cjs"),
        ("esm/inner/app.handler", OLD, "esm/inner/app.js"),
        ("pkg.handler", OLD, "pkg"),
        ("index.deep.er.handler", NEW, "deep"),
        ("esm/inner/app.handler", NEW, "esm/inner/app.js"),
        ("default.handler", NEW, "default"),
        ("pkg.handler", NEW, "pkg"),
    ],
)
def test_handler_names(world: World, handler: str, runtime: str, expected: str) -> None:
    result = world.once(handler, runtime)
    assert value(result) == expected
    assert isinstance(result, Answered)
    assert result.init_ms is not None


@pytest.mark.parametrize(
    ("handler", "error_type", "text"),
    [
        (
            "nosuch.handler",
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'nosuch'\nRequire stack:\n- /var/runtime/index.mjs",
        ),
        (
            "inner.handler",
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'nosuchdep'\nRequire stack:\n- {root}/inner.js\n- /var/runtime/index.mjs",
        ),
        ("syntax.handler", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected end of input"),
        ("syntax2.handler", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected end of input"),
        ("index.nosuch", "Runtime.HandlerNotFound", "index.nosuch is undefined or not exported"),
        ("default.handler", "Runtime.HandlerNotFound", "default.handler is undefined or not exported"),
        ("index.notfn", "Runtime.HandlerNotFound", "index.notfn is not a function"),
        ("nodot", "Runtime.MalformedHandlerName", "Bad handler"),
        (
            "../x.handler",
            "Runtime.MalformedHandlerName",
            "'../x.handler' is not a valid handler name. Use absolute paths when specifying root directories in "
            "handler names.",
        ),
        ("throws.handler", "RangeError", "at init"),
        ("later.handler", "RangeError", "later"),
        ("rejects.handler", "Runtime.UnhandledPromiseRejection", "Error: lost"),
    ],
)
def test_init_errors(world: World, handler: str, error_type: str, text: str) -> None:
    result = world.once(handler)
    assert error(result) == (error_type, text.format(root=world.directory))
    assert isinstance(result, Answered)
    assert result.in_init
    assert "ERROR" in world.logs[-1]


@pytest.mark.parametrize("handler", ["nosuch.handler", "syntax.handler", "index.nosuch", "nodot", "throws.handler"])
def test_same_init_errors_since_nodejs24(world: World, handler: str) -> None:
    old, new = world.once(handler, OLD), world.once(handler, NEW)
    assert error(old) == error(new)
    assert isinstance(new, Answered)
    assert new.in_init


def test_init_that_never_ends_by_itself(world: World) -> None:
    result = world.once("unsettled.handler")
    assert error(result)[0] == "Runtime.NodeJsExit"
    assert isinstance(result, Answered)
    assert result.in_init
    assert world.once("exits.handler") == Ended(4)


def test_only_responses_are_streamed(world: World) -> None:
    result = world.once("odd.handler", NEW)
    assert error(result) == ("Runtime.MalformedStreamingHandler", "Only response streaming is supported.")
    assert isinstance(result, Answered)
    assert result.in_init


def test_members_of_functions_are_no_handlers_since_nodejs24(world: World) -> None:
    assert value(world.once("fn.handler.sub", OLD)) == "sub"
    failed = error(world.once("fn.handler.sub", NEW))
    assert failed == ("Runtime.HandlerNotFound", "fn.handler.sub is undefined or not exported")


@pytest.mark.parametrize("kind", ["js", "mjs"])
def test_packages_beside_node_path(world: World, tmp_path: Path, kind: str) -> None:
    write(tmp_path, "node_modules/layer/package.json", '{"main": "main.js"}')
    write(tmp_path, "node_modules/layer/main.js", "exports.name = 'layer';")
    write(world.directory, "uses.js", "const { name } = require('layer'); exports.handler = async () => name;")
    write(world.directory, "used.mjs", "import { name } from 'layer'; export const handler = async () => name;")
    handler = {"js": "uses.handler", "mjs": "used.handler"}[kind]
    assert value(world.once(handler, host={"NODE_PATH": str(tmp_path / "node_modules")})) == "layer"


def test_error_payload_is_json_without_blanks(world: World) -> None:
    result = world.once("index.nosuch")
    assert isinstance(result, Answered)
    assert result.payload.startswith(
        b'{"errorType":"Runtime.HandlerNotFound","errorMessage":"index.nosuch is undefined'
    )
    assert json.loads(result.payload)["trace"][0].startswith("Runtime.HandlerNotFound: ")
