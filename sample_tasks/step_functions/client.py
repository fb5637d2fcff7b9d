"""Creates one of the three state machines, runs it once, and prints its history.

python client.py map | iterator | callback [input as JSON]
"""

import json
import sys
import time
from pathlib import Path

import boto3

ENDPOINT = "http://127.0.0.1:4566"
INPUTS = {"map": {"items": list(range(1, 11))}, "iterator": {}, "callback": {"amount": 20}}


def client(service):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def main(way, given=None):
    states = client("stepfunctions")
    definition = (Path(__file__).parent / f"{way}.asl.json").read_text()
    role = "arn:aws:iam::000000000000:role/states"
    machine = states.create_state_machine(name=way, definition=definition, roleArn=role)["stateMachineArn"]
    data = json.loads(given) if given else INPUTS[way]
    if way == "callback":
        data["queue"] = client("sqs").get_queue_url(QueueName="approvals")["QueueUrl"]
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps(data))["executionArn"]
    while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.05)
    for event in states.get_execution_history(executionArn=execution, maxResults=1000)["events"]:
        print(f"{event['timestamp']:%H:%M:%S.%f} {event['id']:>3} {event['type']}")
    print(found["status"], found.get("output") or f"{found.get('error')}: {found.get('cause')}")


if __name__ == "__main__":
    main(*sys.argv[1:])
