"""What ``emulator up`` says first: what was created, where it is, and how to talk to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from click import style

from emulator.cli.options import DEFAULT_PORT

if TYPE_CHECKING:
    from emulator.app import Emulator
    from emulator.stack.deploy import Deployment
    from emulator.stack.description import Stack


def banner(emulator: Emulator, stack: Stack, deployment: Deployment, environment: Mapping[str, str]) -> str:
    """The whole text; styles are removed by click where the output is no terminal."""
    settings = emulator.settings
    clock = emulator.ground.clock.mode
    facts = f"clock {clock}, runtime {settings.runtime}, account {settings.account}, {settings.region}"
    lines = [f"{style('aws-task-emulator', bold=True)} at {style(emulator.url, fg='cyan')}  ({facts})", ""]
    lines += [f"  {title:<10} {names}" for title, names in _created(deployment)]
    lines += [*([""] if len(lines) > 2 else []), *_how_to_talk(emulator, stack), ""]
    if environment.get("AWS_PROFILE"):
        warning = "AWS_PROFILE is set: a profile with an endpoint_url of its own wins over AWS_ENDPOINT_URL"
        lines += [style(f"  {warning}", fg="yellow"), ""]
    return "\n".join(lines)


def _created(deployment: Deployment) -> list[tuple[str, str]]:
    rows = {
        "functions": deployment.functions,
        "buses": deployment.buses,
        "rules": deployment.rules,
        "queues": deployment.queues,
        "tables": deployment.tables,
        "buckets": deployment.buckets,
        "mappings": deployment.mappings,
        "pipes": deployment.pipes,
        "machines": deployment.state_machines,
        "activities": deployment.activities,
    }
    created = [(title, ", ".join(names)) for title, names in rows.items() if names]
    created += [("topic", topic_line(name, endpoints)) for name, endpoints in deployment.topics.items()]
    for name, url in deployment.websocket_urls.items():
        created.append(("websocket", f"{style(url, fg='cyan')}  ({name})"))
    for name, url in deployment.http_urls.items():
        created.append(("http", f"{style(url, fg='cyan')}  ({name})"))
    for name, url in deployment.rest_urls.items():
        created.append(("rest", f"{style(url, fg='cyan')}  ({name})"))
    return created


def topic_line(name: str, endpoints: Iterable[str]) -> str:
    """``reports → work, https://…``: a topic and who has subscribed to it."""
    return " → ".join(filter(None, (name, ", ".join(endpoints))))


def _how_to_talk(emulator: Emulator, stack: Stack) -> list[str]:
    where = "" if emulator.port == DEFAULT_PORT else f" --endpoint {emulator.url}"
    lines = [
        f"  export AWS_ENDPOINT_URL={emulator.url} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "
        f"AWS_DEFAULT_REGION={emulator.settings.region}"
    ]
    if stack.construct is not None:
        task = next(iter(stack.construct.properties["Tasks"]))
        lines.append(f"""  emulator submit {task} --data '{{"name": "Ada"}}'{where}""")
    lines.append(f"  control API {emulator.url}/_emulator/docs   Ctrl-C ends it")
    return lines


def created(emulator: Emulator, deployment: Deployment) -> dict[str, Any]:
    """The same for programs: the first line of ``emulator up --json``."""
    return {"endpoint": emulator.url, "clock": emulator.ground.clock.mode, **dataclasses.asdict(deployment)}
