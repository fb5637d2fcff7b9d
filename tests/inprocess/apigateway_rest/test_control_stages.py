"""Deployments and stages."""

import pytest
from control_world import ACCOUNT, BAD, CONFLICT, MISSING, REGION, START, ControlWorld

from emulator.services.apigateway.rest.store import RestStore


def deployed(w, api, stage="dev"):
    """What a stage serves: a stage and a snapshot."""
    return w.ground.cloud.store(RestStore, ACCOUNT, REGION).apis[api].deployed(stage)


def test_a_deployment_needs_methods_with_integrations():
    w = ControlWorld()
    api = w.api()
    assert w.refusal("CreateDeployment", restApiId=api)[0] == BAD
    w.method(api)
    assert w.refusal("CreateDeployment", restApiId=api, stageName="dev")[0] == BAD
    assert w.op("GetStages", restApiId=api)["item"] == []
    assert w.op("GetDeployments", restApiId=api)["items"] == []


def test_changes_are_invisible_until_deployed():
    w = ControlWorld()
    api = w.served()
    w.mock(api, w.resource(api, "later"))
    w.patch("UpdateRestApi", "add /binaryMediaTypes/a~1b", restApiId=api)
    _, snapshot = deployed(w, api)
    assert [resource["path"] for resource in snapshot.resources.values()] == ["/"]
    assert "binaryMediaTypes" not in snapshot.fields
    w.op("CreateDeployment", restApiId=api, stageName="dev")
    _, snapshot = deployed(w, api)
    assert [resource["path"] for resource in snapshot.resources.values()] == ["/", "/later"]
    assert snapshot.fields["binaryMediaTypes"] == ["a/b"]


def test_a_snapshot_keeps_methods_as_they_were():
    w = ControlWorld()
    api = w.served()
    where = {"restApiId": api, "resourceId": w.root(api), "httpMethod": "GET"}
    w.patch("UpdateIntegration", "add /requestTemplates/application~1json {}", **where)
    w.patch("UpdateMethod", "replace /apiKeyRequired true", **where)
    _, snapshot = deployed(w, api)
    method = snapshot.resources[w.root(api)]["resourceMethods"]["GET"]
    assert method["apiKeyRequired"] is False
    assert "requestTemplates" not in method["methodIntegration"]
    assert snapshot.table.find("GET", "/").method is method


