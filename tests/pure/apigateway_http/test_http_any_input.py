"""Whatever somebody writes: an answer or the error of its kind, nothing else."""

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.core.clock import Clock
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.services.apigateway.api import import_api
from emulator.services.apigateway.http.openapi import read_document
from emulator.services.apigateway.http.parameters import check_request_parameters, check_response_parameters
from emulator.services.apigateway.http.request import path_below
from emulator.services.apigateway.http.results import read_result
from emulator.services.apigateway.http.route_keys import InvalidRouteKeyError, RouteTable, check_route_key
from emulator.services.apigateway.http.service_actions import ACTIONS, InvalidParameterError, operation_parameters
from emulator.services.apigateway.http.variables import InvalidMappingError, compile_value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PARTS = (
    "$request.",
    "${",
    "}",
    "body",
    "header.",
    "path.",
    ".",
    "[0]",
    "[*]",
    "$context.",
    "$",
    "a",
    " ",
    "'",
    "..",
    "?",
)
MAPPINGS = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=8).map("".join)
RESULTS = st.fixed_dictionaries(
    {"statusCode": JSON},
    optional=dict.fromkeys(("headers", "multiValueHeaders", "cookies", "body", "isBase64Encoded"), JSON),
)


@given(MAPPINGS)
def test_mapping_values(text):
    with suppress(InvalidMappingError):
        compile_value(text)


@given(st.sampled_from(["append:header.", "overwrite:querystring.", "remove:header.", "overwrite:path", ""]), MAPPINGS)
def test_mappings(prefix, text):
    with suppress(InvalidMappingError):
        check_request_parameters({prefix + text: text})
    with suppress(InvalidMappingError):
        check_response_parameters({text: {prefix + text: text}})


@given(st.text(alphabet="GETANYPOST /{}+$ab%2F.", max_size=20), st.text(max_size=20))
def test_route_keys_and_paths(key, path):
    with suppress(InvalidRouteKeyError):
        check_route_key(key)
        RouteTable([key]).find("GET", path)
    assert path_below(path, "api")


@given(RESULTS | JSON, st.sampled_from(["1.0", "2.0"]))
@settings(max_examples=300)
def test_results(result, version):
    answer = read_result(json.dumps(result).encode(), version)
    assert 200 <= answer.status <= 599
    assert all("\n" not in value and value.encode("latin-1") is not None for _, value in answer.headers)


@given(st.binary(max_size=40))
def test_results_that_are_no_json(payload):
    assert read_result(payload, "1.0").status in range(200, 600)


@given(st.sampled_from(sorted(ACTIONS)), JSON)
def test_parameters_of_operations(subtype, value):
    action = ACTIONS[subtype]
    with suppress(InvalidParameterError):
        operation_parameters(action, dict.fromkeys([*action.required, *action.optional], value))


INTEGRATIONS = st.fixed_dictionaries(
    {"type": st.sampled_from(["aws_proxy", "http_proxy"])},
    optional=dict.fromkeys(["uri", "httpMethod", "requestParameters", "responseParameters", "timeoutInMillis"], JSON),
)
OPERATIONS = st.fixed_dictionaries(
    {"x-amazon-apigateway-integration": JSON | INTEGRATIONS}, optional={"security": JSON}
)
AUTHORIZERS = st.fixed_dictionaries(
    {"x-amazon-apigateway-authorizer": JSON},
    optional={"type": JSON, "x-amazon-apigateway-authtype": JSON},
)
DOCUMENTS = st.fixed_dictionaries(
    {"openapi": st.just("3.0.1")},
    optional={
        "info": JSON | st.fixed_dictionaries({"title": st.just("t")}),
        "paths": JSON | st.fixed_dictionaries({"/a": JSON | st.fixed_dictionaries({"get": JSON | OPERATIONS})}),
        "tags": JSON,
        "servers": JSON,
        "security": JSON,
        "components": JSON | st.fixed_dictionaries({"securitySchemes": JSON | st.dictionaries(st.text(), AUTHORIZERS)}),
        "x-amazon-apigateway-cors": JSON,
    },
)


@given(DOCUMENTS | JSON, st.sampled_from(["ignore", "prepend", "split"]))
@settings(max_examples=300)
def test_documents(document, mode):
    ground = Ground(clock=Clock("manual", start=0.0), seed=1)
    call = Call(ground, "123456789012", "us-east-1", "r", ground.new_cause())
    with suppress(AwsError):
        import_api(call, {"Body": json.dumps(document), "Basepath": mode})


@given(st.text(max_size=30))
def test_documents_that_are_no_json(body):
    with suppress(AwsError):
        read_document({"Body": body})
