"""Samples: one folder per system, each started with ``emulator up sample_tasks/<name>``."""
