"""Java's methods on the values of a template: String, List, Map, Map.Entry, numbers, Boolean.

``call(value, name, args, meter)`` is None (Velocity's null) for a method that Java does not have with that many
arguments, as Velocity's own look-up is.  A method that Java has and that fails raises TemplateError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.templates import javaregex
from emulator.templates.errors import MAX_LIST, Meter, TemplateError
from emulator.templates.values import BLANK, Blank, Entry, JavaList, JavaMap, TemplateObject, display, equal, is_number

Method = Callable[..., Any]


def call(value: Any, name: str, args: list[Any], meter: Meter) -> Any:
    """``$value.name(args)``"""
    meter.charge()
    if isinstance(value, TemplateObject):
        return value.call(name, args, meter)
    if isinstance(value, Blank):
        return _blank(name, args, meter)
    if value is None:
        return None
    method = _table(value).get((name, len(args))) or _ANY.get((name, len(args)))
    if method is None:
        return None
    # Java's work on a text or list grows with its length.
    meter.charge(len(value) // 128 if isinstance(value, (str, list, dict)) else 0)
    try:
        return method(meter, value, *args)
    except ArithmeticError:
        raise TemplateError(f"{name}: the number is too large") from None


def _table(value: Any) -> dict[tuple[str, int], Method]:
    if isinstance(value, str):
        return _STRING
    if isinstance(value, dict):
        return _MAP
    if isinstance(value, list):
        return _LIST
    if is_number(value):
        return _NUMBER
    return _ENTRY if isinstance(value, Entry) else {}


def _blank(name: str, args: list[Any], meter: Meter) -> Any:
    """A missing member answers as an empty text, list or map would."""
    if method := _STRING.get((name, len(args))):
        return method(meter, "", *args)
    if name in ("size", "entrySet", "keySet", "values", "containsKey"):
        return _MAP[name, 1 if name == "containsKey" else 0](meter, JavaMap(), *args[:1])
    return BLANK


def _method(table: dict[tuple[str, int], Method], *names: str, args: int = 0) -> Callable[[Method], Method]:
    def register(function: Method) -> Method:
        for name in names:
            table[name, args] = function
        return function

    return register


def _position(value: Any, length: int, what: str = "index") -> int:
    """``value`` as a position from 0 to ``length``, both included."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TemplateError(f"{what} is not an integer")
    if not 0 <= value <= length:
        raise TemplateError(f"{what} {value} is out of range")
    return value


# -- every value -----------------------------------------------------------------------------------------------------

_ANY: dict[tuple[str, int], Method] = {
    ("toString", 0): lambda meter, value: display(value, meter),
    ("equals", 1): lambda meter, value, other: type(value) is type(other) and equal(value, other, meter),
}

# -- String ----------------------------------------------------------------------------------------------------------

_STRING: dict[tuple[str, int], Method] = {}


def _text(*names: str, args: int = 0) -> Callable[[Callable[..., Any]], Method]:
    """Register a method whose arguments are texts; with null for one of them Java has no answer."""

    def register(function: Callable[..., Any]) -> Method:
        def method(meter: Meter, text: str, *values: Any) -> Any:
            if any(value is None for value in values):
                return None
            result = function(text, *(display(value, meter) for value in values))
            if isinstance(result, list):
                meter.charge(len(result))
            return meter.text(result) if isinstance(result, str) else result

        for name in names:
            _STRING[name, args] = method
        return method

    return register


_text("length")(len)
_text("isEmpty")(lambda text: not text)
_text("isBlank")(lambda text: not text.strip())
_text("trim")(lambda text: text.strip("".join(map(chr, range(33)))))
_text("strip")(str.strip)
_text("toLowerCase")(str.lower)
_text("toUpperCase")(str.upper)
_text("contains", args=1)(lambda text, other: other in text)
_text("startsWith", args=1)(str.startswith)
_text("endsWith", args=1)(str.endswith)
_text("equalsIgnoreCase", args=1)(lambda text, other: text.lower() == other.lower())
_text("concat", args=1)(lambda text, other: text + other)
_text("indexOf", args=1)(str.find)
_text("lastIndexOf", args=1)(str.rfind)
_text("compareTo", args=1)(lambda text, other: (text > other) - (text < other))
_text("valueOf", args=1)(lambda text, other: other)
_text("toCharArray")(lambda text: JavaList(text))


