"""REST APIs without a socket: deployed by hand, functions and services as plain callables, requests as ASGI scopes."""

import json
from functools import partial

from emulator.core.courier import DeliveryFailedError
from emulator.services.apigateway.rest.model import RestApi
from emulator.services.apigateway.rest.store import RestIndex, RestStore
from tests.inprocess.apigateway_http import apigateway_http_world as http
from tests.inprocess.apigateway_http.apigateway_http_world import ACCOUNT, REGION, function_arn

API = "a1b2c3d4e5"
STAGE = "dev"
DOMAIN = f"{API}.execute-api.{REGION}.amazonaws.com"
GATEWAY = f"arn:aws:apigateway:{REGION}"


def function_uri(name):
    return f"{GATEWAY}:lambda:path/2015-03-31/functions/{function_arn(name)}/invocations"


def proxy(name, **more):
    """A method with a Lambda proxy integration."""
    integration = {"type": "AWS_PROXY", "httpMethod": "POST", "uri": function_uri(name), "timeoutInMillis": 29000}
    return method({**integration, **more})


def method(integration, responses=None, **more):
    """A method; ``responses`` maps statuses to integration responses."""
    given = {"passthroughBehavior": "WHEN_NO_MATCH", **integration}
    if responses is not None:
        given["integrationResponses"] = {
            status: {"statusCode": status, **response} for status, response in responses.items()
        }
    return {"authorizationType": "NONE", "apiKeyRequired": False, **more, "methodIntegration": given}


def mock(template='{"statusCode": 200}', responses=None, **more):
    """A method with a MOCK integration."""
    return method(
        {"type": "MOCK", "requestTemplates": {"application/json": template}}, responses or {"200": {}}, **more
    )


def custom(uri, template=None, responses=None, integration=None, **more):
    """A method with a template and an integration of type AWS (or HTTP, for a URL)."""
    kind = "HTTP" if uri.startswith("http") else "AWS"
    given = {"type": kind, "httpMethod": "POST", "uri": uri, **(integration or {})}
    if template is not None:
        given["requestTemplates"] = {"application/json": template}
    return method(given, {"200": {}} if responses is None else responses, **more)


class RestWorld(http.World):
    """``api`` deploys methods; ``call`` sends a request to a stage."""

    def api(self, methods, variables=None, settings=None, api_id=API, stage=STAGE, **parts):
        """``methods`` maps ``VERB /path`` to methods; ``parts`` are the API's models, validators, authorizers,
        gateway_responses by id, and members of the API itself."""
        inner = ("models", "validators", "authorizers", "gateway_responses")
        fields = {name: value for name, value in parts.items() if name not in inner}
        api = RestApi(api_id, ACCOUNT, REGION, {"id": api_id, **fields}, "root")
        for name in inner:
            getattr(api, name).update(parts.get(name, {}))
        for number, path in enumerate(dict.fromkeys(key.partition(" ")[2] for key in methods)):
            own = {key.partition(" ")[0]: value for key, value in methods.items() if key.endswith(f" {path}")}
            api.resources[f"r{number}"] = {"id": f"r{number}", "path": path, "resourceMethods": own}
        api.snapshots["abc123"] = api.snapshot()
        api.stages[stage] = {
            "stageName": stage,
            "deploymentId": "abc123",
            "variables": variables or {},
            "methodSettings": settings or {},
        }
        self.ground.cloud.shared(RestIndex).apis[api_id] = api
        return api

    async def _invoke(self, parcel):
        """A payload that is no JSON is refused, as by the real one."""
        try:
            json.loads(parcel.payload)
        except (ValueError, RecursionError):
            raise DeliveryFailedError("INVALID_JSON", "Could not parse request body into json") from None
        return await super()._invoke(parcel)

    @property
    def store(self):
        return self.ground.cloud.store(RestStore, ACCOUNT, REGION)

    async def call(self, method, path="/", headers=(), body=b"", stage=STAGE, **more):
        """A request in the path form."""
        return await self.request(method, f"/_aws/execute-api/{API}/{stage}{path}", headers, body, **more)

    def begin(self, method, path="/", **more):
        """A request that is still running: a task."""
        return self.ground.clock.spawn(self.call(method, path, **more), "client")


in_world = partial(http.in_world, kind=RestWorld)
