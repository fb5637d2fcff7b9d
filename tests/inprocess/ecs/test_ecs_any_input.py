"""Whatever is asked, the answer is a result or AWS's error, never a Python error."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import botocore.session
from ecs_world import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import wire
from emulator.core.errors import AwsError
from emulator.services.ecs.service import SERVICE
from tests.wire.test_any_input import shaped

MODEL = botocore.session.get_session().get_service_model("ecs")
OPERATIONS = [
    name for name in MODEL.operation_names if any(hasattr(module, wire.function_name(name)) for module in SERVICE.api)
]
KNOWN = st.sampled_from(
    [
        *("default", "f", "f:1", "main", "local", "nobody/knows", "FARGATE"),
        *("arn:aws:ecs:us-east-1:123456789012:cluster/default", "arn:aws:ecs:us-east-1:123456789012:task/default/0"),
        "arn:aws:ecs:us-east-1:123456789012:task-definition/f:1",
    ]
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, Any]:
    name = draw(st.sampled_from(OPERATIONS))
    params = draw(shaped(MODEL.operation_model(name).input_shape))
    if isinstance(params, dict):
        for member in ("cluster", "taskDefinition", "family", "task", "resourceArn"):
            if member in params and draw(st.booleans()):
                params[member] = draw(KNOWN)
    return name, params


def read(name: str, body: Any) -> dict[str, Any]:
    """What the wire makes of a request."""
    headers = {"x-amz-target": f"{MODEL.metadata['targetPrefix']}.{name}", "content-type": "application/x-amz-json-1.1"}
    request = wire.WireRequest("POST", "/", "", headers, json.dumps(body).encode())
    try:
        return wire.parse(request, wire.identify(request)).params
    except wire.WireError as error:
        raise error.error from error


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(calls(), max_size=4))
def test_calls_that_are_nearly_right(asked: list[tuple[str, Any]]) -> None:
    async def main() -> None:
        world = World()
        await world.register("true")
        for name, params in asked:
            with contextlib.suppress(AwsError):
                await world.do(name, **read(name, params))
        SERVICE.on_reset(world.ground)
        await world.clock.close()

    asyncio.run(main())
