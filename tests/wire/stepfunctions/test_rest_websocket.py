"""The sample ``rest_websocket`` from POST to frame: AS-1 to AS-6."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from emulator.testing import Stack

SAMPLE = Path(__file__).parents[3] / "sample_tasks" / "rest_websocket"
STACK = Stack.read(SAMPLE)
ORDER = {"reportDate": "2021-01-01", "reportType": "COFFEE_SALES"}

manual = pytest.mark.aws_stack(STACK, clock="manual")
auto = pytest.mark.aws_stack(STACK)


class Reports:
    """The client: plain HTTP, and a WebSocket at the link of the answer."""

    def __init__(self, url: str, states: Any) -> None:
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=20)
        self._states = states

    def order(self) -> dict[str, Any]:
        answer = self.http.post("/api/v1/report", json=ORDER)
        assert answer.status_code == 201, answer.text
        report: dict[str, Any] = answer.json()
        assert answer.headers["location"] == report["_links"]["self"]["href"] == f"/api/v1/report/{report['id']}"
        return report

    def get(self, report: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(report["_links"]["self"]["href"]).json()
        return found

    def last_state(self, report: dict[str, Any]) -> str:
        """Where the execution of a report has ended."""
        (machine,) = self._states.list_state_machines()["stateMachines"]
        arn = machine["stateMachineArn"].replace(":stateMachine:", ":execution:") + f":{report['id']}"
        while self._states.describe_execution(executionArn=arn)["status"] == "RUNNING":
            pass
        events = self._states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        entered = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
        return str(entered[-1])


@pytest.fixture
def reports(aws_stack: Any, aws_client: Any) -> Iterator[Reports]:
    client = Reports(aws_stack.deployment.rest_urls["reports"], aws_client("stepfunctions"))
    with client.http:
        yield client


def follow(report: dict[str, Any]) -> ClientConnection:
    return connect(report["_links"]["updates"]["href"], compression=None, proxy=None)


def assert_one_frame(socket: ClientConnection, report: dict[str, Any]) -> None:
    frame = json.loads(socket.recv(10))
    uri = f"https://reports.example.com/{report['id']}.pdf"
    assert frame == {"id": report["id"], **ORDER, "completed": True, "pdfUri": uri}


@manual
def test_a_reader_who_comes_early_as_1(reports, aws_clock, aws_journal):
    report = reports.order()
    assert (report["completed"], report["reportType"]) == (False, "COFFEE_SALES")
    with follow(report) as socket:
        assert reports.get(report)["completed"] is False
        aws_clock.advance(2)
        assert_one_frame(socket, report)
        assert reports.last_state(report) == "Told"
    assert len(aws_journal.hops("frame-out")) == 1


@manual
def test_a_reader_who_comes_late_as_1(reports, aws_clock, aws_journal):
    report = reports.order()
    aws_clock.advance(600)
    assert reports.get(report)["completed"] is True
    with follow(report) as socket:
        aws_clock.advance(5)
        assert_one_frame(socket, report)
        assert reports.last_state(report) == "Told"
    assert len(aws_journal.hops("frame-out")) == 1


STATUSES: list[int] = []


def connect_slowly(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The sample's ``$connect``, and a post to the connection before it is one."""
    import boto3
    from botocore.exceptions import ClientError

    from sample_tasks.rest_websocket import updates

    answer: dict[str, Any] = updates.connect(event, context)
    place = event["requestContext"]
    gateway = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{place['domainName']}/{place['stage']}")
    try:
        gateway.post_to_connection(ConnectionId=place["connectionId"], Data=b"too early")
    except ClientError as error:
        STATUSES.append(error.response["ResponseMetadata"]["HTTPStatusCode"])
    return answer


def slow_connection() -> Stack:
    document = tomllib.loads((SAMPLE / "stack.toml").read_text(encoding="utf-8"))
    document["functions"]["connect"]["handler"] = f"{__name__}:connect_slowly"
    return Stack.from_document(document, SAMPLE, "test")


@pytest.mark.aws_stack(slow_connection())
def test_a_post_before_the_handshake_is_over_is_410_and_tried_again_as_2(reports):
    STATUSES.clear()
    report = reports.order()
    with follow(report) as socket:
        assert_one_frame(socket, report)
    assert STATUSES == [410]


@manual
def test_nobody_connects_as_3(reports, aws_clock):
    report = reports.order()
    aws_clock.advance(3600)
    assert reports.last_state(report) == "NobodyConnected"
    assert reports.get(report)["completed"] is True
    with pytest.raises(InvalidStatus) as refused, follow(report):
        pass
    assert refused.value.response.status_code == 410


@pytest.mark.aws_stack(STACK)
@pytest.mark.parametrize("written", [str, quote], ids=["raw", "encoded"])
def test_connection_ids_in_paths_of_states_as_4(reports, aws_client, aws_stack, written):
    states, sockets = aws_client("stepfunctions"), aws_stack.attributes["updates"]
    report = reports.order()
    with follow(report) as socket:
        socket.recv(10)
        (connection,) = httpx.get(f"{aws_stack.url}/_emulator/connections", trust_env=False).json()["connections"]
        assert connection["connectionId"].endswith("=")
        parameters = {
            "ApiEndpoint": f"{sockets['Id']}.execute-api.us-east-1.amazonaws.com",
            "Method": "POST",
            "Stage": sockets["Stage"],
            "Path": f"/@connections/{written(connection['connectionId'])}",
            "RequestBody": {"hello": "again"},
            "AuthType": "IAM_ROLE",
        }
        post = {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "Parameters": parameters, "End": True}
        definition = json.dumps({"StartAt": "Post", "States": {"Post": post}})
        role = "arn:aws:iam::000000000000:role/r"
        machine = states.create_state_machine(name="post", definition=definition, roleArn=role, type="EXPRESS")
        done = states.start_sync_execution(stateMachineArn=machine["stateMachineArn"])
        assert done["status"] == "SUCCEEDED", done
        assert json.loads(socket.recv(10)) == {"hello": "again"}


@auto
def test_an_unknown_report_as_5(reports):
    report = reports.order()
    report["_links"]["updates"]["href"] = report["_links"]["updates"]["href"].replace(report["id"], "unknown")
    with pytest.raises(InvalidStatus) as refused, follow(report):
        pass
    assert refused.value.response.status_code == 404


@manual
def test_a_reader_who_goes_before_the_post_as_6(reports, aws_clock):
    report = reports.order()
    with follow(report):
        pass
    aws_clock.advance(12)
    assert reports.last_state(report) == "ReaderGone"
    assert reports.get(report)["completed"] is True
