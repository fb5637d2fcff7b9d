"""Buckets as targets of the courier: a delivery is an object."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.core.courier import DeliveryFailedError, Parcel
from emulator.core.errors import AwsError
from emulator.core.ground import Ground


class BucketTarget:
    """The courier's adapter for ``arn:aws:s3:::bucket``: PutObject with the parcel as body.

    ``parameters`` must hold ``Key`` and may hold other members of PutObject; the result is its output.  A bucket's ARN
    names neither account nor region, so the object is put as the sender would.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def __call__(self, parcel: Parcel) -> dict[str, Any]:
        sender = Arn.parse(parcel.source)
        params = {**parcel.parameters, "Bucket": parcel.arn.resource, "Body": parcel.payload.encode()}
        try:
            return await self._ground.courier.call(
                "s3", "PutObject", params, account=sender.account, region=sender.region, cause=parcel.cause
            )
        except AwsError as error:
            code = "NO_RESOURCE" if error.code == "NoSuchBucket" else "ERROR_FROM_TARGET"
            raise DeliveryFailedError(code, f"{error.code}: {error.message}") from error
