"""What a stack description may say: CloudFormation's resource types and properties, each with its short form."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from emulator.stack.errors import StackError, nearest


@dataclass(frozen=True, slots=True)
class Resource:
    """One table of a description in CloudFormation's properties.

    ``key`` is its place in the file; ``written`` maps the last part of each property to the name that was written.
    """

    name: str
    key: str
    properties: dict[str, Any]
    written: Mapping[str, str] = field(default_factory=dict)

    def place(self, *path: str) -> str:
        """The key of a property as it was written: short forms stand for all that leads to them."""
        for number in range(len(path) - 1, -1, -1):
            if path[number] in self.written:
                return ".".join([self.key, self.written[path[number]], *path[number + 1 :]])
        return ".".join([self.key, *path])


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the file.

    ``short`` maps short keys to CloudFormation's property, a dot meaning a nested one; ``properties`` are those of
    CloudFormation that are taken as they are.
    """

    title: str
    type: str
    short: Mapping[str, str]
    properties: frozenset[str] = frozenset()

    def read(self, origin: str, name: str, key: str, table: object) -> Resource:
        """A resource's table in CloudFormation's properties; raises StackError naming the wrong key."""
        if not isinstance(table, Mapping):
            raise StackError(origin, key, f"expected a table of {self.type} properties, got {table!r}.")
        targets = {given: self._property(origin, key, given) for given in table}
        properties: dict[str, Any] = {}
        # Whole properties first: short forms then add to them.
        for given, path in sorted(targets.items(), key=lambda item: item[1].count(".")):
            _put(properties, path, deepcopy(table[given]), origin, f"{key}.{given}")
        written = {path.rpartition(".")[2]: given for given, path in targets.items()}
        return Resource(name, key, properties, written)

    def _property(self, origin: str, key: str, given: str) -> str:
        if given in self.properties:
            return given
        if given not in self.short:
            hint = nearest(given, [*self.short, *self.properties], listed=self.short)
            raise StackError(origin, f"{key}.{given}", f"unknown key.{hint}")
        return self.short[given]


