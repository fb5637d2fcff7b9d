"""Asynchronous REST by polling, AP-1 to AP-5 and AP-7: storage first, no function in the way of a request."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import httpx
import pytest

from emulator.testing import Stack
from tests.wire.async_rest.reports import REQUEST, SAMPLES

SAMPLE = SAMPLES / "rest_polling"
DOCUMENT = tomllib.loads((SAMPLE / "stack.toml").read_text(encoding="utf-8"))
sample = pytest.mark.aws_stack(str(SAMPLE), clock="manual")


def unfiltered() -> Stack:
    """The sample without its mapping's filter, and with a function that looks at the event's name itself."""
    mappings = {"make": {"table": "reports", "function": "make"}}
    return Stack.from_document({**DOCUMENT, "mappings": mappings}, SAMPLE, "test")


@sample
def test_the_request_is_stored_before_it_is_answered_ap_1_2(reports: Any, aws_client: Any, aws_clock: Any) -> None:
    answer = reports.http.post("/api/v1/report", json=REQUEST)
    identity = answer.headers["x-amzn-requestid"]
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/report/{identity}"
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"id": identity, "completed": False}
    item = aws_client("dynamodb").get_item(TableName="reports", Key={"id": {"S": identity}})["Item"]
    assert (item["reportDate"], item["reportType"]) == ({"S": "2021-01-01"}, {"S": "COFFEE_SALES"})


@pytest.mark.aws_stack(
    Stack.from_document({title: t for title, t in DOCUMENT.items() if title != "mappings"}, SAMPLE, "test")
)
def test_nothing_is_completed_before_somebody_has_worked_ap_4(reports: Any) -> None:
    assert reports.get(reports.post()) == {**REQUEST, "completed": False}


@sample
def test_the_stream_starts_the_work_once_ap_3_4(reports: Any, aws_clock: Any, aws_journal: Any) -> None:
    place = reports.post()
    aws_clock.settle()
    done = reports.get(place)
    assert done == {**REQUEST, "completed": True, "pdfUri": done["pdfUri"]}
    assert httpx.get(done["pdfUri"], trust_env=False).content.startswith(b"%PDF")
    assert [hop.detail["event"] for hop in aws_journal.hops("write")] == ["INSERT", "MODIFY"]
    (invoked,) = aws_journal.hops("invoke")
    (record,) = json.loads(invoked.payload)["Records"]
    assert record["eventName"] == "INSERT"


@sample
def test_no_function_stands_between_client_and_table_ap_1(reports: Any, aws_clock: Any, aws_journal: Any) -> None:
    reports.post()
    aws_clock.settle()
    request, stored = (aws_journal.hops(kind)[0] for kind in ("request", "write"))
    assert stored.trace == request.trace
    invoked = aws_journal.hops("invoke")[0]
    assert invoked.seq > stored.seq


@sample
def test_an_unknown_report_is_404_by_the_template_ap_4(reports: Any) -> None:
    answer = reports.http.get("/api/v1/report/nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "there is no such report"})


@sample
@pytest.mark.parametrize(
    "text",
    ['say "cheese"', "two\nlines", "it's", "back\\slash", "ümläut €", "<b>&amp;</b>", "$input.path('$')", "a\tb"],
)
def test_any_text_survives_the_templates_ap_5(reports: Any, aws_clock: Any, text: str) -> None:
    place = reports.post({"reportDate": text, "reportType": text})
    found = reports.get(place)
    assert (found["reportDate"], found["reportType"]) == (text, text)
    aws_clock.settle()


@sample
@pytest.mark.parametrize("body", [{}, {"reportType": "COFFEE_SALES"}])
def test_what_is_missing_is_an_empty_text_ap_5(reports: Any, aws_clock: Any, body: dict[str, str]) -> None:
    found = reports.get(reports.post(body))
    assert found == {"reportDate": "", "reportType": body.get("reportType", ""), "completed": found["completed"]} | (
        {"pdfUri": found["pdfUri"]} if found["completed"] else {}
    )
    aws_clock.settle()


ONCE = Stack.from_document(
    {
        "tables": {"orders": {"key": "id"}},
        "rest_apis": {
            "orders": {
                "routes": {
                    "PUT /orders/{id}": {
                        "action": "dynamodb:PutItem",
                        "request": '{"TableName": "orders", "Item": {"id": {"S": "$input.params(\'id\')"}}, '
                        '"ConditionExpression": "attribute_not_exists(id)"}',
                        "responses": {
                            "201": '{"made": true}',
                            "400": {"pattern": "400", "template": "{\"problem\": $input.json('$.__type')}"},
                        },
                    }
                }
            }
        },
    },
    SAMPLE,
    "test",
)


@pytest.mark.aws_stack(ONCE)
def test_a_condition_that_fails_is_mapped_by_its_status_ap_7(aws_stack: Any) -> None:
    url = f"{aws_stack.deployment.rest_urls['orders']}/orders/1"
    first, second = (httpx.put(url, trust_env=False) for _ in range(2))
    assert (first.status_code, first.json()) == (201, {"made": True})
    assert second.status_code == 400
    assert second.json() == {"problem": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
