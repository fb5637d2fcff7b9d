"""The control plane of REST APIs over the wire, as boto3 and plain HTTP call it, up to the request that is served."""

import json

import httpx
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.aws_stack({}, runtime="inline")


def test_an_api_from_nothing_to_its_answer(aws_stack, aws_client):
    client = aws_client("apigateway")
    made = client.create_rest_api(name="tasks", binaryMediaTypes=["image/png"], tags={"team": "a"})
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    api, root = made["id"], made["rootResourceId"]
    assert made["createdDate"].year >= 2023
    resource = client.create_resource(restApiId=api, parentId=root, pathPart="{id}")
    assert resource["path"] == "/{id}"
    where = {"restApiId": api, "resourceId": resource["id"], "httpMethod": "GET"}
    declared = {"method.request.path.id": True}
    client.put_method(**where, authorizationType="NONE", requestParameters=declared)
    client.put_method_response(**where, statusCode="200")
    template = {"application/json": '{"statusCode": 200}'}
    integration = client.put_integration(**where, type="MOCK", requestTemplates=template)
    assert integration["passthroughBehavior"] == "WHEN_NO_MATCH"
    answer = {"application/json": '{"id": "$input.params(\'id\')", "v": "$stageVariables.v"}'}
    client.put_integration_response(**where, statusCode="200", responseTemplates=answer)
    client.create_deployment(restApiId=api, stageName="dev", variables={"v": "1"})

    url = f"{aws_stack.url}/_aws/execute-api/{api}/dev/7"
    assert httpx.get(url).json() == {"id": "7", "v": "1"}
    (_, listed) = client.get_resources(restApiId=api, embed=["methods"])["items"]
    assert listed["resourceMethods"]["GET"]["methodIntegration"]["type"] == "MOCK"

    # Not deployed, not seen; variables are the stage's.
    patch = [{"op": "replace", "path": "/responseTemplates/application~1json", "value": "{}"}]
    client.update_integration_response(**where, statusCode="200", patchOperations=patch)
    variable = [{"op": "replace", "path": "/variables/v", "value": "2"}]
    assert client.update_stage(restApiId=api, stageName="dev", patchOperations=variable)["variables"] == {"v": "2"}
    assert httpx.get(url).json() == {"id": "7", "v": "2"}
    client.create_deployment(restApiId=api, stageName="dev")
    assert httpx.get(url).json() == {}
    assert len(client.get_deployments(restApiId=api)["items"]) == 2
    assert [stage["stageName"] for stage in client.get_stages(restApiId=api)["item"]] == ["dev"]

    assert client.delete_rest_api(restApiId=api)["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert httpx.get(url).status_code == 403


def test_errors_as_sdks_see_them(aws_client):
    client = aws_client("apigateway")
    with pytest.raises(client.exceptions.NotFoundException) as missing:
        client.get_rest_api(restApiId="nothere")
    assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert missing.value.response["Error"]["Message"].startswith("Invalid API identifier specified ")
    api = client.create_rest_api(name="n")
    root = {"restApiId": api["id"], "parentId": api["rootResourceId"]}
    client.create_resource(**root, pathPart="a")
    with pytest.raises(client.exceptions.ConflictException):
        client.create_resource(**root, pathPart="a")
    with pytest.raises(client.exceptions.BadRequestException):
        client.create_resource(**root, pathPart="a b")
    with pytest.raises(ClientError, match="aws-task-emulator"):
        client.create_vpc_link(name="v", targetArns=["arn:aws:x"])


def test_documents_there_and_back(aws_stack, aws_client):
    client = aws_client("apigateway")
    mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    operation = {
        "responses": {"200": {"description": "ok"}},
        "x-amazon-apigateway-integration": {**mock, "responses": {"default": {"statusCode": "200"}}},
    }
    document = {"openapi": "3.0.1", "info": {"title": "one", "version": "1"}, "paths": {"/a": {"get": operation}}}
    made = client.import_rest_api(
        body=json.dumps(document), parameters={"endpointConfigurationTypes": "REGIONAL", "basepath": "ignore"}
    )
    api = made["id"]
    assert made["endpointConfiguration"]["types"] == ["REGIONAL"]
    client.create_deployment(restApiId=api, stageName="dev")
    assert httpx.get(f"{aws_stack.url}/_aws/execute-api/{api}/dev/a").status_code == 200
    export = client.get_export(
        restApiId=api, stageName="dev", exportType="oas30", parameters={"extensions": "integrations"}
    )
    assert export["contentType"] == "application/json"
    back = json.loads(export["body"].read())
    assert back["paths"]["/a"]["get"]["x-amazon-apigateway-integration"]["type"] == "mock"
    put = client.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps({**document, "paths": {}}))
    assert put["id"] == api
    with pytest.raises(ClientError, match="x-amazon-apigateway-cors"):
        client.import_rest_api(body=json.dumps({**document, "x-amazon-apigateway-cors": {}}), failOnWarnings=True)


def test_keys_plans_and_tags(aws_client):
    client = aws_client("apigateway")
    keys = [client.create_api_key(name=f"k{number}", enabled=True) for number in range(3)]
    pages = client.get_paginator("get_api_keys").paginate(includeValues=True, PaginationConfig={"PageSize": 2})
    assert [key["value"] for page in pages for key in page["items"]] == [key["value"] for key in keys]
    imported = client.import_api_keys(body=b"name,key\ncsv,abcdefghijklmnopqrstuv", format="csv")
    assert len(imported["ids"]) == 1
    quota = {"limit": 5, "period": "DAY"}
    plan = client.create_usage_plan(name="p", throttle={"rateLimit": 1.5, "burstLimit": 2}, quota=quota)["id"]
    client.create_usage_plan_key(usagePlanId=plan, keyId=keys[0]["id"], keyType="API_KEY")
    usage = client.get_usage(usagePlanId=plan, startDate="2023-11-14", endDate="2023-11-14")
    assert usage["items"] == {keys[0]["id"]: [[0, 5]]}
    arn = f"arn:aws:apigateway:us-east-1::/usageplans/{plan}"
    client.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    client.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert client.get_tags(resourceArn=arn)["tags"] == {"b": "2"}
    assert client.get_account()["throttleSettings"]["burstLimit"] == 5000


def test_without_an_sdk(aws_stack):
    """The control plane's paths need no signature; its lists are called ``item``, its times are numbers."""
    made = httpx.post(f"{aws_stack.url}/restapis", json={"name": "plain"}).json()
    listed = httpx.get(f"{aws_stack.url}/restapis", params={"limit": 500}).json()
    assert made["id"] in [item["id"] for item in listed["item"]]
    assert isinstance(made["createdDate"], (int, float))
    refused = httpx.patch(f"{aws_stack.url}/restapis/{made['id']}", json={"patchOperations": [None]})
    assert (refused.status_code, refused.headers["x-amzn-errortype"]) == (400, "BadRequestException")
    missing = httpx.put(f"{aws_stack.url}/restapis/{made['id']}/resources/x/methods/GET", json={})
    assert missing.status_code == 400
