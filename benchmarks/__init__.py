"""How fast is the emulator?  ``python -m benchmarks --help``; the figures are explained in docs/performance.md."""
