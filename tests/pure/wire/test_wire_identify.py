"""Which service and operation a request means."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from wire_oracle import REQUEST_ID, as_wire, client

from emulator.wire import (
    Scope,
    WireError,
    WireRequest,
    answer,
    credential_scope,
    function_name,
    has_operation,
    identify,
    operation_names,
    parse,
    service_model,
)
from emulator.wire.directory import (
    PATH_ROOTS,
    QUERY_VERSIONS,
    SERVICES_BEHIND_BASE_PATHS,
    SIGNING_NAMES,
    TARGET_PREFIXES,
)


def request(method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> WireRequest:
    return WireRequest(method, path, query, {name.replace("_", "-"): text for name, text in headers.items()}, body)


def signed(name: str) -> str:
    credential = f"Credential=test/20250101/eu-west-1/{name}/aws4_request"
    return f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host;x-amz-date, Signature=00"


def named(seen: WireRequest) -> tuple[str, str, dict[str, str]]:
    target = identify(seen)
    return target.service, target.operation, dict(target.labels)


@pytest.mark.parametrize(
    ("method", "path", "service", "operation", "labels"),
    [
        ("GET", "/v2/apis", "apigatewayv2", "GetApis", {}),
        ("GET", "/v2/apis/", "apigatewayv2", "GetApis", {}),
        ("POST", "/v2/apis", "apigatewayv2", "CreateApi", {}),
        ("PATCH", "/v2/apis/a1/routes/r1", "apigatewayv2", "UpdateRoute", {"apiId": "a1", "routeId": "r1"}),
        (
            "DELETE",
            "/v2/apis/a1/stages/%24default/routesettings/GET%20%2Fpets",
            "apigatewayv2",
            "DeleteRouteSettings",
            {"apiId": "a1", "stageName": "$default", "routeKey": "GET /pets"},
        ),
        ("GET", "/2015-03-31/functions", "lambda", "ListFunctions", {}),
        ("GET", "/2015-03-31/functions/", "lambda", "ListFunctions", {}),
        ("POST", "/2015-03-31/functions/f/invocations", "lambda", "Invoke", {"FunctionName": "f"}),
        ("POST", "/2015-03-31/functions/f/invocations/", "lambda", "Invoke", {"FunctionName": "f"}),
        (
            "POST",
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af%3A%24LATEST/invocations",
            "lambda",
            "Invoke",
            {"FunctionName": "arn:aws:lambda:eu-west-1:1:function:f:$LATEST"},
        ),
        ("POST", "/2014-11-13/functions/f/invoke-async", "lambda", "InvokeAsync", {"FunctionName": "f"}),
        ("POST", "/2014-11-13/functions/f/invoke-async/", "lambda", "InvokeAsync", {"FunctionName": "f"}),
        ("POST", "/schedules/s", "scheduler", "CreateSchedule", {"Name": "s"}),
        ("POST", "/v1/pipes/p/start", "pipes", "StartPipe", {"Name": "p"}),
        ("POST", "/restapis", "apigateway", "CreateRestApi", {}),
    ],
)
def test_a_path_alone_is_enough(method: str, path: str, service: str, operation: str, labels: dict[str, str]) -> None:
    assert named(request(method, path)) == (service, operation, labels)


def test_a_signing_name_shared_by_two_services() -> None:
    v2 = request("GET", "/v2/tags/arn%3Aaws%3Aapigateway", authorization=signed("apigateway"))
    assert named(v2) == ("apigatewayv2", "GetTags", {"resource-arn": "arn:aws:apigateway"})
    v1 = request("GET", "/tags/arn%3Aaws%3Aapigateway", authorization=signed("apigateway"))
    assert named(v1) == ("apigateway", "GetTags", {"resource_arn": "arn:aws:apigateway"})


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("/@connections/M0en2eVpSwMCFmw%3D", ""),
        ("/dev/@connections/M0en2eVpSwMCFmw=", "/dev"),
        ("/dev//@connections/M0en2eVpSwMCFmw%3D", "/dev"),
        ("/dev/%40connections/M0en2eVpSwMCFmw%3d", "/dev"),
        ("/_aws/execute-api/abc/dev/@connections/M0en2eVpSwMCFmw%3D", "/_aws/execute-api/abc/dev"),
    ],
)
def test_connections(path: str, base: str) -> None:
    # curl sends a form's content type; the body is opaque all the same.
    content_type = "application/x-www-form-urlencoded"
    call = parse(WireRequest("POST", path, "", {"content-type": content_type}, b"Action=SendMessage"))
    assert (call.service, call.operation) == ("apigatewaymanagementapi", "PostToConnection")
    assert call.params == {"ConnectionId": "M0en2eVpSwMCFmw=", "Data": b"Action=SendMessage"}
    assert call.target.base_path == base


def test_connections_with_a_trailing_slash_or_without_id_are_not_calls() -> None:
    for path in ("/dev/@connections/abc/", "/dev/@connections/", "/dev/@connections"):
        with pytest.raises(WireError) as refused:
            identify(request("POST", path))
        assert not refused.value.recognised


def test_a_request_that_points_to_no_service() -> None:
    with pytest.raises(WireError) as refused:
        identify(request("GET", "/favicon.ico"))
    assert not refused.value.recognised
    response = refused.value.answer(REQUEST_ID)
    assert response.status == 404
    assert dict(response.headers)["x-amzn-ErrorType"] == "UnknownOperationException"


def test_an_unknown_operation_is_named() -> None:
    with pytest.raises(WireError) as refused:
        identify(request("POST", "/", x_amz_target="AmazonSQS.Explode", content_type="application/x-amz-json-1.0"))
    assert refused.value.recognised
    assert (refused.value.service, refused.value.operation) == ("sqs", "Explode")
    body = json.loads(refused.value.answer(REQUEST_ID).body)
    assert body["__type"].endswith("UnknownOperationException")
    assert "AmazonSQS.Explode" in body["message"]


def test_an_unknown_path_of_a_known_service_is_named() -> None:
    with pytest.raises(WireError) as refused:
        identify(request("GET", "/2015-03-31/functions/f/nothing", authorization=signed("lambda")))
    assert refused.value.service == "lambda"
    assert b"/2015-03-31/functions/f/nothing" in refused.value.answer(REQUEST_ID).body


def test_a_service_outside_the_table_is_found_by_its_signature() -> None:
    header = "AWSGlue.GetJob"
    assert named(request("POST", "/", x_amz_target=header, authorization=signed("glue"))) == ("glue", "GetJob", {})
    with pytest.raises(WireError) as refused:
        identify(request("POST", "/", x_amz_target=header))
    assert "AWSGlue.GetJob" in str(refused.value)


@pytest.mark.parametrize("name", ["../../etc", "nosuchservice", "S3", "a" * 64])
def test_a_signature_of_nonsense_is_refused(name: str) -> None:
    for seen in (
        request("GET", "/x", authorization=signed(name)),
        request("POST", "/", x_amz_target="A.B", authorization=signed(name)),
        request("GET", "/", "Action=Foo", authorization=signed(name)),
    ):
        with pytest.raises(WireError) as refused:
            identify(seen)
        assert refused.value.answer(REQUEST_ID).status in (400, 404)


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("s3", "put_object", {"Bucket": "b", "Key": "a/b c", "Body": b""}, "PutObject"),
        ("s3", "list_objects_v2", {"Bucket": "b"}, "ListObjectsV2"),
        ("ec2", "describe_vpcs", {}, "DescribeVpcs"),
        ("kms", "list_keys", {}, "ListKeys"),
        ("secretsmanager", "get_secret_value", {"SecretId": "s"}, "GetSecretValue"),
        ("sesv2", "list_email_identities", {}, "ListEmailIdentities"),
        ("ses", "list_identities", {}, "ListIdentities"),
        ("cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": []}, "PutMetricData"),
        ("dynamodbstreams", "list_streams", {}, "ListStreams"),
        ("glue", "get_jobs", {}, "GetJobs"),
    ],
)
def test_services_that_are_only_handed_on_have_a_name(
    service: str, operation: str, params: dict[str, Any], expected: str
) -> None:
    found = []

    def send(request: Any, **_: Any) -> Any:
        found.append(named(as_wire(request))[:2])
        raise ConnectionAbortedError

    made = client(service)
    made.meta.events.register("before-send", send, unique_id="named")
    with pytest.raises(ConnectionAbortedError):
        getattr(made, operation)(**params)
    made.meta.events.unregister("before-send", unique_id="named")
    assert found == [(service, expected)]


@pytest.mark.parametrize(
    ("header", "query", "scope"),
    [
        (signed("states"), "", Scope("test", "eu-west-1", "states")),
        (
            "AWS4-HMAC-SHA256 Credential=123456789012/20250101/us-gov-east-1/s3/aws4_request, Signature=0",
            "",
            Scope("123456789012", "us-gov-east-1", "s3"),
        ),
        ("", "X-Amz-Credential=AKIA%2F20250101%2Feu-north-1%2Fsqs%2Faws4_request", Scope("AKIA", "eu-north-1", "sqs")),
        ("AWS4-ECDSA-P256-SHA256 Credential=k/20250101/s3/aws4_request,", "", Scope("k", "xx-test-1", "s3")),
        ("", "", Scope("test", "xx-test-1", None)),
        ("Bearer abc", "", Scope("test", "xx-test-1", None)),
        ("AWS4-HMAC-SHA256 Credential=k", "", Scope("k", "xx-test-1", None)),
        ("AWS4-HMAC-SHA256 Credential=////", "", Scope("test", "xx-test-1", None)),
        ("AWS4-HMAC-SHA256 Credential=k/1/../sqs/aws4_request", "", Scope("k", "xx-test-1", "sqs")),
    ],
)
def test_the_credential_scope(header: str, query: str, scope: Scope) -> None:
    assert credential_scope(request("GET", "/", query, authorization=header), default_region="xx-test-1") == scope


def test_the_directory_agrees_with_the_models() -> None:
    for prefix, service in TARGET_PREFIXES.items():
        assert service_model(service).metadata["targetPrefix"] == prefix
    for version, service in QUERY_VERSIONS.items():
        assert service_model(service).metadata["apiVersion"] == version
    for name, services in SIGNING_NAMES.items():
        for service in services:
            metadata = service_model(service).metadata
            assert metadata.get("signingName", metadata["endpointPrefix"]) == name
    roots = {service: pattern for pattern, service in PATH_ROOTS}
    for service, pattern in roots.items():
        model = service_model(service)
        uris = [model.operation_model(name).http["requestUri"] for name in model.operation_names]
        assert any(pattern.match(uri) for uri in uris)
    for first, service in SERVICES_BEHIND_BASE_PATHS.items():
        model = service_model(service)
        assert all(model.operation_model(n).http["requestUri"].startswith(f"/{first}/") for n in model.operation_names)


@pytest.mark.parametrize("service", ["lambda", "apigatewayv2", "apigateway", "scheduler", "pipes", "xray"])
def test_every_operation_of_a_rest_service_is_reachable(service: str) -> None:
    for operation in operation_names(service):
        http = service_model(service).operation_model(operation).http
        path, _, query = http["requestUri"].partition("?")
        path = re.sub(r"\{[^}]+\}", "x", path)
        target = identify(request(http["method"], path, query, authorization=signed_for(service)))
        assert (target.service, target.operation) == (service, operation)


def signed_for(service: str) -> str:
    metadata = service_model(service).metadata
    return signed(metadata.get("signingName", metadata["endpointPrefix"]))


def test_operation_names() -> None:
    assert "PutEvents" in operation_names("events")
    assert has_operation("events", "PutEvents")
    assert not has_operation("events", "__class__")
    assert not has_operation("nothing", "PutEvents")
    assert function_name("PutEvents") == "put_events"


@pytest.mark.parametrize(
    ("target", "content_type", "answered"),
    [
        ("AmazonSQS.ListQueues", "application/x-amz-json-1.0", "application/x-amz-json-1.0"),
        ("AmazonSQS.ListQueues", "application/x-amz-json-1.1", "application/x-amz-json-1.1"),
        ("AmazonSQS.ListQueues", "text/plain", "application/x-amz-json-1.0"),
        ("AWSEvents.ListRules", "", "application/x-amz-json-1.1"),
    ],
)
def test_answers_speak_the_requests_version(target: str, content_type: str, answered: str) -> None:
    call = parse(request("POST", "/", x_amz_target=target, content_type=content_type))
    assert dict(answer(call, {}, REQUEST_ID).headers)["Content-Type"] == answered


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("sqs.eu-west-1.amazonaws.com", "eu-west-1"),
        ("eu-west-1.queue.localhost:4566", "eu-west-1"),
        ("sqs.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("localhost:4566", "xx-test-1"),
        ("my-queue-1.example.com", "xx-test-1"),
    ],
)
def test_an_unsigned_request_goes_to_its_hosts_region(host: str, region: str) -> None:
    assert credential_scope(request("GET", "/", host=host), default_region="xx-test-1").region == region
