"""Java's methods on texts, lists and maps."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.templates import TemplateError, compile_template

VARIABLES: dict[str, Any] = {"s": " Hello ", "t": "a-b-c", "list": [1, 2, 3], "map": {"a": 1, "b": 2}, "q": "it\\'s"}


def rendered(text: str) -> str:
    return compile_template(text).render(VARIABLES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$t.length()", "5"),
        ("$t.substring(2)", "b-c"),
        ("$t.substring(0, 1)", "a"),
        ("$t.contains('b')", "true"),
        ("$t.replace('-', '+')", "a+b+c"),
        ("$t.replace('.', '+')", "a-b-c"),
        ("$t.replaceAll('[ab]', 'x')", "x-x-c"),
        ("$t.replaceAll('.', 'x')", "xxxxx"),
        ("$t.replaceFirst('-', '+')", "a+b-c"),
        ("$t.replaceAll('(\\w)-', '$1$1')", "aabbc"),
        ("$t.replaceAll('(?<x>\\w)-', '${x}.')", "a.b.c"),
        ("$t.replaceAll('-', '\\$')", "a$b$c"),
        ("$t.replaceAll('(?i)A', 'x')", "x-b-c"),
        ("$t.replaceAll('\\p{Alpha}', 'x')", "x-x-x"),
        ("$t.replaceAll('\\Q-\\E', '')", "abc"),
        ('$q.replaceAll("\\\\\'", "\'")', "it's"),
        ("$t.split('-')[1]", "b"),
        ("$t.split('-').size()", "3"),
        ("$t.startsWith('a') $t.endsWith('a')", "true false"),
        ("$t.toUpperCase() $s.toLowerCase()", "A-B-C  hello "),
        ("[$s.trim()]", "[Hello]"),
        ("$t.equals('a-b-c') $t.equals('x')", "true false"),
        ("$t.indexOf('b') $t.indexOf('z')", "2 -1"),
        ("$t.matches('[a-c-]+') $t.matches('a')", "true false"),
        ("$t.isEmpty()", "false"),
        ("$t.concat('!')", "a-b-c!"),
        ("$t.toString()", "a-b-c"),
        ("$list.size() $list.get(0) $list.isEmpty()", "3 1 false"),
        ("$list.contains(2) $list.contains(9)", "true false"),
        ("#set($d = $list.add(4))$list", "[1,2,3,4]"),
        ("$map.get('a') $map.size() $map.isEmpty()", "1 2 false"),
        ("$map.containsKey('a') $map.containsKey('z')", "true false"),
        ("#set($d = $map.put('c', 3))$map", "{a=1, b=2, c=3}"),
        ("#foreach($k in $map.keySet())$k#end", "ab"),
        ("#foreach($v in $map.values())$v#end", "12"),
        ("#foreach($e in $map.entrySet())$e.key=$e.value $e.getKey()=$e.getValue();#end", "a=1 a=1;b=2 b=2;"),
        ("$t.noSuchMethod('x')", "$t.noSuchMethod('x')"),
    ],
)
def test_methods(text: str, expected: str) -> None:
    assert rendered(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$t.substring(9)",
        "$list.get(3)",
        "$t.replaceAll('(', '')",
        "$t.replaceAll('{', '')",
        "$t.replaceAll('*', '')",
        "$t.replaceAll('[a', '')",
        "$t.replaceAll('a', '$1')",
        "$t.replaceAll('a', '\\')",
        "$t.replaceAll('\\p{Nope}', '')",
        "$t.replaceAll('a{9999999999}', '')",
        "$t.replaceAll('[a&&b]', '')",
    ],
)
def test_what_java_refuses_is_a_template_error(text: str) -> None:
    with pytest.raises(TemplateError) as error:
        rendered(text)
    assert error.value.line == 1


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        # Java docs, String.split
        ("boo:and:foo", ":", ["boo", "and", "foo"]),
        ("boo:and:foo", "o", ["b", "", ":and:f"]),
        ("abc", "", ["a", "b", "c"]),
        ("", ",", [""]),
    ],
)
def test_split_as_java(text: str, pattern: str, expected: list[str]) -> None:
    template = compile_template("#foreach($p in $text.split($pattern))<$p>#end")
    assert template.render({"text": text, "pattern": pattern}) == "".join(f"<{part}>" for part in expected)
