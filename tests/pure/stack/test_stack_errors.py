"""What a wrong description is told: file, key, and the nearest right name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator.stack import Stack, StackError
from emulator.stack.deploy import prepare

MODULE = "def work(event, context): ...\n\nclass Handlers: ...\n\nfrom json import loads as decode\n"
NOTHING: dict[str, Any] = {}


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "tasks.py").write_text(MODULE)
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").touch()
    (tmp_path / "pkg" / "deep.py").write_text(MODULE)
    (tmp_path / "index.mjs").write_text("export const handler = async () => 1;\n")
    return tmp_path


def told(document: dict[str, Any], directory: Path) -> str:
    """The error's text after the file's name."""
    with pytest.raises(StackError) as caught:
        prepare(Stack.from_document(document, directory, "stack.toml"), "000000000000", "us-east-1")
    assert str(caught.value).startswith("stack.toml: ")
    return str(caught.value).removeprefix("stack.toml: ")


def accepted(document: dict[str, Any], directory: Path) -> Stack:
    return prepare(Stack.from_document(document, directory, "stack.toml"), "000000000000", "us-east-1")


# Sections and keys


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"function": {}}, "function: unknown section. Did you mean 'functions'?"),
        ({"websockets": {}}, "websockets: unknown section. Did you mean 'websocket_apis'?"),
        ({"functions": 3}, "functions: expected a table, got 3."),
        ({"queues": {"q": 3}}, "queues.q: expected a table of AWS::SQS::Queue properties, got 3."),
        ({"queues": {"q": {"visibility": 3}}}, "queues.q.visibility: unknown key. Did you mean 'visibility_timeout'?"),
        ({"queues": {"q": {"VisibilityTimout": 3}}}, "queues.q.VisibilityTimout: unknown key. Did you mean"),
        ({"queues": {"q": {"fifo": True, "FifoQueue": True}}}, "FifoQueue is given twice."),
        ({"emulator": {"clok": "auto"}}, "emulator.clok: unknown setting. Did you mean 'clock'?"),
        ({"emulator": {"clock": "fast"}}, "emulator.clock: unknown clock 'fast': real, auto, manual, or a rate"),
        ({"emulator": {"port": "80"}}, "emulator.port: expected a whole number, got '80'."),
        ({"emulator": {"port": 70000}}, "emulator.port: 70000 is no port."),
        ({"emulator": {"runtime": "inlin"}}, "emulator.runtime: unknown runtime 'inlin'. Did you mean 'inline'?"),
        ({"emulator": {"idle_timeout": True}}, "emulator.idle_timeout: expected a number, got True."),
        ({"emulator": {"account": "1234"}}, "emulator.account: an account has 12 digits, got '1234'."),
    ],
)
def test_wrong_sections_and_keys(document: dict[str, Any], text: str, code: Path) -> None:
    assert text in told(document, code)


def test_an_unknown_key_without_neighbours_lists_the_short_ones(code: Path) -> None:
    assert "Known here: description, tags." in told({"buses": {"b": {"xyz": 1}}}, code)


def test_a_file_that_is_not_there_and_one_that_is_no_toml(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="there is no such file"):
        Stack.read(tmp_path)
    (tmp_path / "stack.toml").write_text("[functions\n")
    with pytest.raises(StackError, match=r"stack\.toml: cannot be read: .*line 1"):
        Stack.read(tmp_path)


# Handlers


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        ("tasks:work", ""),
        ("tasks.work", ""),
        ("pkg/deep.work", ""),
        ("pkg.deep:work", ""),
        ("tasks:Handlers", ""),
        ("tasks:decode", ""),
        ("index.handler", ""),
        ("tasks:wrk", "has no 'wrk'. Did you mean 'work'?"),
        ("taks:work", "there is no module 'taks': 'taks' is not in"),
        ("taks:work", "Did you mean 'tasks'?"),
        ("pkg.dep:work", "'dep' is not in package 'pkg'. Did you mean 'deep'?"),
        ("work", "'work' is not a handler: use 'package.module:function' or AWS's 'module.function'."),
        ("tasks:", "is not a handler"),
        ("index.mjs:handler", "a handler in JavaScript is written file.function: 'index.handler'."),
        (":work", "is not a handler"),
    ],
)
def test_handlers_are_looked_up_before_anything_starts(handler: str, text: str, code: Path) -> None:
    document = {"functions": {"f": {"handler": handler}}}
    if text:
        assert told(document, code).startswith("functions.f.handler: ")
        assert text in told(document, code)
    else:
        accepted(document, code)


def test_a_function_defined_inside_another_is_none(code: Path) -> None:
    (code / "inner.py").write_text("def outer():\n    def inner(): ...\n")
    assert "has no 'inner'" in told({"functions": {"f": "inner:inner"}}, code)


@pytest.mark.parametrize("text", ["from os.path import *\n", "def __getattr__(name): ...\n", "def broken(:\n"])
def test_what_a_text_cannot_tell_is_left_to_the_runtime(text: str, code: Path) -> None:
    (code / "dynamic.py").write_text(text)
    accepted({"functions": {"f": "dynamic:anything"}}, code)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ({}, "functions.f.Handler: a function needs a handler"),
        ({"handler": "tasks:work", "code": "nowhere"}, "functions.f.code: "),
        ({"handler": "tasks:work", "Code": {"ZipFile": "x"}}, "functions.f.Code: expected a directory"),
        ({"handler": "indx.handler", "runtime": "nodejs22.x"}, "there is no indx.mjs, .cjs or .js in"),
        ({"handler": "indx.handler", "runtime": "nodejs22.x"}, "Did you mean 'index'?"),
    ],
)
def test_functions_without_code(table: dict[str, Any], text: str, code: Path) -> None:
    assert text in told({"functions": {"f": table}}, code)


# Types and constraints, from AWS's service models


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ({"timeout": "3"}, "functions.f.timeout: expected a whole number, got '3'."),
        ({"Timeout": "3"}, "functions.f.Timeout: expected a whole number, got '3'."),
        (
            {"retries": 3},
            "functions.f.retries: ValidationException: 1 validation error detected: Value '3' at 'maximumR",
        ),
        ({"retries": True}, "functions.f.retries: expected a whole number, got True."),
        ({"environment": "A=1"}, "functions.f.environment: expected a table, got 'A=1'."),
        (
            {"LoggingConfig": {"LogFormt": "JSON"}},
            "functions.f.LoggingConfig.LogFormt: unknown key. Did you mean 'LogF",
        ),
        ({"EventInvokeConfig": {"Retries": 1}}, "functions.f.EventInvokeConfig.Retries: unknown key."),
        (
            {"EventInvokeConfig": 3, "retries": 1},
            "functions.f.retries: EventInvokeConfig is given too, and is no table",
        ),
        ({"DeadLetterConfig": "dlq"}, "functions.f.DeadLetterConfig: expected a table, got 'dlq'."),
        ({"tags": ["a"]}, "functions.f.tags: expected a table, got ['a']."),
    ],
)
def test_values_are_checked_against_the_service_model(table: dict[str, Any], text: str, code: Path) -> None:
    assert told({"functions": {"f": {"handler": "tasks:work", **table}}}, code).startswith(text)


# Names


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"functions": {"f": {"handler": "tasks:work", "on_failure": "dql"}}},
         "functions.f.on_failure: there is no function or queue or bus or topic or bucket 'dql' here. "
         "Did you mean 'dlq'?"),
        ({"functions": {"f": {"handler": "tasks:work", "dead_letter": "bus:b"}}},
         "functions.f.dead_letter: 'bus:b': expected a queue or topic."),
        ({"functions": {"f": {"handler": "tasks:work", "dead_letter": 3}}},
         "functions.f.dead_letter: expected the name of a queue or topic, got 3."),
        ({"queues": {"q": {"dead_letter": "dead"}}}, "queues.q.dead_letter: there is no queue 'dead' here."),
        ({"queues": {"q": {"max_receive_count": 2}}},
         "queues.q.max_receive_count: there is no dead_letter queue for it."),
        ({"queues": {"q": {"RedrivePolicy": "dlq"}}}, "queues.q.RedrivePolicy: expected a table, got 'dlq'."),
        ({"rules": {"r": {"bus": "c", "pattern": {"source": ["s"]}}}},
         "rules.r.bus: there is no bus 'c' here. Known here: b, default."),
        ({"rules": {"r": {"pattern": {"source": ["s"]}, "targets": ["dlq", "x"]}}}, "rules.r.targets.1: there is no"),
        ({"rules": {"r": {"pattern": {"source": ["s"]}, "target": {"target": "dlq", "retry": 1}}}},
         "rules.r.target.retry: unknown key. Did you mean 'retries'?"),
        ({"rules": {"r": {"pattern": {"source": ["s"]}, "target": {"target": "dlq", "retries": "1"}}}},
         "rules.r.target.retries: expected a whole number, got '1'."),
        ({"rules": {"r": {"pattern": {"source": ["s"]}, "target": {"id": "x"}}}}, "rules.r.target.Arn: expected the"),
        ({"mappings": {"m": {"queue": "dlq"}}}, "mappings.m.FunctionName: expected the name of a function, got None."),
        ({"mappings": {"m": {"queue": "b", "function": "g"}}}, "mappings.m.queue: there is no queue 'b' here."),
        ({"mappings": {"m": {"queue": "dlq", "function": "g", "batch_size": "x"}}}, "mappings.m.batch_size: expected"),
        ({"websocket_apis": {"w": {}}}, "websocket_apis.w.Routes: an API needs at least one route."),
        ({"websocket_apis": {"w": {"routes": {"go": "h"}}}}, "websocket_apis.w.routes.go: there is no function 'h'"),
        ({"websocket_apis": {"w": {"routes": {"go": {}}}}}, "websocket_apis.w.routes.go: a route needs a function, or"),
        ({"websocket_apis": {"w": {"routes": {"go": {"function": "g", "respons": True}}}}},
         "websocket_apis.w.routes.go.respons: unknown key. Did you mean 'response'?"),
        ({"websocket_apis": {"w": {"routes": {"go": {"function": "g", "response": 1}}}}},
         "websocket_apis.w.routes.go.response: expected true or false, got 1."),
        ({"websocket_apis": {"w": {"routes": {"go": {"integration": {"IntegrationTyp": "MOCK"}}}}}},
         "websocket_apis.w.routes.go: a route needs a function, or an integration"),
        ({"websocket_apis": {"w": {"routes": {"go": {"function": "g", "integration": {"Timeout": 5}}}}}},
         "websocket_apis.w.routes.go.integration.Timeout: unknown key. Did you mean 'TimeoutInMillis'?"),
        ({"websocket_apis": {"w": {"routes": {"go": "g"}, "authorizer": "g"}}},
         "websocket_apis.w.authorizer: an authorizer needs a $connect route."),
        ({"http_apis": {"a": {}}}, "http_apis.a.Routes: an API needs at least one route."),
        ({"http_apis": {"a": {"routes": {"GET /": "h"}}}}, "http_apis.a.routes.GET /: there is no function 'h'"),
        ({"http_apis": {"a": {"routes": {"GET /": {}}}}}, "http_apis.a.routes.GET /: a route needs a function, a url"),
        ({"http_apis": {"a": {"routes": {"GET /": {"function": "g", "timeout": 5}}}}},
         "http_apis.a.routes.GET /.timeout: unknown key. Did you mean 'timeout_ms'?"),
        ({"http_apis": {"a": {"routes": {"GET /": {"function": "g", "authorizer": "x"}}}}},
         "http_apis.a.routes.GET /.authorizer: there is no authorizer 'x' in this API."),
        ({"http_apis": {"a": {"routes": {"GET /": {"integration": {"IntegrationSubtype": "SQS-SendMessage",
                                                                   "RequestParameters": {"QueueUrl": "${q.Url}"}}}}}}},
         "http_apis.a.routes.GET /.integration.RequestParameters.QueueUrl: there is no"),
        ({"http_apis": {"a": {"routes": {"GET /": "g"}, "authorizers": {"x": {"function": "h"}}}}},
         "http_apis.a.authorizers.x.function: there is no function 'h'"),
        ({"http_apis": {"a": {"routes": {"GET /": "g"}, "cors": {"allow_origin": ["*"]}}}},
         "http_apis.a.cors.allow_origin: unknown key. Did you mean 'allow_origins'?"),
        ({"http_apis": {"a": {"routes": {"GET /": "g"}, "cors": {"max_age": "5"}}}},
         "http_apis.a.cors.max_age: expected"),
    ],
)  # fmt: skip
def test_wrong_names(document: dict[str, Any], text: str, code: Path) -> None:
    house = {"queues": {"dlq": NOTHING}, "buses": {"b": NOTHING}, "functions": {"g": "tasks:work"}}
    merged = {title: {**house.get(title, {}), **document.get(title, {})} for title in {**house, **document}}
    assert told(merged, code).startswith(text)


def test_a_name_that_two_kinds_share_needs_its_kind(code: Path) -> None:
    house: dict[str, Any] = {"queues": {"x": NOTHING}, "functions": {"x": "tasks:work"}}
    rule = {"pattern": {"source": ["s"]}}
    ambiguous = {**house, "rules": {"r": {**rule, "target": "x"}}}
    assert told(ambiguous, code) == ("rules.r.target: 'x' is a function and a queue: write function:x or queue:x.")
    accepted({**house, "rules": {"r": {**rule, "target": "queue:x"}}}, code)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("${q.Arm}", "${q.Arm}: no such attribute. Did you mean 'Arn'?"),
        ("${p.Arn}", "there is no resource 'p' here. Known here: default, f, q."),
        ("${HOME}", "${HOME}: write ${name.Attribute}, or ${!HOME} for the text."),
    ],
)
def test_placeholders_in_environments(value: str, text: str, code: Path) -> None:
    document = {"queues": {"q": {}}, "functions": {"f": {"handler": "tasks:work", "environment": {"V": value}}}}
    assert told(document, code).startswith(f"functions.f.environment.V: {text}")


# The construct


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ({}, "socket_tasks.tasks: give at least one task"),
        ({"task": {}}, "socket_tasks.task: unknown key. Did you mean 'tasks'?"),
        ({"tasks": {"a": "taks:work"}}, "socket_tasks.tasks.a.handler: there is no module 'taks'"),
        ({"tasks": {"a": 3}}, "socket_tasks.tasks.a.handler: a function needs a handler"),
        ({"tasks": {"a": {"handler": "tasks:work", "timout": 3}}}, "socket_tasks.tasks.a.timout: unknown key. Did you"),
        ({"tasks": {"a": {"handler": "tasks:work", "timeout": "3"}}}, "socket_tasks.tasks.a.timeout: expected a whole"),
        ({"tasks": {"a.b": "tasks:work", "a-b": "tasks:work"}}, "socket_tasks.tasks.a-b: there is a function 'a-b' al"),
        ({"tasks": {"task-submit": "tasks:work"}}, "socket_tasks.submit: there is a resource 'task-submit' in functi"),
        ({"tasks": {"a": "tasks:work"}, "bus": 3}, "socket_tasks.bus: expected a text, got 3."),
        ({"tasks": {"a": "tasks:work"}, "submit": "tasks:sumbit"}, "socket_tasks.submit.handler: module 'tasks'"),
    ],
)
def test_errors_of_the_construct_name_its_keys(table: dict[str, Any], text: str, code: Path) -> None:
    assert told({"socket_tasks": table}, code).startswith(text)
