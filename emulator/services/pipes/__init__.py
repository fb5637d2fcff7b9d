"""EventBridge Pipes: from a queue or a stream through filter and enrichment to a target."""
