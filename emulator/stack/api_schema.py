"""What ``websocket_apis``, ``http_apis`` and ``rest_apis`` entries may say, and the tables inside the first two."""

from __future__ import annotations

from emulator.stack.section import Section

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
