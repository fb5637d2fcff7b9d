"""Operations on pipes as SDKs call them; texts are the emulator's own."""

from __future__ import annotations

from typing import Any

import pytest
from pipes_world import ACCOUNT, FIRE, REGION, ROLE, START, World, in_world

from emulator.core.errors import AwsError

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/default"
TASK = {"TaskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/work:1"}


@in_world
async def test_what_a_new_pipe_shows(w: World) -> None:
    source = await w.queue()
    members = {"Description": "d", "TargetParameters": {"InputTemplate": "<$.body>"}, "Tags": {"a": "1"}}
    arn = f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/p"
    made = await w.do("CreatePipe", Name="p", Source=source, Target=FUNCTION, RoleArn=ROLE, **members)
    summary = {"Arn": arn, "Name": "p", "DesiredState": "RUNNING", "CreationTime": START, "LastModifiedTime": START}
    assert made == {**summary, "CurrentState": "CREATING"}
    shown = await w.do("DescribePipe", Name="p")
    ends = {"Source": source, "Target": FUNCTION}
    assert shown == {**summary, "CurrentState": "RUNNING", **ends, "RoleArn": ROLE, **members}
    assert (await w.do("ListPipes"))["Pipes"] == [{**summary, "CurrentState": "RUNNING", **ends}]


@in_world
async def test_a_name_is_taken_once(w: World) -> None:
    source = await w.queue()
    await w.pipe(source, FUNCTION)
    with pytest.raises(AwsError, match="Pipe p already exists") as refused:
        await w.pipe(source, FUNCTION)
    assert refused.value.code == "ConflictException"


@pytest.mark.parametrize("operation", ["DescribePipe", "DeletePipe", "StartPipe", "StopPipe"])
@in_world
async def test_unknown_pipes(w: World, operation: str) -> None:
    with pytest.raises(AwsError, match="Pipe none does not exist") as refused:
        await w.do(operation, Name="none")
    assert refused.value.code == "NotFoundException"


@in_world
async def test_pages_and_prefixes(w: World) -> None:
    source, other = await w.queue(), await w.queue("other")
    for name, queue in (("a1", source), ("a2", other), ("b1", source)):
        await w.do("CreatePipe", Name=name, Source=queue, Target=FUNCTION, RoleArn=ROLE)
    await w.do("StopPipe", Name="b1")

    async def names(**params: Any) -> list[str]:
        return [pipe["Name"] for pipe in (await w.do("ListPipes", **params))["Pipes"]]

    assert await names(NamePrefix="a") == ["a1", "a2"]
    assert await names(SourcePrefix=other) == ["a2"]
    assert await names(TargetPrefix="arn:aws:sqs") == []
    assert await names(CurrentState="STOPPED") == ["b1"]
    first = await w.do("ListPipes", Limit=2)
    assert [pipe["Name"] for pipe in first["Pipes"]] == ["a1", "a2"]
    assert await names(Limit=2, NextToken=first["NextToken"]) == ["b1"]


