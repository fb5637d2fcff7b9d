"""REST paths: which operation of a service a method and a path mean, and the labels in the path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from emulator.wire.models import operation_model, service_model


@dataclass(slots=True)
class _Node:
    """A point in the tree of path segments."""

    literals: dict[str, _Node] = field(default_factory=dict)
    labels: _Node | None = None  # one segment of any text
    greedy: _Node | None = None  # the rest of the path
    # method -> operations with their label names and the query parameters that their template demands
    ends: dict[str, list[_End]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _End:
    operation: str
    label_names: tuple[str, ...]
    query: tuple[tuple[str, str], ...]


def _segments(path: str) -> list[str]:
    # One trailing slash is optional everywhere: older and newer SDKs differ.
    segments = path.split("/")[1:]
    return segments[:-1] if len(segments) > 1 and segments[-1] == "" else segments


def _query_of(template: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    path, _, query = template.partition("?")
    return path, tuple(parse_qsl(query, keep_blank_values=True)) if "=" in query else tuple(
        (name, "") for name in query.split("&") if name
    )


@cache
def _tree(service: str) -> _Node:
    root = _Node()
    model = service_model(service)
    for operation in model.operation_names:
        http: dict[str, Any] = model.operation_model(operation).http
        if "requestUri" in http:
            _plant(root, operation, http.get("method", "POST"), http["requestUri"])
    return root


def _plant(root: _Node, operation: str, method: str, template: str) -> None:
    path, query = _query_of(template)
    node = root
    label_names: list[str] = []
    for segment in _segments(path):
        if segment.startswith("{") and segment.endswith("+}"):
            label_names.append(segment[1:-2])
            node.greedy = node.greedy or _Node()
            node = node.greedy
        elif segment.startswith("{") and segment.endswith("}"):
            label_names.append(segment[1:-1])
            node.labels = node.labels or _Node()
            node = node.labels
        else:
            node = node.literals.setdefault(segment, _Node())
    node.ends.setdefault(method, []).append(_End(operation, tuple(label_names), query))


def match(
    service: str, method: str, path: str, query: str, headers: Mapping[str, str] | None = None
) -> tuple[str, dict[str, str]] | None:
    """(operation, decoded labels) for a raw path, or ``None``.

    Literal segments win over labels.  Where operations share a path, the one that demands most of the query parameters
    and headers that are there wins (``PUT /bucket/key`` with ``x-amz-copy-source``).
    """
    given = dict(parse_qsl(query, keep_blank_values=True))
    found = _walk(_tree(service), _segments(path), 0, [], method, given)
    if found is None:
        return None
    ends, values = found
    end = ends[0] if len(ends) == 1 else _most_demanding(service, ends, given, headers or {})
    return end.operation, {name: unquote(value) for name, value in zip(end.label_names, values, strict=True)}


_Found = tuple[list[_End], list[str]] | None


def _walk(node: _Node, segments: list[str], at: int, values: list[str], method: str, given: dict[str, str]) -> _Found:
    if at == len(segments):
        ends = [end for end in node.ends.get(method, ()) if _has_query(end, given)]
        return (ends, values) if ends else None
    segment = segments[at]
    literal = node.literals.get(segment) or (node.literals.get(unquote(segment)) if "%" in segment else None)
    if literal is not None and (found := _walk(literal, segments, at + 1, values, method, given)):
        return found
    if node.labels is not None and segment:
        found = _walk(node.labels, segments, at + 1, [*values, segment], method, given)
        if found:
            return found
    if node.greedy is None:
        return None
    # As much as possible, but another segment may follow ({portalArn+}/userSettings).
    for stop in range(len(segments), at, -1):
        taken = "/".join(segments[at:stop])
        if taken and (found := _walk(node.greedy, segments, stop, [*values, taken], method, given)):
            return found
    return None


def _has_query(end: _End, given: Mapping[str, str]) -> bool:
    return all(given.get(name) == value if value else name in given for name, value in end.query)


def _most_demanding(service: str, ends: list[_End], given: Mapping[str, str], headers: Mapping[str, str]) -> _End:
    def rank(end: _End) -> tuple[int, bool, int]:
        query, header = _demands(service, end.operation)
        met = query <= given.keys() and header <= headers.keys()
        return len(end.query), met, len(query) + len(header)

    return max(ends, key=rank)


@cache
def _demands(service: str, operation: str) -> tuple[frozenset[str], frozenset[str]]:
    """The query parameters and headers (lower case) that an operation requires."""
    shape = operation_model(service, operation).input_shape
    required = [] if shape is None else [(name, shape.members[name].serialization) for name in shape.required_members]
    query = frozenset(how.get("name", name) for name, how in required if how.get("location") == "querystring")
    return query, frozenset(how.get("name", name).lower() for name, how in required if how.get("location") == "header")
