"""An emulator without REST APIs does not load them."""

import subprocess
import sys

QUESTION = """
import sys, emulator.app
print([name for name in sys.modules if name.startswith("emulator.services.apigateway.rest.")
       and name.rpartition(".")[2] not in ("api", "model", "routing", "store")])
"""


def test_rest_apis_are_loaded_with_the_first_request():
    asked = subprocess.run([sys.executable, "-c", QUESTION], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"
