"""``http:invoke``: requests to the world outside.  AWS docs, "Call HTTPS APIs in Step Functions workflows"."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from emulator.asl.errors import StatesError, runtime_error
from emulator.core import jsontext
from emulator.core.errors import AwsError
from emulator.core.jsontext import compact
from emulator.http_out import HttpAnswer, HttpFailedError, request
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.integrations.api_gateway import json_or_text, pairs_of, status_text
from emulator.services.stepfunctions.integrations.service_call import ServiceCall

_SECONDS = 60.0
_FIELDS = frozenset(
    {
        *("ApiEndpoint", "Method", "Authentication", "InvocationConfig", "Headers", "QueryParameters"),
        *("RequestBody", "Transform"),
    }
)


class HttpInvoke(ServiceCall):
    """Statuses outside 2xx are ``States.Http.StatusCode.<status>``, no answer is ``States.Http.Socket``."""

    async def call(self, attempt: Attempt) -> Any:
        arguments = attempt.arguments if isinstance(attempt.arguments, dict) else {}
        _check(arguments)
        run = attempt.flow.run
        headers = {name: str(value) for name, value in (arguments.get("Headers") or {}).items()}
        headers |= await _authorization(attempt, arguments)
        body = _body(arguments, headers)
        try:
            answer = await request(
                run.ground,
                arguments["Method"],
                arguments["ApiEndpoint"],
                source=run.execution.arn,
                cause=attempt.cause,
                headers=list(headers.items()),
                query=pairs_of(arguments.get("QueryParameters")),
                body=body,
                timeout=_SECONDS,
            )
        except HttpFailedError as error:
            raise StatesError("States.Http.Socket", str(error)) from error
        return _result(answer)


def _check(arguments: dict[str, Any]) -> None:
    for name in ("ApiEndpoint", "Method"):
        if not isinstance(arguments.get(name), str):
            raise runtime_error(f"The field '{name}' is required but was missing")
    unknown = next((name for name in arguments if name not in _FIELDS), None)
    if unknown is not None:
        raise runtime_error(f"The field '{unknown}' is not supported by Step Functions")


async def _authorization(attempt: Attempt, arguments: dict[str, Any]) -> dict[str, str]:
    """The headers of the EventBridge connection, whose secret is where AWS keeps it: in Secrets Manager."""
    source = arguments.get("Authentication") or arguments.get("InvocationConfig") or {}
    arn = source.get("ConnectionArn")
    if arn is None:
        return {}
    name = arn.split(":connection/", 1)[-1].split("/")[0]
    connection = await _read(attempt, "events", "DescribeConnection", {"Name": name})
    secret = await _read(attempt, "secretsmanager", "GetSecretValue", {"SecretId": connection["SecretArn"]})
    values = jsontext.parse(secret["SecretString"])
    kind = connection.get("AuthorizationType")
    if kind == "API_KEY":
        return {values["api_key_name"]: values["api_key_value"]}
    if kind == "BASIC":
        text = f"{values['username']}:{values['password']}"
        return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}
    raise runtime_error(f"Connections of type {kind} are not emulated")


async def _read(attempt: Attempt, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    origin = attempt.flow.run.execution.origin
    courier = attempt.flow.run.ground.courier
    try:
        return await courier.call(
            service, operation, params, account=origin.account, region=origin.region, cause=attempt.cause
        )
    except AwsError as error:
        raise StatesError("States.Runtime", error.message or error.code, bare=True) from error


def _body(arguments: dict[str, Any], headers: dict[str, str]) -> bytes:
    body = arguments.get("RequestBody")
    if body is None:
        return b""
    lower = {name.lower() for name in headers}
    transform = arguments.get("Transform") or {}
    if transform.get("RequestBodyEncoding") == "URL_ENCODED":
        if "content-type" not in lower:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return _form(body, (transform.get("RequestEncodingOptions") or {}).get("ArrayFormat") or "INDICES").encode()
    if "content-type" not in lower:
        headers["Content-Type"] = "application/json"
    return (body if isinstance(body, str) else compact(body)).encode()


def _form(body: Any, arrays: str) -> str:
    """``a=1&b[0]=x``; ArrayFormat INDICES, REPEAT, COMMAS, BRACKETS (AWS docs)."""
    pairs: list[tuple[str, str]] = []

    def add(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                add(f"{name}[{key}]" if name else key, item)
        elif isinstance(value, list):
            _add_list(name, value)
        else:
            pairs.append((name, value if isinstance(value, str) else compact(value)))

    def _add_list(name: str, items: list[Any]) -> None:
        if arrays == "COMMAS":
            pairs.append((name, ",".join(item if isinstance(item, str) else compact(item) for item in items)))
            return
        for index, item in enumerate(items):
            add({"REPEAT": name, "BRACKETS": f"{name}[]"}.get(arrays, f"{name}[{index}]"), item)

    add("", body)
    return urlencode(pairs)


def _result(answer: HttpAnswer) -> dict[str, Any]:
    if not 200 <= answer.status < 300:
        raise StatesError(f"States.Http.StatusCode.{answer.status}", answer.text)
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name.lower(), []).append(value)
    return {
        "Headers": headers,
        "ResponseBody": json_or_text(answer.text),
        "StatusCode": answer.status,
        "StatusText": status_text(answer.status),
    }
