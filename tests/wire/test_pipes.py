"""A pipe of stack.toml as boto3 sees it: from a queue through a function to a state machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

STACK = {
    "queues": {"orders": {}},
    "functions": {"price": f"{__name__}:price"},
    "state_machines": {"ship": {"definition": {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}}},
    "pipes": {
        "orders": {
            "queue": "orders",
            "filters": [{"body": {"kind": ["book"]}}],
            "enrichment": "price",
            "target": "ship",
            "wait": False,
        }
    },
}


def price(event: Any, context: Any) -> Any:
    return [{"order": json.loads(record["body"])["id"], "price": 5} for record in event]


@pytest.mark.aws_stack(STACK, clock="manual", runtime="inline")
def test_orders_become_executions(aws_stack: Any, aws_client: Callable[..., Any], aws_clock: Any) -> None:
    pipes, states, sqs = aws_client("pipes"), aws_client("stepfunctions"), aws_client("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    for order in ({"id": 1, "kind": "book"}, {"id": 2, "kind": "pen"}):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))
    aws_clock.advance(0)
    machine = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    (execution,) = states.list_executions(stateMachineArn=machine)["executions"]
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["output"]) == [{"order": 1, "price": 5}]

    (listed,) = pipes.get_paginator("list_pipes").paginate().build_full_result()["Pipes"]
    assert (listed["Name"], listed["CurrentState"]) == ("orders", "RUNNING")
    with pytest.raises(pipes.exceptions.NotFoundException):
        pipes.describe_pipe(Name="none")
    assert pipes.stop_pipe(Name="orders")["CurrentState"] == "STOPPING"
    assert pipes.delete_pipe(Name="orders")["CurrentState"] == "DELETING"
    assert pipes.list_pipes()["Pipes"] == []
