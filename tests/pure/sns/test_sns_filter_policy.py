"""Filter policies: matching in both scopes, texts, limits."""

import json

import pytest

from emulator.core.errors import AwsError
from emulator.services.sns.filter_policy import ATTRIBUTES, BODY, combinations, read_filter_policy


def text(value):
    return {"DataType": "String", "StringValue": value}


def number(value):
    return {"DataType": "Number", "StringValue": value}


def array(*values):
    return {"DataType": "String.Array", "StringValue": json.dumps(values)}


def attributes_match(policy, **attributes):
    return read_filter_policy(json.dumps(policy), ATTRIBUTES).matches("", attributes)


def body_matches(policy, body):
    message = body if isinstance(body, str) else json.dumps(body)
    return read_filter_policy(json.dumps(policy), BODY).matches(message, {})


def reason(policy, scope=BODY, prefix=""):
    with pytest.raises(AwsError) as caught:
        read_filter_policy(policy if isinstance(policy, str) else json.dumps(policy), scope, prefix)
    assert caught.value.code == "InvalidParameter"
    return caught.value.message.removeprefix("Invalid parameter: ")


@pytest.mark.parametrize(
    ("entry", "attribute", "expected"),
    [
        ("s", text("s"), True),
        ("s", text("S"), False),
        ("s", array("r", "s"), True),
        ("s", array("r"), False),
        ("s", {"DataType": "Binary", "BinaryValue": b"s"}, False),
        ("s", {"DataType": "String.custom", "StringValue": "s"}, True),
        (5, number("5"), True),
        (5, number("5.0"), True),
        (5, text("5"), False),
        (300, number("3.0e2"), True),
        ({"prefix": "p"}, text("pq"), True),
        ({"prefix": "p"}, text("qp"), False),
        ({"suffix": "s"}, text("rs"), True),
        ({"suffix": "s"}, text("sr"), False),
        ({"equals-ignore-case": "aBc"}, text("AbC"), True),
        ({"anything-but": "x"}, text("y"), True),
        ({"anything-but": "x"}, text("x"), False),
        ({"anything-but": ["x", "y"]}, text("y"), False),
        ({"anything-but": ["x", "y"]}, text("z"), True),
        ({"anything-but": 5}, number("6"), True),
        ({"anything-but": 5}, number("5"), False),
        ({"anything-but": {"prefix": "p"}}, text("pq"), False),
        ({"anything-but": {"prefix": "p"}}, text("q"), True),
        ({"numeric": ["=", 5]}, number("5.00"), True),
        ({"numeric": [">", 0, "<=", 100]}, number("100"), True),
        ({"numeric": [">", 0, "<=", 100]}, number("0"), False),
        ({"numeric": ["=", 5]}, text("5"), False),
        ({"exists": True}, text("x"), True),
        ({"exists": False}, text("x"), False),
        ({"cidr": "10.0.0.0/24"}, text("10.0.0.255"), True),
        ({"cidr": "10.0.0.0/24"}, text("10.0.1.0"), False),
        ({"cidr": "2001:db8::/32"}, text("2001:db8::1"), True),
    ],
)
def test_entries(entry, attribute, expected):
    assert attributes_match({"a": [entry]}, a=attribute) is expected


def test_missing_attributes():
    assert attributes_match({"a": [{"exists": False}]})
    assert not attributes_match({"a": [{"exists": True}]})
    assert not attributes_match({"a": [None]})
    assert not attributes_match({"a": [{"anything-but": "x"}]})


def test_keys_are_and_entries_are_or():
    policy = {"a": ["x", "y"], "b": ["z"]}
    assert attributes_match(policy, a=text("y"), b=text("z"))
    assert not attributes_match(policy, a=text("y"))


def test_or():
    policy = {"c": ["w"], "$or": [{"a": ["x"]}, {"b": ["y"]}]}
    assert attributes_match(policy, c=text("w"), b=text("y"))
    assert not attributes_match(policy, c=text("w"), b=text("x"))
    assert body_matches({"p": {"$or": [{"a": ["x"]}, {"b": [1]}]}}, {"p": {"b": 1}})


@pytest.mark.parametrize("body", ["text", "[1]", '"x"', "5", "", "{"])
def test_bodies_that_are_no_objects_never_match(body):
    assert not body_matches({"a": [{"exists": False}]}, body)


