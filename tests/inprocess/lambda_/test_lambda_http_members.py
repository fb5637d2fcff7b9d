"""What members of requests do: refusals by name, versions in use, SnapStart, revisions, conditions of permissions.

Evidence is named at each test; ways of saying no are this emulator's.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from http_world import FUNCTIONS, MAPPINGS, QUEUE, ask, in_world
from lambda_world import World, zipped
from stream_world import STREAM, TestStream

ZIP = base64.b64encode(zipped(index__py="def handler(event, context): return 1\n")).decode()


@pytest.mark.parametrize(
    ("method", "path", "content", "member"),
    [
        ("PUT", f"{FUNCTIONS}/f/code", {"ZipFile": ZIP, "PublishTo": "LATEST_PUBLISHED"}, "PublishTo"),
        ("POST", f"{FUNCTIONS}/f/versions", {"PublishTo": "LATEST_PUBLISHED"}, "PublishTo"),
        ("PUT", f"{FUNCTIONS}/f/code", {"ZipFile": ZIP, "S3ObjectVersion": "1"}, "S3ObjectVersion"),
        ("PUT", f"{FUNCTIONS}/f/code", {"ImageUri": "image"}, "container image"),
        ("GET", f"{FUNCTIONS}?MasterRegion=ALL", b"", "MasterRegion"),
        ("PUT", f"{FUNCTIONS}/f/configuration", {"DurableConfig": {"ExecutionTimeout": 1}}, "DurableConfig"),
        (
            "PUT",
            f"{FUNCTIONS}/f/configuration",
            {"LoggingConfig": {"ApplicationLogLevel": "DEBUG"}},
            "ApplicationLogLevel",
        ),
        ("PUT", f"{FUNCTIONS}/f:1/configuration", {"Timeout": 4}, "Aliases and versions"),
        ("PUT", f"{FUNCTIONS}/f:1/code", {"ZipFile": ZIP}, "Aliases and versions"),
        (
            "POST",
            MAPPINGS,
            {"EventSourceArn": QUEUE, "FunctionName": "f", "FilterCriteria": {"Filters": [{"Pattern": "{}"}] * 11}},
            "10 filters",
        ),
        (
            "POST",
            MAPPINGS,
            {
                "EventSourceArn": STREAM,
                "FunctionName": "f",
                "StartingPosition": "LATEST",
                "DestinationConfig": {"OnSuccess": {"Destination": QUEUE}},
            },
            "OnSuccess",
        ),
        (
            "POST",
            MAPPINGS,
            {
                "EventSourceArn": STREAM,
                "FunctionName": "f",
                "StartingPosition": "LATEST",
                "StartingPositionTimestamp": 1,
            },
            "StartingPositionTimestamp",
        ),
    ],
)
def test_nothing_is_accepted_and_ignored(method: str, path: str, content: Any, member: str) -> None:
    """Ways of saying no are this emulator's."""

    async def body(w: World) -> None:
        TestStream(w)
        status, code, text = (await ask(w, method, path, content)).error
        assert (status, code) == (400, "InvalidParameterValueException")
        assert member in text

    in_world(body)


def test_a_version_that_an_alias_references_stays() -> None:
    """AWS docs, DeleteFunction; the text is not known."""

    async def body(w: World) -> None:
        refused = await ask(w, "DELETE", f"{FUNCTIONS}/f?Qualifier=1")
        assert refused.error[:2] == (409, "ResourceConflictException")
        await ask(w, "DELETE", f"{FUNCTIONS}/f/aliases/live")
        assert (await ask(w, "DELETE", f"{FUNCTIONS}/f?Qualifier=1")).status == 204
        assert (await ask(w, "GET", f"{FUNCTIONS}/f?Qualifier=1")).status == 404

    in_world(body)


def test_snap_start_is_for_published_versions() -> None:
    """AWS docs, "Improving startup performance with Lambda SnapStart" and "Defined runtime environment variables"."""

    async def body(w: World) -> None:
        code = "import os\ndef handler(e, c): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"
        w.function("index.handler", "g", Code={"ZipFile": zipped(index__py=code)})
        change = {"SnapStart": {"ApplyOn": "PublishedVersions"}}
        await ask(w, "PUT", f"{FUNCTIONS}/g/configuration", change)
        await ask(w, "POST", f"{FUNCTIONS}/g/versions", {})
        for qualifier, status, initialization in (("", "Off", "on-demand"), (":1", "On", "snap-start")):
            shown = (await ask(w, "GET", f"{FUNCTIONS}/g{qualifier}/configuration")).data["SnapStart"]
            assert shown == {"ApplyOn": "PublishedVersions", "OptimizationStatus": status}
            assert (await ask(w, "POST", f"{FUNCTIONS}/g{qualifier}/invocations")).data == initialization
        provisioned = "/2019-09-30/functions/g/provisioned-concurrency?Qualifier=1"
        assert (await ask(w, "PUT", provisioned, {"ProvisionedConcurrentExecutions": 1})).status == 400

    in_world(body)


def test_stale_revisions() -> None:
    """Recorded from AWS."""
    text = (
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
        "the latest Revision Id"
    )

    async def body(w: World) -> None:
        permission = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}
        for method, path, content in (
            ("PUT", f"{FUNCTIONS}/f/code", {"ZipFile": ZIP}),
            ("PUT", f"{FUNCTIONS}/f/configuration", {"Timeout": 4}),
            ("POST", f"{FUNCTIONS}/f/versions", {}),
            ("PUT", f"{FUNCTIONS}/f/aliases/live", {"Description": "d"}),
            ("POST", f"{FUNCTIONS}/f/policy", permission),
        ):
            answer = await ask(w, method, path, content | {"RevisionId": "old"})
            assert answer.error == (412, "PreconditionFailedException", f'{{"Type":"User","message":"{text}"}}')

    in_world(body)


def test_conditions_of_permissions() -> None:
    """Recorded from AWS; the last one: AWS docs, "Control access to Lambda function URLs"."""

    async def body(w: World) -> None:
        for number, (given, condition) in enumerate(
            [
                ({"SourceArn": "arn:aws:s3:::b"}, {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}}),
                ({"SourceAccount": "123456789012"}, {"StringEquals": {"AWS:SourceAccount": "123456789012"}}),
                ({"FunctionUrlAuthType": "NONE"}, {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),
                ({"PrincipalOrgID": "o-a1b2c3d4e5"}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
                ({"EventSourceToken": "t"}, {"StringEquals": {"lambda:EventSourceToken": "t"}}),
                ({"InvokedViaFunctionUrl": True}, {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
            ]
        ):
            content = {"StatementId": f"s{number}", "Action": "lambda:InvokeFunction", "Principal": "*"} | given
            answer = await ask(w, "POST", f"{FUNCTIONS}/f/policy", content)
            assert json.loads(answer.data["Statement"])["Condition"] == condition

    in_world(body)
