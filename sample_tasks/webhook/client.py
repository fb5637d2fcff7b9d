"""Subscribes a URL of its own, asks for a report, and is called when it is ready: twice in vain, then it accepts.

python -m sample_tasks.webhook.client [URL of the emulator]
"""

import json

import httpx

from sample_tasks.clients import client, rest_url, start
from sample_tasks.rest_polling.client import order, wait
from sample_tasks.webhook.receiver import Receiver

LIMIT = 120


def main(endpoint):
    sns, sqs = client("sns", endpoint), client("sqs", endpoint)
    topic = sns.create_topic(Name="ready")["TopicArn"]  # the ARN of the one that exists
    queue = sqs.get_queue_url(QueueName="undelivered")["QueueUrl"]
    dead = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    with Receiver(trusted=f"{endpoint}/", failures=2) as receiver, httpx.Client(trust_env=False, timeout=LIMIT) as http:
        policy = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead})}
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=receiver.url, Attributes=policy)
        receiver.confirmed.wait(LIMIT)
        url = rest_url(endpoint, "reports")
        place = order(http, url)
        arrived = receiver.arrived.wait(LIMIT)
        for kind, status in receiver.log:
            print(f"{receiver.url} ← {kind}, answered {status}")
        if not arrived:
            return 1
        message = json.loads(receiver.received[0]["Message"])
        print(f"the report is at {message['pdfUri'].partition('?')[0]}")
        wait(http, url + place)
    return 0 if message["completed"] else 1


if __name__ == "__main__":
    start(main)
