"""REST APIs: their control plane (``apigateway``) and their data plane."""
