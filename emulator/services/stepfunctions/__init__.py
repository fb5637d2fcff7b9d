"""AWS Step Functions: state machines, their executions, activities and task tokens."""
