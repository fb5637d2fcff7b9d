"""Lambda: functions, invocation, the asynchronous queue, destinations, event source mappings."""
