"""A WebSocket API without a socket: operations, functions as plain callables, clients that speak ASGI."""

import asyncio
import inspect
import json

from emulator.core.clock import Clock
from emulator.core.courier import DeliveryFailedError, FunctionResult
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.core.settings import Settings
from emulator.services.apigateway import front
from emulator.services.apigateway.connection import ConnectionStore
from emulator.services.apigateway.service import MANAGEMENT, SERVICE
from tests.inprocess.fake_services import FakeServices

START = 1_700_000_000.0
ACCOUNT = "123456789012"
REGION = "us-east-1"
OK = {"statusCode": 200}


def function_arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def lambda_uri(name):
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn(name)}/invocations"


class World(FakeServices):
    """``functions`` maps names to callables of the event (sync or async); ``events`` holds what they were given."""

    def __init__(self, **settings):
        self.ground = Ground(Settings(**settings), Clock("manual", start=START), seed=1)
        SERVICE.join(self.ground)
        self.ground.courier.register_target("lambda", self._invoke)
        super().__init__(self.ground.courier)
        self.functions = {"ok": lambda event: OK}
        self.events = []
        self.clients = []

    # Operations

    def call(self):
        return Call(self.ground, ACCOUNT, REGION, "r-1", self.ground.new_cause(), "http://localhost:4566")

    def op(self, name, **params):
        modules = (*SERVICE.api, *MANAGEMENT.api)
        operation = next(getattr(module, name) for module in modules if hasattr(module, name))
        return operation(self.call(), params)

    def refusal(self, name, **params):
        """``(code, message)`` of the error that an operation answers."""
        try:
            self.op(name, **params)
        except AwsError as error:
            return error.code, error.message
        raise AssertionError(f"{name} was accepted")

    def api(self, routes=None, stage="dev", **api):
        """An API whose routes lead to functions (by name), or nowhere (None); with an autoDeploy stage."""
        fields = {"Name": "test", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action"}
        api_id = self.op("create_api", **fields | api)["ApiId"]
        self.op("create_stage", ApiId=api_id, StageName=stage, AutoDeploy=True)
        for key, function in (routes or {}).items():
            self.route(api_id, key, function)
        return api_id

    def route(self, api_id, key, function=None, two_way=False, integration=None, **route):
        if function is not None:
            integration = {"IntegrationType": "AWS_PROXY", "IntegrationUri": lambda_uri(function)} | (integration or {})
        if integration is not None:
            made = self.op("create_integration", ApiId=api_id, **integration)["IntegrationId"]
            route["Target"] = f"integrations/{made}"
        route_id = self.op("create_route", ApiId=api_id, RouteKey=key, **route)["RouteId"]
        if two_way:
            self.op("create_route_response", ApiId=api_id, RouteId=route_id, RouteResponseKey="$default")
        return route_id

    def integration_of(self, api_id, key):
        routes = self.op("get_routes", ApiId=api_id)["Items"]
        return next(route["Target"] for route in routes if route["RouteKey"] == key).removeprefix("integrations/")

    # Functions

    async def _invoke(self, parcel):
        name = parcel.arn.resource.removeprefix("function:")
        if name not in self.functions:
            raise DeliveryFailedError("NO_RESOURCE", f"Function not found: {parcel.arn}")
        event = json.loads(parcel.payload)
        self.events.append(event)
        if parcel.parameters.get("InvocationType") == "Event":
            return {"RequestId": "r"}
        try:
            result = self.functions[name](event)
            if inspect.isawaitable(result):
                result = await result
        except Exception as error:
            failure = {"errorMessage": str(error), "errorType": type(error).__name__}
            return FunctionResult(json.dumps(failure).encode(), "Unhandled", "$LATEST", "r")
        return FunctionResult(json.dumps(result).encode(), None, "$LATEST", "r")

    # Clients

    async def connect(self, api_id="", path="/dev", headers=(), query="", host="127.0.0.1:4566"):
        """A client that has been answered; look at ``status``."""
        path = f"/_aws/execute-api/{api_id}{path}" if api_id else path
        client = Client(self, path, headers, query, host)
        self.clients.append(client)
        await self.settle()
        return client

    async def settle(self):
        await self.ground.clock.advance(0)

    async def http(self, method, path, body=b"", host="127.0.0.1:4566"):
        """An HTTP request to the API's side: (status, error type, body)."""
        address = front.locate(self.ground, host, path)
        assert address is not None, path
        cause = self.ground.new_cause()
        answer = await front.handle_http(self.ground, address, method, body, cause)
        headers = {name.lower(): value for name, value in answer.headers}
        assert "x-amzn-requestid" in headers
        return answer.status, headers.get("x-amzn-errortype"), answer.body.decode()

    def connections(self):
        return list(self.ground.cloud.shared(ConnectionStore))

    def hops(self, *kinds):
        return [hop for hop in self.ground.journal if hop.kind in kinds]

    async def end(self):
        for client in self.clients:
            client.task.cancel()
        await asyncio.gather(*(client.task for client in self.clients), return_exceptions=True)
        await self.ground.clock.close()


class Client:
    """One WebSocket client on the other side of ASGI."""

    def __init__(self, world, path, headers, query, host):
        self._world = world
        self._inbox = asyncio.Queue()
        self._inbox.put_nowait({"type": "websocket.connect"})
        self.status = None
        self.subprotocol = None
        self.body = b""
        self.frames = []
        self.closed = None
        scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"Host", host.encode()), *((n.encode(), v.encode()) for n, v in headers)],
            "client": ("203.0.113.7", 50000),
            "extensions": {"websocket.http.response": {}},
        }
        coroutine = front.handle_websocket(world.ground, scope, self._inbox.get, self._take)
        self.task = asyncio.get_running_loop().create_task(coroutine)

    async def _take(self, message):
        match message["type"]:
            case "websocket.accept":
                self.status, self.subprotocol = 101, message["subprotocol"]
            case "websocket.http.response.start":
                self.status = message["status"]
            case "websocket.http.response.body":
                self.body += message["body"]
            case "websocket.send":
                self.frames.append(message["text"])
            case "websocket.close":
                self.closed = (message["code"], message["reason"])
                self._inbox.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    @property
    def connection(self):
        """The newest connection; for worlds with one client."""
        return self._world.connections()[-1]

    async def send(self, text):
        """Send a message (an object becomes JSON) and let its consequences happen."""
        text = text if isinstance(text, str) else json.dumps(text)
        self._inbox.put_nowait({"type": "websocket.receive", "text": text})
        await self._world.settle()

    async def leave(self, code=1005, reason=""):
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        await self._world.settle()


def in_world(test):
    """Run a coroutine test in a loop of its own and take its worlds down at the end."""

    def run():
        async def main():
            worlds = []

            def world(**settings):
                worlds.append(World(**settings))
                return worlds[-1]

            try:
                await test(world)
            finally:
                for made in worlds:
                    await made.end()

        asyncio.run(main())

    run.__name__ = test.__name__
    return run
