"""The journal and the resources as the control API shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from emulator.core.ground import Call
from emulator.core.journal import Hop, Journal
from emulator.core.jsontext import whole_characters
from emulator.core.timestamps import iso_milliseconds
from emulator.fallthrough.bridge import bridge_of
from emulator.services.apigateway.rest.store import RestIndex
from emulator.services.ecs.metadata import running_tasks

if TYPE_CHECKING:
    from emulator.app import Emulator

TAG = 6
"""Digits of a trace's id that are shown where there is little room."""


def hop_view(hop: Hop) -> dict[str, Any]:
    """A hop as JSON: ``at`` and ``ended`` are the emulator's time (ISO), ``took`` its seconds between them."""
    view: dict[str, Any] = {
        "seq": hop.seq,
        "at": iso_milliseconds(hop.at),
        "trace": hop.trace,
        "id": hop.id,
        "parent": hop.parent,
        "kind": hop.kind,
        "source": hop.source,
        "target": hop.target,
        "outcome": hop.outcome,
    }
    if hop.attempt is not None:
        view["attempt"] = hop.attempt
    if hop.ended is not None:
        view["ended"] = iso_milliseconds(hop.ended)
        view["took"] = round(hop.ended - hop.at, 6)
    if hop.detail:
        view["detail"] = hop.detail
    if hop.payload is not None:
        view["payload"] = whole_characters(hop.payload)
    return view


def trace_summary(hops: Sequence[Hop]) -> dict[str, Any]:
    """One line about a trace."""
    first, last = hops[0], hops[-1]
    return {
        "trace": first.trace,
        "at": iso_milliseconds(first.at),
        "hops": len(hops),
        "took": round((last.ended or last.at) - first.at, 3),
        "first": hop_view(first),
        "failed": sorted(
            {hop.outcome for hop in hops if hop.outcome not in ("ok", "pending") and hop.kind != "disconnect"}
        ),
    }


def find_trace(journal: Journal, text: str) -> str | None:
    """The latest trace with this id or end of it, or with a hop that has ``text`` as its id or mentions it.

    Hops mention request ids, message ids and the like in their details, and frames the id of a client's task.
    """
    text = text.removeprefix("Root=")
    if journal.of(text):
        return text
    quoted = json.dumps(text)
    for hop in reversed(list(journal)):
        ids = (hop.id, hop.source, hop.target, *hop.detail.values())
        framed = hop.kind == "frame-in" and quoted in (hop.payload or "")
        if text in ids or framed or (len(text) >= TAG and hop.trace.endswith(text)):
            return hop.trace
    return None


async def resources(emulator: Emulator) -> dict[str, list[Any]]:
    """Names of what exists in the default account and region, by kind, as AWS's own list operations give them.

    Looking leaves no hops in the journal, and loads nothing that has not been used.
    """
    ground = emulator.ground
    call = Call(ground, ground.settings.account, ground.settings.region, "", ground.new_cause(), emulator.url)

    def ask(service: str, operation: str, key: str, **params: Any) -> list[Any]:
        answer = emulator.operations.find(service, operation)(call, params)
        return list(answer.get(key, []))

    buses = [bus["Name"] for bus in ask("events", "ListEventBuses", "EventBuses")]
    rules = [f"{bus}/{rule['Name']}" for bus in buses for rule in ask("events", "ListRules", "Rules", EventBusName=bus)]
    apis = [
        {
            "name": api["Name"],
            "endpoint": api["ApiEndpoint"],
            "stages": [stage["StageName"] for stage in ask("apigatewayv2", "GetStages", "Items", ApiId=api["ApiId"])],
        }
        for api in ask("apigatewayv2", "GetApis", "Items")
    ]
    machines = (
        ask("stepfunctions", "ListStateMachines", "stateMachines")
        if emulator.operations.is_loaded("stepfunctions")
        else []
    )
    used = bool(ground.cloud.shared(RestIndex).apis)
    apis += [
        {
            "name": api["name"],
            "endpoint": f"{emulator.url}/_aws/execute-api/{api['id']}",
            "stages": [stage["stageName"] for stage in ask("apigateway", "GetStages", "item", restApiId=api["id"])],
        }
        for api in (ask("apigateway", "GetRestApis", "items", limit=500) if used else [])
    ]
    return {
        "functions": [function["FunctionName"] for function in ask("lambda", "ListFunctions", "Functions")],
        "buses": buses,
        "rules": rules,
        "queues": [url.rpartition("/")[2] for url in ask("sqs", "ListQueues", "QueueUrls")],
        "topics": [
            {"name": arn.rpartition(":")[2], "subscriptions": _endpoints(ask, arn)}
            for arn in (topic["TopicArn"] for topic in ask("sns", "ListTopics", "Topics"))
        ],
        "tables": await _tables(emulator, call),
        "buckets": bridge_of(ground).buckets(call.account),
        "machines": [machine["name"] for machine in machines],
        "pipes": [pipe["Name"] for pipe in ask("pipes", "ListPipes", "Pipes")],
        "tasks": [
            f"{task.definition.family}/{task.id} {task.status}"
            for task in running_tasks(ground, call.account, call.region)
        ],
        "apis": apis,
    }


def _endpoints(ask: Callable[..., list[Any]], topic: str) -> list[str]:
    found = ask("sns", "ListSubscriptionsByTopic", "Subscriptions", TopicArn=topic)
    return [subscription["Endpoint"] for subscription in found]


async def _tables(emulator: Emulator, call: Call) -> list[str]:
    if not bridge_of(emulator.ground).used("dynamodb"):
        return []
    answer = await emulator.operations.find("dynamodb", "ListTables")(call, {})
    names: list[str] = answer["TableNames"]
    return names
