"""Handlers as they are deployed to AWS run unchanged: the address of their API is AWS's, from their environment.

AWS docs, "Use @connections commands in your backend service"; answers of a closed connection recorded from AWS.
"""

import json
import re

import pytest
from websockets.exceptions import ConnectionClosed

from tests.wire.node_packages import needs_packages, node_path
from tests.wire.socket_world import CONNECTION_ID

ADDRESS = "https://${socket.Id}.execute-api.${AWS::Region}.amazonaws.com/${socket.Stage}"


def written_in(language, runtime):
    """A stack whose only function is the handler in this language; Node ones always run in processes."""
    own = {"python": {"handler": "app.handler"}, "node": {"handler": "index.handler", "runtime": "nodejs22.x"}}
    function = {**own[language], "code": "written_for_aws", "environment": {"WEBSOCKET_ENDPOINT": ADDRESS}}
    stack = {"functions": {"app": function}, "websocket_apis": {"socket": {"routes": {"$default": "app"}}}}
    return pytest.mark.aws_stack(stack, runtime=runtime)


@pytest.fixture
def sdk(language, monkeypatch):
    """On AWS the SDK is there already; here it is where the emulator was started."""
    if language == "node":
        monkeypatch.setenv("NODE_PATH", node_path())


@pytest.mark.parametrize(
    "language",
    [
        pytest.param("python", marks=written_in("python", "inline"), id="python inline"),
        pytest.param("python", marks=written_in("python", "worker"), id="python worker"),
        pytest.param("node", marks=[written_in("node", "worker"), *needs_packages]),
    ],
)
def test_a_handler_answers_by_the_address_in_its_environment(sdk, language, aws_stack, aws_client):
    configuration = aws_client("lambda").get_function_configuration(FunctionName="app")
    address = configuration["Environment"]["Variables"]["WEBSOCKET_ENDPOINT"]
    assert re.fullmatch(r"https://[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com/\w+", address)

    client = aws_stack.connect()
    client.send("anything")
    answer = json.loads(client.receive())
    assert re.fullmatch(CONNECTION_ID, answer.pop("id"))
    assert answer == {"body": "anything", "sourceIp": "127.0.0.1", "gone": True}
    with pytest.raises(ConnectionClosed) as closed:
        client.receive()
    assert closed.value.rcvd.code == 1000
