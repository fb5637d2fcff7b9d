"""The control plane of REST APIs without a socket: operations by AWS's names, checked against AWS's model."""

from emulator import wire
from emulator.core.clock import Clock
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.core.settings import Settings
from emulator.services.apigateway.service import REST

START = 1_700_000_000.0
ACCOUNT = "123456789012"
REGION = "us-east-1"
BAD, MISSING, CONFLICT = "BadRequestException", "NotFoundException", "ConflictException"
FUNCTION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f/invocations"
)


class ControlWorld:
    def __init__(self, **settings):
        self.ground = Ground(Settings(**settings), Clock("manual", start=START), seed=1)

    def op(self, operation, **params):
        wire.validate("apigateway", operation, params, "own")
        call = Call(self.ground, ACCOUNT, REGION, "r-1", self.ground.new_cause(), "http://localhost:4566")
        name = wire.function_name(operation)
        answer = next(getattr(module, name) for module in REST.api if hasattr(module, name))(call, params)
        wire.check_output("apigateway", operation, answer)
        return answer

    def refusal(self, operation, **params):
        """``(code, message)`` of the error that an operation answers."""
        try:
            self.op(operation, **params)
        except AwsError as error:
            return error.code, error.message
        raise AssertionError(f"{operation} was accepted")

    def patch(self, operation, *steps, **params):
        """An update; steps are ``op path value``."""
        return self.op(operation, patchOperations=[step(text) for text in steps], **params)

    def patch_refusal(self, operation, *steps, **params):
        return self.refusal(operation, patchOperations=[step(text) for text in steps], **params)

    def api(self, **params):
        """An API's id."""
        return self.op("CreateRestApi", name="tasks", **params)["id"]

    def root(self, api):
        return self.op("GetRestApi", restApiId=api)["rootResourceId"]

    def resource(self, api, part, parent=None):
        return self.op("CreateResource", restApiId=api, parentId=parent or self.root(api), pathPart=part)["id"]

    def method(self, api, resource=None, verb="GET", **params):
        """A method, as the members that name it in other operations."""
        where = {"restApiId": api, "resourceId": resource or self.root(api), "httpMethod": verb}
        self.op("PutMethod", **where, **{"authorizationType": "NONE", **params})
        return where

    def mock(self, api, resource=None, verb="GET", **params):
        """A method with a MOCK integration."""
        where = self.method(api, resource, verb, **params)
        self.op("PutIntegration", **where, type="MOCK")
        return where

    def served(self, stage="dev", **params):
        """An API with ``GET /`` and a stage."""
        api = self.api(**params)
        self.mock(api)
        self.op("CreateDeployment", restApiId=api, stageName=stage)
        return api


def step(text):
    op, path, *value = text.split(" ", 2)
    return {"op": op, "path": path, **({"value": value[0]} if value else {})}
