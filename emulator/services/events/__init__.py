"""EventBridge: event buses, rules, targets, and the delivery of events with retries and dead-letter queues."""
