"""Runs one of the three state machines once, and prints its history.

python -m sample_tasks.step_functions.client map | iterator | callback [input as JSON]
"""

import json
import os
import sys
import time

from sample_tasks.clients import ENDPOINT, client

INPUTS = {"map": {"items": list(range(1, 11))}, "iterator": {}, "callback": {"amount": 20}}


def main(endpoint):
    """All three, one after the other."""
    return 0 if [run(endpoint, way) for way in INPUTS] == ["SUCCEEDED"] * 3 else 1


def run(endpoint, way, given=None):
    print(way)
    states = client("stepfunctions", endpoint)
    known = states.list_state_machines()["stateMachines"]
    machines = {machine["name"]: machine["stateMachineArn"] for machine in known}
    data = given or json.dumps(INPUTS[way])
    execution = states.start_execution(stateMachineArn=machines[way], input=data)["executionArn"]
    while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.05)
    for event in states.get_execution_history(executionArn=execution, maxResults=1000)["events"]:
        print(f"{event['timestamp']:%H:%M:%S.%f} {event['id']:>3} {event['type']}")
    print(found["status"], found.get("output") or f"{found.get('error')}: {found.get('cause')}")
    return found["status"]


if __name__ == "__main__":
    run(os.environ.get("AWS_ENDPOINT_URL", ENDPOINT), *sys.argv[1:])
