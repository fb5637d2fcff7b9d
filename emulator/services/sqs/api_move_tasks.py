"""StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.sqs.api_messages import required
from emulator.services.sqs.courier import queue_at
from emulator.services.sqs.errors import invalid, invalid_value
from emulator.services.sqs.move_task import MoveTask, read_task_handle
from emulator.services.sqs.queue import Queue
from emulator.services.sqs.store import SqsStore

_ALREADY_RUNNING = (
    "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
)


def start_message_move_task(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Starts moving a dead-letter queue's messages to a destination, or each back to the queue it came from."""
    source = _queue(call, "SourceArn", required(params, "SourceArn"))
    store = _store(call, source.parsed_arn)
    targets = {str(queue.redrive.target) for queue in store.queues.values() if queue.redrive is not None}
    if source.arn not in targets:
        raise invalid("Source queue must be configured as a Dead Letter Queue.")
    destination = params.get("DestinationArn")
    if destination is not None:
        _queue(call, "DestinationArn", destination)
    rate = params.get("MaxNumberOfMessagesPerSecond")
    if rate is not None and not 1 <= rate <= 500:
        raise invalid_value("MaxNumberOfMessagesPerSecond", rate, "Must be between 1 and 500, if provided.")
    if any(task.active and task.source_arn == source.arn for task in store.tasks):
        raise invalid(_ALREADY_RUNNING)
    task = MoveTask(call.ground, source, destination, rate, lambda arn: queue_at(call.ground, arn))
    store.tasks.append(task)
    call.clock.spawn(task.run(), f"message move task of {source.name}")
    return {"TaskHandle": task.handle}


def _arn(text: str, member: str) -> Arn:
    try:
        return Arn.parse(text)
    except ValueError:
        form = "arn:<partition>:sqs:<region>:<account-id>:<queue-name>"
        raise invalid(f"You must use this format to specify the {member}: {form}") from None


def _queue(call: Call, member: str, text: str) -> Queue:
    queue = queue_at(call.ground, _arn(text, member))
    if queue is None:
        reason = f"The resource that you specified for the {member} parameter doesn't exist."
        raise AwsError("ResourceNotFoundException", reason)
    return queue


def _store(call: Call, arn: Arn) -> SqsStore:
    return call.ground.cloud.store(SqsStore, arn.account, arn.region)


def list_message_move_tasks(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The latest tasks of a source, newest first."""
    source = _queue(call, "SourceArn", required(params, "SourceArn"))
    limit = params.get("MaxResults")
    if limit is not None and not 1 <= limit <= 10:
        raise invalid_value("MaxResults", limit, "Must be between 1 and 10, if provided.")
    tasks = [task for task in reversed(_store(call, source.parsed_arn).tasks) if task.source_arn == source.arn]
    return {"Results": [task.describe() for task in tasks[: limit or 1]]}


def cancel_message_move_task(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    identifier, source = read_task_handle(required(params, "TaskHandle"))
    tasks = _store(call, _arn(source, "SourceArn")).tasks
    task = next((task for task in tasks if task.id == identifier and task.status == "RUNNING"), None)
    if task is None:
        raise AwsError("ResourceNotFoundException", "Task does not exist.")
    task.cancel()
    return {"ApproximateNumberOfMessagesMoved": task.moved}