@in_world
async def test_tags(w: World) -> None:
    await w.pipe(await w.queue(), FUNCTION, Tags={"a": "1"})
    arn = (await w.do("DescribePipe", Name="p"))["Arn"]
    await w.do("TagResource", resourceArn=arn, tags={"b": "2"})
    await w.do("UntagResource", resourceArn=arn, tagKeys=["a", "none"])
    assert await w.do("ListTagsForResource", resourceArn=arn) == {"tags": {"b": "2"}}
    with pytest.raises(AwsError, match="does not exist"):
        await w.do("ListTagsForResource", resourceArn=arn + "x")


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"Source": "arn:aws:sqs:us-east-1:123456789012:none"}, "none does not exist"),
        ({"Source": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}, "A source of service kinesis is not supported"),
        ({"Source": "smk://host:9092"}, "smk://host:9092 is not supported"),
        ({"Target": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}, "A target of service kinesis is not supported"),
        ({"Target": "arn:aws:events:us-east-1:123456789012:api-destination/a/b"}, "kind api-destination"),
        ({"Enrichment": "arn:aws:execute-api:us-east-1:123456789012:a/b/GET/"}, "enrichment of service execute-api"),
        ({"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}}, "Filter pattern is not valid"),
        (
            {"SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}}},
            "DynamoDBStreamParameters does",
        ),
        ({"SourceParameters": {"SqsQueueParameters": {"BatchSize": 11}}}, "BatchSize over 10 needs"),
        ({"TargetParameters": {"InputTemplate": "<aws.pipes.none>"}}, "invalid placeholder <aws.pipes.none>"),
        ({"TargetParameters": {"InputTemplate": "<$.a[>"}}, "invalid placeholder"),
        ({"TargetParameters": {"SqsQueueParameters": {"MessageGroupId": "g"}}}, "SqsQueueParameters does not belong"),
        (
            {"Target": BUS, "TargetParameters": {"EventBridgeEventBusParameters": {"EndpointId": "abc.def"}}},
            "TargetParameters.EventBridgeEventBusParameters.EndpointId is not supported",
        ),
        (
            {"Target": CLUSTER, "TargetParameters": {"EcsTaskParameters": {**TASK, "ReferenceId": "r"}}},
            "TargetParameters.EcsTaskParameters.ReferenceId is not supported",
        ),
        ({"Target": CLUSTER}, "EcsTaskParameters is required"),
        ({"Tags": {f"k{number}": "v" for number in range(51)}}, "less than or equal to 50"),
    ],
)
@in_world
async def test_what_is_refused_is_named(w: World, members: dict[str, Any], text: str) -> None:
    given = {"Name": "p", "Source": await w.queue(), "Target": FUNCTION, "RoleArn": ROLE} | members
    with pytest.raises(AwsError) as refused:
        await w.do("CreatePipe", **given)
    assert refused.value.code == "ValidationException"
    assert text in refused.value.message
    assert (await w.do("ListPipes"))["Pipes"] == []


@in_world
async def test_standard_state_machines_cannot_be_waited_for(w: World) -> None:
    source, standard = await w.queue(), await w.machine({"Type": "Pass"}, kind="STANDARD")
    with pytest.raises(AwsError, match="InvocationType must be FIRE_AND_FORGET"):
        await w.pipe(source, standard)
    with pytest.raises(AwsError, match="an enrichment must be an Express one"):
        await w.pipe(source, BUS, Enrichment=standard)
    await w.pipe(source, standard, TargetParameters=FIRE)


@in_world
async def test_a_refused_update_changes_nothing(w: World) -> None:
    await w.pipe(await w.queue(), FUNCTION)
    before = await w.do("DescribePipe", Name="p")
    with pytest.raises(AwsError, match="not supported"):
        await w.do("UpdatePipe", Name="p", RoleArn=ROLE, Target="arn:aws:kinesis:us-east-1:123456789012:stream/s")
    assert await w.do("DescribePipe", Name="p") == before


@in_world
async def test_a_cluster_runs_a_task_for_each_record(w: World) -> None:
    orders: list[dict[str, Any]] = []

    async def operations(service: str, operation: str, params: dict[str, Any], **scope: Any) -> dict[str, Any]:
        if operation != "RunTask":
            return await w.emulator.operations(service, operation, params, **scope)
        orders.append(params)
        return {"tasks": [], "failures": []}

    w.ground.courier.register_operations(operations)
    overrides = {"ContainerOverrides": [{"Name": "c", "Environment": [{"name": "ID", "value": "$.body.id"}]}]}
    source = await w.queue()
    await w.pipe(source, CLUSTER, TargetParameters={"EcsTaskParameters": {**TASK, "Overrides": overrides}})
    await w.put({"id": 7})
    (order,) = orders
    assert order["startedBy"] == "pipe/p"
    assert order["overrides"] == {"containerOverrides": [{"name": "c", "environment": [{"name": "ID", "value": "7"}]}]}
