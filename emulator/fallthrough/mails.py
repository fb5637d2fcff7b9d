"""Mails that were sent through SES: read from the requests, kept until reset, shown by the control API."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from emulator.core.timestamps import iso_milliseconds

SENDING = frozenset({"SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkTemplatedEmail"})
KEEP = 1000
"""The latest mails that are kept."""
_ID = re.compile(rb"<MessageId>([^<]+)</MessageId>|\"MessageId\"\s*:\s*\"([^\"]+)\"")


@dataclass(slots=True)
class Mail:
    """``text`` and ``html`` as far as there are; a raw message's parts are taken apart, ``attachments`` are names."""

    id: str
    at: str
    account: str
    region: str
    sender: str
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    bcc: list[str] = field(default_factory=list)
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: list[str] = field(default_factory=list)
    template: str = ""
    template_data: str = ""

    def view(self) -> dict[str, Any]:
        return asdict(self)


class MailStore:
    """``ground.cloud.shared(MailStore).mails``, oldest first."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def keep(self, mail: Mail) -> None:
        self.mails = [*self.mails, mail][-KEEP:]


def read_mails(params: dict[str, Any], answer: bytes, now: float, account: str, region: str) -> list[Mail]:
    """The mails of one request of SES (both versions) and its answer: several for a bulk request."""
    ids = [(first or second).decode() for first, second in _ID.findall(answer)] or [""]
    sender = params.get("FromEmailAddress") or params.get("Source") or ""
    bulk = params.get("Destinations") or []
    if bulk and isinstance(bulk[0], dict):
        places = [entry.get("Destination") or {} for entry in bulk]
    else:
        places = [params.get("Destination") or {"ToAddresses": bulk}]
    mails = []
    for number, place in enumerate(places):
        mail = Mail(ids[min(number, len(ids) - 1)], iso_milliseconds(now), account, region, sender)
        mail.to, mail.cc, mail.bcc = (list(place.get(f"{kind}Addresses") or []) for kind in ("To", "Cc", "Bcc"))
        _fill(mail, params)
        mails.append(mail)
    return mails


def _fill(mail: Mail, params: dict[str, Any]) -> None:
    content = params.get("Content") or {}
    raw = (params.get("RawMessage") or content.get("Raw") or {}).get("Data")
    if raw is not None:
        _take_apart(mail, raw)
        return
    message = params.get("Message") or content.get("Simple") or {}
    body = message.get("Body") or {}
    mail.subject = (message.get("Subject") or {}).get("Data") or ""
    mail.text = (body.get("Text") or {}).get("Data") or ""
    mail.html = (body.get("Html") or {}).get("Data") or ""
    named = content.get("Template") or {}
    mail.template = params.get("Template") or named.get("TemplateName") or ""
    mail.template_data = (
        params.get("TemplateData") or params.get("DefaultTemplateData") or named.get("TemplateData", "")
    )


def _take_apart(mail: Mail, raw: bytes) -> None:
    from email import message_from_bytes  # takes its time to load, and few send raw mail
    from email.policy import default

    message = message_from_bytes(raw, policy=default)
    mail.sender = mail.sender or str(message["From"] or "")
    mail.subject = str(message["Subject"] or "")
    if not (mail.to or mail.cc or mail.bcc):
        mail.to, mail.cc = _addresses(message["To"]), _addresses(message["Cc"])
    for part in message.walk():
        if part.is_multipart():
            continue
        name = part.get_filename()
        if name is not None:
            mail.attachments.append(name)
        elif part.get_content_type() == "text/html":
            mail.html += part.get_content()
        elif part.get_content_type() == "text/plain":
            mail.text += part.get_content()


def _addresses(header: Any) -> list[str]:
    return [str(address) for address in header.addresses] if header is not None else []
