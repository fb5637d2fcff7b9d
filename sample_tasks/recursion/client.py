"""Starts the chain and prints the record that each of its invocations leaves.

python -m sample_tasks.recursion.client [URL of the emulator]
"""

import json
import time

from sample_tasks.clients import client, start

LIMIT = 60


def main(endpoint):
    functions, sqs = client("lambda", endpoint), client("sqs", endpoint)
    functions.invoke(FunctionName="recursion", InvocationType="Event", Payload=json.dumps({"taskId": "t1"}))
    queue = sqs.get_queue_url(QueueName="progress")["QueueUrl"]
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            result = json.loads(message["Body"])["responsePayload"]
            print(f"invocation {result.get('hop')}: {result.get('status')}, {result.get('processed')} units")
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            if result.get("status") != "CONTINUED":
                return 0 if result.get("status") == "DONE" else 1
    return 1


if __name__ == "__main__":
    start(main)
