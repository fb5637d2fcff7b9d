"""The JSONata libraries behind one surface: jsonatapy where it is installed, else jsonata-python.

Both are optional (extra ``jsonata``).  An expression is compiled once and evaluated with variables as bindings; the
result is plain JSON, ``UNDEFINED``, or ``FUNCTION`` for a function or regular expression.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any, Protocol

from emulator.asl.jsonata_functions import FunctionError, extra_functions
from emulator.asl.jsonata_messages import LIMITS, MEMORY, code_and_text, reference_message
from emulator.asl.jsonata_references import longest_range
from emulator.asl.scope import Absent, Host

UNDEFINED = Absent()
FUNCTION = Absent()
_LONGEST_RANGE = 873_782
"""Numbers of a range; one more is over AWS's limit on memory (recorded)."""
# AWS stops a sum of 200 terms by recursion; both libraries count three levels a term and a few around it.
_MAX_DEPTH = 602
_MAX_MILLISECONDS = 2_000
_NON_FUNCTION = "T1006: Attempted to invoke a non-function"
_NAMES = ("now", "millis", "random", "uuid", "partition", "range", "hash", "parse", "clone", "eval")
# The functions of the evaluation that is running: they know its host and its one instant.
_FUNCTIONS: ContextVar[dict[str, Callable[..., Any]]] = ContextVar("jsonata_functions")
_OWN = frozenset({"uuid", "partition", "range", "hash", "parse", "clone"})


class JsonataError(Exception):
    """``str``: ``T1006: Attempted to invoke a non-function``; ``joint``: how AWS joins it to its own sentence."""

    def __init__(self, text: str, joint: str = ".") -> None:
        super().__init__(text)
        self.joint = joint


class NoEngineError(Exception):
    """Neither library is installed."""


class Expression(Protocol):
    def evaluate(self, bindings: Mapping[str, Any], host: Host) -> Any:
        """Plain JSON, UNDEFINED or FUNCTION.  Raises JsonataError."""


def check_memory(text: str) -> None:
    """Raises JsonataError for an expression that AWS would not find the memory for."""
    if longest_range(text) > _LONGEST_RANGE:
        raise JsonataError(MEMORY, ":")


def compile_expression(text: str, engine: str | None = None) -> Expression:
    """Raises JsonataError for a syntax error, NoEngineError.  ``engine``: a library's module name, for tests."""
    return _compile(engine or _engine(), text)


@lru_cache(maxsize=2048)
def _compile(engine: str, text: str) -> Expression:
    return RustExpression(text) if engine == "jsonatapy" else PythonExpression(text)


