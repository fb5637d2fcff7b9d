"""Decisions without a clock: error frames, routes, policies, results, buckets, integration URIs."""

import json

import pytest

from emulator.core.courier import FunctionResult
from emulator.core.errors import AwsError
from emulator.services.apigateway.authorizer import Allowed, Denied, read_result
from emulator.services.apigateway.definitions import parse_definition
from emulator.services.apigateway.frames import error_frame
from emulator.services.apigateway.integration_uri import InvalidUriError, check_uri, function_in, resolve
from emulator.services.apigateway.lambda_integration import read_proxy_result
from emulator.services.apigateway.model_validation import InvalidModelError, check_schema, is_valid, problems
from emulator.services.apigateway.outcome import Failure, Reply
from emulator.services.apigateway.policy import InvalidPolicyError, evaluate
from emulator.services.apigateway.request_mapping import choose_response
from emulator.services.apigateway.throttle import ThrottleStore, TokenBucket, limits_of
from emulator.templates import regexguard

ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/dev/$connect"


def test_error_frames_byte_by_byte():
    recorded = '{"message": "Forbidden", "connectionId":"eHrdFcnvvHcCE-w=", "requestId":"eHrjDEuVPHcFWMg="}'
    assert error_frame("Forbidden", "eHrdFcnvvHcCE-w=", "eHrjDEuVPHcFWMg=") == recorded


# Policies


def statement(effect="Allow", action="execute-api:Invoke", resource="*", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        (statement(), "allow"),
        ([statement()], "allow"),
        ([statement(resource=ARN)], "allow"),
        ([statement(resource=[ARN, "x"])], "allow"),
        ([statement(resource="arn:aws:execute-api:us-east-1:*:abcdef123/dev/*")], "allow"),
        ([statement(resource="arn:aws:execute-api:us-east-?:123456789012:abcdef123/dev/$connect")], "allow"),
        ([statement(action="execute-api:*")], "allow"),
        ([statement(action="*")], "allow"),
        ([statement(action=["s3:GetObject", "execute-api:Invoke"])], "allow"),
        ([statement(action="s3:*")], "none"),
        ([statement(resource="arn:aws:execute-api:us-east-1:123456789012:other/dev/$connect")], "none"),
        ([statement(), statement("Deny")], "deny"),
        ([statement("Deny", resource="x"), statement()], "allow"),
        ([], "none"),
    ],
)
def test_policies(statements, verdict):
    assert evaluate({"Version": "2012-10-17", "Statement": statements}, ARN) == verdict


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"Statement": ["x"]},
        {"Statement": [{"Effect": "Allow", "Action": "*"}]},
        {"Statement": [statement("Maybe")]},
        {"Statement": [statement(Condition={"IpAddress": {"aws:SourceIp": "1.2.3.4"}})]},
    ],
)
def test_documents_that_are_no_policies(document):
    with pytest.raises(InvalidPolicyError):
        evaluate(document, ARN)


def result(document, error=None):
    return FunctionResult(json.dumps(document).encode(), error, "$LATEST", "r")


def policy(*statements, **more):
    return {"principalId": "user", "policyDocument": {"Statement": list(statements)}, **more}


def test_an_authorizers_context_and_principal_are_kept():
    answer = read_result(result(policy(statement(), context={"stringKey": "stringval"})), ARN)
    assert answer == Allowed({"stringKey": "stringval", "principalId": "user"})
    mixed = {"numberKey": 123, "booleanKey": True}
    assert isinstance(read_result(result(policy(statement(), context=mixed)), ARN), Allowed)


def test_authorizers_that_refuse():
    assert read_result(result(policy(statement("Deny"))), ARN).status == 403
    assert read_result(result(policy()), ARN).status == 403
    assert read_result(result({"errorMessage": "Unauthorized"}, "Unhandled"), ARN).status == 401


@pytest.mark.parametrize(
    "document",
    [
        None,
        "allow",
        {"isAuthorized": True},
        {"policyDocument": {"Statement": [statement()]}},
        policy(statement(), context={"list": [1]}),
        policy(statement(), context={"null": None}),
        policy(statement(), context={"big": "x" * 9000}),
    ],
)
def test_authorizer_results_that_are_invalid(document):
    assert isinstance(read_result(result(document), ARN), Denied)


# Results of proxy functions

ODD = [b"null", b'"ok"', b"{}", b"[]", b"5", b"not json", b"", b"\xff", b"[" * 100_000, b'{"statusCode":1e400}']
ODD += [b'{"statusCode":200,"headers":5}', b'{"statusCode":200,"multiValueHeaders":[1]}', b'{"statusCode":[]}']


