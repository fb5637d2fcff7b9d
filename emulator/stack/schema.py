"""What a stack description may say: CloudFormation's resource types and properties, each with its short form."""

from __future__ import annotations

from emulator.stack.api_schema import HTTP_API, REST_API, WEBSOCKET_API
from emulator.stack.section import Section

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
