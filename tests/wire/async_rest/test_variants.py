"""Other backends behind the same POST, AP-6: an execution that is started, a function that nobody waits for."""

from __future__ import annotations

import json
from typing import Any

import pytest

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:report"
START = f"""#set($data = $util.escapeJavaScript($input.json('$')).replaceAll("\\\\'", "'"))
{{"input": "$data", "stateMachineArn": "{MACHINE}"}}"""
STARTED = """#set($context.responseOverride.header.Location = "/api/v1/report/$context.requestId")
{"id": "$context.requestId", "completed": false}"""
STACK = {
    "functions": {
        "slow": {
            "handler": "slow_report.handler",
            "code": "handlers",
            "timeout": 60,
            "environment": {"EMULATOR_VIRTUAL_SLEEP": "1"},
        }
    },
    "rest_apis": {
        "reports": {
            "routes": {
                "POST /run": {"action": "states:StartExecution", "request": START, "responses": {"201": STARTED}},
                "POST /plain": {"function": "slow", "async": True},
                "POST /mapped": {
                    "function": "slow",
                    "async": True,
                    "request": '{"asked": $input.json(\'$.reportType\'), "id": "$context.requestId"}',
                    "responses": {"202": '{"id": "$context.requestId"}'},
                },
                "POST /chosen": {
                    "function": "slow",
                    "headers": {"X-Amz-Invocation-Type": "method.request.header.InvocationType"},
                    "responses": {"200": {}},
                },
            }
        }
    },
}
stack = pytest.mark.aws_stack(STACK, clock="manual")


def invoked(aws_journal: Any) -> list[Any]:
    return [json.loads(hop.payload) for hop in aws_journal.hops("invoke")]


@stack
def test_post_starts_an_execution(reports: Any, aws_client: Any, aws_clock: Any) -> None:
    states = aws_client("stepfunctions")
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    states.create_state_machine(
        name="report", definition=json.dumps(definition), roleArn="arn:aws:iam::000000000000:role/r"
    )
    answer = reports.http.post("/run", json={"reportType": 'it\'s "it"'})
    identity = answer.headers["x-amzn-requestid"]
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/report/{identity}"
    assert answer.json() == {"id": identity, "completed": False}
    aws_clock.settle()
    (execution,) = states.list_executions(stateMachineArn=MACHINE)["executions"]
    found = states.describe_execution(executionArn=execution["executionArn"])
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"reportType": 'it\'s "it"'})


@stack
@pytest.mark.parametrize(("path", "status"), [("/plain", 200), ("/mapped", 202)])
def test_nobody_waits_for_the_function(reports: Any, aws_clock: Any, aws_journal: Any, path: str, status: int) -> None:
    answer = reports.http.post(path, json={"reportType": "COFFEE_SALES"})
    assert answer.status_code == status
    aws_clock.settle()
    (running,) = aws_journal.hops("invoke")
    assert running.ended is None
    aws_clock.advance(31)
    (done,) = aws_journal.hops("invoke")
    assert done.outcome == "ok"
    identity = answer.headers["x-amzn-requestid"]
    if path == "/mapped":
        assert answer.json() == {"id": identity}
        assert invoked(aws_journal) == [{"asked": "COFFEE_SALES", "id": identity}]
    else:
        assert invoked(aws_journal) == [{"reportType": "COFFEE_SALES"}]


@stack
def test_the_client_may_choose(reports: Any, aws_clock: Any, aws_journal: Any) -> None:
    headers = {"InvocationType": "Event"}
    assert reports.http.post("/chosen", json={"wait": 30}, headers=headers).status_code == 200
    aws_clock.run_until_idle()
    headers = {"InvocationType": "RequestResponse"}
    answer = reports.http.post("/chosen", json={"wait": 0}, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"done": True})
    assert len(invoked(aws_journal)) == 2
