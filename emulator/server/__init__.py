"""The front: one port for WebSockets, AWS API calls, API traffic and the control API."""
