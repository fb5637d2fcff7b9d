"""``apigateway:invoke``: requests to the emulator's own APIs, ``@connections`` of WebSocket APIs among them."""

from __future__ import annotations

import re
from typing import Any

from emulator.asl.errors import StatesError, runtime_error
from emulator.asl.jackson import read_json
from emulator.core.jsontext import compact
from emulator.core.units import current_unit
from emulator.http_out import HttpAnswer, HttpFailedError, Pairs, request
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.integrations.service_call import ServiceCall

_AWS_HOST = re.compile(r"[\w-]+\.execute-api\.[\w-]+\.amazonaws\.com(\.cn)?")
_FIELDS = frozenset(
    {
        *("ApiEndpoint", "Method", "Stage", "Path", "Headers", "QueryParameters", "RequestBody", "AllowNullValues"),
        *("AuthType", "TaskToken"),
    }
)
# Our own APIs answer with lower case names, as HTTP allows; AWS's spelling as recorded.
_HEADERS = {
    name.lower(): name
    for name in ("Content-Type", "Content-Length", "Date", "Connection", "X-Amzn-Trace-Id", "x-amzn-RequestId")
}
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
_AUTH_TYPES = frozenset({"NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"})
_SECONDS = 30.0


class ApiGatewayInvoke(ServiceCall):
    """Every AuthType is accepted, as signatures are not checked here.  Status 400 and above is ``ApiGateway.<status>``
    with the body as cause (recorded from AWS)."""

    async def call(self, attempt: Attempt) -> Any:
        arguments = attempt.arguments if isinstance(attempt.arguments, dict) else {}
        _check(arguments)
        run = attempt.flow.run
        base, host = _place(run.ground.base_url, arguments["ApiEndpoint"])
        headers = [*pairs_of(arguments.get("Headers")), ("X-Amzn-Trace-Id", attempt.cause.header())]
        if host:
            headers.append(("Host", host))
        body = _body(arguments)
        if body and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        url = base + _path(arguments)
        try:
            # The key lets the API's own waits count as ours: a handler that sleeps must not hold up time.
            with run.clock.unit("apigateway:invoke", current_unit.get(), attempt.cause.parent):
                answer = await request(
                    run.ground,
                    arguments["Method"],
                    url,
                    source=run.execution.arn,
                    cause=attempt.cause,
                    headers=headers,
                    query=pairs_of(arguments.get("QueryParameters")),
                    body=body,
                    timeout=_SECONDS,
                )
        except HttpFailedError as error:
            raise StatesError("ApiGateway.SdkClientException", str(error)) from error
        return result_of(answer)


def _check(arguments: dict[str, Any]) -> None:
    for name in ("ApiEndpoint", "Method"):
        if not isinstance(arguments.get(name), str):
            raise runtime_error(f"The field '{name}' is required but was missing")
    _check_word(arguments, "Method", _METHODS)
    _check_word(arguments, "AuthType", _AUTH_TYPES)
    unknown = next((name for name in arguments if name not in _FIELDS), None)
    if unknown is not None:
        raise runtime_error(
            f"The Parameters '{compact(arguments)}' could not be used to start the Task: "
            f'[The field "{unknown}" is not supported by Step Functions]'
        )


def _check_word(arguments: dict[str, Any], name: str, words: frozenset[str]) -> None:
    """AWS docs, "Call API Gateway": these are the values there are."""
    if name in arguments and arguments[name] not in words:
        raise runtime_error(f"The field '{name}' should have one of these values: [{', '.join(sorted(words))}]")


def _place(base_url: str, endpoint: str) -> tuple[str, str]:
    """Where to send, and the Host header: AWS's own addresses lead to the emulator."""
    endpoint = endpoint.removeprefix("https://").removeprefix("http://").rstrip("/")
    if _AWS_HOST.fullmatch(endpoint):
        return base_url, endpoint
    return f"http://{endpoint}", ""


def _path(arguments: dict[str, Any]) -> str:
    stage, path = arguments.get("Stage"), arguments.get("Path") or ""
    parts = [str(part).strip("/") for part in (stage, path) if part]
    return "/" + "/".join(part for part in parts if part)


def pairs_of(given: Any) -> Pairs:
    """Values are lists of texts; a single text is taken as well."""
    return [
        (str(name), value if isinstance(value, str) else compact(value))
        for name, values in (given or {}).items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _body(arguments: dict[str, Any]) -> bytes:
    body = arguments.get("RequestBody")
    if body is None:
        return b"null" if arguments.get("AllowNullValues") and "RequestBody" in arguments else b""
    return compact(body).encode()


def result_of(answer: HttpAnswer) -> dict[str, Any]:
    """The state's result; StatesError ``ApiGateway.<status>`` from 400 on."""
    if answer.status >= 400:
        raise StatesError(f"ApiGateway.{answer.status}", answer.text)
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(_HEADERS.get(name, name), []).append(value)
    shown: dict[str, Any] = {"Headers": headers, "StatusCode": answer.status, "StatusText": status_text(answer.status)}
    if answer.body:
        shown["ResponseBody"] = json_or_text(answer.text)
    return shown


def json_or_text(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return text


def status_text(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
