"""What AWS does and botocore's models do not (or no longer) say.  Data only, keyed by names from the models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FormerQuery:
    """The Query side of a service whose current model describes AWS JSON only (``awsQueryCompatible``).

    ``lists`` maps list shapes to the repeated element's name, ``maps`` map shapes to (entry, key, value).  Lists and
    maps are flat.  ``errors`` maps error shapes to (Query code, HTTP status), ``texts`` messages that differ on Query.
    ``resource_path`` tells paths that name the resource given by member ``resource_member``; ``root_only`` are the
    actions that are refused there.
    """

    namespace: str
    lists: Mapping[str, str]
    maps: Mapping[str, tuple[str, str, str]]
    errors: Mapping[str, tuple[str, int]]
    texts: Mapping[str, str]
    resource_path: re.Pattern[str]
    resource_member: str
    root_only: frozenset[str] = field(default_factory=frozenset)


def _sqs_errors() -> dict[str, tuple[str, int]]:
    prefixed = (
        "QueueDeletedRecently EmptyBatchRequest TooManyEntriesInBatchRequest BatchEntryIdsNotDistinct "
        "BatchRequestTooLong InvalidBatchEntryId MessageNotInflight UnsupportedOperation"
    )
    errors = {shape: (f"AWS.SimpleQueueService.{shape}", 400) for shape in prefixed.split()}
    return errors | {
        "QueueDoesNotExist": ("AWS.SimpleQueueService.NonExistentQueue", 400),
        "PurgeQueueInProgress": ("AWS.SimpleQueueService.PurgeQueueInProgress", 403),
        "QueueNameExists": ("QueueAlreadyExists", 400),
        "InvalidParameterValueException": ("InvalidParameterValue", 400),
        "MissingRequiredParameterException": ("MissingParameter", 400),
        "OverLimit": ("OverLimit", 403),
        "ResourceNotFoundException": ("ResourceNotFoundException", 404),
    }


# Recorded from AWS and AWS docs, Amazon SQS API Reference, "Making Query API requests".
FORMER_QUERY = {
    "sqs": FormerQuery(
        namespace="http://queue.amazonaws.com/doc/2012-11-05/",
        lists={
            "AttributeNameList": "AttributeName",
            "MessageSystemAttributeList": "MessageSystemAttributeName",
            "MessageAttributeNameList": "MessageAttributeName",
            "AWSAccountIdList": "AWSAccountId",
            "ActionNameList": "ActionName",
            "TagKeyList": "TagKey",
            "QueueUrlList": "QueueUrl",
            "MessageList": "Message",
            "StringList": "StringListValue",
            "BinaryList": "BinaryListValue",
        },
        maps={
            "QueueAttributeMap": ("Attribute", "Name", "Value"),
            "MessageSystemAttributeMap": ("Attribute", "Name", "Value"),
            "MessageBodyAttributeMap": ("MessageAttribute", "Name", "Value"),
            "MessageBodySystemAttributeMap": ("MessageSystemAttribute", "Name", "Value"),
            "TagMap": ("Tag", "Key", "Value"),
        },
        errors=_sqs_errors(),
        texts={
            "The specified queue does not exist.": "The specified queue does not exist for this wsdl version.",
        },
        resource_path=re.compile(r"/+(?:queue/[a-z0-9-]+/)?[0-9]{12}/[A-Za-z0-9_-]{1,80}(?:\.fifo)?/?"),
        resource_member="QueueUrl",
        root_only=frozenset({"CreateQueue", "ListQueues"}),
    ),
}

# AWS docs, "Common errors" of the API references, and codes that gateways in front of a service answer: (status, key of
# the message in a JSON body).
COMMON_ERRORS: Mapping[str, tuple[int, str]] = {
    "AccessDenied": (403, "Message"),
    "AccessDeniedException": (403, "Message"),
    "ExpiredTokenException": (403, "message"),
    "ForbiddenException": (403, "message"),
    "InvalidClientTokenId": (403, "message"),
    "MissingAuthenticationToken": (403, "message"),
    "MissingAuthenticationTokenException": (403, "message"),
    "NotAuthorized": (403, "message"),
    "OptInRequired": (403, "message"),
    "UnrecognizedClientException": (403, "message"),
    "MalformedQueryString": (404, "message"),
    "NotFoundException": (404, "message"),
    "RequestEntityTooLargeException": (413, "message"),
    "RequestTooLargeException": (413, "message"),
    "TooManyRequestsException": (429, "message"),
    "InternalError": (500, "message"),
    "InternalException": (500, "message"),
    "InternalFailure": (500, "message"),
    "InternalServerError": (500, "message"),
    "InternalServerException": (500, "message"),
    "NotImplemented": (501, "message"),
    "ServiceUnavailable": (503, "message"),
    "ServiceUnavailableException": (503, "message"),
}

# Members that AWS prints when it quotes a structure, and that its public model does not show (recorded from AWS).
QUOTED_MEMBERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("events", "PutEventsRequestEntry"): ("kmsKeyIdentifier", "internalMetadata"),
}

# Enum sets that AWS prints in another order than its public model (recorded from AWS).
QUOTED_ENUMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("lambda", "EventSourcePosition"): ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"),
    ("lambda", "RecursiveLoop"): ("Terminate", "Allow"),
    ("lambda", "InvokeMode"): ("RESPONSE_STREAM", "BUFFERED"),
    ("stepfunctions", "ExecutionStatus"): ("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"),
}

# Members whose values AWS's front does not check: the service refuses them itself with another error (recorded from
# AWS).  By (service, structure, member).
UNCHECKED_MEMBERS = frozenset(
    {("lambda", "CreateFunctionRequest", "Runtime"), ("lambda", "UpdateFunctionConfigurationRequest", "Runtime")}
)

EMPTY_ANSWERS = frozenset({("lambda", "GetFunctionCodeSigningConfig")})
"""Operations that AWS answers with ``{}`` although the model requires members (recorded from AWS)."""
