"""Amazon ECS: tasks as processes on this machine."""
