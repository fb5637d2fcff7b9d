"""The way from a request, or from a call inside the house, to moto and back."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from emulator import wire
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.fallthrough import inside, library, mails, s3_address, s3_events
from emulator.fallthrough.blame import refusal_of, refusal_of_call
from emulator.fallthrough.bridge import bridge_of, question
from emulator.fallthrough.catalog import CATALOG, HIDDEN
from emulator.fallthrough.isolation import Session
from emulator.fallthrough.library import Answer, Question
from emulator.fallthrough.s3_target import BucketTarget
from emulator.wire import Target, WireRequest, WireResponse
from emulator.wire.identify import Unspoken
from emulator.wire.paths import match
from emulator.wire.querywrite import escape

log = logging.getLogger("emulator.fallthrough")
_POOL = re.compile(r"/([a-z]{2}(?:-[a-z]+)+-\d)_[A-Za-z0-9]+/\.well-known/(jwks\.json|openid-configuration)")
_KEPT_BACK = frozenset({"date", "server", "content-length", "connection", "transfer-encoding", "status"})
"""Headers of moto's answers that the server writes itself."""
_DROPPED = frozenset({"host", "transfer-encoding", "expect", "connection", "x-moto-account-id"})


class FallThrough:
    """Requests and calls to services that moto serves."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def join(self) -> None:
        """Let the courier deliver into buckets, where there can be any."""
        if library.installed():
            self._ground.courier.register_target("s3", BucketTarget(self._ground))

    @staticmethod
    def serves(service: str) -> bool:
        return service in CATALOG and service not in HIDDEN

    # Finding out what a request wants

    def addressed(self, request: WireRequest) -> WireRequest:
        """The request with S3's bucket in the path, wherever the client has put it."""
        host = request.headers.get("host", "")
        if "localhost" not in host and ".s3" not in host:
            return request
        signed = wire.credential_scope(request).service == "s3" or s3_address.is_presigned(request)
        return s3_address.path_style(request, signed, self._buckets())

    def recognise(self, request: WireRequest) -> Target | None:
        """What an unsigned request means that nobody else knows: a bucket's object, a user pool's keys; else None."""
        if s3_address.is_presigned(request) or s3_address.bucket_of(request) in self._buckets():
            return Target("s3", _s3_operation(request), Unspoken("rest-xml"))
        if _POOL.fullmatch(request.path):
            return Target("cognito-idp", "GetSigningKeys", Unspoken("rest-json"))
        return None

    def _buckets(self) -> dict[str, tuple[str, str]]:
        return bridge_of(self._ground).world.bucket_accounts

    # Answering

    async def answer(self, call: Call, request: WireRequest, target: Target) -> WireResponse:
        """moto's answer to a request as it came.  Raises AwsError for what moto cannot do."""
        hop = call.journal.begin("api", _caller(call), f"{target.service}:{target.operation}", call.cause)
        call.cause = hop.cause
        try:
            if target.service == "s3":
                s3_address.check_expiry(request, call.clock.wall())
            pool = _POOL.fullmatch(request.path)
            region = pool[1] if pool is not None and target.service == "cognito-idp" else call.region
            path = f"{request.path}?{request.query}" if request.query else request.path
            headers = {name: value for name, value in request.headers.items() if name not in _DROPPED}
            asked = question(target.service, region, request.method, path, headers, request.body)
            answer = await self._ask(call, target.service, region, asked, partial(refusal_of, request, target))
        except AwsError as error:
            call.journal.end(hop, error.code, error=error.message)
            if target.service == "s3":
                return _s3_error(error, call.request_id)
            raise
        except BaseException as error:
            call.journal.end(hop, type(error).__name__)
            raise
        self._note_mails(call, target.service, target.operation, answer, request, target)
        call.journal.end(hop, "ok" if answer.status < 400 else str(answer.status))
        return _response(request, answer)

    async def call(self, service: str, operation: str, call: Call, params: dict[str, Any]) -> dict[str, Any]:
        """The same for a call by name; the journal's hop is the caller's business.  Raises AwsError."""
        asked = inside.build(service, operation, params, call.region)
        refusal = partial(refusal_of_call, service, operation, params)
        answer = await self._ask(call, service, call.region, asked, refusal)
        result = inside.read(service, operation, answer)
        if operation in mails.SENDING and service in ("ses", "sesv2"):
            self._keep(call, params, answer)
        return result

    async def _ask(
        self, call: Call, service: str, region: str, asked: Question, refusal: Callable[[Exception], AwsError | None]
    ) -> Answer:
        """``refusal`` tells what AWS answers if moto fails because of what was asked."""

        def job(session: Session) -> tuple[Answer, Sequence[s3_events.Notice]]:
            return library.ask(service, asked), session.seen

        def done(outcome: tuple[Answer, Sequence[s3_events.Notice]]) -> Answer:
            answer, notices = outcome
            if notices:
                telling = s3_events.tell(call.ground, notices, call.cause, call.request_id)
                call.clock.spawn(telling, f"notifications of {notices[0].bucket}")
            return answer

        try:
            return await bridge_of(call.ground).run(call, service, region, job, done)
        except AwsError:
            raise
        except Exception as error:
            refused = refusal(error)
            if refused is not None:
                raise refused from error
            log.exception("moto failed: %s %s", asked.method, asked.url)
            call.journal.note("fault", "moto", service, call.cause, type(error).__name__, error=str(error))
            raise AwsError("InternalError", f"{type(error).__name__} in moto: {error}") from error

    # Mails

    def _note_mails(
        self, call: Call, service: str, operation: str, answer: Answer, request: WireRequest, target: Target
    ) -> None:
        if operation in mails.SENDING and service in ("ses", "sesv2") and answer.status < 400:
            self._keep(call, wire.parse(request, target).params, answer)

    def _keep(self, call: Call, params: dict[str, Any], answer: Answer) -> None:
        store = call.ground.cloud.shared(mails.MailStore)
        for mail in mails.read_mails(params, answer.body, call.clock.now(), call.account, call.region):
            store.keep(mail)
            identity = call.arn("ses", f"identity/{mail.sender}")
            call.journal.note("deliver", identity, ", ".join([*mail.to, *mail.cc, *mail.bcc]), call.cause, mail=mail.id)


def _caller(call: Call) -> str:
    return "client" if call.from_outside else (call.access_key or "emulator")


def _s3_operation(request: WireRequest) -> str:
    """For the journal: the nearest name."""
    matched = match("s3", request.method, request.path, request.query, request.headers)
    return matched[0] if matched is not None else f"{request.method.title()}Object"


def _s3_error(error: AwsError, request_id: str) -> WireResponse:
    status = {"AccessDenied": 403, "InternalError": 500, "NoSuchUpload": 404, "NotImplemented": 501}.get(
        error.code, 400
    )
    inside = "".join(
        f"<{name}>{escape(text or '')}</{name}>"
        for name, text in (("Code", error.code), ("Message", error.message), ("RequestId", request_id))
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inside}</Error>'
    return WireResponse(status, [("content-type", "application/xml"), ("x-amz-request-id", request_id)], body.encode())


def _response(request: WireRequest, answer: Answer) -> WireResponse:
    headers = [(name, value) for name, value in answer.headers.items() if name not in _KEPT_BACK]
    if request.method == "HEAD" and "content-length" in answer.headers:
        return WireResponse(answer.status, [*headers, ("content-length", answer.headers["content-length"])], b"")
    return WireResponse(answer.status, headers, answer.body)
