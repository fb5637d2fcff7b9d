"""Whatever is given, the answer is AWS's error or a result, never a Python error."""

import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.core.errors import AwsError
from emulator.services.sns.delivery_policy import read_policy
from emulator.services.sns.draft import read_draft
from emulator.services.sns.filter_policy import ATTRIBUTES, BODY, read_filter_policy
from emulator.services.sns.subscription_attributes import read_settings

WORDS = [
    *("a", "a.b", "$or", "prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case"),
    *("wildcard", "healthyRetryPolicy", "http", "numRetries", "minDelayTarget", "throttlePolicy", "backoffFunction"),
    *("deadLetterTargetArn", "default", "=", "<", "10.0.0.0/8"),
]
NAMES = st.sampled_from(WORDS) | st.text(max_size=3)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | NAMES
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
TEXTS = DOCUMENTS.map(json.dumps) | st.text(max_size=20)
ATTRIBUTE = st.fixed_dictionaries(
    {},
    optional={
        "DataType": st.sampled_from(["String", "Number", "Binary", "String.Array", "Number.x", ""])
        | st.text(max_size=5),
        "StringValue": TEXTS,
        "BinaryValue": st.binary(max_size=5),
    },
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.dictionaries(NAMES, ATTRIBUTE | st.none(), max_size=3))
def test_filter_policies(text, message, attributes):
    for scope in (ATTRIBUTES, BODY):
        with contextlib.suppress(AwsError):
            policy = read_filter_policy(text, scope)
            draft = read_draft({"Message": message, "MessageAttributes": attributes})
            if policy is not None:
                assert policy.matches(draft.message, draft.attributes) in (True, False)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_policies(text):
    for topic in (True, False):
        with contextlib.suppress(AwsError):
            read_policy(text, topic).shown(topic)
    for name in ("RedrivePolicy", "DeliveryPolicy", "RawMessageDelivery", "FilterPolicyScope"):
        with contextlib.suppress(AwsError):
            read_settings({name: text}, fifo=True)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.none() | TEXTS, st.dictionaries(NAMES, ATTRIBUTE, max_size=2))
def test_messages(message, subject, attributes):
    params = {"Message": message, "Subject": subject, "MessageAttributes": attributes, "MessageStructure": "json"}
    with contextlib.suppress(AwsError):
        assert isinstance(read_draft(params).text_for("sqs"), str)