def _put(into: dict[str, Any], path: str, value: object, origin: str, key: str) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        into = into.setdefault(parent, {})
        if not isinstance(into, dict):
            raise StackError(origin, key, f"{parent} is given too, and is no table.")
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
        "tags": "Tags",
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
        "tags": "Tags",
    },
    frozenset(
        "VisibilityTimeout MessageRetentionPeriod DelaySeconds ReceiveMessageWaitTimeSeconds MaximumMessageSize "
        "RedrivePolicy RedriveAllowPolicy FifoQueue ContentBasedDeduplication DeduplicationScope FifoThroughputLimit "
        "KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled Policy Tags".split()
    ),
)
BUS = Section(
    "buses",
    "AWS::Events::EventBus",
    {"description": "Description", "tags": "Tags"},
    frozenset({"Description", "Tags"}),
)
RULE = Section(
    "rules",
    "AWS::Events::Rule",
    {
        "bus": "EventBusName",
        "pattern": "EventPattern",
        "schedule": "ScheduleExpression",
        "state": "State",
        "description": "Description",
        "target": "Targets",
        "targets": "Targets",
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
        "input_transformer": "InputTransformer",
        "retries": "RetryPolicy.MaximumRetryAttempts",
        "max_event_age": "RetryPolicy.MaximumEventAgeInSeconds",
        "dead_letter": "DeadLetterConfig.Arn",
        "cluster": "Arn",
        "task_definition": "EcsParameters.TaskDefinitionArn",
    },
    frozenset(
        "Arn Id Input InputPath InputTransformer RetryPolicy DeadLetterConfig SqsParameters EcsParameters "
        "RoleArn".split()
    ),
)
MAPPING = Section(
    "mappings",
    "AWS::Lambda::EventSourceMapping",
    {
        "queue": "EventSourceArn",
        "table": "EventSourceArn",
        "function": "FunctionName",
        "batch_size": "BatchSize",
        "batching_window": "MaximumBatchingWindowInSeconds",
        "max_concurrency": "ScalingConfig.MaximumConcurrency",
        "filters": "FilterCriteria.Filters",
        "report_batch_item_failures": "FunctionResponseTypes",
        "starting_position": "StartingPosition",
        "retries": "MaximumRetryAttempts",
        "max_record_age": "MaximumRecordAgeInSeconds",
        "bisect": "BisectBatchOnFunctionError",
        "parallelization": "ParallelizationFactor",
        "on_failure": "DestinationConfig.OnFailure.Destination",
        "enabled": "Enabled",
    },
    frozenset(
        "EventSourceArn FunctionName BatchSize MaximumBatchingWindowInSeconds ScalingConfig FilterCriteria "
        "FunctionResponseTypes StartingPosition MaximumRetryAttempts MaximumRecordAgeInSeconds "
        "BisectBatchOnFunctionError ParallelizationFactor DestinationConfig Enabled".split()
    ),
)
PIPE = Section(
    "pipes",
    "AWS::Pipes::Pipe",
    {
        "queue": "Source",
        "table": "Source",
        "enrichment": "Enrichment",
        "target": "Target",
        "filters": "SourceParameters.FilterCriteria.Filters",
        "batch_size": "Reading.BatchSize",
        "batching_window": "Reading.MaximumBatchingWindowInSeconds",
        "starting_position": "Reading.StartingPosition",
        "retries": "Reading.MaximumRetryAttempts",
        "max_record_age": "Reading.MaximumRecordAgeInSeconds",
        "parallelization": "Reading.ParallelizationFactor",
        "bisect": "Reading.OnPartialBatchItemFailure",
        "dead_letter": "Reading.DeadLetterConfig.Arn",
        "enrichment_input": "EnrichmentParameters.InputTemplate",
        "input": "TargetParameters.InputTemplate",
        "wait": "Wait",
        "state": "DesiredState",
        "description": "Description",
        "tags": "Tags",
    },
    frozenset(
        "Source SourceParameters Enrichment EnrichmentParameters Target TargetParameters RoleArn DesiredState "
        "Description LogConfiguration KmsKeyIdentifier Tags".split()
    ),
)
TABLE = Section(
    "tables",
    "AWS::DynamoDB::Table",
    {
        "key": "Key",
        "stream": "StreamSpecification.StreamViewType",
        "ttl": "TimeToLiveSpecification.AttributeName",
        "indexes": "Indexes",
        "tags": "Tags",
    },
    frozenset(
        "KeySchema AttributeDefinitions StreamSpecification TimeToLiveSpecification GlobalSecondaryIndexes "
        "LocalSecondaryIndexes BillingMode ProvisionedThroughput TableClass SSESpecification "
        "DeletionProtectionEnabled Tags".split()
    ),
)
TOPIC = Section(
    "topics",
    "AWS::SNS::Topic",
    {
        "subscription": "Subscription",
        "subscriptions": "Subscription",
        "display_name": "DisplayName",
        "delivery_policy": "DeliveryPolicy",
        "signature_version": "SignatureVersion",
        "fifo": "FifoTopic",
        "content_based_deduplication": "ContentBasedDeduplication",
        "tags": "Tags",
    },
    frozenset(
        "Subscription DisplayName DeliveryPolicy SignatureVersion FifoTopic ContentBasedDeduplication "
        "FifoThroughputScope KmsMasterKeyId TracingConfig Policy Tags".split()
    ),
)
BUCKET = Section(
    "buckets",
    "AWS::S3::Bucket",
    {
        "notification": "Notifications",
        "notifications": "Notifications",
        "event_bridge": "EventBridge",
        "versioning": "VersioningConfiguration.Status",
        "tags": "Tags",
    },
    frozenset({"NotificationConfiguration", "VersioningConfiguration", "CORSConfiguration", "Tags"}),
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
        "tags": "Tags",
    },
    frozenset(
        "Name RouteSelectionExpression Description StageName StageVariables Routes Authorizer Tags "
        "ApiKeySelectionExpression DisableExecuteApiEndpoint".split()
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
    frozenset({"Integration", "RequestParameters", "AuthorizationType"}),
)
AUTHORIZER = Section(
    "authorizer",
    "AWS::ApiGatewayV2::Authorizer",
    {"function": "Function", "identity_source": "IdentitySource"},
    frozenset({"IdentitySource"}),
)
HTTP_API = Section(
    "http_apis",
    "AWS::ApiGatewayV2::Api",
    {
        "name": "Name",
        "description": "Description",
        "stage": "StageName",
        "stage_variables": "StageVariables",
        "routes": "Routes",
        "authorizers": "Authorizers",
        "cors": "CorsConfiguration",
        "tags": "Tags",
    },
    frozenset(
        "Name Description StageName StageVariables Routes Authorizers CorsConfiguration Tags DisableExecuteApiEndpoint "
        "Version".split()
    ),
)
HTTP_ROUTE = Section(
    "routes",
    "AWS::ApiGatewayV2::Route",
    {
        "function": "Function",
        "url": "Url",
        "authorizer": "Authorizer",
        "scopes": "AuthorizationScopes",
        "payload_format": "Integration.PayloadFormatVersion",
        "timeout_ms": "Integration.TimeoutInMillis",
        "integration": "Integration",
    },
    frozenset({"Integration", "AuthorizationScopes", "AuthorizationType"}),
)
HTTP_AUTHORIZER = Section(
    "authorizers",
    "AWS::ApiGatewayV2::Authorizer",
    {
        "function": "Function",
        "identity_source": "IdentitySource",
        "payload_format": "AuthorizerPayloadFormatVersion",
        "simple_responses": "EnableSimpleResponses",
        "ttl": "AuthorizerResultTtlInSeconds",
        "issuer": "JwtConfiguration.Issuer",
        "audience": "JwtConfiguration.Audience",
    },
    frozenset(
        "IdentitySource AuthorizerPayloadFormatVersion EnableSimpleResponses AuthorizerResultTtlInSeconds "
        "JwtConfiguration".split()
    ),
)
CORS = Section(
    "cors",
    "AWS::ApiGatewayV2::Api Cors",
    {
        "allow_origins": "AllowOrigins",
        "allow_methods": "AllowMethods",
        "allow_headers": "AllowHeaders",
        "expose_headers": "ExposeHeaders",
        "max_age": "MaxAge",
        "allow_credentials": "AllowCredentials",
    },
    frozenset("AllowOrigins AllowMethods AllowHeaders ExposeHeaders MaxAge AllowCredentials".split()),
)
CLUSTER = Section(
    "clusters",
    "AWS::ECS::Cluster",
    {"tags": "Tags"},
    frozenset("ClusterSettings CapacityProviders DefaultCapacityProviderStrategy Configuration Tags".split()),
)
TASK_DEFINITION = Section(
    "task_definitions",
    "AWS::ECS::TaskDefinition",
    {
        "module": "Container.Module",
        "command": "Container.Command",
        "image": "Container.Image",
        "code": "Container.Code",
        "container": "Container.Name",
        "environment": "Container.Environment",
        "secrets": "Container.Secrets",
        "stop_timeout": "Container.StopTimeout",
        "log_group": "Container.LogGroup",
        "cpu": "Cpu",
        "memory": "Memory",
        "tags": "Tags",
    },
    frozenset(
        "ContainerDefinitions Cpu Memory NetworkMode RequiresCompatibilities TaskRoleArn ExecutionRoleArn "
        "EphemeralStorage RuntimePlatform Tags".split()
    ),
)
CONTAINER = Section(
    "containers",
    "a program that stands for an image",
    {"module": "Module", "command": "Command", "code": "Code"},
)
REST_API = Section(
    "rest_apis",
    "AWS::ApiGateway::RestApi",
    {
        "name": "Name",
        "description": "Description",
        "binary_media_types": "BinaryMediaTypes",
        "api_key_source": "ApiKeySourceType",
        "stage": "StageName",
        "stage_variables": "StageVariables",
        "routes": "Routes",
        "openapi": "OpenApi",
        "authorizers": "Authorizers",
        "models": "Models",
        "gateway_responses": "GatewayResponses",
        "cors": "Cors",
        "throttle": "Throttle",
        "api_keys": "ApiKeys",
        "usage_plan": "UsagePlan",
        "tags": "Tags",
    },
    frozenset(
        "Name Description BinaryMediaTypes MinimumCompressionSize ApiKeySourceType StageName StageVariables Tags "
        "Version".split()
    ),
)
STATE_MACHINE = Section(
    "state_machines",
    "AWS::StepFunctions::StateMachine",
    {
        "definition": "Definition",
        "substitutions": "DefinitionSubstitutions",
        "type": "StateMachineType",
        "role": "RoleArn",
        "tags": "Tags",
    },
    frozenset(
        "Definition DefinitionString DefinitionUri DefinitionSubstitutions StateMachineType RoleArn "
        "LoggingConfiguration TracingConfiguration EncryptionConfiguration Tags".split()
    ),
)
ACTIVITY = Section(
    "activities",
    "AWS::StepFunctions::Activity",
    {"tags": "Tags"},
    frozenset({"Tags"}),
)
TASK = Section(
    "tasks",
    "a task of [socket_tasks]",
    {**FUNCTION.short, "types": "Types"},
    FUNCTION.properties,
)
SOCKET_TASKS = Section(
    "socket_tasks",
    "the construct [socket_tasks]",
    {
        "tasks": "Tasks",
        "name": "Name",
        "stage": "Stage",
        "bus": "Bus",
        "queue": "Queue",
        "timeout": "Timeout",
        "code": "Code",
        "environment": "Environment",
        "submit": "Submit",
        "notify": "Notify",
    },
)
RESOURCE_SECTIONS = {
    section.title: section
    for section in (
        *(FUNCTION, QUEUE, TABLE, TOPIC, BUCKET, BUS, RULE, MAPPING, PIPE, WEBSOCKET_API, HTTP_API, REST_API),
        *(CLUSTER, TASK_DEFINITION, CONTAINER, STATE_MACHINE, ACTIVITY),
    )
}