@lru_cache(maxsize=1)
def _engine() -> str:
    for name in ("jsonatapy", "jsonata"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        return name
    raise NoEngineError("JSONata needs the extra 'jsonata': pip install 'aws-task-emulator[jsonata]'")


def fault_from(error: BaseException) -> JsonataError:
    """A library's exception in the reference implementation's words."""
    if isinstance(error, RecursionError):
        return JsonataError(LIMITS["D1011"], ":")
    code, text = code_and_text(str(error))
    code = getattr(error, "error", None) or code
    if code in LIMITS:
        return JsonataError(LIMITS[code], ":")
    if code is None:
        return JsonataError(text or type(error).__name__, ":")
    return JsonataError(f"{code}: {reference_message(str(code), text)}")


def _call_function(name: str, *arguments: Any) -> Any:
    functions = _FUNCTIONS.get()
    if name not in functions:
        raise FunctionError(_NON_FUNCTION)
    try:
        return functions[name](*arguments)
    except TypeError:
        raise FunctionError(f"T0410: Argument count of function ${name} does not match") from None


class RustExpression:
    """jsonatapy.  It answers in JSON text, where a function is ``""`` and an infinity ``null``: those two are asked
    for their type."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._main = self._build(text)

    def evaluate(self, bindings: Mapping[str, Any], host: Host) -> Any:
        token = _FUNCTIONS.set(extra_functions(host, host.now(), _rust_format))
        try:
            return self._evaluate(dict(bindings))
        finally:
            _FUNCTIONS.reset(token)

    def _evaluate(self, variables: dict[str, Any]) -> Any:
        answer = self._run(self._main, variables)
        if answer is None:
            return UNDEFINED
        if answer in ('""', "null"):
            return self._odd(answer, variables)
        return json.loads(answer)

    def _odd(self, answer: str, variables: dict[str, Any]) -> Any:
        kind = self._run(self._build(f"$type(({self._text}))"), variables)
        if kind == '"function"':
            return FUNCTION
        if kind == '"number"':
            signs = {"Infinity": "> 0", "-Infinity": "< 0"}
            return next((name for name, sign in signs.items() if self._holds(sign, variables)), "NaN")
        return json.loads(answer)

    def _holds(self, comparison: str, variables: dict[str, Any]) -> bool:
        return self._run(self._build(f"({self._text}) {comparison}"), variables) == "true"

    def _build(self, text: str) -> Any:
        try:
            expression = importlib.import_module("jsonatapy").compile(text)
        except ValueError as error:
            raise fault_from(error) from None
        for name in _NAMES:
            register = expression.register if name in _OWN else expression.register_override
            register(name, partial(_call_function, name))
        return expression

    def _run(self, expression: Any, variables: dict[str, Any]) -> str | None:
        try:
            return self._call(expression, variables)
        except (OverflowError, UnicodeEncodeError):
            return self._call(expression, plain_for_rust(variables))

    def _call(self, expression: Any, variables: dict[str, Any]) -> str | None:
        try:
            answer: str | None = expression.evaluate_json_or_none(
                None, variables, timeout=_MAX_MILLISECONDS, max_stack_depth=_MAX_DEPTH
            )
            return answer
        except (ValueError, RecursionError) as error:
            if isinstance(error, UnicodeEncodeError):
                raise
            raise fault_from(error) from None


def plain_for_rust(value: Any) -> Any:
    """Integers beyond 64 bits as floats (JSONata knows no others), lone surrogates as question marks."""
    if isinstance(value, dict):
        return {plain_for_rust(key): plain_for_rust(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_for_rust(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value) if abs(value) < 2**1023 else math.copysign(1.7976931348623157e308, value)
    return value


def _rust_format(millis: int, picture: Any, zone: Any) -> Any:
    arguments = [str(millis), *(json.dumps(item) for item in (picture, zone) if item is not None)]
    expression = importlib.import_module("jsonatapy").compile(f"$fromMillis({', '.join(arguments)})")
    return json.loads(expression.evaluate_json_or_none(None, {}))


class PythonExpression:
    """jsonata-python.  A null must be its NULL_VALUE to differ from nothing; it raises whatever comes."""

    def __init__(self, text: str) -> None:
        self._library = importlib.import_module("jsonata.jsonata")
        self._null = importlib.import_module("jsonata.utils").Utils.NULL_VALUE
        try:
            self._expression = self._library.Jsonata(text)
        except Exception as error:
            raise fault_from(error) from None
        self._expression.set_output_convert_nulls(False)

    def evaluate(self, bindings: Mapping[str, Any], host: Host) -> Any:
        token = _FUNCTIONS.set(extra_functions(host, host.now(), self._format))
        try:
            return self._result(self._expression.evaluate(None, self._frame(bindings)))
        except ZeroDivisionError:
            return "Infinity"
        except Exception as error:
            raise fault_from(error) from None
        finally:
            _FUNCTIONS.reset(token)

    def _frame(self, bindings: Mapping[str, Any]) -> Any:
        frame = self._expression.create_frame()
        frame.set_runtime_bounds(_MAX_MILLISECONDS, _MAX_DEPTH)
        for name, value in bindings.items():
            frame.bind(name, self._nulls_in(value))
        for name in _NAMES:
            frame.bind(name, self._library.Jsonata.JLambda(partial(self._call, name)))
        return frame

    def _result(self, value: Any) -> Any:
        if value is None:
            return UNDEFINED
        plain = self._nulls_out(value)
        try:
            return json.loads(json.dumps(plain))
        except (TypeError, ValueError):  # a function, a regular expression, something that holds itself
            return FUNCTION

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._nulls_in(_call_function(name, *map(self._nulls_out, arguments)))

    def _format(self, millis: int, picture: Any, zone: Any) -> Any:
        return importlib.import_module("jsonata.functions").Functions.datetime_from_millis(millis, picture, zone)

    def _nulls_in(self, value: Any) -> Any:
        if value is None:
            return self._null
        if isinstance(value, dict):
            return {key: self._nulls_in(item) for key, item in value.items()}
        return [self._nulls_in(item) for item in value] if isinstance(value, list) else value

    def _nulls_out(self, value: Any) -> Any:
        if value is self._null:
            return None
        if isinstance(value, dict):
            return {key: self._nulls_out(item) for key, item in value.items()}
        return [self._nulls_out(item) for item in value] if isinstance(value, list) else value
