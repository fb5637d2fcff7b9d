"""What follows from a function's answer to a batch of stream records.

AWS docs, "Using AWS Lambda with Amazon DynamoDB" (error handling) and "Configuring partial batch response with DynamoDB
and Lambda"; recordings.  Delays are this emulator's: AWS does not tell them.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from emulator.polling.batch_response import failed_items
from emulator.polling.settings import StreamSettings

LONGEST_WAIT = 60.0


class Retry(NamedTuple):
    """Decision: the same records again after ``seconds``."""

    seconds: float


class Split(NamedTuple):
    """Decision: the records before index ``at`` as one batch, then the others; costs no retry."""

    at: int


class GiveUp(NamedTuple):
    """Decision: the records are discarded."""


def first_failed(payload: bytes, function_error: str | None, reporting: bool, sequences: Sequence[str]) -> int | None:
    """Index of the first record that must be handled again; None when the whole batch is done.

    The lowest failing sequence number is the checkpoint: earlier records are done, later ones are not, listed or not.
    """
    failed = failed_items(payload, function_error, reporting, sequences)
    return min((index for index, sequence in enumerate(sequences) if sequence in failed), default=None)


def after_failure(settings: StreamSettings, count: int, retries: int, *, partial: bool) -> Retry | Split | GiveUp:
    """What happens to ``count`` records that have failed, after ``retries`` retries.

    ``partial``: the function's answer has already cut off what went well, which is a split of its own.
    """
    if settings.bisect and partial:
        return Split(0)
    if settings.bisect and count > 1:
        return Split(count // 2)
    if settings.max_retries != -1 and retries >= settings.max_retries:
        return GiveUp()
    return Retry(min(LONGEST_WAIT, 2.0 ** min(retries, 10)))


def lane_of(key: str, lanes: int) -> int:
    """Records of one key stay in one lane."""
    return zlib.crc32(key.encode()) % lanes
