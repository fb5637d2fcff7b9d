"""REST APIs as resources: defaults, patches, tags, the account."""

import json

from control_world import BAD, MISSING, START, ControlWorld


def test_an_api_and_its_defaults():
    w = ControlWorld()
    made = w.op("CreateRestApi", name="tasks")
    api = made.pop("id")
    assert len(api) == 10
    assert len(made.pop("rootResourceId")) >= 6
    assert made == {
        "name": "tasks",
        "createdDate": START,
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "disableExecuteApiEndpoint": False,
    }
    (root,) = w.op("GetResources", restApiId=api)["items"]
    assert root == {"id": w.root(api), "path": "/"}
    assert {model["name"] for model in w.op("GetModels", restApiId=api)["items"]} == {"Empty", "Error"}


def test_all_members_of_an_api():
    w = ControlWorld()
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*"}]}
    given = {
        "description": "d",
        "version": "1",
        "binaryMediaTypes": ["image/png"],
        "minimumCompressionSize": 0,
        "apiKeySource": "AUTHORIZER",
        "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "dualstack"},
        "tags": {"team": "a"},
        "disableExecuteApiEndpoint": True,
    }
    made = w.op("CreateRestApi", name="n", policy=json.dumps(policy), **given)
    assert {name: made[name] for name in given} == given
    # A policy comes back as the inside of a JSON string; deploy tools unquote it.
    assert json.loads(json.loads(f'"{made["policy"]}"')) == policy
    assert w.op("GetRestApi", restApiId=made["id"]) == made


def test_what_an_api_cannot_be():
    w = ControlWorld()
    refused = {
        "name": w.refusal("CreateRestApi"),
        "clone": w.refusal("CreateRestApi", name="n", cloneFrom="abc"),
        "endpoint": w.refusal("CreateRestApi", name="n", endpointConfiguration={"types": ["MOON"]}),
        "source": w.refusal("CreateRestApi", name="n", apiKeySource="BODY"),
        "policy": w.refusal("CreateRestApi", name="n", policy="{"),
        "size": w.refusal("CreateRestApi", name="n", minimumCompressionSize=-1),
        "media": w.refusal("CreateRestApi", name="n", binaryMediaTypes=["png"]),
    }
    assert {code for code, _ in refused.values()} == {BAD}
    assert "cloneFrom" in refused["clone"][1]
    assert w.op("GetRestApis")["items"] == []


def test_an_unknown_api():
    w = ControlWorld()
    expected = (MISSING, "Invalid API identifier specified 123456789012:nothere")
    assert w.refusal("GetRestApi", restApiId="nothere") == expected
    assert w.refusal("GetResources", restApiId="nothere") == expected
    assert w.refusal("CreateDeployment", restApiId="nothere") == expected