def test_deployments():
    w = ControlWorld()
    api = w.api()
    w.mock(api)
    made = w.op("CreateDeployment", restApiId=api, description="first")
    assert made == {"id": made["id"], "createdDate": START, "description": "first"}
    where = {"restApiId": api, "deploymentId": made["id"]}
    assert w.op("GetDeployment", **where) == made
    summary = {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
    assert w.op("GetDeployment", **where, embed=["apisummary"]) == {**made, "apiSummary": summary}
    assert w.patch("UpdateDeployment", "replace /description x", **where)["description"] == "x"
    assert w.op("GetDeployments", restApiId=api)["items"] == [{**made, "description": "x"}]
    w.op("CreateStage", restApiId=api, stageName="dev", deploymentId=made["id"])
    code, message = w.refusal("DeleteDeployment", **where)
    assert (code, message.startswith("Active stages pointing to this deployment")) == (BAD, True)
    w.op("DeleteStage", restApiId=api, stageName="dev")
    w.op("DeleteDeployment", **where)
    assert w.refusal("GetDeployment", **where)[0] == MISSING


def test_a_deployment_with_a_stage():
    w = ControlWorld()
    api = w.api()
    w.mock(api)
    first = w.op(
        "CreateDeployment",
        restApiId=api,
        stageName="dev",
        stageDescription="d",
        variables={"a": "1", "b": "2"},
        tracingEnabled=True,
    )["id"]
    stage = w.op("GetStage", restApiId=api, stageName="dev")
    assert stage == {
        "stageName": "dev",
        "deploymentId": first,
        "description": "d",
        "variables": {"a": "1", "b": "2"},
        "tracingEnabled": True,
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "createdDate": START,
        "lastUpdatedDate": START,
    }
    second = w.op("CreateDeployment", restApiId=api, stageName="dev", variables={"b": "3"})["id"]
    changed = w.op("GetStage", restApiId=api, stageName="dev")
    assert (changed["deploymentId"], changed["variables"]) == (second, {"a": "1", "b": "3"})
    assert w.refusal("CreateDeployment", restApiId=api, stageName="a/b")[0] == BAD
    assert w.refusal("CreateDeployment", restApiId=api, variables={"a": "1"})[0] == BAD
    assert len(w.op("GetDeployments", restApiId=api)["items"]) == 2


def test_stages():
    w = ControlWorld()
    api = w.served()
    deployment = w.op("GetStage", restApiId=api, stageName="dev")["deploymentId"]
    made = w.op("CreateStage", restApiId=api, stageName="v1", deploymentId=deployment, tags={"a": "b"})
    assert made["tags"] == {"a": "b"}
    assert {stage["stageName"] for stage in w.op("GetStages", restApiId=api)["item"]} == {"dev", "v1"}
    assert w.op("GetStages", restApiId=api, deploymentId="nothere")["item"] == []
    w.op("DeleteStage", restApiId=api, stageName="dev")
    gone = (MISSING, "Invalid stage identifier specified")
    assert w.refusal("GetStage", restApiId=api, stageName="dev") == gone
    assert w.refusal("DeleteStage", restApiId=api, stageName="dev") == gone
    assert deployed(w, api) is None


def test_refusals_of_stages():
    w = ControlWorld()
    api = w.served()
    deployment = w.op("GetStage", restApiId=api, stageName="dev")["deploymentId"]

    def refusal(**params):
        return w.refusal("CreateStage", restApiId=api, **{"stageName": "v1", "deploymentId": deployment, **params})

    assert refusal(stageName="dev") == (CONFLICT, "Stage already exists")
    named = {
        "canarySettings": {"percentTraffic": 10.0},
        "cacheClusterEnabled": True,
        "documentationVersion": "1",
    }
    for name, value in named.items():
        code, message = refusal(**{name: value})
        assert (code, name in message) == (BAD, True)
    for wrong in (
        {"stageName": "a b"},
        {"stageName": "$default"},
        {"deploymentId": "nothere"},
        {"variables": {"a-b": "1"}},
        {"variables": {"a": "<"}},
    ):
        assert refusal(**wrong)[0] == BAD
    assert w.refusal("CreateDeployment", restApiId=api, canarySettings={"percentTraffic": 1.0})[0] == BAD


def test_updating_a_stage():
    w = ControlWorld()
    api = w.served()
    second = w.op("CreateDeployment", restApiId=api)["id"]
    where = {"restApiId": api, "stageName": "dev"}
    changed = w.patch(
        "UpdateStage",
        f"replace /deploymentId {second}",
        "replace /description d",
        "add /variables/a 1",
        "replace /variables/b 2",
        "replace /variables/a 3",
        "remove /variables/b",
        "replace /tracingEnabled true",
        "replace /accessLogSettings/destinationArn arn:aws:logs:x",
        "replace /accessLogSettings/format $context.requestId and more",
        **where,
    )
    assert changed["deploymentId"] == second
    assert changed["variables"] == {"a": "3"}
    assert changed["tracingEnabled"] is True
    logs = {"destinationArn": "arn:aws:logs:x", "format": "$context.requestId and more"}
    assert changed["accessLogSettings"] == logs
    assert "accessLogSettings" not in w.patch("UpdateStage", "remove /accessLogSettings", **where)


@pytest.mark.parametrize(
    ("op", "name"),
    [
        ("replace /canarySettings/percentTraffic 10", "canarySettings"),
        ("remove /canarySettings", "canarySettings"),
        ("replace /cacheClusterEnabled true", "cacheClusterEnabled"),
        ("replace /cacheClusterSize 0.5", "cacheClusterSize"),
        ("replace /clientCertificateId x", "clientCertificateId"),
        ("replace /documentationVersion 1", "documentationVersion"),
        ("replace /*/*/caching/enabled true", "aching"),
        ("copy /deploymentId x", "copy"),
        ("replace /deploymentId nothere", "Deployment"),
        ("replace /stageName x", "/stageName"),
        ("replace /variables/a-b x", "a-b"),
        ("replace /*/*/logging/loglevel LOUD", "LOUD"),
        ("replace /*/*/throttling/burstLimit many", "many"),
        ("replace /*/*/throttling/burstLimit 1_0", "1_0"),
        ("replace /*/*/throttling/rateLimit NaN", "NaN"),
        ("replace /~1nothere/GET/metrics/enabled true", "nothere"),
        ("replace /*/*/logging/level INFO", "/*/*/logging/level"),
        ("remove /~1/GET", "/~1/GET"),
    ],
)
def test_refused_patches_of_stages(op, name):
    w = ControlWorld()
    api = w.served()
    before = w.op("GetStage", restApiId=api, stageName="dev")
    code, message = w.patch_refusal("UpdateStage", "replace /description x", op, restApiId=api, stageName="dev")
    assert (code, name in message) == (BAD, True), message
    assert w.op("GetStage", restApiId=api, stageName="dev") == before


def test_method_settings():
    w = ControlWorld()
    api = w.api()
    w.mock(api, w.resource(api, "{id}", w.resource(api, "pets")), verb="ANY")
    w.op("CreateDeployment", restApiId=api, stageName="dev")
    where = {"restApiId": api, "stageName": "dev"}
    settings = w.patch(
        "UpdateStage",
        "replace /*/*/throttling/rateLimit 12.5",
        "replace /*/*/logging/loglevel INFO",
        "replace /~1pets~1{id}/GET/throttling/burstLimit 7",
        "replace /~1pets~1{id}/GET/metrics/enabled true",
        # not escaped, as some deploy tools send it
        "replace /pets/{id}/GET/logging/dataTrace true",
        **where,
    )["methodSettings"]
    assert set(settings) == {"*/*", "~1pets~1{id}/GET"}
    assert settings["*/*"]["throttlingRateLimit"] == 12.5
    assert settings["*/*"]["loggingLevel"] == "INFO"
    one = settings["~1pets~1{id}/GET"]
    assert (one["throttlingBurstLimit"], one["metricsEnabled"], one["dataTraceEnabled"]) == (7, True, True)
    kept = w.patch("UpdateStage", "remove /~1pets~1{id}/GET", **where)["methodSettings"]
    assert set(kept) == {"*/*"}


def test_settings_outlive_their_methods():
    w = ControlWorld()
    api = w.api()
    tasks = w.resource(api, "tasks")
    w.mock(api, tasks)
    w.mock(api)
    w.op("CreateDeployment", restApiId=api, stageName="dev")
    where = {"restApiId": api, "stageName": "dev"}
    w.patch("UpdateStage", "replace /~1tasks/GET/throttling/burstLimit 7", **where)
    w.op("DeleteResource", restApiId=api, resourceId=tasks)
    second = w.op("CreateDeployment", restApiId=api)["id"]
    changed = w.patch("UpdateStage", f"replace /deploymentId {second}", **where)
    assert "~1tasks/GET" in changed["methodSettings"]


def test_caches_are_flushed():
    w = ControlWorld()
    api = w.served()
    assert w.op("FlushStageCache", restApiId=api, stageName="dev") is None
    assert w.op("FlushStageAuthorizersCache", restApiId=api, stageName="dev") is None
    assert w.refusal("FlushStageAuthorizersCache", restApiId=api, stageName="x")[0] == MISSING
