"""Functions, versions, aliases, permissions, tags, concurrency, event-invoke configurations (recorded from AWS)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from lambda_world import ROLE, World, world

from emulator.core.errors import AwsError

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


def in_world(body: Callable[[World], Any]) -> Any:
    async def main() -> Any:
        async with world() as w:
            return body(w)

    return asyncio.run(main())


def handler(event: Any, context: Any) -> Any:
    return context.function_version


def archive(text: str = "def handler(event, context): return 1") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("index.py", text)
    return data.getvalue()


def zipped(w: World, **config: Any) -> dict[str, Any]:
    return w.function("index.handler", Code={"ZipFile": archive()}, **config)


def test_create_function_answer() -> None:
    def body(w: World) -> None:
        answer = zipped(w, Environment={"Variables": {"A": "b"}})
        runtime = answer.pop("RuntimeVersionConfig")["RuntimeVersionArn"]
        assert runtime.startswith("arn:aws:lambda:us-east-1::runtime:")
        assert answer.pop("RevisionId")
        assert answer == {
            "FunctionName": "f",
            "FunctionArn": ARN,
            "Runtime": "python3.12",
            "Role": ROLE,
            "Handler": "index.handler",
            "CodeSize": len(archive()),
            "Description": "",
            "Timeout": 3,
            "MemorySize": 128,
            "LastModified": "2023-11-14T22:13:20.000+0000",
            "CodeSha256": base64.b64encode(hashlib.sha256(archive()).digest()).decode(),
            "Version": "$LATEST",
            "Environment": {"Variables": {"A": "b"}},
            "TracingConfig": {"Mode": "PassThrough"},
            "State": "Pending",
            "StateReason": "The function is being created.",
            "StateReasonCode": "Creating",
            "PackageType": "Zip",
            "Architectures": ["x86_64"],
            "EphemeralStorage": {"Size": 512},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"},
        }

    in_world(body)


def test_get_function_is_active_with_a_new_revision() -> None:
    def body(w: World) -> None:
        created = zipped(w, Tags={"k": "v"})
        found = w.do("get_function", FunctionName="f")
        assert found["Configuration"]["State"] == "Active"
        assert found["Configuration"]["LastUpdateStatus"] == "Successful"
        assert "StateReason" not in found["Configuration"]
        assert found["Configuration"]["RevisionId"] != created["RevisionId"]
        assert found["Tags"] == {"k": "v"}
        assert "Concurrency" not in found
        assert w.do("get_function", FunctionName="f", Qualifier="$LATEST")["Configuration"]["FunctionArn"] == (
            ARN + ":$LATEST"
        )

    in_world(body)


def test_local_directory_has_no_size_and_the_hash_of_an_empty_zip() -> None:
    def body(w: World) -> None:
        answer = w.function(handler)
        empty = b"PK\x05\x06" + bytes(18)
        assert zipfile.ZipFile(io.BytesIO(empty)).namelist() == []
        assert answer["CodeSize"] == 0
        assert answer["CodeSha256"] == base64.b64encode(hashlib.sha256(empty).digest()).decode()

    in_world(body)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ({"ZipFile": b"nozip"}, "Could not unzip uploaded file. Please check your file, then try to upload again."),
        (
            {"ImageUri": "image"},
            "A container image is not emulated: pass the code as ZipFile, or run it from a local directory with "
            "S3Bucket '__local__' and the absolute directory as S3Key",
        ),
        (
            {"S3Bucket": "bucket", "S3Key": "key"},
            "Code in the S3 bucket bucket without moto is not emulated: pass the code as ZipFile, or run it from a "
            "local directory with S3Bucket '__local__' and the absolute directory as S3Key",
        ),
        (
            {"S3Bucket": "__local__", "S3Key": "relative"},
            "S3Key 'relative' is not an absolute path of a directory (S3Bucket '__local__').",
        ),
    ],
)
def test_code_that_is_refused(code: dict[str, Any], message: str) -> None:
    def body(w: World) -> None:
        with pytest.raises(AwsError) as failure:
            w.function(handler, Code=code)
        assert (failure.value.code, failure.value.message) == ("InvalidParameterValueException", message)

    in_world(body)


def test_updates_show_the_state_in_between() -> None:
    def body(w: World) -> None:
        zipped(w)
        for answer in (
            w.do("update_function_code", FunctionName="f", ZipFile=archive("x = 1")),
            w.do("update_function_configuration", FunctionName="f", Timeout=9),
        ):
            assert (answer["State"], answer["LastUpdateStatus"]) == ("Active", "InProgress")
            assert answer["LastUpdateStatusReason"] == "The function is being created."
            assert answer["LastUpdateStatusReasonCode"] == "Creating"
            found = w.do("get_function_configuration", FunctionName="f")
            assert found["LastUpdateStatus"] == "Successful"
            assert found["RevisionId"] != answer["RevisionId"]
        assert found["Timeout"] == 9

    in_world(body)


def test_publish_with_code_answers_as_the_new_version() -> None:
    def body(w: World) -> None:
        zipped(w, Publish=True)
        answer = w.do("update_function_code", FunctionName="f", ZipFile=archive("x = 1"), Publish=True)
        assert (answer["FunctionArn"], answer["Version"], answer["State"]) == (ARN + ":2", "2", "Pending")

    in_world(body)


def test_wrong_revision() -> None:
    def body(w: World) -> None:
        zipped(w)
        with pytest.raises(AwsError) as failure:
            w.do("update_function_configuration", FunctionName="f", RevisionId="old")
        assert failure.value.code == "PreconditionFailedException"
        assert failure.value.message == (
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
            "retrieve the latest Revision Id"
        )

    in_world(body)


def test_publishing_without_change_gives_the_last_version_and_numbers_never_repeat() -> None:
    def body(w: World) -> None:
        zipped(w)
        first = w.do("publish_version", FunctionName="f")
        assert (first["Version"], first["FunctionArn"]) == ("1", ARN + ":1")
        assert w.do("publish_version", FunctionName="f")["Version"] == "1"
        w.do("delete_function", FunctionName="f", Qualifier="1")
        assert w.do("publish_version", FunctionName="f")["Version"] == "2"
        listed = w.do("list_versions_by_function", FunctionName="f")["Versions"]
        assert [entry["FunctionArn"] for entry in listed] == [ARN + ":$LATEST", ARN + ":2"]
        assert not {"State", "LastUpdateStatus", "RuntimeVersionConfig"} & set(listed[0])

    in_world(body)


def test_alias_leads_to_its_version() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handler, Publish=True)
            answer = w.do("create_alias", FunctionName="f", Name="live", FunctionVersion="1")
            assert answer.pop("RevisionId")
            assert answer == {"AliasArn": ARN + ":live", "Name": "live", "FunctionVersion": "1", "Description": ""}
            result = await w.invoke("f:live")
            assert (result["Payload"], result["ExecutedVersion"]) == (b'"1"', "1")
            w.do("update_function_configuration", FunctionName="f", Description="changed")
            w.do("publish_version", FunctionName="f")
            weights = {"AdditionalVersionWeights": {"2": 0.5}}
            w.do("update_alias", FunctionName="f", Name="live", RoutingConfig=weights)
            seen = {(await w.invoke("f:live"))["ExecutedVersion"] for _ in range(40)}
            assert seen == {"1", "2"}

    asyncio.run(main())


def test_lists_come_in_pages() -> None:
    def body(w: World) -> None:
        for name in "abc":
            w.function(handler, name)
        first = w.do("list_functions", MaxItems=2)
        assert [entry["FunctionName"] for entry in first["Functions"]] == ["a", "b"]
        second = w.do("list_functions", MaxItems=2, Marker=first["NextMarker"])
        assert [entry["FunctionName"] for entry in second["Functions"]] == ["c"]
        assert "NextMarker" not in second

    in_world(body)


def test_all_versions_are_listed_with_qualified_arns() -> None:
    def body(w: World) -> None:
        zipped(w, Publish=True)
        listed = w.do("list_functions", FunctionVersion="ALL")["Functions"]
        assert [entry["FunctionArn"] for entry in listed] == [ARN + ":$LATEST", ARN + ":1"]

    in_world(body)


def test_permissions_are_stored_and_shown() -> None:
    def body(w: World) -> None:
        zipped(w)
        params = {"StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
        added = w.do("add_permission", FunctionName="f", SourceArn="arn:aws:s3:::b", **params)
        assert added["Statement"] == (
            '{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction",'
            f'"Resource":"{ARN}","Condition":{{"ArnLike":{{"AWS:SourceArn":"arn:aws:s3:::b"}}}}}}'
        )
        policy = w.do("get_policy", FunctionName="f")
        document = json.loads(policy["Policy"])
        assert list(document) == ["Version", "Id", "Statement"]
        assert document["Statement"] == [json.loads(added["Statement"])]
        assert w.do("remove_permission", FunctionName="f", StatementId="s3") == {}

    in_world(body)


def test_concurrency_is_shown_and_removed() -> None:
    def body(w: World) -> None:
        zipped(w)
        assert w.do("get_function_concurrency", FunctionName="f") == {}
        reserved = {"ReservedConcurrentExecutions": 5}
        assert w.do("put_function_concurrency", FunctionName="f", **reserved) == reserved
        assert w.do("get_function", FunctionName="f")["Concurrency"] == reserved
        assert w.do("get_account_settings")["AccountLimit"]["UnreservedConcurrentExecutions"] == 995
        w.do("delete_function_concurrency", FunctionName="f")
        assert w.do("get_function_concurrency", FunctionName="f") == {}

    in_world(body)


def test_throttled_call() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handler)
            w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=0)
            with pytest.raises(AwsError) as failure:
                await w.invoke()
            assert (failure.value.code, failure.value.message) == ("TooManyRequestsException", "Rate Exceeded.")
            assert failure.value.fields == {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}

    asyncio.run(main())


def test_tags() -> None:
    def body(w: World) -> None:
        zipped(w)
        assert w.do("list_tags", Resource=ARN) == {"Tags": {}}
        w.do("tag_resource", Resource=ARN, Tags={"a": "1", "b": "2"})
        w.do("untag_resource", Resource=ARN, TagKeys=["a"])
        assert w.do("list_tags", Resource=ARN) == {"Tags": {"b": "2"}}

    in_world(body)


def test_event_invoke_config_put_merge_get_delete() -> None:
    def body(w: World) -> None:
        zipped(w)
        w.queue()
        target = {"OnFailure": {"Destination": QUEUE}}
        answer = w.do(
            "put_function_event_invoke_config",
            FunctionName="f",
            MaximumRetryAttempts=0,
            MaximumEventAgeInSeconds=60,
            DestinationConfig=target,
        )
        assert answer == {
            "LastModified": 1_700_000_000.0,
            "FunctionArn": ARN + ":$LATEST",
            "MaximumRetryAttempts": 0,
            "MaximumEventAgeInSeconds": 60,
            "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": QUEUE}},
        }
        merged = w.do("update_function_event_invoke_config", FunctionName="f", MaximumRetryAttempts=1)
        assert merged["MaximumEventAgeInSeconds"] == 60
        replaced = w.do("put_function_event_invoke_config", FunctionName="f", MaximumRetryAttempts=1)
        assert "MaximumEventAgeInSeconds" not in replaced
        assert replaced["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
        listed = w.do("list_function_event_invoke_configs", FunctionName="f")["FunctionEventInvokeConfigs"]
        assert listed == [replaced]
        w.do("delete_function_event_invoke_config", FunctionName="f")

    in_world(body)


def fails(code: str, message: str, operation: str, **params: Any) -> Any:
    return pytest.param(code, message, operation, params, id=f"{operation}-{message[:40]}")


MISSING = "ResourceNotFoundException"
INVALID = "InvalidParameterValueException"
PERMISSION = {"Action": "lambda:InvokeFunction", "Principal": "*"}
NO_CONFIG = f"The function {ARN}:$LATEST doesn't have an EventInvokeConfig"


@pytest.mark.parametrize(
    ("code", "message", "operation", "params"),
    [
        fails(MISSING, f"Function not found: {ARN}x", "get_function", FunctionName="fx"),
        fails(MISSING, f"Function not found: {ARN}x", "get_function_configuration", FunctionName="fx"),
        fails(MISSING, f"Function not found: {ARN}x", "delete_function", FunctionName="fx"),
        fails(MISSING, f"Function not found: {ARN}x", "get_function_concurrency", FunctionName="fx"),
        fails(MISSING, f"Function not found: {ARN}x", "list_tags", Resource=ARN + "x"),
        fails(MISSING, f"Function not found: {ARN}:1221", "get_function", FunctionName="f", Qualifier="1221"),
        fails(
            MISSING,
            f"Function not found: {ARN}x:$LATEST",
            "put_function_concurrency",
            FunctionName="fx",
            ReservedConcurrentExecutions=1,
        ),
        fails(
            INVALID,
            "$LATEST version cannot be deleted without deleting the function.",
            "delete_function",
            FunctionName="f",
            Qualifier="$LATEST",
        ),
        fails(
            INVALID,
            "Deletion of aliases is not currently supported.",
            "delete_function",
            FunctionName="f",
            Qualifier="live",
        ),
        fails(MISSING, f"Cannot find alias arn: {ARN}:x", "get_alias", FunctionName="f", Name="x"),
        fails(MISSING, f"Cannot find alias arn: {ARN}:x", "update_alias", FunctionName="f", Name="x"),
        fails(
            "ResourceConflictException",
            f"Alias already exists: {ARN}:live",
            "create_alias",
            FunctionName="f",
            Name="live",
            FunctionVersion="1",
        ),
        fails(
            MISSING,
            f"Function not found: {ARN}:10",
            "create_alias",
            FunctionName="f",
            Name="new",
            FunctionVersion="10",
        ),
        fails(
            INVALID,
            "Invalid function version 1. Function version 1 is already included in routing configuration.",
            "update_alias",
            FunctionName="f",
            Name="live",
            RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
        ),
        fails(
            INVALID,
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
            "update_alias",
            FunctionName="f",
            Name="live",
            RoutingConfig={"AdditionalVersionWeights": {"1": 0.5, "2": 0.5}},
        ),
        fails(
            INVALID,
            "$LATEST is not supported for an alias pointing to more than 1 version",
            "update_alias",
            FunctionName="f",
            Name="live",
            FunctionVersion="$LATEST",
            RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
        ),
        fails(
            INVALID,
            "We currently do not support adding policies for $LATEST.",
            "add_permission",
            FunctionName="f",
            Qualifier="$LATEST",
            StatementId="s",
            **PERMISSION,
        ),
        fails(MISSING, "The resource you requested does not exist.", "get_policy", FunctionName="f", Qualifier="live"),
        fails(
            "ResourceConflictException",
            "The statement id (s) provided already exists. Please provide a new statement id, or remove the existing "
            "statement.",
            "add_permission",
            FunctionName="f",
            StatementId="s",
            **PERMISSION,
        ),
        fails(
            MISSING,
            "No policy is associated with the given resource.",
            "remove_permission",
            FunctionName="f",
            Qualifier="live",
            StatementId="s",
        ),
        fails(
            MISSING,
            "Statement x is not found in resource policy.",
            "remove_permission",
            FunctionName="f",
            StatementId="x",
        ),
        fails(MISSING, f"No policy found for: {ARN}x", "remove_permission", FunctionName="fx", StatementId="s"),
        fails(
            INVALID,
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
            "list_tags",
            Resource=ARN + ":1",
        ),
        fails(
            INVALID,
            "Number of tags exceeds resource tag limit.",
            "tag_resource",
            Resource=ARN,
            Tags={str(number): "" for number in range(51)},
        ),
        fails(
            INVALID,
            "An error occurred and the request cannot be processed.",
            "tag_resource",
            Resource=ARN,
            Tags={},
        ),
        fails(
            INVALID,
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
            "Please specify either a function name or an unqualified function ARN.",
            "put_function_concurrency",
            FunctionName=ARN + ":1",
            ReservedConcurrentExecutions=1,
        ),
        fails(
            INVALID,
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            "below its minimum value of [100].",
            "put_function_concurrency",
            FunctionName="f",
            ReservedConcurrentExecutions=901,
        ),
        fails(
            INVALID,
            "You must specify at least one of error handling or destination setting.",
            "put_function_event_invoke_config",
            FunctionName="fx",
        ),
        fails(
            MISSING,
            "The function doesn't exist.",
            "put_function_event_invoke_config",
            FunctionName="fx",
            MaximumRetryAttempts=1,
        ),
        fails(MISSING, "The function doesn't exist.", "list_function_event_invoke_configs", FunctionName="fx"),
        fails(
            INVALID,
            f"The destination ARN {ARN}x is invalid.",
            "put_function_event_invoke_config",
            FunctionName="f",
            DestinationConfig={"OnSuccess": {"Destination": ARN + "x"}},
        ),
        fails(
            INVALID,
            "You can't specify the function as a destination for itself.",
            "put_function_event_invoke_config",
            FunctionName="f",
            DestinationConfig={"OnSuccess": {"Destination": ARN}},
        ),
        fails(
            INVALID,
            "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination="
            "arn:aws:iam:us-east-1:123456789012:function:f), onFailure=null) is invalid.",
            "put_function_event_invoke_config",
            FunctionName="f",
            DestinationConfig={"OnSuccess": {"Destination": "arn:aws:iam:us-east-1:123456789012:function:f"}},
        ),
        fails(
            INVALID,
            "A destination of service sns is not emulated: use an SQS queue, a Lambda function or an EventBridge bus.",
            "put_function_event_invoke_config",
            FunctionName="f",
            DestinationConfig={"OnFailure": {"Destination": "arn:aws:sns:us-east-1:123456789012:t"}},
        ),
        fails(MISSING, NO_CONFIG, "get_function_event_invoke_config", FunctionName="f"),
        fails(MISSING, NO_CONFIG.replace(":f:", ":fx:"), "get_function_event_invoke_config", FunctionName="fx"),
        fails(MISSING, NO_CONFIG, "delete_function_event_invoke_config", FunctionName="f"),
        fails(MISSING, NO_CONFIG, "update_function_event_invoke_config", FunctionName="f", MaximumRetryAttempts=1),
    ],
)
def test_errors(code: str, message: str, operation: str, params: dict[str, Any]) -> None:
    def body(w: World) -> None:
        zipped(w, Publish=True)
        w.do("create_alias", FunctionName="f", Name="live", FunctionVersion="1")
        w.do("add_permission", FunctionName="f", StatementId="s", **PERMISSION)
        with pytest.raises(AwsError) as failure:
            w.do(operation, **params)
        assert (failure.value.code, failure.value.message) == (code, message)

    in_world(body)


def test_deleting_a_version_that_does_not_exist_is_no_error() -> None:
    def body(w: World) -> None:
        zipped(w)
        assert w.do("delete_function", FunctionName="f", Qualifier="9") == {"StatusCode": 204}

    in_world(body)


def test_what_deploy_tools_ask_after_create() -> None:
    def body(w: World) -> None:
        zipped(w)
        assert w.do("get_function_code_signing_config", FunctionName="f") == {}
        assert w.do("get_runtime_management_config", FunctionName="f") == {
            "UpdateRuntimeOn": "Auto",
            "FunctionArn": ARN,
        }
        assert w.do("get_function_recursion_config", FunctionName="f") == {"RecursiveLoop": "Terminate"}

    in_world(body)


def packed(**files: Any) -> bytes:
    """A zip; a tuple is a symbolic link's target."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name.replace("__", "."))
            if isinstance(content, tuple):
                entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            made.writestr(entry, content[0] if isinstance(content, tuple) else content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def test_a_zip_whose_data_are_broken() -> None:
    async def main() -> None:
        async with world() as w:
            data = bytearray(packed(index__py="x = 1\n" * 500))
            data[40:55] = b"\xff" * 15
            with pytest.raises(AwsError, match="Could not unzip uploaded file"):
                w.function("index.handler", Code={"ZipFile": bytes(data)})

    asyncio.run(main())


def test_symbolic_links_in_zips_lead_where_they_should() -> None:
    async def main() -> None:
        async with world() as w:
            code = "from other import value\ndef handler(event, context):\n    return value\n"
            files = {"index__py": code, "real__py": "value = 7\n", "other__py": ("real.py",), "out__py": ("../../x",)}
            w.function("index.handler", Code={"ZipFile": packed(**files)})
            assert (await w.invoke())["Payload"] == b"7"

    asyncio.run(main())


def test_an_alias_keeps_no_weight_of_its_own_version() -> None:
    async def main() -> None:
        async with world() as w:
            w.from_files(index__py="def handler(event, context): pass")
            first = w.do("publish_version", FunctionName="f")["Version"]
            w.do("update_function_configuration", FunctionName="f", Description="changed")
            second = w.do("publish_version", FunctionName="f")["Version"]
            weights = {"AdditionalVersionWeights": {second: 0.5}}
            w.do("create_alias", FunctionName="f", Name="a", FunctionVersion=first, RoutingConfig=weights)
            for version in (second, "$LATEST"):
                with pytest.raises(AwsError) as refused:
                    w.do("update_alias", FunctionName="f", Name="a", FunctionVersion=version)
                assert refused.value.code == "InvalidParameterValueException"

    asyncio.run(main())


def test_an_empty_structure_leaves_its_default() -> None:
    async def main() -> None:
        async with world() as w:
            code = {"ZipFile": packed(index__py="def handler(event, context): pass")}
            shown = w.function("index.handler", Code=code, TracingConfig={})
            assert shown["TracingConfig"] == {"Mode": "PassThrough"}

    asyncio.run(main())


def test_runtime_management_of_a_version_that_is_not_there() -> None:
    async def main() -> None:
        async with world() as w:
            w.from_files(index__py="def handler(event, context): pass")
            with pytest.raises(AwsError) as refused:
                w.do("get_runtime_management_config", FunctionName="f", Qualifier="77")
            assert refused.value.code == "ResourceNotFoundException"

    asyncio.run(main())
