"""TestState: one state by itself, its work mocked or done.  AWS docs, "Using TestState API to test a state"."""
