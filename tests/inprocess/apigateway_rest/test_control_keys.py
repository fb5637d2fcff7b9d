"""API keys, usage plans and what has been used."""

import pytest
from control_world import ACCOUNT, BAD, CONFLICT, MISSING, REGION, START, ControlWorld

from emulator.services.apigateway.rest.store import RestStore

VALUE = "abcdefghijklmnopqrstuvwxyz"


def plan_with_stage(w, **params):
    api = w.served()
    plan = w.op("CreateUsagePlan", name="p", apiStages=[{"apiId": api, "stage": "dev"}], **params)["id"]
    return plan, api


def key_in(w, plan, **params):
    key = w.op("CreateApiKey", enabled=True, **params)["id"]
    w.op("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
    return key


def test_a_key():
    w = ControlWorld()
    made = w.op("CreateApiKey", name="n", description="d", customerId="c", value=VALUE, enabled=True, tags={"a": "b"})
    assert made == {
        "id": made["id"],
        "name": "n",
        "description": "d",
        "customerId": "c",
        "value": VALUE,
        "enabled": True,
        "tags": {"a": "b"},
        "createdDate": START,
        "lastUpdatedDate": START,
        "stageKeys": [],
    }
    assert "value" not in w.op("GetApiKey", apiKey=made["id"])
    assert w.op("GetApiKey", apiKey=made["id"], includeValue=True) == made


def test_a_value_is_made_up():
    w = ControlWorld()
    made = w.op("CreateApiKey")
    assert len(made["value"]) == 40
    assert made["enabled"] is False
    assert w.op("CreateApiKey")["value"] != made["value"]


def test_refusals_of_keys():
    w = ControlWorld()
    w.op("CreateApiKey", value=VALUE)
    assert w.refusal("CreateApiKey", value=VALUE)[0] == CONFLICT
    assert w.refusal("CreateApiKey", value="short")[0] == BAD
    code, message = w.refusal("CreateApiKey", stageKeys=[{"restApiId": "a", "stageName": "b"}])
    assert (code, "stageKeys" in message) == (BAD, True)
    assert w.refusal("GetApiKey", apiKey="nothere") == (MISSING, "Invalid API Key identifier specified")


def test_finding_keys():
    w = ControlWorld()
    for name in ("mobile", "mobile2", "web"):
        w.op("CreateApiKey", name=name, customerId=name[0])

    def names(**params):
        return [key["name"] for key in w.op("GetApiKeys", **params)["items"]]

    assert names() == ["mobile", "mobile2", "web"]
    assert names(nameQuery="mobile") == ["mobile", "mobile2"]
    assert names(customerId="w") == ["web"]
    assert names(limit=1) == ["mobile"]
    assert all("value" not in key for key in w.op("GetApiKeys")["items"])
    assert all(len(key["value"]) == 40 for key in w.op("GetApiKeys", includeValues=True)["items"])


def test_updating_and_deleting_a_key():
    w = ControlWorld()
    key = w.op("CreateApiKey", name="a")["id"]
    changed = w.patch(
        "UpdateApiKey", "replace /name b", "replace /enabled true", "replace /description d", "replace /customerId c",
        apiKey=key,
    )  # fmt: skip
    assert (changed["name"], changed["enabled"], changed["description"]) == ("b", True, "d")
    assert w.patch_refusal("UpdateApiKey", "add /stages a/b", apiKey=key)[0] == BAD
    assert w.patch_refusal("UpdateApiKey", "replace /value x", apiKey=key)[0] == BAD
    plan, _ = plan_with_stage(w)
    w.op("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
    w.op("DeleteApiKey", apiKey=key)
    assert w.op("GetUsagePlanKeys", usagePlanId=plan)["items"] == []
    assert w.refusal("DeleteApiKey", apiKey=key)[0] == MISSING


def test_keys_from_a_file():
    w = ControlWorld()
    plan, api = plan_with_stage(w)
    text = f"name,key,description,enabled,usageplanids\nfirst,{VALUE},one,TRUE,{plan}\nsecond,{VALUE}2,two,false,\n"
    done = w.op("ImportApiKeys", body=text.encode(), format="csv")
    assert done["warnings"] == []
    first, second = (w.op("GetApiKey", apiKey=key, includeValue=True) for key in done["ids"])
    assert (first["name"], first["value"], first["enabled"]) == ("first", VALUE, True)
    assert first["stageKeys"] == [f"{api}/dev"]
    assert (second["name"], second["enabled"], second["stageKeys"]) == ("second", False, [])
    again = w.op("ImportApiKeys", body=text.encode(), format="csv")
    assert (again["ids"], len(again["warnings"])) == ([], 2)
    fresh = text.replace(f"first,{VALUE}", f"first,{VALUE}3").encode()
    assert w.refusal("ImportApiKeys", body=fresh, format="csv", failOnWarnings=True)[0] == BAD
    assert len(w.op("GetApiKeys")["items"]) == 2
    assert w.refusal("ImportApiKeys", body=b"a,b\n1,2", format="csv")[0] == BAD
    assert w.refusal("ImportApiKeys", body=text.encode(), format="xml")[0] == BAD


def test_a_usage_plan():
    w = ControlWorld()
    api = w.served()
    given = {
        "name": "p",
        "description": "d",
        "apiStages": [{"apiId": api, "stage": "dev", "throttle": {"/pets/GET": {"burstLimit": 1, "rateLimit": 2.0}}}],
        "throttle": {"burstLimit": 10, "rateLimit": 5.0},
        "quota": {"limit": 100, "offset": 2, "period": "WEEK"},
        "tags": {"a": "b"},
    }
    made = w.op("CreateUsagePlan", **given)
    assert made == {"id": made["id"], **given}
    assert w.op("GetUsagePlan", usagePlanId=made["id"]) == made
    assert w.op("GetUsagePlans")["items"] == [made]


def test_refusals_of_usage_plans():
    w = ControlWorld()
    api = w.served()
    stage = {"apiId": api, "stage": "dev"}
    assert w.refusal("CreateUsagePlan", name="p", apiStages=[{"apiId": api, "stage": "prod"}])[0] == MISSING
    for wrong in (
        {"apiStages": [stage, stage]},
        {"quota": {"limit": 10}},
        {"quota": {"limit": 10, "period": "YEAR"}},
        {"quota": {"limit": 10, "period": "DAY", "offset": 1}},
        {"quota": {"limit": 0, "period": "DAY"}},
        {"throttle": {"burstLimit": -1}},
    ):
        assert w.refusal("CreateUsagePlan", name="p", **wrong)[0] == BAD
    assert w.refusal("GetUsagePlan", usagePlanId="x") == (MISSING, "Invalid Usage Plan ID specified")
    assert w.op("GetUsagePlans")["items"] == []


def test_updating_a_usage_plan():
    w = ControlWorld()
    api = w.served()
    plan = w.op("CreateUsagePlan", name="p")["id"]
    changed = w.patch(
        "UpdateUsagePlan",
        f"add /apiStages {api}:dev",
        "replace /name q",
        "add /throttle/rateLimit 5",
        "add /throttle/burstLimit 10",
        "add /quota/limit 3",
        "add /quota/period DAY",
        f"replace /apiStages/{api}:dev/throttle/~1pets~1{{id}}/GET/rateLimit 0.5",
        f"replace /apiStages/{api}:dev/throttle//pets/GET/burstLimit 2",
        usagePlanId=plan,
    )
    throttle = {"/pets/{id}/GET": {"rateLimit": 0.5}, "/pets/GET": {"burstLimit": 2}}
    assert changed == {
        "id": plan,
        "name": "q",
        "apiStages": [{"apiId": api, "stage": "dev", "throttle": throttle}],
        "throttle": {"rateLimit": 5.0, "burstLimit": 10},
        "quota": {"limit": 3, "period": "DAY", "offset": 0},
    }
    bare = w.patch(
        "UpdateUsagePlan",
        f"remove /apiStages/{api}:dev/throttle/~1pets/GET",
        "remove /throttle",
        "remove /quota",
        usagePlanId=plan,
    )
    assert bare["apiStages"][0]["throttle"] == {"/pets/{id}/GET": {"rateLimit": 0.5}}
    assert not {"throttle", "quota"} & bare.keys()
    assert w.patch_refusal("UpdateUsagePlan", "add /apiStages x:y", usagePlanId=plan)[0] == MISSING
    assert w.patch_refusal("UpdateUsagePlan", "remove /apiStages x:y", usagePlanId=plan)[0] == MISSING
    assert w.patch_refusal("UpdateUsagePlan", "add /quota/limit 3", usagePlanId=plan)[0] == BAD
    assert w.refusal("DeleteUsagePlan", usagePlanId=plan)[0] == BAD
    w.patch("UpdateUsagePlan", f"remove /apiStages {api}:dev", usagePlanId=plan)
    w.op("DeleteUsagePlan", usagePlanId=plan)
    assert w.refusal("DeleteUsagePlan", usagePlanId=plan)[0] == MISSING


@pytest.mark.parametrize("operation", ["stage", "api"])
def test_a_stage_that_goes_leaves_its_plans(operation):
    w = ControlWorld()
    plan, api = plan_with_stage(w)
    if operation == "stage":
        w.op("DeleteStage", restApiId=api, stageName="dev")
    else:
        w.op("DeleteRestApi", restApiId=api)
    assert w.op("GetUsagePlan", usagePlanId=plan)["apiStages"] == []


def test_keys_of_a_plan():
    w = ControlWorld()
    plan, api = plan_with_stage(w)
    key = w.op("CreateApiKey", name="k", value=VALUE)["id"]
    made = w.op("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
    assert made == {"id": key, "type": "API_KEY", "value": VALUE, "name": "k"}
    assert w.op("GetUsagePlanKey", usagePlanId=plan, keyId=key) == made
    assert w.op("GetUsagePlanKeys", usagePlanId=plan, nameQuery="k")["items"] == [made]
    assert w.op("GetUsagePlanKeys", usagePlanId=plan, nameQuery="x")["items"] == []
    assert [item["id"] for item in w.op("GetUsagePlans", keyId=key)["items"]] == [plan]
    assert w.op("GetUsagePlans", keyId="nothere")["items"] == []
    assert w.op("GetApiKey", apiKey=key)["stageKeys"] == [f"{api}/dev"]
    again = {"usagePlanId": plan, "keyId": key, "keyType": "API_KEY"}
    assert w.refusal("CreateUsagePlanKey", **again)[0] == CONFLICT
    assert w.refusal("CreateUsagePlanKey", **{**again, "keyType": "TOKEN"})[0] == BAD
    assert w.refusal("CreateUsagePlanKey", **{**again, "keyId": "x"})[0] == MISSING
    w.op("DeleteUsagePlanKey", usagePlanId=plan, keyId=key)
    assert w.refusal("GetUsagePlanKey", usagePlanId=plan, keyId=key)[0] == MISSING


def test_a_key_reaches_a_stage_through_one_plan():
    w = ControlWorld()
    plan, api = plan_with_stage(w)
    key = key_in(w, plan)
    other = w.op("CreateUsagePlan", name="other")["id"]
    w.op("CreateUsagePlanKey", usagePlanId=other, keyId=key, keyType="API_KEY")
    assert w.patch_refusal("UpdateUsagePlan", f"add /apiStages {api}:dev", usagePlanId=other)[0] == CONFLICT
    third = w.op("CreateUsagePlan", name="third", apiStages=[{"apiId": api, "stage": "dev"}])["id"]
    assert w.refusal("CreateUsagePlanKey", usagePlanId=third, keyId=key, keyType="API_KEY")[0] == CONFLICT


def test_what_has_been_used():
    w = ControlWorld()
    plan, _ = plan_with_stage(w, quota={"limit": 10, "period": "MONTH"})
    key = key_in(w, plan)
    store = w.ground.cloud.store(RestStore, ACCOUNT, REGION)
    store.usage[plan, key] = {"2023-11-14": 3, "2023-11-15": 4}
    used = w.op("GetUsage", usagePlanId=plan, startDate="2023-11-13", endDate="2023-11-15")
    assert used["items"] == {key: [[0, 10], [3, 7], [4, 3]]}
    assert (used["startDate"], used["endDate"]) == ("2023-11-13", "2023-11-15")
    one = w.op("GetUsage", usagePlanId=plan, keyId=key, startDate="2023-11-14", endDate="2023-11-14")
    assert one["items"] == {key: [[3, 7]]}
    dates = {"startDate": "2023-11-14", "endDate": "2023-11-14"}
    assert w.refusal("GetUsage", usagePlanId=plan, **{**dates, "endDate": "2023-11-01"})[0] == BAD
    assert w.refusal("GetUsage", usagePlanId=plan, **{**dates, "endDate": "soon"})[0] == BAD
    assert w.refusal("GetUsage", usagePlanId=plan, keyId="x", **dates)[0] == MISSING
    assert w.refusal("UpdateUsage", usagePlanId=plan, keyId=key)[0] == BAD
