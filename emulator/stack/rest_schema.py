"""What the tables inside a ``rest_apis`` entry may say: AWS::ApiGateway's properties, with short forms."""

from __future__ import annotations

from emulator.stack.section import Section

REST_ROUTE = Section(
    "routes",
    "AWS::ApiGateway::Method",
    {
        "function": "Function",
        "async": "Async",
        "url": "Url",
        "action": "Action",
        "queue": "Queue",
        "mock": "Mock",
        "request": "Request",
        "responses": "Responses",
        "headers": "Headers",
        "query": "Query",
        "path": "Path",
        "passthrough": "Integration.PassthroughBehavior",
        "content_handling": "Integration.ContentHandling",
        "timeout_ms": "Integration.TimeoutInMillis",
        "authorizer": "Authorizer",
        "scopes": "AuthorizationScopes",
        "api_key": "ApiKeyRequired",
        "model": "Model",
        "required": "Required",
        "integration": "Integration",
    },
    frozenset("Integration AuthorizationType AuthorizationScopes ApiKeyRequired OperationName".split()),
)
REST_RESPONSE = Section(
    "responses",
    "AWS::ApiGateway::Method IntegrationResponse",
    {
        "pattern": "SelectionPattern",
        "template": "ResponseTemplates",
        "headers": "Headers",
        "content_handling": "ContentHandling",
    },
    frozenset({"SelectionPattern", "ResponseTemplates", "ContentHandling"}),
)
REST_AUTHORIZER = Section(
    "authorizers",
    "AWS::ApiGateway::Authorizer",
    {
        "function": "Function",
        "type": "Type",
        "identity_source": "IdentitySource",
        "validation": "IdentityValidationExpression",
        "ttl": "AuthorizerResultTtlInSeconds",
        "user_pools": "ProviderARNs",
    },
    frozenset("Type IdentitySource IdentityValidationExpression AuthorizerResultTtlInSeconds ProviderARNs".split()),
)
GATEWAY_RESPONSE = Section(
    "gateway_responses",
    "AWS::ApiGateway::GatewayResponse",
    {"status": "StatusCode", "template": "ResponseTemplates", "headers": "Headers"},
    frozenset({"StatusCode", "ResponseTemplates"}),
)
THROTTLE = Section("throttle", "throttling", {"rate": "Rate", "burst": "Burst"})
USAGE_PLAN = Section(
    "usage_plan",
    "AWS::ApiGateway::UsagePlan",
    {
        "rate": "Throttle.RateLimit",
        "burst": "Throttle.BurstLimit",
        "quota": "Quota.Limit",
        "period": "Quota.Period",
        "offset": "Quota.Offset",
    },
    frozenset({"Throttle", "Quota", "Description"}),
)
