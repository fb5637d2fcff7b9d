"""Code in a bucket: fetched before the operation that uses it, so that the operation itself stays one step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.lambda_ import errors
from emulator.services.lambda_.code import FETCHED, LOCAL_BUCKET

Params = dict[str, Any]
Operation = Callable[[Call, Params], Params]
EitherOperation = Callable[[Call, Params], Params | Awaitable[Params]]
PLACE = ("S3Bucket", "S3Key", "S3ObjectVersion")


def takes_code(member: str = "") -> Callable[[Operation], EitherOperation]:
    """For operations with a ``FunctionCode`` as ``member``, or (``""``) with its members among their own."""

    def decorate(operation: Operation) -> EitherOperation:
        @wraps(operation)
        def run(call: Call, params: Params) -> Params | Awaitable[Params]:
            source = (params.get(member) or {}) if member else params
            if source.get("S3Bucket") in (None, LOCAL_BUCKET) or not call.courier.can_deliver("s3"):
                return operation(call, params)
            return fetched(call, params, source)

        async def fetched(call: Call, params: Params, source: Params) -> Params:
            code = {name: value for name, value in source.items() if name not in PLACE}
            code[FETCHED] = await _object(call, source)
            return operation(call, {**params, member: code} if member else code)

        return run

    return decorate


async def _object(call: Call, source: Params) -> bytes:
    """The bytes of the object that ``source`` names; raises InvalidParameterValueException with what S3 says."""
    params = {"Bucket": source["S3Bucket"], "Key": source.get("S3Key") or ""}
    if source.get("S3ObjectVersion"):
        params["VersionId"] = source["S3ObjectVersion"]
    try:
        answer = await call.courier.call(
            "s3", "GetObject", params, account=call.account, region=call.region, cause=call.cause
        )
    except AwsError as error:
        raise errors.invalid_value(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}"
        ) from error
    body: bytes = answer["Body"]
    return body
