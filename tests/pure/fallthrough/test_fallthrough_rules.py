"""What the fall-through takes and what it must leave alone; mails; where the adapter touches moto."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest

from emulator.app import SERVICES
from emulator.core.errors import AwsError
from emulator.fallthrough.catalog import CATALOG, HIDDEN
from emulator.fallthrough.library import load
from emulator.fallthrough.mails import read_mails
from emulator.fallthrough.s3_address import check_expiry, path_style
from emulator.wire import WireRequest, operation_names

NEVER = {
    *("sqs", "sns", "events", "lambda", "stepfunctions", "apigateway", "apigatewayv2", "apigatewaymanagementapi"),
    *("logs", "ecs", "scheduler", "pipes", "dynamodbstreams"),
}
SHARED = {"sts"}
"""The house answers some of its operations, so that they work without moto."""


def test_moto_owns_nothing_of_the_house() -> None:
    own = {service.name for service in SERVICES} - SHARED
    assert not NEVER & set(CATALOG)
    assert own & set(CATALOG) == HIDDEN


@pytest.mark.parametrize("service", sorted(CATALOG))
def test_every_service_has_handlers_and_a_model(service: str) -> None:
    assert load(service)
    assert operation_names(service)


@pytest.mark.parametrize(
    ("module", "name", "parameters"),
    [
        ("core.base_backend", "BackendDict.__init__",
         ["self", "backend", "service_name", "use_boto3_regions", "additional_regions"]),
        ("core.base_backend", "AccountSpecificBackend.__init__",
         ["self", "service_name", "account_id", "backend", "use_boto3_regions", "additional_regions"]),
        ("core.common_models", "BaseModel.__new__", ["cls", "args", "kwargs"]),
        ("core.responses", "BaseResponse.get_current_account", ["self"]),
        ("core.request", "Request.from_primitives", ["method", "url", "headers", "body"]),
        ("core.utils", "utcnow", []),
        ("dynamodb.models.table", "StreamShard.add", ["self", "old", "new"]),
        ("dynamodb.models.table", "Table.all_items", ["self"]),
        ("dynamodb.comparisons", "OpLessThan.expr", ["self", "item"]),
        ("dynamodb.comparisons", "FuncBetween.expr", ["self", "item"]),
        ("dynamodb.comparisons", "FuncSize.expr", ["self", "item"]),
        ("dynamodb.models.utilities", "dynamo_json_dump", ["dynamo_object"]),
        ("s3.models", "FakeKey.dispose", ["self", "garbage"]),
        ("s3.notifications", "send_event", ["account_id", "event_name", "bucket", "key"]),
        ("s3.notifications", "send_test_event", ["account_id", "bucket"]),
    ],
)  # fmt: skip
def test_moto_still_has_what_the_adapter_touches(module: str, name: str, parameters: list[str]) -> None:
    found: Any = import_module(f"moto.{module}")
    for part in name.split("."):
        found = getattr(found, part)
    if "of_emulator" not in inspect.getsource(found) and "session" not in inspect.getsource(found):  # not replaced yet
        assert list(inspect.signature(found).parameters) == parameters


def request(query: str = "", host: str = "127.0.0.1:4566", path: str = "/a") -> WireRequest:
    return WireRequest("GET", path, query, {"host": host}, b"")


@pytest.mark.parametrize(
    ("host", "signed", "path"),
    [
        ("127.0.0.1:4566", True, "/a"),
        ("localhost:4566", True, "/a"),
        ("b.localhost:4566", True, "/b/a"),
        ("b.localhost:4566", False, "/a"),
        ("known.localhost", False, "/known/a"),
        ("s3.localhost:4566", True, "/a"),
        ("b.s3.localhost:4566", False, "/b/a"),
        ("my.b.s3.eu-west-1.amazonaws.com", False, "/my.b/a"),
        ("s3.eu-west-1.amazonaws.com", True, "/a"),
    ],
)
def test_buckets_in_host_names(host: str, signed: bool, path: str) -> None:
    assert path_style(request(host=host), signed, {"known"}).path == path


def test_presigned_urls_end() -> None:
    query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20240101T000000Z&X-Amz-Expires=60"
    check_expiry(request(query), 1_704_067_259.0)
    for late in (query, "AWSAccessKeyId=a&Signature=b&Expires=1704067200"):
        with pytest.raises(AwsError) as failure:
            check_expiry(request(late), 1_704_067_261.0)
        assert failure.value.code == "AccessDenied"
    with pytest.raises(AwsError):
        check_expiry(request("X-Amz-Date=no&X-Amz-Expires=60"), 0.0)


def test_a_bulk_request_is_one_mail_per_destination() -> None:
    destinations = [{"Destination": {"ToAddresses": [name]}} for name in ("a@x.y", "b@x.y")]
    params = {"Source": "me@x.y", "Template": "t", "DefaultTemplateData": "{}", "Destinations": destinations}
    answer = b"<MessageId>1</MessageId><MessageId>2</MessageId>"
    mails = read_mails(params, answer, 0.0, "000000000000", "us-east-1")
    assert [(mail.id, mail.to, mail.template) for mail in mails] == [("1", ["a@x.y"], "t"), ("2", ["b@x.y"], "t")]
