"""The environment of a worker process: every variable AWS sets, and what makes a handler reach the emulator.

AWS docs, "Working with Lambda environment variables"; values recorded from AWS.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

# What a handler needs of the machine it really runs on: its interpreter's packages, temporary files, certificates,
# proxies.  Nothing that starts with AWS_ is ever taken over.
_FROM_HOST = frozenset(
    {
        "CURL_CA_BUNDLE",
        "DYLD_LIBRARY_PATH",
        "HOME",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NODE_EXTRA_CA_CERTS",
        "NO_PROXY",
        "PYTHONHASHSEED",
        "PYTHONHOME",
        "PYTHONPATH",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TEMP",
        "TMP",
        "TMPDIR",
        "VIRTUAL_ENV",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
DEFAULT_PATH = "/usr/local/bin:/usr/bin/:/bin:/opt/bin"  # AWS's value where the host has none


def lambda_environment(
    *,
    function_name: str,
    handler: str,
    region: str,
    account: str,
    emulator_address: str,
    task_root: str,
    runtime: str = "python3.13",
    function_version: str = "$LATEST",
    memory_mb: int = 128,
    log_group: str | None = None,
    log_stream: str = "",
    log_format: str = "Text",
    log_level: str | None = None,
    initialization_type: str = "on-demand",
    endpoint_url: str | None = None,
    redirect_hosts: tuple[str, ...] = (),
    user: Mapping[str, str] | None = None,
    host: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The complete environment of a function's process, as a new dict.

    ``emulator_address`` is ``host:port``; ``endpoint_url`` defaults to plain HTTP at that address.  ``account`` becomes
    the access key id, by which the emulator knows the account again.  ``redirect_hosts`` are further names that lead to
    the emulator, with or without a port; empty ones are none.  ``user`` is the function's ``Environment.Variables`` and
    wins over all; ``host`` is the emulator's own environment, of which only the interpreter's needs are taken over.
    """
    host = host or {}
    values = emulator_environment(region, account, emulator_address, endpoint_url, host, redirect_hosts)
    values |= _of_the_runtime(runtime, task_root, handler, host)
    values |= {
        "AWS_LAMBDA_FUNCTION_NAME": function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": function_version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization_type,
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group or f"/aws/lambda/{function_name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
    }
    if log_format.upper() == "JSON":
        values["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
    if log_level:
        values["AWS_LAMBDA_LOG_LEVEL"] = log_level
    return values | dict(user or {})


def emulator_environment(
    region: str,
    account: str,
    emulator_address: str,
    endpoint_url: str | None,
    host: Mapping[str, str],
    redirect_hosts: tuple[str, ...] = (),
) -> dict[str, str]:
    """What every program gets that the emulator starts: of ``host`` what an interpreter needs, test credentials, and
    the way to the emulator.  Parameters as in `lambda_environment`."""
    values = {name: value for name, value in host.items() if name in _FROM_HOST}
    values |= {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
        "AWS_ENDPOINT_URL": endpoint_url or f"http://{emulator_address}",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "EMULATOR_ADDRESS": emulator_address,
    }
    if any(redirect_hosts):
        values["EMULATOR_REDIRECT_HOSTS"] = ",".join(filter(None, redirect_hosts))
    _keep_emulator_off_proxies(values, emulator_address)
    return values


def _of_the_runtime(runtime: str, task_root: str, handler: str, host: Mapping[str, str]) -> dict[str, str]:
    libraries = [f"{task_root}/lib", task_root, "/opt/lib"]
    if host.get("LD_LIBRARY_PATH"):
        libraries.append(host["LD_LIBRARY_PATH"])
    values = {
        "_HANDLER": handler,
        # Worker processes speak over an inherited socket; the variable is there because libraries look for it.
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "LAMBDA_TASK_ROOT": task_root,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PATH": host.get("PATH") or DEFAULT_PATH,
        "LD_LIBRARY_PATH": ":".join(libraries),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PWD": task_root,
        "SHLVL": "0",
    }
    if not runtime.startswith("provided"):
        values["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{runtime}"
    if runtime.startswith("python"):
        values["LC_CTYPE"] = "C.UTF-8"
    if runtime.startswith("nodejs"):
        values["NODE_PATH"] = ":".join(_node_path(runtime, task_root, host))
    return values


def _node_path(runtime: str, task_root: str, host: Mapping[str, str]) -> list[str]:
    """AWS's folders for layers; where AWS has its SDK, the packages of the project that the emulator was started in."""
    version = runtime.removeprefix("nodejs").partition(".")[0]
    own = [f"{host['PWD']}/node_modules"] if host.get("PWD") else []
    known = [host["NODE_PATH"]] if host.get("NODE_PATH") else []
    return [f"/opt/nodejs/node{version}/node_modules", "/opt/nodejs/node_modules", *known, *own, task_root]


def _keep_emulator_off_proxies(values: dict[str, str], emulator_address: str) -> None:
    if any(name.lower().endswith("_proxy") for name in values):
        own = emulator_address.rpartition(":")[0].strip("[]")
        for name in ("NO_PROXY", "no_proxy"):
            values[name] = ",".join(filter(None, (values.get(name), own)))


def host_environment() -> dict[str, str]:
    """The emulator's own environment, for `lambda_environment`'s ``host``."""
    return dict(os.environ)
