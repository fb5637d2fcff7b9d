"""HTTP APIs without a socket: operations, functions as plain callables, requests as ASGI scopes."""

import asyncio
import inspect
import json
from urllib.parse import urlsplit

from emulator.core.cause import Cause
from emulator.core.clock import Clock
from emulator.core.courier import DeliveryFailedError, FunctionResult
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.core.settings import Settings
from emulator.services.apigateway import front
from emulator.services.apigateway.service import SERVICE
from tests.inprocess.fake_services import FakeServices

START = 1_700_000_000.0
ACCOUNT = "123456789012"
REGION = "us-east-1"
BAD = "BadRequestException"


def function_arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


class Answer:
    """``headers`` by lower-case name, repeated ones as a list."""

    def __init__(self, response):
        self.status = response.status
        self.body = response.body
        self.pairs = [(name.lower(), value) for name, value in response.headers]
        self.headers = dict(self.pairs)

    @property
    def text(self):
        return self.body.decode()


class World(FakeServices):
    """``functions`` maps names to callables of the event; ``events`` holds what they were given."""

    def __init__(self, **settings):
        self.ground = Ground(Settings(**settings), Clock("manual", start=START), seed=1)
        SERVICE.join(self.ground)
        self.ground.courier.register_target("lambda", self._invoke)
        super().__init__(self.ground.courier)
        self.functions = {"ok": lambda event: {"statusCode": 200, "body": "ok"}}
        self.events = []

    # Operations

    def op(self, name, **params):
        call = Call(self.ground, ACCOUNT, REGION, "r-1", self.ground.new_cause(), "http://localhost:4566")
        operation = next(getattr(module, name) for module in SERVICE.api if hasattr(module, name))
        return operation(call, params)

    def refusal(self, name, **params):
        """``(code, message)`` of the error that an operation answers."""
        try:
            self.op(name, **params)
        except AwsError as error:
            return error.code, error.message
        raise AssertionError(f"{name} was accepted")

    def api(self, routes=None, stage="$default", variables=None, **api):
        """An API whose routes lead to functions (by name); with an autoDeploy stage."""
        api_id = self.op("create_api", Name="test", ProtocolType="HTTP", **api)["ApiId"]
        self.op("create_stage", ApiId=api_id, StageName=stage, AutoDeploy=True, StageVariables=variables or {})
        for key, function in (routes or {}).items():
            self.route(api_id, key, function)
        return api_id

    def route(self, api_id, key, function=None, integration=None, **route):
        if function is not None:
            shared = {"IntegrationType": "AWS_PROXY", "IntegrationUri": function_arn(function)}
            integration = {"PayloadFormatVersion": "2.0"} | shared | (integration or {})
        if integration is not None:
            made = self.op("create_integration", ApiId=api_id, **integration)["IntegrationId"]
            route["Target"] = f"integrations/{made}"
        return self.op("create_route", ApiId=api_id, RouteKey=key, **route)["RouteId"]

    def authorizer(
        self, api_id, function, version="2.0", simple=True, sources=("$request.header.Authorization",), **more
    ):
        made = self.op(
            "create_authorizer",
            ApiId=api_id,
            Name=function,
            AuthorizerType="REQUEST",
            AuthorizerUri=function_arn(function),
            AuthorizerPayloadFormatVersion=version,
            EnableSimpleResponses=simple,
            IdentitySource=list(sources),
            **more,
        )
        return {"AuthorizationType": "CUSTOM", "AuthorizerId": made["AuthorizerId"]}

    # Functions

    async def _invoke(self, parcel):
        name = parcel.arn.resource.removeprefix("function:")
        if name not in self.functions:
            raise DeliveryFailedError("NO_RESOURCE", f"Function not found: {parcel.arn}")
        event = json.loads(parcel.payload)
        self.events.append(event)
        try:
            result = self.functions[name](event)
            if inspect.isawaitable(result):
                result = await result
        except Exception as error:
            failure = {"errorMessage": str(error), "errorType": type(error).__name__}
            return FunctionResult(json.dumps(failure).encode(), "Unhandled", "$LATEST", "r")
        return FunctionResult(json.dumps(result).encode(), None, "$LATEST", "r")

    # Requests

    async def request(self, method, url, headers=(), body=b"", trace=None, host="127.0.0.1:4566"):
        """One request; ``url`` is a path below the emulator, with a query."""
        parts = urlsplit(url)
        pairs = [("Host", host), *(headers.items() if isinstance(headers, dict) else headers)]
        scope = {
            "type": "http",
            "method": method,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in pairs],
            "extensions": {"emulator.headers": [(name.encode(), value.encode()) for name, value in pairs]},
            "client": ("203.0.113.7", 50000),
            "http_version": "1.1",
        }
        address = front.locate(self.ground, host, parts.path)
        assert address is not None, url
        cause = Cause(trace) if trace else self.ground.new_cause()
        return Answer(await front.handle_http(self.ground, address, method, body, cause, scope))

    async def call(self, api_id, method="GET", path="/", headers=(), body=b"", **more):
        """A request in the path form."""
        return await self.request(method, f"/_aws/execute-api/{api_id}{path}", headers, body, **more)

    def begin(self, api_id, method="GET", path="/", **more):
        """A request that is still running: a task."""
        return self.ground.clock.spawn(self.call(api_id, method, path, **more), "client")

    def hops(self, *kinds):
        return [hop for hop in self.ground.journal if hop.kind in kinds]


def in_world(test, kind=World):
    """Run a coroutine test in a loop of its own and take its worlds down at the end."""

    def run():
        async def main():
            worlds = []

            def world(**settings):
                worlds.append(kind(**settings))
                return worlds[-1]

            try:
                await test(world)
            finally:
                for made in worlds:
                    await made.ground.clock.close()

        asyncio.run(main())

    run.__name__ = test.__name__
    return run
