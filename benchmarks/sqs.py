"""Sending, and receiving with deleting, on one standard queue."""

from __future__ import annotations

import json
from typing import Any

from benchmarks import http_load
from benchmarks.floors import client
from benchmarks.harness import Line, Run
from benchmarks.http_load import HttpConnection
from benchmarks.measures import Load, alternately, timed
from benchmarks.process import Emulator, Meter

STACK = "[queues.work]\n"
BODY = json.dumps({"order": "x" * 200})


class Queue:
    """The requests of one queue, and the steps of the load."""

    def __init__(self, emulator: Emulator, url: str) -> None:
        self._port = emulator.port
        self._url = url
        self.send_request = self._request("SendMessage", MessageBody=BODY)
        self._receive_request = self._request("ReceiveMessage")

    def _request(self, operation: str, **params: Any) -> bytes:
        return http_load.json_request(self._port, "sqs", f"AmazonSQS.{operation}", {"QueueUrl": self._url, **params})

    async def send(self, connection: HttpConnection) -> None:
        await connection.send(self.send_request)

    async def take(self, connection: HttpConnection) -> None:
        """Receive one message and delete it."""
        (message,) = json.loads(await connection.send(self._receive_request))["Messages"]
        await connection.send(self._request("DeleteMessage", ReceiptHandle=message["ReceiptHandle"]))

    async def load(self, step: http_load.Step, count: int, connections: int) -> Load:
        return await http_load.load(self._port, step, count, connections)


async def run(bench: Run) -> list[Line]:
    floors, count = bench.floors, bench.count(1000)
    with Emulator(STACK) as emulator:
        sdk = client("sqs", emulator.url)
        url = sdk.get_queue_url(QueueName="work")["QueueUrl"]
        queue = Queue(emulator, url)

        async def by_boto3() -> Load:
            return timed(lambda: sdk.send_message(QueueUrl=url, MessageBody=BODY), count // 2)

        await queue.load(queue.send, 100, 1)
        await queue.load(queue.take, 100, 1)
        meter = Meter(emulator)
        send, take, echo = await alternately(
            lambda: queue.load(queue.send, count, 1), lambda: queue.load(queue.take, count, 1), floors.http
        )
        many_send, many_take, echoes = await alternately(
            lambda: queue.load(queue.send, count, 8), lambda: queue.load(queue.take, count, 8), lambda: floors.http(8)
        )
        cpu, _ = meter.each(len(send.loads) * 6 * count)  # a take is two calls
        real, boto = await alternately(by_boto3, floors.boto3)
    both = "receive + delete"
    many_sends, many_takes = many_send.spread("rate"), many_take.spread("rate")
    return [
        Line("sqs", "send, p50", send.p50, "ms", echo.p50, "HTTP echo", spread=send.spread("p50")),
        Line("sqs", f"{both}, p50", take.p50, "ms", 2 * echo.p50, "2 HTTP echoes", spread=take.spread("p50")),
        Line("sqs", "send, 8 at once", many_send.rate, "/s", echoes.rate, "HTTP echo", spread=many_sends),
        Line("sqs", f"{both}, 8 at once", many_take.rate, "/s", echoes.rate / 2, "2 echoes", spread=many_takes),
        Line("sqs", "emulator's CPU each call", cpu, "ms"),
        Line("sqs", "send by boto3, p50", real.p50, "ms", boto.p50, "boto3 on echo", spread=real.spread("p50")),
    ]
