"""What a stack description may say: CloudFormation's resource types and properties, each with its short form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.stack.errors import StackError, nearest


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the file.

    ``short`` maps short keys to CloudFormation's property, a dot meaning a nested one; ``properties`` are those of
    CloudFormation that are taken as they are.
    """

    title: str
    type: str
    short: Mapping[str, str]
    properties: frozenset[str] = field(default_factory=frozenset)

    def normalise(self, origin: str, key: str, table: object) -> dict[str, object]:
        """A resource's table in CloudFormation's properties; raises StackError naming the wrong key."""
        if not isinstance(table, Mapping):
            raise StackError(origin, key, f"expected a table of {self.type} properties, got {table!r}.")
        result: dict[str, object] = {}
        for name, value in table.items():
            target = self.short.get(name) or (name if name in self.properties else None)
            if target is None:
                raise StackError(
                    origin, f"{key}.{name}", f"unknown key.{nearest(name, [*self.short, *self.properties])}"
                )
            _set(result, target, value, origin, f"{key}.{name}")
        return result


def _set(into: dict[str, object], path: str, value: object, origin: str, key: str) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        inner = into.setdefault(parent, {})
        assert isinstance(inner, dict)
        into = inner
    if last in into:
        raise StackError(origin, key, f"{path} is given twice.")
    into[last] = value


FUNCTION = Section(
    "functions",
    "AWS::Lambda::Function",
    {
        "handler": "Handler",
        "runtime": "Runtime",
        "code": "Code",
        "timeout": "Timeout",
        "memory": "MemorySize",
        "description": "Description",
        "environment": "Environment.Variables",
        "dead_letter": "DeadLetterConfig.TargetArn",
        "reserved_concurrency": "ReservedConcurrentExecutions",
        "retries": "EventInvokeConfig.MaximumRetryAttempts",
        "max_event_age": "EventInvokeConfig.MaximumEventAgeInSeconds",
        "on_success": "EventInvokeConfig.DestinationConfig.OnSuccess.Destination",
        "on_failure": "EventInvokeConfig.DestinationConfig.OnFailure.Destination",
    },
    frozenset(
        "Handler Runtime Code Timeout MemorySize Description Environment DeadLetterConfig ReservedConcurrentExecutions "
        "EventInvokeConfig Role Tags Architectures EphemeralStorage LoggingConfig TracingConfig".split()
    ),
)
QUEUE = Section(
    "queues",
    "AWS::SQS::Queue",
    {
        "visibility_timeout": "VisibilityTimeout",
        "retention": "MessageRetentionPeriod",
        "delay": "DelaySeconds",
        "wait_time": "ReceiveMessageWaitTimeSeconds",
        "max_message_size": "MaximumMessageSize",
        "dead_letter": "RedrivePolicy.deadLetterTargetArn",
        "max_receive_count": "RedrivePolicy.maxReceiveCount",
        "fifo": "FifoQueue",
        "content_based_deduplication": "ContentBasedDeduplication",
    },
    frozenset(
        "VisibilityTimeout MessageRetentionPeriod DelaySeconds ReceiveMessageWaitTimeSeconds MaximumMessageSize "
        "RedrivePolicy RedriveAllowPolicy FifoQueue ContentBasedDeduplication DeduplicationScope FifoThroughputLimit "
        "KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled Policy Tags".split()
    ),
)
BUS = Section("buses", "AWS::Events::EventBus", {"description": "Description"}, frozenset({"Description", "Tags"}))
RULE = Section(
    "rules",
    "AWS::Events::Rule",
    {
        "bus": "EventBusName",
        "pattern": "EventPattern",
        "schedule": "ScheduleExpression",
        "state": "State",
        "description": "Description",
        "targets": "Targets",
        "target": "Targets",
    },
    frozenset({"EventBusName", "EventPattern", "ScheduleExpression", "State", "Description", "Targets", "RoleArn"}),
)
TARGET = Section(
    "targets",
    "AWS::Events::Rule Target",
    {
        "target": "Arn",
        "id": "Id",
        "input": "Input",
        "input_path": "InputPath",
        "retries": "RetryPolicy.MaximumRetryAttempts",
        "max_event_age": "RetryPolicy.MaximumEventAgeInSeconds",
        "dead_letter": "DeadLetterConfig.Arn",
    },
    frozenset("Arn Id Input InputPath InputTransformer RetryPolicy DeadLetterConfig SqsParameters RoleArn".split()),
)
MAPPING = Section(
    "mappings",
    "AWS::Lambda::EventSourceMapping",
    {
        "queue": "EventSourceArn",
        "source": "EventSourceArn",
        "function": "FunctionName",
        "batch_size": "BatchSize",
        "batching_window": "MaximumBatchingWindowInSeconds",
        "max_concurrency": "ScalingConfig.MaximumConcurrency",
        "filters": "FilterCriteria.Filters",
        "report_batch_item_failures": "FunctionResponseTypes",
        "enabled": "Enabled",
    },
    frozenset(
        "EventSourceArn FunctionName BatchSize MaximumBatchingWindowInSeconds ScalingConfig FilterCriteria "
        "FunctionResponseTypes Enabled".split()
    ),
)
WEBSOCKET_API = Section(
    "websocket_apis",
    "AWS::ApiGatewayV2::Api",
    {
        "name": "Name",
        "route_selection_expression": "RouteSelectionExpression",
        "description": "Description",
        "stage": "StageName",
        "stage_variables": "StageVariables",
        "routes": "Routes",
        "authorizer": "Authorizer",
    },
    frozenset(
        {"Name", "RouteSelectionExpression", "Description", "StageName", "StageVariables", "Routes", "Authorizer"}
    ),
)
ROUTE = Section(
    "routes",
    "AWS::ApiGatewayV2::Route",
    {
        "function": "Function",
        "response": "Response",
        "timeout_ms": "Integration.TimeoutInMillis",
        "integration": "Integration",
    },
    frozenset({"Function", "Response", "Integration", "RequestParameters", "AuthorizationType"}),
)
AUTHORIZER = Section(
    "authorizer",
    "AWS::ApiGatewayV2::Authorizer",
    {"function": "Function", "identity_source": "IdentitySource"},
    frozenset({"Function", "IdentitySource"}),
)
TASK = Section(
    "tasks",
    "a task of [socket_tasks]",
    {**FUNCTION.short, "types": "Types"},
    FUNCTION.properties | {"Types"},
)
SOCKET_TASKS = Section(
    "socket_tasks",
    "the SocketTasks construct",
    {
        "tasks": "Tasks",
        "stage": "Stage",
        "name": "Name",
        "bus": "Bus",
        "queue": "Queue",
        "timeout": "Timeout",
        "submit": "Submit",
        "notify": "Notify",
        "code": "Code",
        "environment": "Environment",
    },
)
RESOURCE_SECTIONS = {section.title: section for section in (FUNCTION, QUEUE, BUS, RULE, MAPPING, WEBSOCKET_API)}
SETTINGS = {
    "clock": str,
    "runtime": str,
    "account": str,
    "region": str,
    "enforce_quotas": bool,
    "strict_frames": bool,
    "retry_jitter": bool,
    "idle_timeout": float,
    "connection_duration": float,
    "max_put_events_bytes": int,
    "domain_name": str,
    "port": int,
    "host": str,
}
