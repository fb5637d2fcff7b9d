"""Lambda's operations, by family."""
