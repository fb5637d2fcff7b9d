"""Powertools for AWS Lambda (Python) inside a handler, unchanged: logger, and batch processor with partial failures."""

from __future__ import annotations

import asyncio
import json

import pytest
from lambda_world import World, world, zipped

pytest.importorskip("aws_lambda_powertools")

HANDLER = """
    import json
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

    logger = Logger(service="orders")
    processor = BatchProcessor(event_type=EventType.SQS)

    def one(record: SQSRecord):
        order = json.loads(record.body)
        logger.info("order", extra={"order": order["id"]})
        if order.get("bad"):
            raise ValueError("bad order")

    @logger.inject_lambda_context(log_event=False)
    def handler(event, context):
        return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
"""


def orders(w: World) -> None:
    dead = w.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "2"})
    source = w.queue("orders", RedrivePolicy=policy)
    w.function("index.handler", Code={"ZipFile": zipped(index__py=HANDLER)}, Timeout=20, MemorySize=512)
    report = ["ReportBatchItemFailures"]
    w.do("create_event_source_mapping", EventSourceArn=source, FunctionName="f", FunctionResponseTypes=report)


@pytest.mark.parametrize("kind", ["inline", "worker"])
@pytest.mark.filterwarnings("ignore")  # the library's own
def test_logger_and_partial_batches(kind: str) -> None:
    async def main() -> None:
        async with world() as w:
            if kind == "worker":
                w.with_workers()
            orders(w)
            for number in range(4):
                w.put(json.dumps({"id": number, "bad": number == 2}), "orders")
            await w.clock.advance(120)
            (dead,) = await w.take("dead")
            assert json.loads(dead["Body"]) == {"id": 2, "bad": True}
            assert await w.take("orders") == []
            events = w.do("filter_log_events", "logs", logGroupName="/aws/lambda/f", filterPattern="{ $.level = INFO }")
            logged = [json.loads(event["message"]) for event in events["events"]]
            assert sorted(line["order"] for line in logged) == [0, 1, 2, 2, 3]
            assert {line["service"] for line in logged} == {"orders"}
            assert all(line["function_request_id"] for line in logged)
            assert {line["function_name"] for line in logged} == {"f"}
            assert {line["cold_start"] for line in logged} == {True, False}

    asyncio.run(main())
