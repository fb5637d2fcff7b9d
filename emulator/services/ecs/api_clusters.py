"""CreateCluster, DescribeClusters, ListClusters, DeleteCluster."""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.ecs import errors
from emulator.services.ecs.cluster import Cluster
from emulator.services.ecs.names import DEFAULT, cluster_name, is_name
from emulator.services.ecs.order import PROVIDERS
from emulator.services.ecs.paging import page
from emulator.services.ecs.store import EcsStore, find_cluster, known_cluster
from emulator.services.ecs.tags import read_tags

EVERYTHING = ("SETTINGS", "CONFIGURATIONS", "TAGS")
"""What CreateCluster and DeleteCluster show."""


def create_cluster(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """A new cluster, ``default`` without a name; one that is active already is answered as it is.

    Raises InvalidParameterException.
    """
    name = params.get("clusterName") or DEFAULT
    if not is_name(name):
        raise errors.invalid("Cluster name should be up to 255 letters, numbers, hyphens and underscores.")
    if params.get("serviceConnectDefaults"):
        raise errors.not_emulated("serviceConnectDefaults")
    providers = params.get("capacityProviders") or []
    strategy = params.get("defaultCapacityProviderStrategy") or []
    for provider in (*providers, *(item["capacityProvider"] for item in strategy)):
        if provider not in PROVIDERS:
            raise errors.not_emulated(f"Capacity provider {provider}")
    tags = read_tags(params.get("tags"))
    known = known_cluster(call, name)
    if known is None or not known.active or (name == DEFAULT and params):
        settings = params.get("settings") or [{"name": "containerInsights", "value": "disabled"}]
        made = Cluster(call.arn("ecs", f"cluster/{name}"), name, tags=tags, settings=settings)
        made.configuration, made.providers, made.strategy = params.get("configuration"), providers, strategy
        known = known if known is not None and _take_over(known, made) else made
        call.store(EcsStore).clusters[name] = known
    return {"cluster": known.view(EVERYTHING)}


def _take_over(known: Cluster, made: Cluster) -> bool:
    """``default`` is there before anybody has described it."""
    if not known.active:
        return False
    known.tags, known.settings, known.configuration = made.tags, made.settings, made.configuration
    known.providers, known.strategy = made.providers, made.strategy
    return True


def describe_clusters(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Clusters by name or ARN, ``default`` when none is named; unknown ones are ``failures``."""
    clusters: list[dict[str, Any]] = []
    failures: list[dict[str, str]] = []
    for text in params.get("clusters") or [DEFAULT]:
        cluster = known_cluster(call, text)
        if cluster is None:
            failures.append({"arn": call.arn("ecs", f"cluster/{cluster_name(text)}"), "reason": "MISSING"})
        else:
            clusters.append(cluster.view(params.get("include") or ()))
    return {"clusters": clusters, "failures": failures}


def list_clusters(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    known_cluster(call, DEFAULT)
    arns = [cluster.arn for cluster in call.store(EcsStore).clusters.values() if cluster.active]
    return page("clusterArns", arns, params)


def delete_cluster(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The cluster becomes INACTIVE.  Raises ClusterNotFoundException, and ClusterContainsTasksException while tasks of
    it have not stopped."""
    cluster = find_cluster(call, params["cluster"])
    if any(task.cluster is cluster and not task.ended for task in call.store(EcsStore).tasks.values()):
        text = "The Cluster cannot be deleted while Tasks are active."
        raise AwsError("ClusterContainsTasksException", text)
    cluster.active = False
    return {"cluster": cluster.view(EVERYTHING)}
