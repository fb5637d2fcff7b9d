"""A published message, and the forms in which endpoints see it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from emulator.core.arns import Arn
from emulator.core.jsontext import compact
from emulator.core.settings import Settings
from emulator.core.timestamps import iso_milliseconds
from emulator.services.sns.deduplication import content_hash
from emulator.services.sns.draft import Draft
from emulator.services.sns.signature import certificate_name, sign, string_to_sign
from emulator.services.sns.subscription import Subscription

Document = dict[str, Any]


def laid_out(document: Document) -> str:
    """JSON as AWS prints messages: a line for each member, ``"name" : value``."""
    lines = ",\n".join(f"  {compact(name)} : {_value(value)}" for name, value in document.items())
    return f"{{\n{lines}\n}}"


def _value(value: Any) -> str:
    if not isinstance(value, dict):
        return compact(value)
    lines = ",\n".join(f"    {compact(name)} : {compact(inner)}" for name, inner in value.items())
    return f"{{\n{lines}\n  }}"


def certificate_url(settings: Settings, base_url: str, region: str) -> str:
    """SigningCertURL: on the emulator's own port, or under the address that the settings give."""
    root = settings.sns_certificate_url
    if not root:
        return f"{base_url}/_emulator/sns/{certificate_name()}"
    return f"{root.rstrip('/').replace('{region}', region)}/{certificate_name()}"


def confirm_url(subscription: Subscription, token: str) -> str:
    topic = quote(subscription.topic_arn, safe=":")
    return f"{subscription.base_url}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}"


def unsubscribe_url(subscription: Subscription) -> str:
    return f"{subscription.base_url}/?Action=Unsubscribe&SubscriptionArn={quote(subscription.arn, safe=':')}"


class Publication:
    """One message of one topic.  ``at`` is an instant; ``sequence`` is a FIFO topic's: its messages are not signed."""

    def __init__(
        self,
        id: str,
        topic: Arn,
        draft: Draft,
        at: float,
        settings: Settings,
        signature_version: str = "1",
        sequence: str | None = None,
    ) -> None:
        self.id = id
        self.topic = topic
        self.draft = draft
        self.sequence = sequence
        self.timestamp = iso_milliseconds(at)
        self._settings = settings
        self._version = signature_version
        self._signatures: dict[str, str] = {}

    def text(self, subscription: Subscription) -> str:
        return self.draft.text_for(subscription.protocol)

    def _signature(self, text: str) -> str:
        """Subscriptions that get the same text get the same signature."""
        found = self._signatures.get(text)
        if found is None:
            signed = {
                "Type": "Notification",
                "MessageId": self.id,
                "TopicArn": str(self.topic),
                "Message": text,
                "Timestamp": self.timestamp,
            }
            if self.draft.subject is not None:
                signed["Subject"] = self.draft.subject
            found = self._signatures[text] = sign(string_to_sign(signed), self._version)
        return found

    def _signed(self, subscription: Subscription, text: str) -> tuple[str, str]:
        """Signature and SigningCertURL."""
        url = certificate_url(self._settings, subscription.base_url, self.topic.region)
        return self._signature(text), url

    def _attributes(self) -> dict[str, dict[str, str]]:
        return {name: _shown(attribute) for name, attribute in self.draft.attributes.items()}

    def notification(self, subscription: Subscription) -> str:
        """The JSON document of queues, HTTP(S) and ``email-json``."""
        text = self.text(subscription)
        document: Document = {"Type": "Notification", "MessageId": self.id}
        if self.sequence is not None:
            document["SequenceNumber"] = self.sequence
        document["TopicArn"] = str(self.topic)
        if self.draft.subject is not None:
            document["Subject"] = self.draft.subject
        document |= {"Message": text, "Timestamp": self.timestamp}
        if self.sequence is None:
            signature, url = self._signed(subscription, text)
            document |= {"SignatureVersion": self._version, "Signature": signature, "SigningCertURL": url}
        document["UnsubscribeURL"] = unsubscribe_url(subscription)
        if self.draft.attributes:
            document["MessageAttributes"] = self._attributes()
        return laid_out(document)

    def lambda_event(self, subscription: Subscription) -> str:
        """A function's event (recorded from AWS): other spellings, and SignatureVersion is always 1."""
        text = self.text(subscription)
        signature, url = self._signed(subscription, text)
        record = {
            "Type": "Notification",
            "MessageId": self.id,
            "TopicArn": str(self.topic),
            "Subject": self.draft.subject,
            "Message": text,
            "Timestamp": self.timestamp,
            "SignatureVersion": "1",
            "Signature": signature,
            "SigningCertUrl": url,
            "UnsubscribeUrl": unsubscribe_url(subscription),
            "MessageAttributes": self._attributes(),
        }
        source = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": subscription.arn}
        return compact({"Records": [{**source, "Sns": record}]})

    def for_queue(self, subscription: Subscription, queue: str) -> tuple[str, dict[str, Any]]:
        """Body and SendMessage members for a queue: the subscription's own, or its dead-letter queue."""
        members: dict[str, Any] = {}
        if subscription.settings.raw and subscription.protocol != "lambda":
            body = self.text(subscription)
            if self.draft.attributes:
                members["MessageAttributes"] = {name: dict(value) for name, value in self.draft.attributes.items()}
        else:
            body = self.notification(subscription)
        fifo_queue, group = queue.endswith(".fifo"), self.draft.group
        if self.sequence is not None and fifo_queue:
            members["MessageGroupId"] = group
            members["MessageDeduplicationId"] = self.draft.deduplication or content_hash(self.draft.message)
        elif self.sequence is None and not fifo_queue and group:
            members["MessageGroupId"] = group
        if self.draft.trace_header:
            header = {"DataType": "String", "StringValue": self.draft.trace_header}
            members["MessageSystemAttributes"] = {"AWSTraceHeader": header}
        return body, members


def _shown(attribute: Mapping[str, Any]) -> dict[str, str]:
    """Binary values in base64; numbers stay strings."""
    binary = attribute.get("BinaryValue")
    value = attribute.get("StringValue") if binary is None else base64.b64encode(binary).decode()
    return {"Type": attribute["DataType"], "Value": value or ""}
