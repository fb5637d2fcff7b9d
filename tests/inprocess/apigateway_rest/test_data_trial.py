"""TestInvokeMethod (AWS docs, API reference)."""

import json

import pytest
from data_world import ACCOUNT, API, REGION, custom, function_uri, in_world, mock, proxy

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.apigateway.rest.trial import test_invoke_method as invoke

SHOW = {"200": {"responseTemplates": {"application/json": '{"id": "$input.params(\'id\')", "k": "$stageVariables.k"}'}}}


def trying(w):
    def run(resource="r0", verb="GET", **params):
        call = Call(w.ground, ACCOUNT, REGION, "r-1", w.ground.new_cause())
        return invoke(call, {"restApiId": API, "resourceId": resource, "httpMethod": verb, **params})

    return run


def world_with(w, methods, **parts):
    w.store.apis[API] = w.api(methods, **parts)
    return trying(w)


@in_world
async def test_a_method_is_called_as_it_stands(world):
    w = world()
    refusing = {"authorizationType": "AWS_IAM", "apiKeyRequired": True}
    run = world_with(w, {"GET /tasks/{id}": {**mock(responses=SHOW), **refusing}})
    w.store.apis[API].snapshots.clear()
    answer = await run(pathWithQueryString="/tasks/7?a=1", stageVariables={"k": "v"})
    assert (answer["status"], json.loads(answer["body"])) == (200, {"id": "7", "k": "v"})
    assert answer["headers"]["Content-Type"] == "application/json"
    assert answer["multiValueHeaders"]["Content-Type"] == ["application/json"]
    assert "Method completed with status: 200" in answer["log"]
    assert answer["latency"] == 0


@in_world
async def test_functions_get_an_event(world):
    w = world()
    w.functions["echo"] = lambda event: {"got": event}
    run = world_with(w, {"ANY /{proxy+}": proxy("ok"), "POST /work": custom(function_uri("echo"))})
    answer = await run(verb="PUT", pathWithQueryString="/a/b", headers={"X-A": "1"}, body="text")
    assert (answer["status"], answer["body"]) == (200, "ok")
    event = w.events[0]
    assert (event["path"], event["body"], event["headers"]["X-A"]) == ("/a/b", "text", "1")
    assert event["requestContext"]["stage"] == "test-invoke-stage"
    answer = await run("r1", "POST", body='{"n": 1}')
    assert json.loads(answer["body"]) == {"got": {"n": 1}}


@in_world
async def test_failures_are_answers(world):
    w = world()
    run = world_with(w, {"GET /": proxy("nobody")})
    answer = await run()
    assert (answer["status"], json.loads(answer["body"])) == (500, {"message": "Internal server error"})
    assert "Execution failed due to" in answer["log"]


@in_world
async def test_what_does_not_exist(world):
    w = world()
    run = world_with(w, {"GET /tasks/{id}": mock()})
    for wrong in ({"resource": "r9"}, {"verb": "POST"}):
        with pytest.raises(AwsError) as failure:
            await run(**wrong)
        assert failure.value.code == "NotFoundException"
    with pytest.raises(AwsError) as failure:
        await run(pathWithQueryString="/elsewhere")
    assert failure.value.code == "BadRequestException"
