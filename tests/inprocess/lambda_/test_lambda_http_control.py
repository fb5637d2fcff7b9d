"""The control plane over HTTP: statuses of every operation, error bodies byte for byte, members that are refused.

Recorded from AWS, where a comment or a docstring does not say otherwise.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from http_world import ARN, FUNCTIONS, MAPPINGS, QUEUE, ask, in_world
from lambda_world import ROLE, World, zipped
from stream_world import STREAM, TestStream

CONFIG = "/2019-09-25/functions/f/event-invoke-config"
TAGS = "/2017-03-31/tags/" + ARN.replace(":", "%3A")
ZIP = base64.b64encode(zipped(index__py="def handler(event, context): return context.function_version\n")).decode()
NEW = {"FunctionName": "g", "Role": ROLE, "Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": ZIP}}
CREATE_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
ROLE_PATTERN = r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
URL_PATTERN = r"((?!^\d+$)^[0-9a-zA-Z-_]+$)"
DESTINATION_PATTERN = (
    r"$|kafka://([^.]([a-zA-Z0-9\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}"
    r"((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)"
)


def wrong(member: str, value: str, constraint: str) -> tuple[int, str, str]:
    text = f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    return 400, "ValidationException", json.dumps({"message": text}, separators=(",", ":"))


def unmatched(member: str, value: str, pattern: str) -> tuple[int, str, str]:
    return wrong(member, value, f"Member must satisfy regular expression pattern: {pattern}")


def invalid(message: str) -> tuple[int, str, str]:
    return 400, "InvalidParameterValueException", f'{{"Type":"User","message":{json.dumps(message)}}}'


def at_most(number: int) -> str:
    return f"Member must have length less than or equal to {number}"


LONG = f"1 validation error detected: Value '{'a' * 65}' at 'functionName' failed to satisfy constraint: {at_most(64)}"
WEIGHTS = (
    "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value "
    "greater than or equal to 0.0, Member must not be null]"
)


def new(**changes: Any) -> tuple[str, str, dict[str, Any]]:
    return "POST", FUNCTIONS, NEW | changes


def alias(name: str, version: str = "1", **weights: float) -> tuple[str, str, dict[str, Any]]:
    routing = {"AdditionalVersionWeights": {number.strip("v"): weight for number, weight in weights.items()}}
    content = {"Name": name, "FunctionVersion": version} | ({"RoutingConfig": routing} if weights else {})
    return "POST", f"{FUNCTIONS}/f/aliases", content


ERRORS = {
    "long name": (new(FunctionName="a" * 65), invalid(LONG)),
    "very long name": (new(FunctionName="a" * 141), wrong("functionName", "a" * 141, at_most(140))),
    "bad name": (new(FunctionName="f.g"), unmatched("functionName", "f.g", CREATE_PATTERN)),
    "bad role": (new(Role="r"), unmatched("role", "r", ROLE_PATTERN)),
    "two architectures": (
        new(Architectures=["x86_64", "arm64"]),
        wrong("architectures", "[x86_64, arm64]", at_most(1)),
    ),
    "no zip": (
        new(Code={"ZipFile": base64.b64encode(b"nozip").decode()}),
        invalid("Could not unzip uploaded file. Please check your file, then try to upload again."),
    ),
    "numeric alias": (alias("12"), unmatched("name", "12", r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)")),
    "weight of 2": (
        alias("x", v2=2.0),
        wrong("routingConfig.additionalVersionWeights", "{2=2.0}", WEIGHTS),
    ),
    # The body of this one has no Type.
    "weights on $LATEST": (
        alias("x", "$LATEST", v1=0.5),
        (
            400,
            "InvalidParameterValueException",
            '{"message":"$LATEST is not supported for an alias pointing to more than 1 version"}',
        ),
    ),
    "statement id": (
        ("POST", f"{FUNCTIONS}/f/policy", {"StatementId": "b b", "Action": "lambda:InvokeFunction", "Principal": "*"}),
        unmatched("statementId", "b b", "([a-zA-Z0-9-_]+)"),
    ),
    "loop": (
        ("PUT", "/2024-08-31/functions/f/recursion-config", {"RecursiveLoop": "x"}),
        wrong("recursiveLoop", "x", "Member must satisfy enum value set: [Terminate, Allow]"),
    ),
    "invoke mode": (
        ("POST", "/2021-10-31/functions/f/url", {"AuthType": "NONE", "InvokeMode": "x"}),
        wrong("invokeMode", "x", "Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]"),
    ),
    "URL of a version": (
        ("POST", "/2021-10-31/functions/f/url?Qualifier=1", {"AuthType": "NONE"}),
        unmatched("qualifier", "1", URL_PATTERN),
    ),
    "URL of $LATEST": (
        ("POST", "/2021-10-31/functions/f/url?Qualifier=%24LATEST", {"AuthType": "NONE"}),
        unmatched("qualifier", "$LATEST", URL_PATTERN),
    ),
    "retries": (
        ("PUT", CONFIG, {"MaximumRetryAttempts": 3}),
        wrong("maximumRetryAttempts", "3", "Member must have value less than or equal to 2"),
    ),
    "age": (
        ("PUT", CONFIG, {"MaximumEventAgeInSeconds": 59}),
        wrong("maximumEventAgeInSeconds", "59", "Member must have value greater than or equal to 60"),
    ),
    "destination": (
        ("PUT", CONFIG, {"DestinationConfig": {"OnFailure": {"Destination": "x"}}}),
        unmatched("destinationConfig.onFailure.destination", "x", DESTINATION_PATTERN),
    ),
    "starting position": (
        ("POST", MAPPINGS, {"EventSourceArn": STREAM, "FunctionName": "f", "StartingPosition": "invalid"}),
        wrong(
            "startingPosition",
            "invalid",
            "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
        ),
    ),
    "unknown mapping": (
        ("GET", f"{MAPPINGS}/6c0f3459-f79b-47ae-afba-91fc803468b6", b""),
        (404, "ResourceNotFoundException", '{"Type":"User","Message":"The resource you requested does not exist."}'),
    ),
    "no provisioned concurrency": (
        ("GET", "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1", b""),
        (
            404,
            "ProvisionedConcurrencyConfigNotFoundException",
            '{"Type":"User","message":"No Provisioned Concurrency Config found for this function"}',
        ),
    ),
    "many tags": (
        new(Tags={str(number): "" for number in range(51)}),
        invalid("Number of tags exceeds resource tag limit."),
    ),
    # AWS docs, "Lambda quotas".
    "timeout": (new(Timeout=901), wrong("timeout", "901", "Member must have value less than or equal to 900")),
    "memory": (
        new(MemorySize=10_241),
        wrong("memorySize", "10241", "Member must have value less than or equal to 10240"),
    ),
    "little memory": (
        new(MemorySize=127),
        wrong("memorySize", "127", "Member must have value greater than or equal to 128"),
    ),
    "storage": (
        new(EphemeralStorage={"Size": 10_241}),
        wrong("ephemeralStorage.size", "10241", "Member must have value less than or equal to 10240"),
    ),
}


@pytest.mark.parametrize("what", ERRORS)
def test_error_bodies(what: str) -> None:
    async def body(w: World) -> None:
        TestStream(w)
        (method, path, content), expected = ERRORS[what]
        assert (await ask(w, method, path, content)).error == expected

    in_world(body)


def test_an_unknown_runtime() -> None:
    """Not the front's ValidationException: this enum is the service's own."""

    async def body(w: World) -> None:
        for method, path, content in (
            new(Runtime="python9"),
            ("PUT", f"{FUNCTIONS}/f/configuration", {"Runtime": "python9"}),
        ):
            status, code, text = (await ask(w, method, path, content)).error
            assert (status, code) == (400, "InvalidParameterValueException")
            start = "Value python9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ["
            assert text.startswith(f'{{"Type":"User","message":"{start}')
            assert text.endswith('] or be a valid ARN"}')

    in_world(body)


def test_publishing_other_code_than_there_is() -> None:
    async def body(w: World) -> None:
        known = (await ask(w, "GET", f"{FUNCTIONS}/f/configuration")).data["CodeSha256"]
        assert (await ask(w, "POST", f"{FUNCTIONS}/f/versions", {"CodeSha256": "x"})).error == invalid(
            f"CodeSHA256 (x) is different from current CodeSHA256 in $LATEST ({known}). Please try again with the "
            "CodeSHA256 in $LATEST."
        )
        assert (await ask(w, "POST", f"{FUNCTIONS}/f/versions", {"CodeSha256": known})).status == 201

    in_world(body)


def test_published_at_creation_the_answer_has_no_qualifier() -> None:
    async def body(w: World) -> None:
        made = (await ask(w, "POST", FUNCTIONS, NEW | {"Publish": True})).data
        assert (made["Version"], made["FunctionArn"]) == ("1", ARN[:-1] + "g")
        assert (await ask(w, "GET", f"{FUNCTIONS}/g:1/configuration")).data["FunctionArn"] == ARN[:-1] + "g:1"

    in_world(body)


def test_an_update_without_change_is_an_update() -> None:
    async def body(w: World) -> None:
        path = f"{FUNCTIONS}/f/configuration"
        before = (await ask(w, "GET", path)).data
        change = (await ask(w, "PUT", path, {"Timeout": before["Timeout"]})).data
        after = (await ask(w, "GET", path)).data
        assert (change["LastUpdateStatus"], after["LastUpdateStatus"]) == ("InProgress", "Successful")
        assert len({answer["RevisionId"] for answer in (before, change, after)}) == 3

    in_world(body)


def test_requests_that_are_too_large() -> None:
    """CreateFunction's limit is recorded, that of UpdateFunctionConfiguration AWS docs, "Lambda quotas"."""

    async def body(w: World) -> None:
        for operation, path, method, size in (
            ("CreateFunction", FUNCTIONS, "POST", 70_167_212),
            ("UpdateFunctionConfiguration", f"{FUNCTIONS}/f/configuration", "PUT", 5121),
        ):
            status, code, text = (await ask(w, method, path, NEW, content_length=str(size))).error
            assert (status, code) == (413, "RequestEntityTooLargeException")
            assert f"Request must be smaller than {size - 1} bytes for the {operation} operation" in text

    in_world(body)


