"""Entry of a Python process: ``python -u python_bootstrap.py '<JSON>'``, started by the emulator.

Small on purpose: a script is compiled at every start, the modules that it loads are cached.
"""

import importlib
import json
import os.path
import sys


def main() -> None:
    """Load the worker's modules under a private name, so that no name of a handler's package can meet ours."""
    here = os.path.dirname(os.path.abspath(__file__))
    if sys.path and sys.path[0] == here:
        del sys.path[0]
    package = type(sys)("_emulator_bootstraps")
    package.__path__ = [here]
    sys.modules[package.__name__] = package
    config = json.loads(sys.argv[1])
    del sys.argv[1:]
    importlib.import_module("_emulator_bootstraps." + config.get("serve", "python_worker")).serve(config)


if __name__ == "__main__":
    main()