def test_update():
    w = ControlWorld()
    api = w.api(binaryMediaTypes=["image/png", "a/b"])
    changed = w.patch(
        "UpdateRestApi",
        "replace /name other",
        "replace /description what it does",
        "add /binaryMediaTypes/image~1jpeg",
        "remove /binaryMediaTypes/a~1b",
        "replace /binaryMediaTypes/image~1png image/gif",
        "replace /apiKeySource AUTHORIZER",
        "replace /minimumCompressionSize 100",
        "replace /disableExecuteApiEndpoint true",
        "replace /endpointConfiguration/types/EDGE REGIONAL",
        restApiId=api,
    )
    assert changed["name"] == "other"
    assert changed["description"] == "what it does"
    assert sorted(changed["binaryMediaTypes"]) == ["image/gif", "image/jpeg"]
    assert changed["apiKeySource"] == "AUTHORIZER"
    assert changed["minimumCompressionSize"] == 100
    assert changed["disableExecuteApiEndpoint"] is True
    assert changed["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert w.op("GetRestApi", restApiId=api) == changed
    cleared = w.patch("UpdateRestApi", "replace /description ", "replace /minimumCompressionSize", restApiId=api)
    assert not {"description", "minimumCompressionSize"} & cleared.keys()


def test_patches_that_fail_change_nothing():
    w = ControlWorld()
    api = w.api()
    before = w.op("GetRestApi", restApiId=api)
    refused = [
        w.patch_refusal("UpdateRestApi", "replace /name x", "replace /nonsense y", restApiId=api),
        w.patch_refusal("UpdateRestApi", "replace /name x", "replace name y", restApiId=api),
        w.patch_refusal("UpdateRestApi", "replace /name x", "replace /binaryMediaTypes/a~1b/c y", restApiId=api),
        w.patch_refusal("UpdateRestApi", "replace /name x", "move /name y", restApiId=api),
        w.patch_refusal("UpdateRestApi", "replace /name x", "swap /name y", restApiId=api),
        w.patch_refusal("UpdateRestApi", "replace /name x", "replace /disableExecuteApiEndpoint 1", restApiId=api),
        w.patch_refusal("UpdateRestApi", "replace /name x", "replace /minimumCompressionSize 1k", restApiId=api),
        w.patch_refusal("UpdateRestApi", "replace /name x", "replace /apiKeySource y", restApiId=api),
        w.patch_refusal("UpdateRestApi", "replace /name", restApiId=api),
        w.patch_refusal("UpdateRestApi", "remove /name", restApiId=api),
    ]
    assert {code for code, _ in refused} == {BAD}
    assert "Invalid patch path '/nonsense' specified for op 'replace'" in refused[0][1]
    assert "/description" in refused[0][1]
    assert w.op("GetRestApi", restApiId=api) == before


def test_delete():
    w = ControlWorld()
    api, other = w.served(), w.api()
    assert w.op("DeleteRestApi", restApiId=api) is None
    assert [item["id"] for item in w.op("GetRestApis")["items"]] == [other]
    assert w.refusal("DeleteRestApi", restApiId=api)[0] == MISSING


def test_pages():
    w = ControlWorld()
    made = [w.api() for _ in range(30)]
    first = w.op("GetRestApis")
    assert len(first["items"]) == 25  # AWS's default
    seen, position = [], None
    while True:
        page = w.op("GetRestApis", limit=7, **({"position": position} if position else {}))
        assert len(page["items"]) <= 7
        seen += [item["id"] for item in page["items"]]
        position = page.get("position")
        if position is None:
            break
    assert seen == made
    assert w.refusal("GetRestApis", position="x")[0] == BAD
    assert w.refusal("GetRestApis", limit=0)[0] == BAD
    assert len(w.op("GetRestApis", limit=1000)["items"]) == 30


def test_tags():
    w = ControlWorld()
    api = w.served(tags={"a": "1"})
    key = w.op("CreateApiKey", name="k")["id"]
    plan = w.op("CreateUsagePlan", name="p")["id"]
    for path in (f"/restapis/{api}", f"/restapis/{api}/stages/dev", f"/apikeys/{key}", f"/usageplans/{plan}"):
        arn = f"arn:aws:apigateway:us-east-1::{path}"
        w.op("TagResource", resourceArn=arn, tags={"b": "2", "c": "3"})
        w.op("UntagResource", resourceArn=arn, tagKeys=["a", "c"])
        assert w.op("GetTags", resourceArn=arn) == {"tags": {"b": "2"}}
    assert w.op("GetRestApi", restApiId=api)["tags"] == {"b": "2"}
    assert w.op("GetStage", restApiId=api, stageName="dev")["tags"] == {"b": "2"}
    for path in ("/restapis/none", f"/restapis/{api}/stages/none", "/apikeys/none"):
        assert w.refusal("GetTags", resourceArn=f"arn:aws:apigateway:us-east-1::{path}")[0] == MISSING
    assert w.refusal("GetTags", resourceArn="arn:aws:apigateway:us-east-1::/moons/x")[0] == BAD
    assert w.refusal("TagResource", resourceArn=arn, tags={"aws:x": "1"})[0] == BAD


def test_the_account():
    w = ControlWorld()
    assert w.op("GetAccount")["throttleSettings"] == {"burstLimit": 5000, "rateLimit": 10000.0}
    role = "arn:aws:iam::123456789012:role/logs"
    assert w.patch("UpdateAccount", f"replace /cloudwatchRoleArn {role}")["cloudwatchRoleArn"] == role
    assert w.op("GetAccount")["cloudwatchRoleArn"] == role
    assert w.patch_refusal("UpdateAccount", "add /features UsagePlans")[0] == BAD


def test_what_does_not_exist_here_is_refused_by_name_or_empty():
    w = ControlWorld()
    api = w.api()
    refusals = [
        w.refusal("CreateDomainName", domainName="a.example"),
        w.refusal("CreateVpcLink", name="v", targetArns=["arn"]),
        w.refusal("GenerateClientCertificate"),
        w.refusal("CreateDocumentationPart", restApiId=api, location={"type": "API"}, properties="{}"),
        w.refusal("TestInvokeAuthorizer", restApiId=api, authorizerId="a"),
        w.refusal("GetSdk", restApiId=api, stageName="dev", sdkType="ruby"),
    ]
    assert all(code == BAD and "aws-task-emulator" in message for code, message in refusals)
    for operation in ("GetDomainNames", "GetVpcLinks", "GetClientCertificates", "GetSdkTypes"):
        assert w.op(operation)["items"] == []
    assert w.op("GetDocumentationParts", restApiId=api)["items"] == []
    assert w.refusal("GetDomainName", domainName="a.example")[0] == MISSING
