"""AWS's operations, by family."""
