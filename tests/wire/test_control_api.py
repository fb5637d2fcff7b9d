"""The control API under ``/_emulator/``, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest

from emulator.testing import EmulatorThread
from tests.wire.raw_sockets import RawSocket


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmulatorThread]:
    with EmulatorThread(clock="manual", start=1_735_689_600.0) as thread:
        yield thread


@pytest.fixture
def http(emulator: EmulatorThread) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{emulator.url}/_emulator", trust_env=False) as client:
        client.post("/reset")
        yield client


def sqs_of(emulator: EmulatorThread) -> Any:
    return boto3.client(
        "sqs",
        endpoint_url=emulator.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.mark.parametrize("path", ["/_emulator/health", "/_emulator/health/", "/_localstack/health"])
def test_health(path: str, emulator: EmulatorThread) -> None:
    answer = httpx.get(emulator.url + path, trust_env=False)
    assert answer.status_code == 200
    assert answer.json()["status"] == "running"
    assert answer.json()["services"]["sqs"] == "available"


def test_openapi_names_every_operation(http: httpx.Client) -> None:
    paths = set(http.get("/openapi.json").json()["paths"])
    assert {
        f"/_emulator/{name}" for name in ("health", "reset", "status", "journal", "journal/stream", "clock")
    } <= paths


def test_the_page_shows_every_operation_and_needs_nothing_from_elsewhere(http: httpx.Client) -> None:
    page = http.get("/docs").text
    for path, operations in http.get("/openapi.json").json()["paths"].items():
        for method, operation in operations.items():
            assert f"<b>{method.upper()}</b> <code>{path}</code></h2><p>{operation['summary']}</p>" in page
    assert "<code>seconds</code><td>body, number" in page
    assert "//" not in page


def test_unknown_paths_and_wrong_bodies(http: httpx.Client) -> None:
    assert http.get("/nothing").status_code == 404
    assert http.get("/reset").status_code == 405
    assert http.post("/clock/advance", json={"seconds": -1}).status_code == 422
    assert http.post("/clock/advance", content=b"{").status_code == 422
    assert http.put("/clock", json={"mode": "fast"}).json() == {
        "detail": "unknown clock 'fast': real, auto, manual, or a rate such as 60x"
    }


def test_the_journal_and_its_traces(http: httpx.Client, emulator: EmulatorThread) -> None:
    sqs = sqs_of(emulator)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sent = sqs.send_message(QueueUrl=url, MessageBody="hello")["MessageId"]
    hops = http.get("/journal").json()["hops"]
    (enqueue,) = [hop for hop in hops if hop["kind"] == "enqueue"]
    assert enqueue["payload"] == "hello"
    assert enqueue["at"] == "2025-01-01T00:00:00.000Z"
    assert http.get("/journal", params={"kind": "enqueue"}).json()["hops"] == [enqueue]
    assert http.get("/journal", params={"after": enqueue["seq"], "trace": enqueue["trace"]}).json()["hops"] == []
    assert http.get("/journal", params={"limit": 1}).json()["hops"] == [hops[-1]]
    for text in (enqueue["trace"], enqueue["trace"][-6:], enqueue["id"], sent):
        assert http.get(f"/traces/{text}").json()["trace"] == enqueue["trace"]
    assert http.get("/traces/nothing").status_code == 404
    assert http.get("/traces").json()["traces"][-1]["trace"] == enqueue["trace"]


def test_looking_leaves_no_hops(http: httpx.Client, emulator: EmulatorThread) -> None:
    sqs_of(emulator).create_queue(QueueName="q")
    before = len(http.get("/journal").json()["hops"])
    status = http.get("/status").json()
    assert status["resources"] == {
        "functions": [],
        "buses": ["default"],
        "rules": [],
        "queues": ["q"],
        "topics": [],
        "tables": [],
        "buckets": [],
        "machines": [],
        "pipes": [],
        "tasks": [],
        "apis": [],
    }
    assert len(http.get("/journal").json()["hops"]) == before


def test_a_live_stream_tells_hops_and_ends_with_its_reader(http: httpx.Client, emulator: EmulatorThread) -> None:
    with http.stream("GET", "/journal/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": listening"
        sqs_of(emulator).create_queue(QueueName="live")
        data = next(json.loads(text[6:]) for text in lines if text.startswith("data: "))
    assert (data["kind"], data["target"]) == ("api", "sqs:CreateQueue")
    http.post("/reset")
    assert http.get("/journal").json()["hops"] == []


def test_the_clock(http: httpx.Client) -> None:
    began = http.get("/clock").json()
    assert (began["mode"], began["held"]) == ("manual", False)
    assert http.post("/clock/advance", json={"seconds": 90.5}).json()["now"] == pytest.approx(began["now"] + 90.5)
    assert http.post("/clock/hold").json()["held"]
    assert not http.post("/clock/release").json()["held"]
    assert http.put("/clock", json={"mode": "60x"}).json()["mode"] == "60x"
    assert http.put("/clock", json={"mode": "manual"}).json()["mode"] == "manual"


def test_reset_forgets_everything_but_the_port(http: httpx.Client, emulator: EmulatorThread) -> None:
    sqs = sqs_of(emulator)
    sqs.create_queue(QueueName="q")
    assert http.post("/reset").json() == {"status": "reset"}
    assert "QueueUrls" not in sqs.list_queues()


def test_connections_are_listed_and_cut(http: httpx.Client, emulator: EmulatorThread) -> None:
    stack = emulator.run(emulator.emulator.deploy(_socket_stack()))
    with RawSocket(emulator.url) as socket:
        path = stack.websocket_urls["w"].partition("127.0.0.1")[2].partition("/")[2]
        assert b" 101 " in socket.upgrade(f"/{path}")
        (connection,) = http.get("/connections").json()["connections"]
        assert (connection["stage"], connection["account"]) == ("dev", "000000000000")
        assert http.delete(f"/connections/{connection['connectionId']}").json() == {"status": "dropped"}
        assert http.get("/connections").json() == {"connections": []}
    assert http.delete("/connections/nobody").status_code == 404


def _socket_stack() -> Any:
    from emulator.stack import Stack

    return Stack().websocket_api("w", routes={"ping": {"integration": {"IntegrationType": "MOCK"}}})


def test_a_stream_ends_when_the_emulator_does() -> None:
    thread = EmulatorThread(clock="manual")
    with httpx.stream("GET", f"{thread.url}/_emulator/journal/stream", trust_env=False) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": listening"
        thread.close()
        assert [text for text in lines if text] == []


@pytest.mark.parametrize("body", ['{"seconds":NaN}', '{"seconds":1e400}', '{"seconds":-1}', "[]", "nothing"])
def test_instants_that_cannot_be(http: httpx.Client, body: str) -> None:
    answer = http.post("/clock/advance", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["msg"]
