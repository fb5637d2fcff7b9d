"""What the control plane of REST APIs keeps per account and region, and the index of all REST APIs."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.services.apigateway.rest.model import Item, RestApi


class RestStore:
    """APIs, API keys and usage plans of one account and region, in order of creation."""

    def __init__(self) -> None:
        self.apis: dict[str, RestApi] = {}
        self.api_keys: dict[str, Item] = {}
        """By id, as GetApiKey shows them, always with ``value``."""
        self.usage_plans: dict[str, Item] = {}
        """By id, as GetUsagePlan shows them; ``throttle`` in ``apiStages`` is by ``/path/VERB``."""
        self.plan_keys: dict[str, dict[str, Item]] = {}
        """By usage plan, then by key id, as GetUsagePlanKey shows them."""
        self.usage: dict[tuple[str, str], dict[str, int]] = {}
        """(usage plan, key): requests counted on each day, ``2023-11-15`` in UTC."""
        self.account: Item = {}
        """What UpdateAccount has set."""

    def key_with_value(self, value: str) -> Item | None:
        """The API key that a client has presented, enabled or not."""
        return next((key for key in self.api_keys.values() if key["value"] == value), None)

    def plans_of(self, key_id: str, api_id: str, stage_name: str) -> Iterator[Item]:
        """The usage plans that give a key access to a stage."""
        for plan_id, plan in self.usage_plans.items():
            stages = ((stage["apiId"], stage["stage"]) for stage in plan.get("apiStages", ()))
            if key_id in self.plan_keys.get(plan_id, {}) and (api_id, stage_name) in stages:
                yield plan


class RestIndex:
    """Every REST API by its id: an address names no account.  Shared by all accounts."""

    def __init__(self) -> None:
        self.apis: dict[str, RestApi] = {}
