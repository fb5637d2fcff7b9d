"""What AWS says about wrong patterns: reasons are AWS's first line after "Reason: "."""

from __future__ import annotations

import pytest

from emulator.patterns.event_pattern import InvalidPattern, compile_pattern

COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences"
    " after a wildcard character"
)


def reason(pattern: str) -> str:
    with pytest.raises(InvalidPattern) as caught:
        compile_pattern(pattern)
    return caught.value.reason


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (
            "this",
            "Unrecognized token 'this': was expecting"
            " (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        ),
        ("{'a'", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
        ('["a"]', "Filter is not an object"),
        ('"a"', "Filter is not an object"),
        ("{}", "Empty objects are not allowed"),
        ('{"a":{}}', "Empty objects are not allowed"),
        ('{"a":[]}', "Empty arrays are not allowed"),
        ('{"a":"x"}', '"a" must be an object or an array'),
        ('{"a":{"b":null}}', '"b" must be an object or an array'),
        ('{"$or":[{"x":["1"]}],"y":["2"]}', "Unrecognized match type x"),
    ],
)
def test_structure(pattern: str, expected: str) -> None:
    assert reason(pattern) == expected


@pytest.mark.parametrize(
    "pattern", ['{"a":["x"]', '{"a":["x",]}', '{"a":["x"]}}', '{"a" ["x"]}', '{"a":[01]}', '{"a":[x]}']
)
def test_not_json(pattern: str) -> None:
    reason(pattern)


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        ('["x"]', "Match value must be String, number, true, false, or null"),
        ("{}", "Match expression name not found"),
        ('{"NUMERIC":["=",5]}', "Unrecognized match type NUMERIC"),
        ('{"prefix":"x","y":1}', "Only one key allowed in match expression"),
        ('{"exists":true,"y":1}', "Only one key allowed in match expression"),
        ('{"numeric":["=",5],"y":1}', "Too many elements in numeric expression"),
        ('{"anything-but":"x","y":1}', "Too many elements in numeric expression"),
        ('{"anything-but":{"prefix":"x","y":1}}', "Too many elements in numeric expression"),
        ('{"prefix":3}', "prefix match pattern must be a string"),
        ('{"suffix":["x"]}', "suffix match pattern must be a string"),
        ('{"equals-ignore-case":{"prefix":"x"}}', "equals-ignore-case match pattern must be a string"),
        ('{"wildcard":5}', "wildcard match pattern must be a string"),
        ('{"cidr":5}', "prefix match pattern must be a string"),
        ('{"prefix":{}}', "Prefix expression name not found"),
        ('{"suffix":{}}', "Suffix expression name not found"),
        ('{"prefix":{"x":"y"}}', "Unsupported prefix pattern: x"),
        ('{"suffix":{"x":"y"}}', "Unsupported suffix pattern: x"),
        ('{"exists":"true"}', "exists match pattern must be either true or false."),
        ('{"wildcard":"arn:aws:events:us-east-1:**"}', "Consecutive wildcard characters at pos 26"),
        ('{"wildcard":"é**"}', "Consecutive wildcard characters at pos 3"),
        (r'{"wildcard":"he\\llo"}', "Invalid escape character at pos 3"),
        (r'{"wildcard":"x\\"}', "Invalid escape character at pos 2"),
    ],
)
def test_matchers(matcher: str, expected: str) -> None:
    assert reason('{"a":[' + matcher + "]}") == expected


