"""Reading queues and streams in batches for somebody who handles them: event source mappings and pipes do the same."""
