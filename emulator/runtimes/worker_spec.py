"""What a worker process is started with, from what is known of its function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from emulator.runtimes.base import FunctionSpec, layer_folders
from emulator.runtimes.worker import WorkerSpec, lambda_environment, program_for


def worker_spec(function: FunctionSpec, base_url: str, host: Mapping[str, str], domain_name: str = "") -> WorkerSpec:
    """One version of a function as a process; ``host`` is the emulator's own environment, ``domain_name`` a name of the
    emulator beside ``base_url`` and API Gateway's."""
    values = lambda_environment(
        function_name=function.name,
        handler=function.handler,
        region=function.region,
        account=function.account,
        emulator_address=urlsplit(base_url).netloc,
        task_root=str(function.directory),
        runtime=function.runtime,
        function_version=function.version,
        memory_mb=function.memory,
        log_group=function.log_group or None,
        log_format=function.log_format,
        log_level=function.log_level or None,
        initialization_type=function.initialization,
        endpoint_url=base_url,
        redirect_hosts=(domain_name,),
        host=host,
    )
    _add_layers(values, function.layers, function.runtime)
    # The user's variables win over everything, as on AWS.
    values |= dict(function.environment)
    paths = (str(function.directory), *python_paths(function.layers))
    program = program_for(function.runtime, function.directory, function.memory, function.layers)
    return WorkerSpec(function.handler, str(function.directory), values, paths, program=program)


def python_paths(layers: Sequence[Path]) -> list[str]:
    """Where Python finds what layers hold (AWS docs, "Packaging your layer content")."""
    packages = "python/lib/python3.*/site-packages"
    found = [path for layer in reversed(layers) for path in sorted(layer.glob(packages))]
    return [str(path) for path in (*found, *layer_folders(layers, "python"))]


def _add_layers(values: dict[str, str], layers: Sequence[Path], runtime: str) -> None:
    """The folders that AWS has below ``/opt``, where the layers really lie."""
    _prepend(values, "PATH", layer_folders(layers, "bin"))
    _prepend(values, "LD_LIBRARY_PATH", layer_folders(layers, "lib"))
    if runtime.startswith("nodejs"):
        version = runtime.removeprefix("nodejs").partition(".")[0]
        own = (f"nodejs/node{version}/node_modules", "nodejs/node_modules")
        _prepend(values, "NODE_PATH", layer_folders(layers, *own))


def _prepend(values: dict[str, str], name: str, folders: Sequence[Path]) -> None:
    if folders:
        values[name] = ":".join([*map(str, folders), *filter(None, [values.get(name)])])