@_method(_STRING, "equals", args=1)
def _equals(_meter: Meter, text: str, other: Any) -> bool:
    return isinstance(other, str) and text == other


@_method(_STRING, "matches", args=1)
def _matches(meter: Meter, text: str, regex: Any) -> bool | None:
    return None if regex is None else javaregex.matches(text, display(regex, meter), meter)


@_method(_STRING, "split", args=1)
def _split_all(meter: Meter, text: str, regex: Any) -> list[str] | None:
    return None if regex is None else _split(meter, text, regex, 0)


@_method(_STRING, "split", args=2)
def _split(meter: Meter, text: str, regex: Any, limit: Any) -> list[str]:
    parts = javaregex.split(text, display(regex, meter), meter, limit if isinstance(limit, int) else 0)
    meter.charge(len(parts))
    return JavaList(parts)


@_method(_STRING, "indexOf", args=2)
def _index_from(meter: Meter, text: str, other: Any, start: Any) -> int:
    return text.find(display(other, meter), start if isinstance(start, int) and start > 0 else 0)


@_method(_STRING, "substring", args=1)
def _substring(_meter: Meter, text: str, start: Any) -> str:
    return text[_position(start, len(text)) :]


@_method(_STRING, "substring", "subSequence", args=2)
def _substring_to(_meter: Meter, text: str, start: Any, end: Any) -> str:
    stop = _position(end, len(text))
    return text[_position(start, stop) : stop]


@_method(_STRING, "charAt", args=1)
def _char_at(_meter: Meter, text: str, index: Any) -> str:
    return text[_position(index, len(text) - 1)]


@_method(_STRING, "replace", args=2)
def _replace(meter: Meter, text: str, old: Any, new: Any) -> str | None:
    if old is None or new is None:
        return None
    old, new = display(old, meter), display(new, meter)
    meter.length(len(text) + text.count(old) * max(0, len(new) - len(old)))
    return text.replace(old, new)


@_method(_STRING, "replaceAll", args=2)
def _replace_all(meter: Meter, text: str, regex: Any, replacement: Any) -> str | None:
    if regex is None or replacement is None:
        return None
    return javaregex.replace(text, display(regex, meter), display(replacement, meter), meter)


@_method(_STRING, "replaceFirst", args=2)
def _replace_first(meter: Meter, text: str, regex: Any, replacement: Any) -> str | None:
    if regex is None or replacement is None:
        return None
    return javaregex.replace(text, display(regex, meter), display(replacement, meter), meter, count=1)


