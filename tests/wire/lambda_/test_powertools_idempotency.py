"""Idempotency of Powertools for AWS Lambda (Python), unchanged: its records are in a table of the emulator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("aws_lambda_powertools")
pytest.importorskip("moto")

HANDLERS = Path(__file__).parent / "handlers"
STACK = {
    "tables": {"Idempotency": {"key": "id", "ttl": "expiration"}},
    "functions": {
        "charge": {"handler": "idempotent.handler", "code": str(HANDLERS), "environment": {"TABLE": "Idempotency"}}
    },
}
pytestmark = pytest.mark.filterwarnings("ignore")  # the library's own


@pytest.mark.parametrize(
    "runtime",
    [pytest.param(name, marks=pytest.mark.aws_stack(STACK, runtime=name)) for name in ("inline", "worker")],
)
def test_an_order_is_charged_once(runtime, aws_client):
    functions = aws_client("lambda")

    def charge(**event):
        answer = functions.invoke(FunctionName="charge", Payload=json.dumps(event))
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    first = charge(order=1)
    assert first == (None, {"order": 1, "charges": 1})
    assert charge(order=1, again=True) == first
    assert charge(order=2) == (None, {"order": 2, "charges": 2})

    failed, error = charge(order=3, broken=True)
    assert (failed, error["errorType"]) == ("Unhandled", "RuntimeError")
    assert charge(order=3) == (None, {"order": 3, "charges": 4})  # a failure leaves no record behind

    items = aws_client("dynamodb").scan(TableName="Idempotency")["Items"]
    assert {item["status"]["S"] for item in items} == {"COMPLETED"}
    assert sorted(json.loads(item["data"]["S"])["order"] for item in items) == [1, 2, 3]
