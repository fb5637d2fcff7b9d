"""HTTP APIs: their data plane, and what their control plane does differently from that of WebSocket APIs."""
