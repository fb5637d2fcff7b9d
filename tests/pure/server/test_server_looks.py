"""Which requests only look."""

import pytest

from emulator.server.looks import only_looks

SIGNED = {"authorization": "AWS4-HMAC-SHA256 …"}


def target(operation):
    return {**SIGNED, "x-amz-target": f"AWSStepFunctions.{operation}"}


@pytest.mark.parametrize(
    ("looks", "method", "path", "headers"),
    [
        (True, "POST", "/", target("DescribeExecution")),
        (True, "POST", "/", target("GetExecutionHistory")),
        (False, "POST", "/", target("SendTaskSuccess")),
        (False, "POST", "/", SIGNED),
        (True, "POST", "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", SIGNED),
        (True, "GET", "/2015-03-31/functions", SIGNED),
        (False, "POST", "/2015-03-31/functions/f/invocations", SIGNED),
        (False, "GET", "/_aws/execute-api/abc/dev/report/1", {}),
    ],
)
def test_only_looks(looks, method, path, headers):
    assert only_looks(method, path, headers) is looks