@pytest.mark.parametrize(
    ("document", "outcome"),
    [
        ({"statusCode": 200}, Reply(200)),
        ({"statusCode": 200, "body": "hello"}, Reply(200, "hello")),
        ({"statusCode": 501, "headers": {"A": "b"}}, Reply(501, None, {"a": "b"})),
        ({"statusCode": 200, "headers": None, "body": None}, Reply(200)),
    ],
)
def test_results_with_a_status_code(document, outcome):
    assert read_proxy_result(json.dumps(document).encode(), two_way=True) == outcome


@pytest.mark.parametrize("payload", ODD)
def test_results_without_one_break_nothing(payload):
    assert isinstance(read_proxy_result(payload, two_way=False), Reply | Failure)


# Integrations

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:submit"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{LAMBDA}/invocations"


def test_functions_in_uris():
    assert function_in(URI) == LAMBDA
    assert function_in(URI.replace("submit", "submit:live")) == LAMBDA + ":live"
    assert resolve("f:${stageVariables.alias}/${stageVariables.none}", {"alias": "live"}) == "f:live/"


@pytest.mark.parametrize(
    ("kind", "uri", "method", "named"),
    [
        ("AWS_PROXY", LAMBDA, "POST", "Invalid integration URI"),
        ("AWS_PROXY", "arn:aws:apigateway:us-east-1:states:action/StartExecution", "POST", "only supports Lambda"),
        ("AWS", "arn:aws:apigateway:us-east-1:sqs:path/123456789012/q", None, "HttpMethod"),
        ("AWS_PROXY", URI, "GET", "GET"),
        ("HTTP", "ftp://x", "POST", "ftp://x"),
        ("HTTP_PROXY", "http://x", None, "HttpMethod"),
    ],
)
def test_uris_that_are_refused_by_name(kind, uri, method, named):
    with pytest.raises(InvalidUriError, match=named):
        check_uri(kind, uri, method)


def test_integration_responses_match_the_whole_value():
    responses = tuple({"IntegrationResponseKey": key} for key in ("/2\\d\\d/", "$default", "/40/"))
    assert choose_response(responses, "204") == responses[0]
    assert choose_response(responses, "404") == responses[1]
    assert choose_response(responses[:1], "404") is None


# Throttling


def test_a_token_bucket_refills_up_to_its_burst():
    bucket = TokenBucket(rate=2.0, burst=3, now=0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.5), bucket.take(0.5)] == [True, False]
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]


def test_limits_of_route_and_stage():
    stage = {
        "StageName": "dev",
        "DefaultRouteSettings": {"LoggingLevel": "OFF", "ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 5},
        "RouteSettings": {"a": {"ThrottlingBurstLimit": 1}},
    }
    assert limits_of(stage, "b") == (5.0, 5)
    assert limits_of(stage, "a") == (5.0, 1)
    assert limits_of({"StageName": "dev"}, "a") is None
    store = ThrottleStore()
    assert [store.allows("api", stage, "a", 0.0) for _ in range(2)] == [True, False]
    assert store.allows("api", stage, "b", 0.0)


# Models


def test_models():
    schema = '{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","required":["id"]}'
    check_schema(schema)
    assert is_valid(schema, '{"id":1}')
    assert not is_valid(schema, "{}")
    assert not is_valid(schema, "not json")


def test_patterns_that_do_not_end(monkeypatch):
    """What a client sends must not keep a pattern busy for ever."""
    assert is_valid('{"type":"string","pattern":"^[a-z]+$"}', '"abc"')
    assert not is_valid('{"type":"string","pattern":"^[a-z]+$"}', '"ABC"')
    monkeypatch.setattr(regexguard, "PATIENCE", 0.02)
    with pytest.raises(InvalidModelError, match="takes too long"):
        problems('{"type":"string","pattern":"^(a+)+$"}', json.dumps("a" * 60 + "!"))
    endless = {"IntegrationResponseKey": "/(a+)+/"}, {"IntegrationResponseKey": "$default"}
    assert choose_response(endless, "a" * 60 + "!") == endless[1]


def test_models_and_definitions_in_circles():
    with pytest.raises(InvalidModelError, match="in circles"):
        problems('{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/a"}}}', "1")
    with pytest.raises(AwsError, match="in circles"):
        parse_definition("&a [*a]")


@pytest.mark.parametrize("schema", ["{", '{"type":"nothing"}', '{"$ref":"https://example.com/x"}'])
def test_schemas_that_are_refused(schema):
    with pytest.raises(InvalidModelError):
        check_schema(schema)
