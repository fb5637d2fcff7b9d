"""SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat, and the operations of activities."""

from __future__ import annotations

from typing import Any

from emulator.asl.errors import StatesError
from emulator.asl.jackson import JsonSyntaxError, read_json
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.core.timers import TimerKind
from emulator.services.stepfunctions import paging
from emulator.services.stepfunctions.activity import Activity
from emulator.services.stepfunctions.names import ACTIVITY, check_name, read
from emulator.services.stepfunctions.store import StepFunctionsStore, find_activity, store_at
from emulator.services.stepfunctions.tags import tags_of
from emulator.services.stepfunctions.tokens import Ticket

LONG_POLL = 60.0


def send_task_success(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """``output`` is JSON text, else InvalidOutput.  Errors of tokens: InvalidToken, TaskTimedOut, TaskDoesNotExist."""
    try:
        output = read_json(params["output"])
    except JsonSyntaxError as error:
        raise AwsError("InvalidOutput", f"Invalid Output: '{error.message}'") from None
    ticket = _answer(call, params["taskToken"], "callback", "ok", params["output"])
    ticket.answer.succeed(output)
    return {}


def send_task_failure(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    error, cause = params.get("error"), params.get("cause")
    ticket = _answer(call, params["taskToken"], "callback", error or "failed", cause)
    ticket.answer.fail(StatesError(error, cause))
    return {}


def send_task_heartbeat(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    ticket = _find(call, params["taskToken"])
    _note(call, ticket, "heartbeat", "ok", None)
    ticket.answer.heartbeat(call.clock.now(), call.from_outside)
    return {}


def _find(call: Call, token: str) -> Ticket:
    store = call.store(StepFunctionsStore)
    return store.tokens.find(token, store.executions)


def _answer(call: Call, token: str, kind: str, outcome: str, payload: str | None) -> Ticket:
    """The attempt that ``token`` answers; from now on the token is used up."""
    ticket = _find(call, token)
    call.store(StepFunctionsStore).tokens.revoke(token)
    _note(call, ticket, kind, outcome, payload)
    return ticket


def _note(call: Call, ticket: Ticket, kind: str, outcome: str, payload: str | None) -> None:
    source = "client" if call.from_outside else (call.access_key or "emulator")
    arn = ticket.execution.arn
    call.journal.note(kind, source, arn, call.cause, outcome, payload=payload, state=ticket.state)


def create_activity(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The same name again answers the existing one."""
    name = params["name"]
    check_name(name)
    activities = call.store(StepFunctionsStore).activities
    activity = activities.get(name)
    if activity is None:
        tags = tags_of(params.get("tags") or [])
        activity = Activity(call.arn("states", f"{ACTIVITY}:{name}"), name, call.clock.now(), tags)
        activities[name] = activity
    return {"activityArn": activity.arn, "creationDate": activity.created}


def describe_activity(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    activity = find_activity(call.ground, params["activityArn"])
    return {"activityArn": activity.arn, "name": activity.name, "creationDate": activity.created}


def delete_activity(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Unknown ones are no error (recorded from AWS)."""
    address = read(params["activityArn"], ACTIVITY)
    activity = store_at(call.ground, address).activities.pop(address.name, None)
    if activity is not None:
        activity.polls.wake_all()
    return {}


def list_activities(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    shown = [
        {"activityArn": activity.arn, "name": activity.name, "creationDate": activity.created}
        for activity in call.store(StepFunctionsStore).activities.values()
    ]
    return paging.answer(params, "activities", shown)


async def get_activity_task(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Waits up to 60 s for a task; ``{}`` without one.  Nobody is owed the end of the poll, so time never jumps to it:
    a worker that polls in a loop would make years pass."""
    activity = find_activity(call.ground, params["activityArn"])
    worker = params.get("workerName") or ""
    until = call.clock.now() + LONG_POLL
    while (task := activity.take(worker, call.from_outside)) is None:
        left = until - call.clock.now()
        if left <= 0 or not await call.clock.wait(activity.polls, left, TimerKind.STANDING, "GetActivityTask"):
            return {}
        if activity.name not in call.store(StepFunctionsStore).activities:
            return {}
    return {"taskToken": task.token, "input": compact(task.input)}
