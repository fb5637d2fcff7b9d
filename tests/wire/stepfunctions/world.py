"""A client of state machines."""

from __future__ import annotations

import json
from typing import Any


class Machines:
    """Starts executions with boto3 and looks at them."""

    def __init__(self, states: Any, arns: dict[str, str]) -> None:
        self.states = states
        self._arns = arns

    def start(self, name: str, data: Any = None) -> str:
        """The ARN of a new execution."""
        text = json.dumps({} if data is None else data)
        return str(self.states.start_execution(stateMachineArn=self._arns[name], input=text)["executionArn"])

    def found(self, execution: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.states.describe_execution(executionArn=execution)
        return answer

    def status(self, execution: str) -> str:
        return str(self.found(execution)["status"])

    def ended(self, execution: str) -> dict[str, Any]:
        """The execution, once it is over."""
        while (found := self.found(execution))["status"] == "RUNNING":
            pass
        return found

    def run(self, name: str, data: Any = None) -> dict[str, Any]:
        return self.ended(self.start(name, data))

    def output(self, name: str, data: Any = None) -> Any:
        """What an execution that succeeds gives."""
        found = self.run(name, data)
        assert found["status"] == "SUCCEEDED", found
        return json.loads(found["output"])

    def history(self, execution: str) -> list[dict[str, Any]]:
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]

    def types(self, execution: str) -> list[str]:
        return [event["type"] for event in self.history(execution)]


def task(resource: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, **({"End": True} if "Next" not in fields else {}), **fields}


def call(function: str, **fields: Any) -> dict[str, Any]:
    """A state that invokes a function and gives its answer."""
    parameters = {"FunctionName": function, "Payload.$": "$"}
    return task("arn:aws:states:::lambda:invoke", Parameters=parameters, OutputPath="$.Payload", **fields)


def machine(**states: dict[str, Any]) -> dict[str, Any]:
    """A definition; the first state is where it starts."""
    return {"StartAt": next(iter(states)), "States": states}
