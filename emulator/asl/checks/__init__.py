"""The checks of a definition, field by field and state by state; ``emulator.asl.validate`` puts them together."""