@pytest.mark.parametrize(
    ("operand", "expected"),
    [
        ("null", "Value of anything-but must be an array or single string/number value."),
        ("true", "Value of anything-but must be an array or single string/number value."),
        ('{"prefix":{"x":"y"}}', "Value of anything-but must be an array or single string/number value."),
        ("{}", "Anything-But expression name not found"),
        ('{"numeric":["=",1]}', "Unsupported anything-but pattern: numeric"),
        ('["x",null]', "Inside anything but list, start|null|boolean is not supported."),
        ('["x",1]', "Inside anything but list, either all values are number or string, mixed type is not supported"),
        ("[]", "Inside anything but list, either all values are number or string, mixed type is not supported"),
        (
            '{"equals-ignore-case":123}',
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        ),
        ('{"prefix":[123,"x"]}', "prefix/suffix match pattern must be a string"),
        ('{"suffix":123}', "prefix/suffix match pattern must be a string"),
        ('{"prefix":""}', "Null prefix/suffix not allowed"),
        ('{"wildcard":[1]}', "wildcard match pattern must be a string"),
        ('{"wildcard":"a**"}', "Consecutive wildcard characters at pos 2"),
    ],
)
def test_anything_but(operand: str, expected: str) -> None:
    assert reason('{"a":[{"anything-but":' + operand + "}]}") == expected


@pytest.mark.parametrize(
    ("operand", "expected"),
    [
        ("5", "Value of numeric must be an array."),
        ("[]", "Invalid member in numeric match: ]"),
        ("[5]", "Invalid member in numeric match: 5"),
        ('["!=",5]', "Unrecognized numeric range operator: !="),
        ('["=","5"]', "Value of equals must be numeric"),
        ('[">=",true]', "Value of >= must be numeric"),
        ('["<="]', "Value of <= must be numeric"),
        ('["=",1,2]', "Too many elements in numeric expression"),
        ('["<",1,">",0]', "Too many elements in numeric expression"),
        ('[">",1,2]', "Bad value in numeric range: 2"),
        ('[">",1,">",2]', "Bad numeric range operator: >"),
        ('[">",1,"<","x"]', "Value of < must be numeric"),
        ('[">",1,"<",30,false]', "Too many terms in numeric range expression"),
        ('[">",1,"<",1]', "Bottom must be less than top"),
    ],
)
def test_numeric(operand: str, expected: str) -> None:
    assert reason('{"a":[{"numeric":' + operand + "}]}") == expected


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("bad-filter", "Malformed CIDR, one '/' required"),
        ("a/b/c", "Malformed CIDR, one '/' required"),
        ("bad-/64filter", "Malformed CIDR, mask bits must be an integer"),
        ("10.0.0.0/-1", "Malformed CIDR, mask bits must not be negative"),
        ("xxxx:db8:1234:1a00::/64", "Nonstandard IP address: xxxx:db8:1234:1a00::"),
        ("10.0.0.256/8", "Invalid IP address: 10.0.0.256"),
        ("1:2:3/8", "Invalid IP address: 1:2:3"),
        ("192.168.0.1/32", "IPv4 mask bits must be < 32"),
        ("::/128", "IPv6 mask bits must be < 128"),
    ],
)
def test_cidr(block: str, expected: str) -> None:
    assert reason('{"a":[{"cidr":"' + block + '"}]}') == expected


def test_the_first_problem_in_document_order_wins() -> None:
    assert reason('{"a":[{"prefix":1}],"b":"x"}') == "prefix match pattern must be a string"
    assert reason('{"b":"x","a":[{"prefix":1}]}') == '"b" must be an object or an array'
    assert reason('{"b":"x", broken') == '"b" must be an object or an array'


def test_wildcards_may_be_too_complex() -> None:
    assert reason('{"a":[{"wildcard":"*:*:*:*:*:event-bus/*"}]}') == COMPLEX
    assert reason('{"$or":[{"a":[{"wildcard":"*a*b*c*d*e*"}]},{"a":[{"wildcard":"*1*2*3*4*5*"}]}]}') == COMPLEX
    compile_pattern('{"a":[{"wildcard":"/Users/*/dir/dir/dir/dir/dir/doc.txt"}]}')


def test_or_multiplies_out_only_so_far() -> None:
    choice = '"$or":[{"%s":["1"]},{"%s":["2"]}]'
    level = "{" + choice % ("k0", "l0") + "}"
    for number in range(1, 12):
        level = "{" + choice % (f"k{number}", f"l{number}") + f',"n{number}":' + level + "}"
    reason(level)


def test_a_pattern_nested_beyond_reading_is_refused() -> None:
    reason('{"a":' * 3000)