STATUSES = [
    ("POST", FUNCTIONS, NEW, 201),
    ("GET", f"{FUNCTIONS}/f", b"", 200),
    ("GET", f"{FUNCTIONS}/f/configuration", b"", 200),
    ("PUT", f"{FUNCTIONS}/f/code", {"ZipFile": ZIP}, 200),
    ("PUT", f"{FUNCTIONS}/f/configuration", {"Timeout": 4}, 200),
    ("GET", f"{FUNCTIONS}/?FunctionVersion=ALL", b"", 200),
    ("POST", f"{FUNCTIONS}/f/versions", {}, 201),
    ("GET", f"{FUNCTIONS}/f/versions", b"", 200),
    ("POST", f"{FUNCTIONS}/f/aliases", {"Name": "x", "FunctionVersion": "1"}, 201),
    ("GET", f"{FUNCTIONS}/f/aliases", b"", 200),
    ("GET", f"{FUNCTIONS}/f/aliases/x", b"", 200),
    ("PUT", f"{FUNCTIONS}/f/aliases/x", {"Description": "d"}, 200),
    ("DELETE", f"{FUNCTIONS}/f/aliases/x", b"", 204),
    ("DELETE", f"{FUNCTIONS}/f/aliases/x", b"", 204),  # no error when there is none
    (
        "POST",
        f"{FUNCTIONS}/f/policy",
        {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"},
        201,
    ),
    ("GET", f"{FUNCTIONS}/f/policy", b"", 200),
    ("DELETE", f"{FUNCTIONS}/f/policy/s", b"", 204),
    ("POST", TAGS, {"Tags": {"a": "b"}}, 204),
    ("GET", TAGS, b"", 200),
    ("DELETE", f"{TAGS}?tagKeys=a", b"", 204),
    ("POST", "/2021-10-31/functions/f/url", {"AuthType": "NONE"}, 201),
    ("GET", "/2021-10-31/functions/f/url", b"", 200),
    ("PUT", "/2021-10-31/functions/f/url", {"AuthType": "AWS_IAM"}, 200),
    ("GET", "/2021-10-31/functions/f/urls", b"", 200),
    ("DELETE", "/2021-10-31/functions/f/url", b"", 204),
    ("PUT", CONFIG, {"DestinationConfig": {"OnSuccess": {}}}, 200),  # counts as a setting
    ("POST", CONFIG, {"MaximumRetryAttempts": 1}, 200),
    ("GET", CONFIG, b"", 200),
    ("GET", f"{CONFIG}/list", b"", 200),
    ("DELETE", CONFIG, b"", 204),
    ("PUT", "/2017-10-31/functions/f/concurrency", {"ReservedConcurrentExecutions": 0}, 200),
    ("GET", "/2019-09-30/functions/f/concurrency", b"", 200),
    ("DELETE", "/2017-10-31/functions/f/concurrency", b"", 204),
    (
        "PUT",
        "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1",
        {"ProvisionedConcurrentExecutions": 5},
        202,
    ),
    ("GET", "/2024-08-31/functions/f/recursion-config", b"", 200),
    ("PUT", "/2024-08-31/functions/f/recursion-config", {"RecursiveLoop": "Allow"}, 200),
    ("GET", "/2020-06-30/functions/f/code-signing-config", b"", 200),
    ("GET", "/2021-07-20/functions/f/runtime-management-config", b"", 200),
    ("GET", "/2016-08-19/account-settings/", b"", 200),
    ("POST", f"{MAPPINGS}/", {"EventSourceArn": QUEUE, "FunctionName": "f"}, 202),
    ("GET", f"{MAPPINGS}/?FunctionName=f", b"", 200),
    ("DELETE", f"{FUNCTIONS}/f?Qualifier=99", b"", 204),
    ("DELETE", f"{FUNCTIONS}/f", b"", 204),
]


def test_statuses() -> None:
    """botocore's model and AWS docs; DeleteFunction's 204 is recorded (the model says 200)."""

    async def body(w: World) -> None:
        answered = [
            (method, path, content, (await ask(w, method, path, content)).status)
            for method, path, content, _ in STATUSES
        ]
        assert answered == STATUSES
        w.from_files(index__py="")  # deleted and made anew: nothing is left of the settings
        assert (await ask(w, "GET", "/2024-08-31/functions/f/recursion-config")).data == {"RecursiveLoop": "Terminate"}
        assert (await ask(w, "GET", f"{FUNCTIONS}/f/aliases")).data == {"Aliases": []}

    in_world(body)


def test_account_settings() -> None:
    async def body(w: World) -> None:
        for reserved, free in ((None, 1000), (100, 900)):
            if reserved:
                w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=reserved)
            settings = (await ask(w, "GET", "/2016-08-19/account-settings")).data
            assert settings["AccountLimit"] == {
                "TotalCodeSize": 80_530_636_800,
                "CodeSizeUnzipped": 262_144_000,
                "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": 1000,
                "UnreservedConcurrentExecutions": free,
            }
            assert settings["AccountUsage"]["FunctionCount"] == 1

    in_world(body)


def test_event_invoke_configs_of_each_qualifier() -> None:
    async def body(w: World) -> None:
        for qualifier in ("", "?Qualifier=1", "?Qualifier=live"):
            await ask(w, "PUT", CONFIG + qualifier, {"MaximumRetryAttempts": 0})
        listed = (await ask(w, "GET", f"{CONFIG}/list")).data["FunctionEventInvokeConfigs"]
        assert [entry["FunctionArn"] for entry in listed] == [f"{ARN}:$LATEST", f"{ARN}:1", f"{ARN}:live"]
        assert listed[0]["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
        # Publishing does not copy the configuration.
        await ask(w, "PUT", f"{FUNCTIONS}/f/code", {"ZipFile": ZIP, "Publish": True})
        assert (await ask(w, "GET", f"{CONFIG}?Qualifier=2")).status == 404
        # The shape is checked before the function is looked for, and so is the lack of any setting.
        for content, code in (
            ({"MaximumRetryAttempts": 3}, "ValidationException"),
            ({}, "InvalidParameterValueException"),
            ({"MaximumRetryAttempts": 1}, "ResourceNotFoundException"),
        ):
            assert (await ask(w, "PUT", CONFIG.replace("/f/", "/nobody/"), content)).error[1] == code

    in_world(body)
