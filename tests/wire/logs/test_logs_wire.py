"""Logs, streamed invocations, URLs and layers as SDKs and HTTP clients meet them."""

import io
import json
import select
import subprocess
import sys
import time
import zipfile

import httpx
import pytest
from click.testing import CliRunner

from emulator.cli import main

ROLE = "arn:aws:iam::000000000000:role/r"
HANDLER = """
def handler(event, context):
    print("hello", event.get("name", ""))
    if event.get("fail"):
        raise ValueError("no")
    headers = {"x-a": "b", "x-twice": event.get("headers", {}).get("x-twice", "")}
    return {"statusCode": 200, "headers": headers, "body": event.get("rawPath", "x" * event.get("size", 1))}
"""


def zipped(text=HANDLER):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), text)  # without a date: the same bytes each time
    return data.getvalue()


@pytest.fixture
def functions(client):
    made = client("lambda")
    code = {"ZipFile": zipped()}
    made.create_function(FunctionName="f", Runtime="python3.12", Role=ROLE, Handler="index.handler", Code=code)
    return made


def test_filter_log_events_and_friends(client, functions):
    functions.invoke(FunctionName="f", Payload=b'{"name": "Ada"}')
    logs = client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/f")
    messages = [event["message"] for page in pages for event in page["events"]]
    assert [message.split()[0] for message in messages] == ["INIT_START", "START", "hello", "END", "REPORT"]
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda")["logGroups"]
    (stream,) = logs.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]
    where = {"logGroupName": group["logGroupName"], "logStreamName": stream["logStreamName"]}
    answer = logs.get_log_events(startFromHead=True, **where)
    assert [event["message"] for event in answer["events"]] == messages
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match="The specified log group does not exist"):
        logs.get_log_events(logGroupName="nobody", logStreamName="s")


def test_put_log_events(client):
    logs = client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": now, "message": "one"}])
    logs.put_retention_policy(logGroupName="g", retentionInDays=7)
    assert logs.filter_log_events(logGroupName="g", filterPattern="one")["events"][0]["message"] == "one"
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName="g")


def test_logs_command(house, functions):
    functions.invoke(FunctionName="f", Payload=b'{"name": "Ada"}')
    done = CliRunner().invoke(main, ["logs", "f", "--endpoint", house.url])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert len(lines) == 5
    assert lines[2].endswith("  hello Ada")
    as_json = CliRunner().invoke(main, ["logs", "f", "--filter", "hello", "--json", "--endpoint", house.url])
    assert json.loads(as_json.output)["message"] == "hello Ada"
    nothing = CliRunner().invoke(main, ["logs", "nobody", "--endpoint", house.url])
    assert nothing.exit_code == 1
    assert "there is no function or task definition 'nobody'" in nothing.output


def test_waiters_end_at_their_first_look(functions):
    """botocore's waiters, with one attempt each: created, updated and published functions are ready at once."""
    functions.update_function_configuration(FunctionName="f", Timeout=4)
    functions.publish_version(FunctionName="f")
    for name in ("function_exists", "function_active", "function_active_v2", "function_updated", "function_updated_v2"):
        functions.get_waiter(name).wait(FunctionName="f", WaiterConfig={"MaxAttempts": 1})
    once = {"MaxAttempts": 1}
    functions.get_waiter("published_version_active").wait(FunctionName="f", Qualifier="1", WaiterConfig=once)


def test_invoke_with_response_stream(functions):
    size = 200_000
    answer = functions.invoke_with_response_stream(FunctionName="f", Payload=json.dumps({"size": size}), LogType="Tail")
    events = list(answer["EventStream"])
    body = b"".join(event["PayloadChunk"]["Payload"] for event in events[:-1])
    assert len(events) > 2
    assert len(json.loads(body)["body"]) == size
    assert events[-1]["InvokeComplete"]["LogResult"]
    answer = functions.invoke_with_response_stream(FunctionName="f", Payload=b'{"fail": true}')
    (end,) = answer["EventStream"]
    assert end["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert json.loads(end["InvokeComplete"]["ErrorDetails"])["errorType"] == "ValueError"


def test_invoke_async(client, functions):
    answer = functions.invoke_async(FunctionName="f", InvokeArgs=b'{"name": "late"}')
    assert answer["Status"] == 202


def test_function_url_by_path_and_by_host(house, functions):
    url = functions.create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
    # Repeated headers arrive joined (AWS docs, "Invoking Lambda function URLs").
    answer = httpx.get(f"{url}some/path?a=1", headers=[("x-twice", "1"), ("x-twice", "2")])
    assert answer.headers["x-twice"] == "1,2"
    assert (answer.status_code, answer.text, answer.headers["x-a"]) == (200, "/some/path", "b")
    assert answer.headers["x-amzn-requestid"]
    url_id = url.rstrip("/").rpartition("/")[2]
    answer = httpx.get(f"{house.url}/by/host", headers={"host": f"{url_id}.lambda-url.us-east-1.localhost"})
    assert answer.text == "/by/host"
    forbidden = httpx.get(f"{house.url}/_aws/lambda-url/{'x' * 32}/")
    assert forbidden.status_code == 403
    assert forbidden.headers["x-amzn-errortype"] == "AccessDeniedException"


def test_code_and_layers_can_be_downloaded(functions):
    location = functions.get_function(FunctionName="f")["Code"]["Location"]
    assert httpx.get(location).content == zipped()
    layer = functions.publish_layer_version(LayerName="tools", Content={"ZipFile": zipped("A = 1")})
    assert httpx.get(layer["Content"]["Location"]).content == zipped("A = 1")
    functions.update_function_configuration(FunctionName="f", Layers=[layer["LayerVersionArn"]])
    assert functions.list_layers()["Layers"][0]["LayerName"] == "tools"
    assert httpx.get(location.replace("/f/", "/nobody/")).status_code == 404


def test_provisioned_concurrency_and_what_deploy_tools_ask(functions):
    functions.publish_version(FunctionName="f")
    put = functions.put_provisioned_concurrency_config(
        FunctionName="f", Qualifier="1", ProvisionedConcurrentExecutions=2
    )
    assert put["Status"] == "IN_PROGRESS"
    found = functions.list_provisioned_concurrency_configs(FunctionName="f")["ProvisionedConcurrencyConfigs"]
    assert found[0]["Status"] == "READY"
    functions.delete_provisioned_concurrency_config(FunctionName="f", Qualifier="1")
    with pytest.raises(functions.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        functions.get_provisioned_concurrency_config(FunctionName="f", Qualifier="1")
    functions.put_runtime_management_config(FunctionName="f", UpdateRuntimeOn="FunctionUpdate")
    assert functions.get_runtime_management_config(FunctionName="f")["UpdateRuntimeOn"] == "FunctionUpdate"
    with pytest.raises(functions.exceptions.CodeSigningConfigNotFoundException):
        functions.put_function_code_signing_config(
            FunctionName="f",
            CodeSigningConfigArn="arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0",
        )


def test_logs_follow(house, functions):
    command = [sys.executable, "-m", "emulator", "logs", "f", "--follow", "--endpoint", house.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        seen = []
        try:
            for number in range(20):  # the first may come before it listens
                functions.invoke(FunctionName="f", Payload=json.dumps({"name": f"n{number}"}))
                ready, _, _ = select.select([process.stdout], [], [], 1)
                if ready:
                    break
            while not seen or "REPORT" not in seen[-1]:
                seen.append(process.stdout.readline())
        finally:
            process.terminate()
    assert any("  hello n" in line for line in seen)
    assert len(set(seen)) == len(seen)
