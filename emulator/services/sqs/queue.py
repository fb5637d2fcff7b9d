"""One queue: its messages, where each of them stands, and who waits for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.timers import TimerKind
from emulator.core.waiters import Waiters
from emulator.services.sqs import attributes as queue_attributes
from emulator.services.sqs.agenda import Agenda
from emulator.services.sqs.deduplication import Accepted, Deduplication
from emulator.services.sqs.digests import md5_of_attributes, md5_of_body
from emulator.services.sqs.errors import invalid_value
from emulator.services.sqs.message import Draft, Message, State
from emulator.services.sqs.order import FifoOrder, Order, StandardOrder
from emulator.services.sqs.receipts import Receipt, read_handle
from emulator.services.sqs.redrive import RedrivePolicy, read_redrive_policy
from emulator.services.sqs.sending import Rules

MAX_VISIBILITY = 43_200
_FIRST_SEQUENCE = 18_850_000_000_000_000_000  # 20 digits, as AWS's
_GONE_FOR_CHANGE = "Message does not exist or is not available for visibility timeout change."
_TOO_LONG = f"Total VisibilityTimeout for the message is beyond the limit [{MAX_VISIBILITY} seconds]"


POISON_RECEIVES = 10
"""After so many receives by a poller, a message of a queue without dead-letter queue is owed to nobody any more.