@pytest.mark.parametrize(
    ("policy", "body", "expected"),
    [
        ({"a": {"b": ["x"]}}, {"a": {"b": "x"}}, True),
        ({"a": {"b": ["x"]}}, {"a": {"c": "x"}}, False),
        ({"a": ["x"]}, {"a": ["w", "x"]}, True),
        ({"a": ["x"]}, {"a": [["w"], ["x"]]}, True),
        ({"a": {"b": ["x"]}}, {"a": [{"b": "w"}, {"b": "x"}]}, True),
        ({"a": [True]}, {"a": True}, True),
        ({"a": [None]}, {"a": None}, True),
        ({"a": [None]}, {}, False),
        ({"a": [5]}, {"a": 5.0}, True),
        ({"a": ["5"]}, {"a": 5}, False),
        ({"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
        ({"a.b.c": ["x"]}, {"a": {"b": {"c": "x"}}}, True),
        ({"a.b.c": ["x"]}, {"a.b": {"c": "x"}}, True),
        ({"a": {"b.c": ["x"]}}, {"a.b.c": "x"}, True),
    ],
)
def test_bodies(policy, body, expected):
    assert body_matches(policy, body) is expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], "Empty arrays are not allowed"),
        ([["x"]], "Match value must be String, number, true, false, or null"),
        ([{"wildcard": "x*"}], "Unrecognized match type wildcard"),
        ([{"unknown": "x"}], "Unrecognized match type unknown"),
        ([{"prefix": "a", "suffix": "b"}], "Only one key allowed in match expression"),
        ([{"prefix": 5}], "prefix match pattern must be a string"),
        ([{"suffix": 5}], "suffix match pattern must be a string"),
        ([{"cidr": 5}], "prefix match pattern must be a string"),
        ([{"exists": "x"}], "exists match pattern must be either true or false."),
        ([{"anything-but": {"suffix": "x"}}], "Unsupported anything-but pattern: suffix"),
        ([{"cidr": "10.0.0.0"}], "Malformed CIDR, one '/' required"),
        ([{"cidr": "10.0.0.0/x"}], "Malformed CIDR, mask bits must be an integer"),
        ([{"cidr": "host/8"}], "Nonstandard IP address: host"),
        ([{"numeric": []}], "Invalid member in numeric match: ]"),
        ([{"numeric": [5]}], "Invalid member in numeric match: 5"),
        ([{"numeric": ["!", 5]}], "Unrecognized numeric range operator: !"),
        ([{"numeric": ["=", "5"]}], "Value of equals must be numeric"),
        ([{"numeric": [">", "5"]}], "Value of > must be numeric"),
        ([{"numeric": ["<", 5, ">", 1]}], "Too many elements in numeric expression"),
        ([{"numeric": [">", 1, ">", 5]}], "Bad numeric range operator: >"),
        ([{"numeric": [">", 5, "<", 1]}], "Bottom must be less than top"),
        ([{"numeric": [">", 5, 6]}], "Bad value in numeric range: 6"),
        ([{"numeric": [">", 1, "<", 5, "<", 6]}], "Too many terms in numeric range expression"),
    ],
)
def test_texts(entries, expected):
    assert reason({"a": entries}).splitlines()[0] == f"FilterPolicy: {expected}"


def test_values_must_be_lists():
    assert reason({"a": "x"}) == 'FilterPolicy: "a" must be an object or an array'
    assert reason("{").startswith("FilterPolicy: failed to parse JSON. ")
    assert reason("{", prefix="Attributes Reason: ").startswith(
        "Attributes Reason: FilterPolicy: failed to parse JSON."
    )


def test_nested_policies_are_for_bodies():
    expected = "Filter policy scope MessageAttributes does not support nested filter policy"
    assert reason({"a": {"b": ["x"]}}, ATTRIBUTES) == expected


def test_five_keys():
    six = {key: ["x"] for key in "abcdef"}
    assert reason(six) == "FilterPolicy: Filter policy can not have more than 5 keys"
    assert read_filter_policy(json.dumps({"outer": six}), BODY) is not None


def values(count):
    return [str(value) for value in range(count)]


def test_complexity():
    nested = {"a": {"b": {"c": values(4)}}, "d": {"e": values(3)}, "f": values(3)}
    assert combinations(nested) == 216
    assert reason(nested) == "FilterPolicy: Filter policy is too complex"
    assert read_filter_policy(json.dumps({"a": values(150)}), ATTRIBUTES) is not None
    assert reason({"a": values(152)}, ATTRIBUTES) == "FilterPolicy: Filter policy is too complex"
    assert combinations({"$or": [{"a": values(3)}, {"b": values(4)}], "c": values(2)}) == 14


def test_an_empty_policy_is_none():
    assert read_filter_policy("", BODY) is None


def test_depth_is_no_python_error():
    assert reason('{"a":' * 5000 + "[1]" + "}" * 5000).startswith("FilterPolicy: ")