@_method(_STRING, "join", args=2)
def _join(meter: Meter, _text: str, separator: Any, items: Any) -> str | None:
    if not isinstance(items, list):
        return None
    texts, between = [display(item, meter) for item in items], display(separator, meter)
    meter.length(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


@_method(_STRING, "repeat", args=1)
def _repeat(meter: Meter, text: str, times: Any) -> str:
    count = _position(times, 2**31 - 1, "count")
    meter.length(len(text) * count)
    return text * count


# -- List ------------------------------------------------------------------------------------------------------------

_LIST: dict[tuple[str, int], Method] = {
    ("size", 0): lambda _meter, items: len(items),
    ("isEmpty", 0): lambda _meter, items: not items,
    ("contains", 1): lambda meter, items, item: _find(meter, items, item) >= 0,
    ("indexOf", 1): lambda meter, items, item: _find(meter, items, item),
}


def _find(meter: Meter, items: list[Any], item: Any) -> int:
    return next((at for at, other in enumerate(items) if equal(other, item, meter)), -1)


@_method(_LIST, "get", args=1)
def get_item(_meter: Meter, items: list[Any], index: Any) -> Any:
    return items[_position(index, len(items) - 1)]


@_method(_LIST, "add", args=1)
def _add(_meter: Meter, items: list[Any], item: Any) -> bool:
    items.append(item)
    return True


@_method(_LIST, "add", args=2)
def _insert(_meter: Meter, items: list[Any], index: Any, item: Any) -> None:
    items.insert(_position(index, len(items)), item)


@_method(_LIST, "addAll", args=1)
def _add_all(meter: Meter, items: list[Any], others: Any) -> bool | None:
    if not isinstance(others, list):
        return None
    if len(items) + len(others) > MAX_LIST:
        raise TemplateError(f"a list grows beyond {MAX_LIST} items")
    meter.charge(len(others))
    items.extend(list(others))
    return bool(others)


@_method(_LIST, "set", args=2)
def set_item(_meter: Meter, items: list[Any], index: Any, item: Any) -> Any:
    at = _position(index, len(items) - 1)
    items[at], previous = item, items[at]
    return previous


@_method(_LIST, "remove", args=1)
def _remove(meter: Meter, items: list[Any], item: Any) -> Any:
    if isinstance(item, int) and not isinstance(item, bool):
        return items.pop(_position(item, len(items) - 1))
    at = _find(meter, items, item)
    if at >= 0:
        del items[at]
    return at >= 0


@_method(_LIST, "subList", args=2)
def _sub_list(_meter: Meter, items: list[Any], start: Any, end: Any) -> list[Any]:
    stop = _position(end, len(items))
    return type(items)(items[_position(start, stop) : stop])


# -- Map -------------------------------------------------------------------------------------------------------------

_MAP: dict[tuple[str, int], Method] = {
    ("size", 0): lambda _meter, map_: len(map_),
    ("isEmpty", 0): lambda _meter, map_: not map_,
    ("keySet", 0): lambda _meter, map_: JavaList(map_),
    ("values", 0): lambda _meter, map_: JavaList(map_.values()),
    ("entrySet", 0): lambda _meter, map_: JavaList(Entry(key, value) for key, value in map_.items()),
    ("containsKey", 1): lambda meter, map_, key: display(key, meter) in map_,
    ("containsValue", 1): lambda meter, map_, value: _find(meter, list(map_.values()), value) >= 0,
}


@_method(_MAP, "get", args=1)
def get_key(meter: Meter, map_: dict[str, Any], key: Any) -> Any:
    value = map_.get(display(key, meter))
    return BLANK if value is None and not isinstance(map_, JavaMap) else value


@_method(_MAP, "getOrDefault", args=2)
def _get_or_default(meter: Meter, map_: dict[str, Any], key: Any, default: Any) -> Any:
    return map_.get(display(key, meter), default)


@_method(_MAP, "put", args=2)
def put(meter: Meter, map_: dict[str, Any], key: Any, value: Any) -> Any:
    name = display(key, meter)
    previous = map_.get(name)
    map_[name] = value
    return previous


@_method(_MAP, "putIfAbsent", args=2)
def _put_if_absent(meter: Meter, map_: dict[str, Any], key: Any, value: Any) -> Any:
    previous = map_.get(display(key, meter))
    return put(meter, map_, key, value) if previous is None else previous


@_method(_MAP, "putAll", args=1)
def _put_all(meter: Meter, map_: dict[str, Any], others: Any) -> None:
    for key, value in list(others.items()) if isinstance(others, dict) else ():
        put(meter, map_, key, value)


@_method(_MAP, "remove", args=1)
def _remove_key(meter: Meter, map_: dict[str, Any], key: Any) -> Any:
    return map_.pop(display(key, meter), None)


# -- Map.Entry and numbers -------------------------------------------------------------------------------------------

_ENTRY: dict[tuple[str, int], Method] = {
    ("getKey", 0): lambda _meter, entry: entry.key,
    ("getValue", 0): lambda _meter, entry: entry.value,
}


def _parse(kind: type[int] | type[float]) -> Method:
    def parse(meter: Meter, _number: Any, text: Any) -> Any:
        digits = display(text, meter)
        try:
            return kind(digits) if len(digits) <= 400 and "_" not in digits else kind("")
        except ValueError:
            raise TemplateError(f'For input string: "{digits[:100]}"') from None

    return parse


def _to_int(_meter: Meter, number: Any) -> int:
    # Java saturates where Python raises.
    return int(max(-(2.0**63), min(2.0**63 - 1, number))) if isinstance(number, float) and number == number else 0


_NUMBER: dict[tuple[str, int], Method] = {
    ("intValue", 0): lambda meter, number: number if isinstance(number, int) else _to_int(meter, number),
    ("doubleValue", 0): lambda _meter, number: float(number),
    # Velocity reaches static methods through any instance: #set($Integer = 0) $Integer.parseInt("5").
    ("parseInt", 1): _parse(int),
    ("parseLong", 1): _parse(int),
    ("parseDouble", 1): _parse(float),
    ("valueOf", 1): lambda meter, number, text: _parse(int if isinstance(number, int) else float)(meter, number, text),
    ("compareTo", 1): lambda _meter, a, b: (a > b) - (a < b) if is_number(b) else None,
}
_NUMBER["longValue", 0] = _NUMBER["intValue", 0]
