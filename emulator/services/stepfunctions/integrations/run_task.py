"""``ecs:runTask``: tasks, started, or waited for (``.sync``)."""

from __future__ import annotations

from typing import Any

from emulator.asl.errors import TASK_FAILED, StatesError
from emulator.core.errors import AwsError
from emulator.core.jsontext import compact
from emulator.core.timestamps import milliseconds
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.integrations.directory import called
from emulator.services.stepfunctions.integrations.service_call import ServiceCall, metadata, run_operation
from emulator.services.stepfunctions.integrations.shapes import from_response, to_request

STARTED_BY = "AWS Step Functions"  # recorded from AWS


class RunTask(ServiceCall):
    """The answer of RunTask; ``.sync`` says who has started the task and gives the one that has stopped (recorded from
    AWS)."""

    async def call(self, attempt: Attempt) -> Any:
        what = called(attempt.resource)
        params = to_request(what.service, what.operation, attempt.arguments)
        if attempt.resource.waits_for_end:
            params["startedBy"] = STARTED_BY
        answer = from_response(what.service, what.operation, await run_operation(attempt, what, params))
        if answer["Failures"] and not answer["Tasks"]:
            raise StatesError("ECS.AmazonECSException", compact(answer["Failures"]))
        answer["Tasks"] = [_shown(task) for task in answer["Tasks"]]
        return answer | metadata(attempt)

    async def finish(self, attempt: Attempt, submitted: Any) -> Any:
        """The first task when all have stopped; one that did not end well is States.TaskFailed with it as cause."""
        run = attempt.flow.run
        jobs = [job for arn in _arns(submitted) if (job := run.ground.courier.job(arn)) is not None]
        for job in jobs:
            while not job.ended:
                await run.clock.wait(job.waiters)
        for job in jobs:
            if not job.succeeded:
                raise StatesError(TASK_FAILED, compact(_stopped(job.describe())))
        return _stopped(jobs[0].describe()) if jobs else submitted

    def abandon(self, attempt: Attempt, submitted: Any) -> None:
        """StopTask, best effort (AWS docs, "Run an Amazon ECS or Fargate task with Step Functions")."""
        run = attempt.flow.run
        origin = run.execution.origin

        async def stop(arn: str, cluster: str) -> None:
            params = {"task": arn, "cluster": cluster, "reason": f"The execution {run.execution.name} has given it up."}
            try:
                await run.ground.courier.call(
                    "ecs", "StopTask", params, account=origin.account, region=origin.region, cause=attempt.cause
                )
            except AwsError:
                return  # forgotten meanwhile

        for task in submitted["Tasks"]:
            run.clock.spawn(stop(task["TaskArn"], task["ClusterArn"]), "stop of a task")


def _arns(submitted: Any) -> list[str]:
    return [task["TaskArn"] for task in submitted["Tasks"]]


def _stopped(task: dict[str, Any]) -> dict[str, Any]:
    answer = from_response("ecs", "DescribeTasks", {"tasks": [task]})
    return _shown(answer["Tasks"][0])


def _shown(task: dict[str, Any]) -> dict[str, Any]:
    """Instants in milliseconds, as in the results of other optimized integrations."""
    return {
        name: milliseconds(value) if name.endswith("At") and isinstance(value, float) else value
        for name, value in task.items()
    }
