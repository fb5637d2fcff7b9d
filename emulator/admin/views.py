"""The journal and the resources as the control API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from emulator.core.journal import Hop
from emulator.core.timestamps import iso_milliseconds

if TYPE_CHECKING:
    from emulator.app import Emulator


def hop_view(hop: Hop) -> dict[str, Any]:
    """A hop as JSON: ``at`` and ``ended`` are the emulator's time (ISO), ``took`` the emulator's seconds between them."""
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
        view["payload"] = hop.payload
    return view


def trace_summary(hops: Sequence[Hop]) -> dict[str, Any]:
    """One line about a trace."""
    first, last = hops[0], hops[-1]
    return {
        "trace": first.trace,
        "at": iso_milliseconds(first.at),
        "hops": len(hops),
        "took": round((last.ended or last.at) - first.at, 3),
        "began": f"{first.kind} {first.source} → {first.target}",
        "failed": sorted({hop.outcome for hop in hops if hop.outcome not in ("ok", "pending")}),
    }


async def resources(emulator: Emulator) -> dict[str, list[Any]]:
    """Names of what exists in the default account and region, by kind, as AWS's own list operations give them."""
    house = emulator.ground.settings
    cause = emulator.ground.new_cause()

    async def ask(service: str, operation: str, params: dict[str, Any], key: str) -> list[Any]:
        answer = await emulator.operations(
            service, operation, params, account=house.account, region=house.region, cause=cause
        )
        found: list[Any] = answer.get(key, [])
        return found

    buses = [bus["Name"] for bus in await ask("events", "ListEventBuses", {}, "EventBuses")]
    rules = [
        f"{bus}/{rule['Name']}"
        for bus in buses
        for rule in await ask("events", "ListRules", {"EventBusName": bus}, "Rules")
    ]
    apis = await ask("apigatewayv2", "GetApis", {}, "Items")
    return {
        "functions": [f["FunctionName"] for f in await ask("lambda", "ListFunctions", {}, "Functions")],
        "event buses": buses,
        "rules": rules,
        "queues": [url.rsplit("/", 1)[1] for url in await ask("sqs", "ListQueues", {}, "QueueUrls")],
        "apis": [
            {
                "name": api["Name"],
                "endpoint": api["ApiEndpoint"],
                "stages": [
                    s["StageName"] for s in await ask("apigatewayv2", "GetStages", {"ApiId": api["ApiId"]}, "Items")
                ],
            }
            for api in apis
        ],
    }
