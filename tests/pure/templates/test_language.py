"""The template language: references, directives, operators, strings, literals."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.templates import TemplateError, compile_template

VARIABLES: dict[str, Any] = {
    "name": "Ada",
    "n": 7,
    "yes": True,
    "no": False,
    "list": [1, "two", {"three": 3}],
    "map": {"foo": "bar", "inner": {"a": 1}},
    "zero": 0,
}


def rendered(text: str) -> str:
    return compile_template(text).render(VARIABLES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$name", "Ada"),
        ("${name}", "Ada"),
        ("$!name", "Ada"),
        ("$!{name}", "Ada"),
        ("${name}s", "Adas"),
        ("$x", "$x"),
        ("${x}", "${x}"),
        ("$x.y('z')", "$x.y('z')"),
        ("[$!x]", "[]"),
        ("[$!{x}]", "[]"),
        (r"\$name", "$name"),
        (r"\\$name", r"\Ada"),
        ("$ 5 and $5", "$ 5 and $5"),
        ("$name.", "Ada."),
        ("$map.foo", "bar"),
        ("${map.foo}", "bar"),
        ("$map['foo']", "bar"),
        ('$map["foo"]', "bar"),
        ("${map['foo']}", "bar"),
        ("$map.inner.a", "1"),
        ("$map.get('foo')", "bar"),
        ("$list[0] $list.get(1)", "1 two"),
        ("$list[2].three", "3"),
        ("$map", "{foo=bar, inner={a=1}}"),
        ("$list", '[1,"two",{"three":3}]'),
        ("$yes $no", "true false"),
        ('{"a": "$name", "b": $n}', '{"a": "Ada", "b": 7}'),
        ("#notADirective $name #", "#notADirective Ada #"),
    ],
)
def test_references(text: str, expected: str) -> None:
    assert rendered(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#set($a = 1)$a", "1"),
        ("#set( $a = $name )\n$a", "Ada"),
        ("#set($a = $undefined)$a", "$a"),
        ("#set($map.foo = 'x')$map.foo", "x"),
        ("#set($map['new-key'] = 'x')$map.new-key", "x"),
        ("#set($m = {})#set($m.a = 1)$m", "{a=1}"),
        ("#set($a=1)\n  #set($b=2)\n$a$b", "12"),
        ("#if($yes)a#end", "a"),
        ("#if($no)a#else b#end", " b"),
        ("#if($no)a#{else}b#{end}c", "bc"),
        ("#if($no)a#elseif($yes)b#else c#end", "b"),
        ("#if($no)a#elseif($no)b#{else}c#end", "c"),
        ("#if($undefined)a#{else}b#end", "b"),
        ("#if(!$undefined)a#end", "a"),
        ("#if($name)\na\n#end\nb", "a\nb"),
        ("#foreach($i in $list)<$i>#end", "<1><two><{three=3}>"),
        ("#foreach($i in [1..3])$i#end", "123"),
        ("#foreach($i in [3..1])$i#end", "321"),
        ("#foreach($i in ['a', 'b'])$i#if($foreach.hasNext),#end#end", "a,b"),
        ("#foreach($i in ['a', 'b'])$foreach.index$foreach.count#end", "0112"),
        ("#foreach($i in ['a', 'b'])$foreach.first/$foreach.last #end", "true/false false/true "),
        ("#foreach($i in ['a', 'b'])$velocityCount#end", "12"),
        ("#foreach($i in [1..9])#if($i == 3)#break#end$i#end.", "12."),
        ("#foreach($v in $map.inner)$v#end", "1"),
        ("#foreach($e in $map.entrySet())$e.key;#end", "foo;inner;"),
        ("#foreach($k in $map.keySet())$k;#end", "foo;inner;"),
        ("#foreach($i in $undefined)$i#end", ""),
        ("#foreach($i in [1..2])#foreach($j in [1..2])$i$j #end#end", "11 12 21 22 "),
        ("a#stop b", "a"),
        ("a## gone $name\nb", "ab"),
        ("a#* gone\n $name *#b", "ab"),
        ("#[[$name #if]]#", "$name #if"),
        ("#define($hi)hi $name#end$hi, $hi", "hi Ada, hi Ada"),
        ("#macro(hi $who)hi $who.#end#hi('you')#hi($name)", "hi you.hi Ada."),
    ],
)
def test_directives(text: str, expected: str) -> None:
    assert rendered(text) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 / 2", "3"),
        ("7 % 3", "1"),
        ("$n - 1", "6"),
        ("-5", "-5"),
        ("1.5 + 1", "2.5"),
        ("'a' + 1", "a1"),
        ("1 == 1", "true"),
        ("1 == 1.0", "true"),
        ("'a' == 'a'", "true"),
        ("'a' != 'a'", "false"),
        ("1 < 2", "true"),
        ("2 <= 1", "false"),
        ("2 > 1", "true"),
        ("1 >= 2", "false"),
        ("1 eq 1", "true"),
        ("1 ne 1", "false"),
        ("1 lt 2", "true"),
        ("1 gt 2", "false"),
        ("1 le 1", "true"),
        ("1 ge 2", "false"),
        ("true && false", "false"),
        ("true || false", "true"),
        ("true and true", "true"),
        ("false or false", "false"),
        ("!true", "false"),
        ("not false", "true"),
        ("$n == 7 && $name == 'Ada'", "true"),
        ("false && false || true", "true"),
        ("'$name'", "$name"),
        ('"$name"', "Ada"),
        ('"<${name}s>"', "<Adas>"),
        ('"a ""quoted"" word"', 'a "quoted" word'),
        ("'it''s'", "it's"),
        (r'"\\"', r"\\"),
        ("[1, 'a'].size()", None),
        ("$list.size() + 1", "4"),
    ],
)
def test_expressions(expression: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(TemplateError):
            rendered(f"#set($r = {expression})$r")
    else:
        assert rendered(f"#set($r = {expression})$r") == expected


def test_map_and_list_literals() -> None:
    assert rendered("#set($m = {'a': 1, \"b\": [1, 2]})$m.a $m.b.size() $m.b.get(1)") == "1 2 2"


def test_names_may_hold_hyphens() -> None:
    assert rendered("#set($h = {})#set($h.X-Amz-Target = 'T')$h.X-Amz-Target") == "T"


def test_a_loop_ends_after_1000_iterations() -> None:
    assert rendered("#foreach($i in [1..5000])x#end").count("x") <= 1000


def test_the_callers_values_are_not_changed() -> None:
    variables = {"map": {"a": [1]}}
    compile_template("#set($map.b = 2)#set($d = $map.a.add(2))").render(variables)
    assert variables == {"map": {"a": [1]}}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("#if($a)x", 1, 8),
        ("a\n #end", 2, 5),
        ("#foreach($a $b)#end", 1, 13),
        ("\n\n#set($a = )", 3, 11),
        ("${a b}", 1, 4),
        ("$a.b(", 1, 6),
        ("#if($a == 'x)#end", 1, 11),
        ("#* open", 1, 1),
        ("#include('x')", 1, 1),
        ("#set($a.b() = 1)", 1, 13),
    ],
)
def test_bad_templates_are_refused_with_the_place(text: str, line: int, column: int) -> None:
    with pytest.raises(TemplateError) as error:
        compile_template(text)
    assert error.value.line == line
    assert error.value.column is not None
    assert abs(error.value.column - column) <= 1


def test_a_template_holds_at_most_300_kb() -> None:
    compile_template("x" * 300 * 1024)
    with pytest.raises(TemplateError):
        compile_template("x" * (300 * 1024 + 1))


@pytest.mark.parametrize(
    "text",
    [
        "#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])x#end#end#end",
        "#set($x = 2)#foreach($i in [1..1000])#set($x = $x * $x)#end",
        '#set($x = "ab")#foreach($i in [1..1000])#set($x = "$x$x")#end',
        "#set($l = [])#set($d = $l.add($l))$l",
        "#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$l",
        "#define($x)$x#end$x",
        "#macro(m)#m()#end#m()",
        "#if(" + "(" * 50_000,
        "#if(1)" * 30_000,
        "#set($a = [1..999999999])",
    ],
)
def test_endless_templates_end(text: str) -> None:
    with pytest.raises(TemplateError):
        rendered(text)
