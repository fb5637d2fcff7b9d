"""CloudWatch Logs: what functions print, kept for the operations by which SDKs and tools read it."""
