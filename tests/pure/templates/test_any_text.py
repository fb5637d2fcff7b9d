"""Whatever the template's text is, it renders or raises TemplateError, and soon."""

from __future__ import annotations

import contextlib
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.templates import Params, TemplateError, compile_template, render_mapping
from emulator.templates.javaregex import compile_java
from emulator.templates.methods import _ENTRY, _LIST, _MAP, _NUMBER, _STRING

FRAGMENTS = """
$|#|{|}|(|)|[|]|"|'|,|:|.|\\|!|-|=|==|&&||| + |/|%|<| in | not | x |1|2.5|0|..|##|#*|*#|#[[|]]#
$x|$!x|${x}|$x.y|$list|$map|$s|$input|$util|$context|$foreach|.size()|.get(0)|.get('a')|[0]|['a']|.put('a', $x)
.add($list)|.replaceAll('a(b)?', "$1")|.replace('', $s)|.split('')|.substring(1)|.entrySet()|.key|.toString()
.contains($s)|.length()|.matches('[a')|$input.path('$..a')|$input.json('$')|$input.params()|$input.params('a')
$util.parseJson($s)|$util.escapeJavaScript($list)|$util.base64Decode($s)|$util.urlDecode($s)|.parseInt('1')|.repeat(99)
#set($x = |#set($map.a = |#set($context.requestOverride.header.a = |#set($context.responseOverride.status = |#if(
#if($x)|#else|#elseif($s)|#end|#foreach($x in $list)|#foreach($i in [1..50])|#break|#stop
#define($x)|#macro(m $a)|#m($x)|#m(
""".replace("\n", "|").split("|")

# Templates that can be read: values of every kind meet methods and operators of every kind.
VALUES = st.sampled_from(
    """
$x|$list|$map|$s|$n|$input|$util|$foreach|$context.a|$context.none|$input.body|$input.path('$')|$input.path('$.a')
$input.json('$..a')|$input.params()|$util.parseJson('{"a":[1,-0.5e3]}')|1|-2|1.5|true|'a'|"<$s>"|[]|[1..3]|{}
{'a': $list}|$map.entrySet()|$map.entrySet().get(0)|$context.requestOverride|$s.split('')
""".strip()
    .replace("\n", "|")
    .split("|")
)
METHODS = st.sampled_from([name for table in (_STRING, _LIST, _MAP, _NUMBER, _ENTRY) for name in table])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"])
REFERENCES = st.sampled_from(["$x", "$list", "$map", "$s", "$n", "$input.path('$.a')", "$map.entrySet().get(0)"])
FORMS = st.sampled_from(
    [
        "{0}",
        "$!{{x}}#set($x = {0})$x",
        "#set($list[0] = {0})",
        "#set($map.a = {0})$map",
        "#if({0})a#end",
        "#set($n = {0})",
        "#foreach($i in {0})$i$foreach.hasNext#end",
        "#set($s = {0})$s",
        '#set($s = "${{s}}$!x{0}")',
        "#set($context.responseOverride.status = {0})",
        "#set($context.requestOverride.header.a = {0})",
        "#define($d){0}#end$d",
        "#macro(m $a)$a#end#m({0})",
    ]
)


def call(reference: str, method: tuple[str, int], args: list[str]) -> str:
    name, count = method
    return f"{reference}.{name}({', '.join(args[:count])})"


def larger(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(call, REFERENCES, METHODS, st.lists(values, min_size=2, max_size=2)),
        st.builds("({} {} {})".format, values, OPERATORS, values),
        st.builds("[{}, {}]".format, values, values),
        st.builds("{{'k': {}}}".format, values),
    )


STATEMENTS = st.builds(str.format, FORMS, st.recursive(VALUES, larger, max_leaves=6))
BODIES = st.sampled_from(["", '{"a": [1.0, {"a": null}, "x"]}', "x", "[1]"])


def check(parts: list[str], body: str) -> None:
    started = time.monotonic()
    text = "#set($list = [1, 'a', $x])#set($map = {'a': 1})#set($s = \"ab\")#set($n = 3)" + "".join(parts)
    with contextlib.suppress(TemplateError):
        template = compile_template(text)
        params = Params(header={"a": "b"})
        render_mapping(template, body=body, params=params, context={"a": {"b": "c"}}, stage_variables={})
    assert time.monotonic() - started < 10


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25), BODIES)
def test_any_fragments(parts: list[str], body: str) -> None:
    check(parts, body)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATEMENTS, max_size=5), BODIES)
def test_any_statements(parts: list[str], body: str) -> None:
    check(parts, body)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab\\[](){}*+?|^$-&.,:<>=!12pQEkdwznx", max_size=12))
def test_any_java_pattern(pattern: str) -> None:
    with contextlib.suppress(TemplateError):
        compile_java(pattern)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_characters(text: str) -> None:
    with contextlib.suppress(TemplateError):
        compile_template(text).render({})
