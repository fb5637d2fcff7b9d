"""Distributed Map, Map Runs, and redrives."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.core.errors import AwsError
from tests.inprocess.stepfunctions.stepfunctions_world import ACCOUNT, REGION, START, World, in_world, succeed, task


def distributed(states: dict[str, Any], kind: str = "STANDARD", **more: Any) -> dict[str, Any]:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": next(iter(states)),
        "States": states,
    }
    return {"Type": "Map", "ItemProcessor": processor, "End": True, "Label": "L", **more}


def test_children_are_executions_of_their_own() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"M": distributed({"P": succeed()}, MaxConcurrency=1)}, ["a", "b"])
        assert await world.output(execution) == ["a", "b"]
        assert (await world.line(execution))[2:7] == [
            "3<2 MapStateStarted",
            "4<3 MapRunStarted",
            "5<4 MapRunSucceeded",
            "6<5 MapStateSucceeded",
            "7<4 MapStateExited",
        ]
        (run,) = (await world.do("ListMapRuns", executionArn=execution))["mapRuns"]
        assert run["stateMachineArn"] == f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:M/L"
        counts = {"pending": 0, "running": 0, "succeeded": 2, "failed": 0, "timedOut": 0, "aborted": 0}
        found = await world.do("DescribeMapRun", mapRunArn=run["mapRunArn"])
        assert found["itemCounts"] == {**counts, "total": 2, "resultsWritten": 2}
        assert (found["status"], found["maxConcurrency"], found["toleratedFailureCount"]) == ("SUCCEEDED", 1, 0)
        children = (await world.do("ListExecutions", mapRunArn=run["mapRunArn"]))["executions"]
        assert len(children) == 2
        child = await world.describe(children[0]["executionArn"])
        assert child["mapRunArn"] == run["mapRunArn"]
        assert child["executionArn"].startswith(f"arn:aws:states:{REGION}:{ACCOUNT}:execution:M/L:")
        listed = await world.do("ListExecutions", stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:M")
        assert [entry["executionArn"] for entry in listed["executions"]] == [execution]

    in_world(story)


def test_more_failures_than_tolerated() -> None:
    async def story(world: World) -> None:
        def work(event: Any) -> Any:
            if event < 3:
                raise ValueError(str(event))
            return event

        world.function = work
        tolerant = distributed({"T": task()}, MaxConcurrency=1, ToleratedFailureCount=2)
        execution = await world.execute({"M": tolerant}, [1, 2, 3])
        assert (await world.output(execution))[2] == 3
        strict = {
            "StartAt": "M",
            "States": {"M": distributed({"T": task()}, ToleratedFailureCount=1, MaxConcurrency=1)},
        }
        failing = await world.start(await world.create(strict, name="strict"), [1, 2, 3])
        found = await world.describe(failing)
        assert found["error"] == "States.ExceedToleratedFailureThreshold"
        assert found["cause"] == "The specified tolerated failure threshold was exceeded"
        assert [kind for kind, _ in await world.times(failing)][3:] == [
            "MapRunStarted",
            "MapRunFailed",
            "MapStateFailed",
            "ExecutionFailed",
        ]

    in_world(story)


def test_a_run_whose_items_cannot_be_made_has_ended() -> None:
    """A Map Run does not outlive its execution (AWS docs, "DescribeMapRun": RUNNING, SUCCEEDED, FAILED, ABORTED)."""

    async def story(world: World) -> None:
        state = distributed({"P": succeed()}, ItemSelector={"x.$": "$.nowhere"})
        execution = await world.execute({"M": state}, [1])
        assert (await world.describe(execution))["status"] == "FAILED"
        (run,) = (await world.do("ListMapRuns", executionArn=execution))["mapRuns"]
        found = await world.do("DescribeMapRun", mapRunArn=run["mapRunArn"])
        assert found["status"] == "FAILED"
        assert "stopDate" in found

    in_world(story)


def test_batches() -> None:
    async def story(world: World) -> None:
        batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"k": 1}}
        execution = await world.execute({"M": distributed({"P": succeed()}, ItemBatcher=batcher)}, [1, 2, 3])
        assert await world.output(execution) == [
            {"BatchInput": {"k": 1}, "Items": [1, 2]},
            {"BatchInput": {"k": 1}, "Items": [3]},
        ]
        (run,) = (await world.do("ListMapRuns", executionArn=execution))["mapRuns"]
        found = await world.do("DescribeMapRun", mapRunArn=run["mapRunArn"])
        assert (found["itemCounts"]["total"], found["executionCounts"]["total"]) == (3, 2)

    in_world(story)


def test_items_from_s3_and_results_to_s3() -> None:
    async def story(world: World) -> None:
        written: dict[str, bytes] = {}
        world.answers["s3:GetObject"] = lambda params: {"Body": b"name,age\nAnn,7\nBob\n"}
        world.answers["s3:PutObject"] = lambda params: written.update({params["Key"]: params["Body"]})
        reader = {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Parameters": {"Bucket": "b", "Key": "k"},
        }
        writer = {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "out", "Prefix": "p"},
            "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"},
        }
        state = distributed({"P": succeed()}, ItemReader=reader, ResultWriter=writer)
        output = await world.output(await world.execute({"M": state}))
        assert output["ResultWriterDetails"]["Bucket"] == "out"
        results = next(body for key, body in written.items() if "SUCCEEDED" in key)
        assert results == b'[{"name":"Ann","age":"7"},{"name":"Bob","age":""}]'
        assert output["ResultWriterDetails"]["Key"] in written

    in_world(story)


def test_stopping_the_parent_aborts_the_run() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"M": distributed({"W": {"Type": "Wait", "Seconds": 60, "End": True}})}, [1, 2])
        await world.do("StopExecution", executionArn=execution)
        await world.settle()
        (run,) = (await world.do("ListMapRuns", executionArn=execution))["mapRuns"]
        found = await world.do("DescribeMapRun", mapRunArn=run["mapRunArn"])
        assert (found["status"], found["executionCounts"]["aborted"]) == ("ABORTED", 2)

    in_world(story)


def test_a_redrive_goes_on_with_the_failed_task() -> None:
    async def story(world: World) -> None:
        broken = True

        def work(event: Any) -> Any:
            if broken:
                raise ValueError("no")
            return event

        world.function = work
        states = {"P": {"Type": "Pass", "Result": 5, "Assign": {"v": 1}, "Next": "T"}, "T": task(Next="Q", End=None)}
        del states["T"]["End"]
        states["Q"] = succeed(Parameters={"v.$": "$v", "in.$": "$"})
        execution = await world.execute(states)
        assert (await world.describe(execution))["redriveStatus"] == "REDRIVABLE"
        broken = False
        await world.clock.advance(60)
        answer = await world.do("RedriveExecution", executionArn=execution, clientToken="t")
        assert answer == {"redriveDate": START + 60}
        await world.settle()
        assert await world.output(execution) == {"v": 1, "in": 5}
        assert await world.do("RedriveExecution", executionArn=execution, clientToken="t") == answer
        found = await world.describe(execution)
        assert (found["redriveCount"], found["redriveDate"]) == (1, START + 60)
        kinds = [kind for kind, _ in await world.times(execution)]
        assert kinds.count("TaskStateEntered") == 1
        assert kinds[kinds.index("ExecutionRedriven") + 1] == "LambdaFunctionScheduled"
        assert [event["detail"]["status"] for event in world.events] == ["RUNNING", "FAILED", "RUNNING", "SUCCEEDED"]

    in_world(story)


def test_a_redrive_keeps_finished_iterations() -> None:
    async def story(world: World) -> None:
        broken = True

        def work(event: Any) -> Any:
            if broken and event == 2:
                raise ValueError("no")
            return event

        world.function = work
        inline = {
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": {"StartAt": "T", "States": {"T": task()}},
            "End": True,
        }
        execution = await world.execute({"M": inline}, [1, 2, 3])
        broken = False
        await world.do("RedriveExecution", executionArn=execution)
        await world.settle()
        assert await world.output(execution) == [1, 2, 3]
        assert [event for _, event in world.invoked] == [1, 2, 2, 3]

    in_world(story)


def test_a_redrive_of_a_map_run_repeats_what_failed() -> None:
    async def story(world: World) -> None:
        broken = True

        def work(event: Any) -> Any:
            if broken and event == 2:
                raise ValueError("no")
            return event

        world.function = work
        execution = await world.execute({"M": distributed({"T": task()}, MaxConcurrency=1)}, [1, 2, 3])
        assert (await world.describe(execution))["status"] == "FAILED"
        broken = False
        await world.do("RedriveExecution", executionArn=execution)
        await world.settle()
        assert await world.output(execution) == [1, 2, 3]
        assert [event for _, event in world.invoked] == [1, 2, 2, 3]
        runs = (await world.do("ListMapRuns", executionArn=execution))["mapRuns"]
        assert len(runs) == 1
        assert "MapRunRedriven" in [kind for kind, _ in await world.times(execution)]

    in_world(story)


def test_what_cannot_be_redriven() -> None:
    async def story(world: World) -> None:
        execution = await world.execute({"P": succeed()})
        with pytest.raises(AwsError) as error:
            await world.do("RedriveExecution", executionArn=execution)
        assert error.value.code == "ExecutionNotRedrivable"
        assert error.value.message == "Execution is SUCCEEDED and cannot be redriven"

    in_world(story)