It still comes back whenever time passes its visibility timeout, as on AWS; but an automatic clock no longer jumps
there, or it would race through four days of retention over one message that always fails.
"""


class Queue:
    """A queue of one account and region.  Every method is synchronous; whoever wants to wait does so on ``waiters``.

    ``attributes`` are the ones set, in AWS's string form; ``siblings`` are the queues of the same account and region by
    name, among which the dead-letter queue is found.
    """

    def __init__(
        self, ground: Ground, arn: Arn, attributes: Mapping[str, str], siblings: Mapping[str, Queue], fifo: bool = False
    ) -> None:
        self._ground = ground
        self._clock = ground.clock
        self._siblings = siblings
        self.name = arn.resource
        self.account = arn.account
        self.parsed_arn = arn
        self.arn = str(arn)
        self.fifo = fifo
        defaults = queue_attributes.DEFAULTS | (queue_attributes.FIFO_DEFAULTS if fifo else {})
        self.attributes: dict[str, str] = defaults | dict(attributes)
        self.tags: dict[str, str] = {}
        self.created = self.modified = self._clock.now()
        self.purged: float | None = None
        self.exists = True
        self.waiters = Waiters()
        self._messages: dict[str, Message] = {}
        self._counts = dict.fromkeys(State, 0)
        self._order: Order = FifoOrder() if fifo else StandardOrder()
        by_group = self.attributes.get("DeduplicationScope") == "messageGroup"
        self._memory = Deduplication(by_group) if fifo else None
        self._serial = 0
        self._news = False
        label = f"queue {self.name}: "
        self._agendas = {
            TimerKind.OWED: Agenda(self._clock, TimerKind.OWED, label + "delay or visibility timeout", self._tick),
            TimerKind.OUTSIDE: Agenda(
                self._clock, TimerKind.OUTSIDE, label + "visibility timeout of a client", self._tick
            ),
            TimerKind.STANDING: Agenda(
                self._clock, TimerKind.STANDING, label + "visibility timeout of a poison message", self._tick
            ),
        }
        self._retention = Agenda(self._clock, TimerKind.STANDING, label + "retention", self._tick, for_life=True)
        self._apply_attributes()

    # Attributes

    def _apply_attributes(self) -> None:
        self._retention.offset = float(self.attributes["MessageRetentionPeriod"])
        text = self.attributes.get("RedrivePolicy")
        self.redrive: RedrivePolicy | None = read_redrive_policy(text) if text else None

    def set_attributes(self, attributes: Mapping[str, str]) -> None:
        """Replace all attributes.  A FIFO queue's new delay also holds for messages already in it, a standard queue's
        does not (API reference, SetQueueAttributes)."""
        delay_changed = attributes["DelaySeconds"] != self.attributes["DelaySeconds"]
        self.attributes = dict(attributes)
        self.modified = self._clock.now()
        self._apply_attributes()
        self._retention.disarm()
        if self.fifo and delay_changed:
            self._delay_again()
        self._tick()

    def _delay_again(self) -> None:
        now = self._clock.now()
        for message in self._messages.values():
            if message.receives == 0:
                until = message.sent + self.delay
                self._place(message, State.DELAYED if until > now else State.READY, until, TimerKind.OWED)

    @property
    def delay(self) -> int:
        return int(self.attributes["DelaySeconds"])

    @property
    def visibility_timeout(self) -> float:
        """Seconds."""
        return float(self.attributes["VisibilityTimeout"])

    @property
    def wait_time(self) -> int:
        return int(self.attributes["ReceiveMessageWaitTimeSeconds"])

    def rules(self, in_batch: bool = False) -> Rules:
        """What this queue demands of messages."""
        content_based = self.attributes.get("ContentBasedDeduplication") == "true"
        size = int(self.attributes["MaximumMessageSize"])
        return Rules(self.fifo, content_based, size, self._ground.settings.enforce_quotas, in_batch)

    def count(self, state: State) -> int:
        """How many messages are in ``state`` now."""
        self._tick()
        return self._counts[state]

    # Sending

    def send(self, draft: Draft, source: str, sender: str, cause: Cause) -> dict[str, Any]:
        """Accept a message and return SendMessage's output.  ``sender`` becomes SenderId, ``source`` names the sender
        in the journal, ``cause`` is continued by whoever receives the message."""
        known = self._recall(draft)
        hop = self._ground.journal.begin("enqueue", source, self.arn, cause, payload=draft.body)
        if known is not None:
            self._ground.journal.end(hop, "duplicate", message_id=known.message)
            return self._answer(draft, known.message, known.sequence)
        message = self._new_message(self._ground.ids.uuid(), draft, sender, self._clock.now(), hop.cause)
        if self._memory is not None and draft.deduplication is not None:
            accepted = Accepted(message.id, message.sequence or 0)
            self._memory.remember(draft.group, draft.deduplication, message.sent, accepted)
        self._ground.journal.end(hop, message_id=message.id)
        self._enter(message, self.delay if draft.delay is None else draft.delay)
        return self._answer(draft, message.id, message.sequence)

    def _recall(self, draft: Draft) -> Accepted | None:
        if self._memory is None or draft.deduplication is None:
            return None
        return self._memory.recall(draft.group, draft.deduplication, self._clock.now())

    def _new_message(self, identifier: str, draft: Draft, sender: str, sent: float, cause: Cause) -> Message:
        self._serial += 1
        sequence = _FIRST_SEQUENCE + 256 * self._serial if self.fifo else None
        return Message(identifier, draft, sender, sent, cause, self._serial, sequence)

    def _enter(self, message: Message, delay: float = 0) -> None:
        self._settle()
        self._messages[message.id] = message
        self._counts[message.state] += 1
        self._order.add(message)
        self._retention.add(message.sent, message)
        if delay > 0:
            self._place(message, State.DELAYED, self._clock.now() + delay, TimerKind.OWED)
        else:
            self._place(message, State.READY)
        self._finish()

    @staticmethod
    def _answer(draft: Draft, identifier: str, sequence: int | None) -> dict[str, Any]:
        answer = {"MD5OfMessageBody": md5_of_body(draft.body), "MessageId": identifier}
        if draft.attributes:
            answer["MD5OfMessageAttributes"] = md5_of_attributes(draft.attributes)
        if draft.system:
            answer["MD5OfMessageSystemAttributes"] = md5_of_attributes(draft.system)
        if sequence is not None:
            answer["SequenceNumber"] = str(sequence)
        return answer

    # Receiving

    def receive(
        self, limit: int, visibility: float | None = None, kind: TimerKind = TimerKind.OUTSIDE, receiver: str = "sdk"
    ) -> list[Message]:
        """Take up to ``limit`` messages for ``visibility`` seconds (default: the queue's timeout).

        ``kind`` says who owes the next move.  Messages received too often go to the dead-letter queue instead.
        """
        self._settle()
        taken, dead = self._choose(limit)
        for message, target in dead:
            self._bury(message, target)
        seconds = self.visibility_timeout if visibility is None else visibility
        for message in taken:
            self._hand_out(message, seconds, kind, receiver)
        if seconds <= 0:
            for message in taken:
                self._place(message, State.READY)
        self._finish()
        return taken

    def _choose(self, limit: int) -> tuple[list[Message], list[tuple[Message, Queue]]]:
        taken: list[Message] = []
        dead: list[tuple[Message, Queue]] = []
        policy = self.redrive
        grave = self._siblings.get(policy.target.resource) if policy is not None else None
        for message in self._order.deliverable():
            if policy is not None and grave is not None and policy.is_exhausted(message.receives):
                dead.append((message, grave))
                continue
            taken.append(message)
            if len(taken) >= limit:
                break
        return taken, dead

    def _hand_out(self, message: Message, seconds: float, kind: TimerKind, receiver: str) -> None:
        now = self._clock.now()
        message.receives += 1
        message.received = now
        if message.first_received is None:
            message.first_received = now
        journal = self._ground.journal
        hop = journal.note(
            *("receive", self.arn, receiver, message.enqueued), attempt=message.receives, message_id=message.id
        )
        message.cause = hop.cause
        if kind is TimerKind.OWED and self.redrive is None and message.receives >= POISON_RECEIVES:
            kind = TimerKind.STANDING
        self._place(message, State.IN_FLIGHT, now + seconds, kind if seconds > 0 else None)

    def _bury(self, message: Message, target: Queue) -> None:
        hop = self._ground.journal.note(
            *("redrive", self.arn, target.arn, message.cause), message_id=message.id, receives=message.receives
        )
        self._remove(message)
        target.adopt(message, self.arn, hop.cause)

    def adopt(self, message: Message, source: str, cause: Cause) -> None:
        """Take over a dead letter: same id and count; a standard queue keeps SentTimestamp, so retention runs on."""
        sent = self._clock.now() if self.fifo else message.sent
        adopted = self._new_message(message.id, message.draft, message.sender, sent, cause)
        adopted.receives = message.receives
        adopted.first_received = message.first_received
        adopted.dead_letter_source = source
        self._enter(adopted)

    def peek(self) -> Message | None:
        """The next deliverable message, which stays where it is."""
        self._tick()
        message = next(self._order.deliverable(), None)
        if message is not None:
            self._order.update(message)  # a standard order has taken it out of its heap
        return message

    def release(self, message: Message) -> None:
        """Let a message go without receiving it: a move task takes it elsewhere."""
        self._remove(message)
        self._finish()

    def readmit(self, message: Message, cause: Cause) -> None:
        """Take a message that a move task brings: a new message with an id and a SentTimestamp of its own (developer
        guide, "dead-letter queue redrive")."""
        now = self._clock.now()
        self._enter(self._new_message(self._ground.ids.uuid(), message.draft, message.sender, now, cause))

    # Handles

    def handle_of(self, message: Message) -> str:
        """The receipt handle of the message's latest receive."""
        return Receipt(self.arn, message.id, message.receives).handle()

    def delete(self, handle: str, source: str = "sdk") -> None:
        """Delete by receipt handle; deleting again is no error.  A FIFO queue refuses handles of expired receives."""
        receipt = read_handle(self.arn, handle)
        self._settle()
        message = self._messages.get(receipt.message)
        if message is not None:
            expired = message.state is not State.IN_FLIGHT or message.receives != receipt.receive
            if self.fifo and expired:
                self._finish()
                raise invalid_value("ReceiptHandle", handle, "The receipt handle has expired.")
            self._ground.journal.note("delete", source, self.arn, message.cause, message_id=message.id)
            self._remove(message)
        self._finish()

    def change_visibility(self, handle: str, seconds: float, kind: TimerKind = TimerKind.OUTSIDE) -> None:
        """Hide the message for ``seconds`` from now, or show it at once (0); older handles work too (recorded)."""
        receipt = read_handle(self.arn, handle)
        self._tick()
        message = self._messages.get(receipt.message)
        if message is None:
            raise invalid_value("ReceiptHandle", handle, _GONE_FOR_CHANGE)
        now = self._clock.now()
        if not 0 <= seconds <= MAX_VISIBILITY or (seconds and now + seconds - message.received > MAX_VISIBILITY):
            raise invalid_value("VisibilityTimeout", seconds, _TOO_LONG)
        if seconds > 0:
            self._place(message, State.IN_FLIGHT, now + seconds, kind)
        elif message.state is State.IN_FLIGHT:
            self._place(message, State.READY)
        self._finish()

    # Whole queue

    def purge(self) -> None:
        """Remove every message and forget deduplication ids."""
        self.purged = self._clock.now()
        for message in self._messages.values():
            message.state = State.GONE
        self._messages.clear()
        self._counts = dict.fromkeys(State, 0)
        for part in (self._order, *self._agendas.values(), self._retention, self._memory):
            if part is not None:
                part.clear()

    def close(self) -> None:
        """The queue is deleted: end all waits."""
        self.exists = False
        self.purge()
        self.waiters.wake_all()

    # Moving messages between states

    def _place(self, message: Message, state: State, until: float = 0.0, kind: TimerKind | None = None) -> None:
        self._counts[message.state] -= 1
        self._counts[state] += 1
        message.state = state
        message.turn += 1
        if state in (State.IN_FLIGHT, State.DELAYED) and kind is not None:
            message.visible_at = until
            self._agendas[kind].add(until, message)
        if self._order.update(message):
            self._news = True

    def _remove(self, message: Message) -> None:
        del self._messages[message.id]
        self._place(message, State.GONE)
        self._counts[State.GONE] -= 1

    def _settle(self) -> None:
        for agenda in self._agendas.values():
            for message in agenda.due():
                self._place(message, State.READY)
        for message in self._retention.due():
            self._ground.journal.note("expire", self.arn, "", message.cause, message_id=message.id)
            self._remove(message)

    def _tick(self) -> None:
        self._settle()
        self._finish()

    def _finish(self) -> None:
        """After every change: timers, and whoever waits.  All waiters are woken, in order of arrival, because one who
        has gone in the meantime must not swallow the news; those who find nothing go on waiting."""
        for agenda in (*self._agendas.values(), self._retention):
            agenda.arm()
        if self._news:
            self._news = False
            self.waiters.wake_all()
