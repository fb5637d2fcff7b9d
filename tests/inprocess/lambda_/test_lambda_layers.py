"""Layers and provisioned concurrency (AWS docs, Lambda API reference; texts marked in the spec as recorded)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from lambda_world import REGION, World, world, zipped

from emulator.core.errors import AwsError
from emulator.services.lambda_.archives import archive

LAYER = f"arn:aws:lambda:{REGION}:123456789012:layer:tools"
USES = """
    import tool, os
    def handler(event, context):
        return [tool.NAME, os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
"""


def publish(w: World, text: str, name: str = "tools", **params: Any) -> dict[str, Any]:
    content = {"ZipFile": zipped(**{"python___tool__py": f"NAME = {text!r}"})}
    answer: dict[str, Any] = w.do("publish_layer_version", LayerName=name, Content=content, **params)
    return answer


def refused(w: World, operation: str, **params: Any) -> tuple[str, Any]:
    with pytest.raises(AwsError) as failure:
        w.do(operation, **params)
    return failure.value.code, failure.value.message


async def result(w: World) -> Any:
    return json.loads((await w.invoke("f", {}))["Payload"])


@pytest.mark.parametrize("kind", ["inline", "worker"])
def test_a_layer_is_on_the_path(kind: str) -> None:
    async def main() -> None:
        async with world() as w:
            if kind == "worker":
                w.with_workers()
            arn = publish(w, "one")["LayerVersionArn"]
            w.function("index.handler", Code={"ZipFile": zipped(index__py=USES)}, Layers=[arn])
            (shown,) = w.do("get_function_configuration", FunctionName="f")["Layers"]
            assert shown["Arn"] == f"{LAYER}:1"
            assert shown["CodeSize"] > 0
            assert (await result(w))[0] == "one"

    asyncio.run(main())


def test_the_last_layer_wins_and_updates_replace_layers() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_workers()
            first, second = publish(w, "one", "a")["LayerVersionArn"], publish(w, "two", "b")["LayerVersionArn"]
            w.function("index.handler", Code={"ZipFile": zipped(index__py=USES)}, Layers=[first, second])
            assert (await result(w))[0] == "two"
            w.do("update_function_configuration", FunctionName="f", Layers=[first])
            assert (await result(w))[0] == "one"
            w.do("update_function_configuration", FunctionName="f", Timeout=4)
            assert (await result(w))[0] == "one"
            w.do("update_function_configuration", FunctionName="f", Layers=[])
            assert "Layers" not in w.do("get_function_configuration", FunctionName="f")
            assert "No module named 'tool'" in (await result(w))["errorMessage"]

    asyncio.run(main())


def test_versions_are_listed_newest_first_and_numbers_never_repeat() -> None:
    async def main() -> None:
        async with world() as w:
            answer = publish(w, "one", Description="d", CompatibleRuntimes=["python3.12"], LicenseInfo="MIT")
            assert answer["LayerArn"] == LAYER
            assert answer["LayerVersionArn"] == f"{LAYER}:1"
            assert (answer["Version"], answer["Description"], answer["LicenseInfo"]) == (1, "d", "MIT")
            path = answer["Content"]["Location"].partition("/_aws/lambda/code/")[2]
            data = archive(w.ground, path)
            assert data is not None
            assert len(data) == answer["Content"]["CodeSize"]
            publish(w, "two")
            w.do("delete_layer_version", LayerName="tools", VersionNumber=2)
            assert publish(w, "three")["Version"] == 3
            listed = w.do("list_layer_versions", LayerName="tools")["LayerVersions"]
            assert [version["Version"] for version in listed] == [3, 1]
            (layer,) = w.do("list_layers", CompatibleRuntime="python3.12")["Layers"]
            assert layer["LatestMatchingVersion"]["Version"] == 1
            assert w.do("get_layer_version", LayerName="tools", VersionNumber=1)["Description"] == "d"
            assert w.do("get_layer_version_by_arn", Arn=f"{LAYER}:3")["Version"] == 3
            code, text = refused(w, "get_layer_version", LayerName="tools", VersionNumber=2)
            assert (code, text) == ("ResourceNotFoundException", "The resource you requested does not exist.")

    asyncio.run(main())


def test_functions_keep_layers_that_are_deleted() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_workers()
            arn = publish(w, "one")["LayerVersionArn"]
            w.function("index.handler", Code={"ZipFile": zipped(index__py=USES)}, Layers=[arn])
            w.do("delete_layer_version", LayerName="tools", VersionNumber=1)
            assert (await result(w))[0] == "one"

    asyncio.run(main())


def test_wrong_layers_are_refused() -> None:
    async def main() -> None:
        async with world() as w:
            arns = [publish(w, "x", f"layer{number}")["LayerVersionArn"] for number in range(6)]
            twice = [publish(w, "x")["LayerVersionArn"], publish(w, "x")["LayerVersionArn"]]
            for wanted in (arns, twice, [f"{LAYER}:99"]):
                with pytest.raises(AwsError) as failure:
                    w.function("index.handler", Layers=wanted)
                assert failure.value.code == "InvalidParameterValueException"

    asyncio.run(main())


def test_layer_permissions() -> None:
    async def main() -> None:
        async with world() as w:
            publish(w, "one")
            where = {"LayerName": "tools", "VersionNumber": 1}
            statement = {"StatementId": "s", "Action": "lambda:GetLayerVersion", "Principal": "*"}
            w.do("add_layer_version_permission", **where, **statement)
            policy = json.loads(w.do("get_layer_version_policy", **where)["Policy"])
            assert policy["Statement"][0]["Resource"] == f"{LAYER}:1"
            stale = {"RevisionId": "old", "StatementId": "s", **where}
            assert refused(w, "remove_layer_version_permission", **stale)[0] == "PreconditionFailedException"
            w.do("remove_layer_version_permission", StatementId="s", **where)
            assert refused(w, "get_layer_version_policy", **where)[0] == "ResourceNotFoundException"

    asyncio.run(main())


def test_provisioned_concurrency_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_workers()
            arn = publish(w, "one")["LayerVersionArn"]
            w.function("index.handler", Code={"ZipFile": zipped(index__py=USES)}, Layers=[arn])
            w.do("publish_version", FunctionName="f")
            wanted = {"FunctionName": "f", "ProvisionedConcurrentExecutions": 5}
            assert refused(w, "put_provisioned_concurrency_config", Qualifier="$LATEST", **wanted) == (
                "InvalidParameterValueException",
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
            )
            assert refused(w, "get_provisioned_concurrency_config", FunctionName="f", Qualifier="1") == (
                "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config found for this function",
            )
            put = w.do("put_provisioned_concurrency_config", Qualifier="1", **wanted)
            assert put["Status"] == "IN_PROGRESS"
            assert put["AvailableProvisionedConcurrentExecutions"] == 0
            got = w.do("get_provisioned_concurrency_config", FunctionName="f", Qualifier="1")
            assert (got["Status"], got["AvailableProvisionedConcurrentExecutions"]) == ("READY", 5)
            answer = await w.invoke("f", {}, Qualifier="1")
            assert json.loads(answer["Payload"])[1] == "provisioned-concurrency"
            assert (await result(w))[1] == "on-demand"
            w.do("delete_provisioned_concurrency_config", FunctionName="f", Qualifier="1")
            listed = w.do("list_provisioned_concurrency_configs", FunctionName="f")
            assert listed == {"ProvisionedConcurrencyConfigs": []}

    asyncio.run(main())
