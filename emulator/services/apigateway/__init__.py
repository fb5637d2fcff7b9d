"""API Gateway: WebSocket APIs, their control plane (``apigatewayv2``) and ``@connections``."""
