"""What a bucket tells of a multipart upload."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from emulator.app import Emulator

PLACE = {"account": "000000000000", "region": "us-east-1"}


def test_a_multipart_upload_is_one_creation() -> None:
    """AWS docs, "Supported event types": ObjectCreated:CompleteMultipartUpload, and no ObjectCreated:Put."""

    async def main() -> list[Any]:
        emulator = Emulator(clock="manual", start=1_700_000_000.0)
        cause = emulator.ground.new_cause()

        async def run(service: str, operation: str, /, **params: Any) -> dict[str, Any]:
            return await emulator.ground.courier.call(service, operation, params, cause=cause, **PLACE)

        try:
            queues = {name: (await run("sqs", "CreateQueue", QueueName=name))["QueueUrl"] for name in ("all", "puts")}
            await run("s3", "CreateBucket", Bucket="files")
            heard = [
                {"QueueArn": f"arn:aws:sqs:us-east-1:000000000000:{name}", "Events": [f"s3:ObjectCreated:{event}"]}
                for name, event in (("all", "*"), ("puts", "Put"))
            ]
            configuration = {"QueueConfigurations": heard, "EventBridgeConfiguration": {}}
            await run(
                "s3", "PutBucketNotificationConfiguration", Bucket="files", NotificationConfiguration=configuration
            )
            place = {"Bucket": "files", "Key": "a"}
            upload = (await run("s3", "CreateMultipartUpload", **place))["UploadId"]
            part = await run("s3", "UploadPart", **place, UploadId=upload, PartNumber=1, Body=b"x")
            parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
            await run("s3", "CompleteMultipartUpload", **place, UploadId=upload, MultipartUpload=parts)
            await emulator.ground.clock.advance(1.0)
            found = []
            for url in queues.values():
                messages = (await run("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)).get(
                    "Messages", []
                )
                found.append([json.loads(message["Body"]) for message in messages])
            return [*found, [hop for hop in emulator.ground.journal if hop.target.endswith("event-bus/default")]]
        finally:
            await emulator.stop(drain=0)

    everything, puts, events = asyncio.run(main())
    assert [body["Records"][0]["eventName"] for body in everything if "Records" in body] == [
        "ObjectCreated:CompleteMultipartUpload"
    ]
    assert [body["Event"] for body in puts] == ["s3:TestEvent"]
    assert len([hop for hop in events if hop.kind == "deliver"]) == 1
