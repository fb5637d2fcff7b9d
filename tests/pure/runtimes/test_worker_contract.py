"""The bootstrap against AWS's own Python client (awslambdaric) as oracle: same code, same bytes."""

from __future__ import annotations

import collections
import decimal
import enum
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.runtimes.bootstraps import python_contract, python_json, python_logging

oracle = pytest.importorskip("awslambdaric.bootstrap", exc_type=ImportError)
marshaller = pytest.importorskip("awslambdaric.lambda_runtime_marshaller", exc_type=ImportError)

RUNTIMES = ["python3.11", "python3.13"]
Pair = collections.namedtuple("Pair", "a b")

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals()
    | st.binary(max_size=5)
    | st.sampled_from([enum.IntEnum("E", "A B").B, enum.StrEnum("S", "x").x])
)
keys = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(b"k") | st.just((1,))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner) | st.tuples(inner) | st.builds(Pair, inner, inner),
    max_leaves=8,
)


def outcome(encode: Any, value: Any) -> tuple[str, str]:
    try:
        return "text", encode(value)
    except Exception as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_json_is_written_as_by_aws(runtime: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EXECUTION_ENV", f"AWS_Lambda_{runtime}")

    @given(values)
    def same(value: Any) -> None:
        assert outcome(python_json.dumps, value) == outcome(marshaller.to_json, value)

    same()


ODD: list[Any] = [
    {1, 2},
    type,
    range(3),
    bytearray(b"x"),
    {"a": b"\xff"},
    {decimal.Decimal(1): 1},
    decimal.Decimal("1E+3"),
    decimal.Decimal("-Infinity"),
    decimal.Decimal("sNaN"),
    collections.OrderedDict(a=Pair(1, (2,))),
    collections.UserDict(a=1),
    "\u2028\x7f\ud800",
    {"a": {"b": {Pair(1, 2): 1}}},
]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_odd_values(value: Any) -> None:
    assert outcome(python_json.dumps, value) == outcome(marshaller.to_json, value)


def test_cycles() -> None:
    plain: list[Any] = []
    plain.append(plain)
    mixed: dict[Any, Any] = {1: b"x"}
    mixed["self"] = [mixed]
    for value in (plain, mixed):
        assert outcome(python_json.dumps, value) == outcome(marshaller.to_json, value)


class Client:
    """Stands for the client of the Runtime API: keeps what is posted."""

    marshaller = marshaller.LambdaMarshaller()

    def post_invocation_result(self, _: str, result: str | bytes, content_type: str, __: None) -> None:
        self.posted = result if isinstance(result, bytes) else result.encode(), content_type

    def post_invocation_error(self, _: str, error: str, __: str, ___: None) -> None:
        self.posted = error.encode(), "application/json"


class Sink:
    def log(self, text: str, frame_type: bytes | None = None) -> None:
        del frame_type
        self.text = text

    def log_error(self, lines: list[str]) -> None:
        self.text = "\n".join(lines)


SOURCE = """
import datetime

def deep(n):
    if n:
        deep(n - 1)
    raise LookupError(f"é {n}")

def handler(event, context):
    return globals()[event["do"]](event)

def fail(event):
    deep(2)

def chained(event):
    try:
        deep(0)
    except LookupError as error:
        raise ValueError from error

def multi(event):
    raise RuntimeError("two\\n  lines")

def date(event):
    return [datetime.datetime(2025, 1, 1)]

def echo(event):
    return event

def raw(event):
    return b"raw"

def recursion(event):
    return deeper(event)

def deeper(event):
    nested = []
    for _ in range(5000):
        nested = [nested]
    return nested
"""

CALLS = ["fail", "chained", "multi", "date", "echo", "raw", "missing"]


@pytest.fixture
def task_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return tmp_path


@pytest.mark.parametrize("call", CALLS)
def test_handler_answers_and_error_logs(task_root: Path, call: str) -> None:
    module = types.ModuleType("answers")
    path = task_root / "answers.py"
    path.write_text(SOURCE)
    exec(compile(SOURCE, str(path), "exec"), module.__dict__)
    event = json.dumps({"do": call, "é": [1.0, None]}).encode()
    client, sink = Client(), Sink()
    oracle.handle_event_request(
        client, module.handler, "id", event, "application/json", None, None, "arn", 0, None, sink
    )
    answer = python_contract.handle_event_request(module.handler, {"id": "id", "arn": "arn", "deadline_ms": 0}, event)
    assert (answer.payload, answer.content_type) == client.posted
    if answer.error is not None:
        assert python_logging.error_text(answer.error) == sink.text


@pytest.mark.parametrize(
    ("event", "context", "identity"),
    [(b"{", None, None), (b"", None, None), (b"{}", "{", None), (b"{}", None, "nonsense"), (b"\xff", None, None)],
)
def test_unreadable_input(event: bytes, context: str | None, identity: str | None) -> None:
    client = Client()
    oracle.handle_event_request(
        client, lambda *_: None, "id", event, "application/json", context, identity, "arn", 0, None, Sink()
    )
    invocation = {"id": "id", "deadline_ms": 0, "client_context": context, "identity": identity}
    answer = python_contract.handle_event_request(lambda *_: None, invocation, event)
    mine, theirs = json.loads(answer.payload), json.loads(client.posted[0])
    assert mine["errorType"] == theirs["errorType"]
    # What follows the colon is the JSON parser's own text; AWS's client uses another parser.
    assert mine["errorMessage"].partition(": ")[0] == theirs["errorMessage"].partition(": ")[0]
    assert mine["stackTrace"] == theirs["stackTrace"]


FILES = {
    "ok.py": "def handler(event, context): pass\n",
    "syn.py": "x = 1\ndef handler(:\n",
    "indent.py": "if True:\nx\n",
    "wants.py": "from ok import nothing\n",
    "raises.py": "def f():\n    raise KeyError('k')\n\nf()\n",
    "deep/mod.py": "import raises\n",
    "imports_syn.py": "import syn\n",
    "key/def/main.py": "def handler(event, context): pass\n",
}
NAMES = ["ok.handler", "ok.nosuch", "nosuch.handler", "syn.h", "indent.h", "wants.h", "raises.h", "deep.mod.h"]
NAMES += ["deep/mod.h", "imports_syn.h", "nodot", "", "sys.exit", "time.sleep", "key.def.main.handler", "ok/x.handler"]
NAMES += ["ok.handler.more", ".handler", "ok."]


def init_error(resolve: Any, body: Any, handler: str) -> Any:
    for name in [name for name in sys.modules if name.partition(".")[0] in {"ok", "raises", "deep", "wants", "key"}]:
        del sys.modules[name]
    try:
        return resolve(handler).__name__
    except Exception as error:
        own = error.__traceback__
        return body(error.with_traceback(own and own.tb_next))  # without this test's own frame


def oracle_body(error: Exception) -> Any:
    if isinstance(error, oracle.FaultException):
        return oracle.make_error(error.msg, error.exception_type, error.trace)
    return oracle.build_fault_result((type(error), error, error.__traceback__), None)


@pytest.mark.parametrize("handler", NAMES)
def test_init_errors(task_root: Path, handler: str) -> None:
    for name, text in FILES.items():
        path = task_root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    theirs = init_error(oracle._get_handler, oracle_body, handler)
    mine = init_error(python_contract.resolve_handler, python_contract.body_of_exception, handler)
    assert json.dumps(mine) == json.dumps(theirs)
