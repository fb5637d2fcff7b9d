"""The pytest plugin: an emulator per session, a clean world per test.

Only pytest is imported here: every pytest run in an environment with this package loads the plugin, most never use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator.testing import ClockHandle, EmulatorThread, JournalHandle, Stack, StackHandle

MANUAL_START = 1_735_689_600.0  # 2025-01-01T00:00:00Z: a manual clock's journal is the same in every run
REMOVED = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_CONFIG_FILE")
MARKER = "aws_stack(stack, clock='auto', runtime='inline', start=None): the stack of this test, and how it runs"
OPTIONS = ("stack", "clock", "runtime", "start")
RUNTIMES = ("inline", "worker")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aws-task-emulator")
    group.addoption("--aws-clock", default=None, help="clock of all emulated tests: auto, manual, real, 60x")
    group.addoption("--aws-runtime", default=None, choices=RUNTIMES, help="where handlers run")
    parser.addini("aws_stack", "stack of tests without a marker: path of a stack.toml", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def aws_emulator() -> Iterator[EmulatorThread]:
    """The emulator of this session, in a thread, on a free port; ``.url`` is its endpoint."""
    from emulator.core.settings import Settings
    from emulator.testing import EmulatorThread

    with EmulatorThread(Settings(runtime="inline", check_outputs=True)) as thread:
        yield thread


@pytest.fixture
def _aws_world(
    aws_emulator: EmulatorThread, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EmulatorThread]:
    """A clean emulator in the mode that the test asks for, and the environment that points SDKs to it."""
    options = _options(request)
    clock = request.config.getoption("--aws-clock") or options.get("clock", "auto")
    start = options.get("start", MANUAL_START if clock == "manual" else _now())
    emulator = aws_emulator.emulator
    aws_emulator.run(emulator.reset())
    _adjust(emulator.settings, _initial_settings())
    emulator.settings.runtime = request.config.getoption("--aws-runtime") or options.get("runtime", "inline")
    aws_emulator.call(lambda: emulator.ground.clock.configure(clock, start))
    _set_environment(monkeypatch, aws_emulator.url, emulator.settings.region)
    request.node.stash[_USED] = aws_emulator
    yield aws_emulator
    aws_emulator.run(emulator.reset())


_USED: pytest.StashKey[EmulatorThread] = pytest.StashKey()


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the test's marker says, by name; a misspelt word fails the test instead of leaving the default."""
    marker = request.node.get_closest_marker("aws_stack")
    if marker is None:
        return {}
    problem = _problem_with(marker)
    if problem:
        pytest.fail(f"aws_stack: {problem}", pytrace=False)
    return {"stack": marker.args[0], **marker.kwargs} if marker.args else dict(marker.kwargs)


def _problem_with(marker: pytest.Mark) -> str:
    from emulator.core.clock import parse_mode

    odd = [*map(repr, marker.args[1:]), *(name for name in marker.kwargs if name not in OPTIONS)]
    if odd:
        return f"it takes one stack, then {', '.join(OPTIONS[1:])} by name, not {', '.join(odd)}"
    if marker.args and isinstance(marker.args[0], (int, float, list, tuple)):
        return f"a stack is a path, a table or a Stack, not {marker.args[0]!r}"
    start = marker.kwargs.get("start")
    if start is not None and (isinstance(start, bool) or not isinstance(start, (int, float))):
        return f"start is a number of epoch seconds, not {start!r}"
    if marker.kwargs.get("runtime", "inline") not in RUNTIMES:
        return f"runtime is {' or '.join(RUNTIMES)}, not {marker.kwargs['runtime']!r}"
    try:
        parse_mode(str(marker.kwargs.get("clock", "auto")))
    except ValueError as error:
        return str(error)
    return ""


def _initial_settings() -> dict[str, Any]:
    """Settings with which every test begins."""
    from dataclasses import asdict

    from emulator.core.settings import Settings

    return asdict(Settings(check_outputs=True))


def _adjust(settings: Any, table: dict[str, Any]) -> None:
    """Apply a stack's [emulator] section; where handlers run and how time goes is the test's own affair."""
    for name, value in table.items():
        if hasattr(settings, name) and name != "runtime":
            setattr(settings, name, value)


def _now() -> float:
    from emulator.core.clock import Clock

    return Clock.wall()


def _set_environment(monkeypatch: pytest.MonkeyPatch, url: str, region: str) -> None:
    import os

    for name in [n for n in os.environ if n in REMOVED or n.startswith("AWS_ENDPOINT_URL_")]:
        monkeypatch.delenv(name)
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    for name, value in {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        **dict.fromkeys(("no_proxy", "NO_PROXY"), f"{direct},127.0.0.1".lstrip(",")),
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def aws_stack(
    _aws_world: EmulatorThread, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StackHandle]:
    """The test's stack, deployed: from its marker, else from the ini option ``aws_stack``, else empty."""
    from emulator.stack.errors import StackError
    from emulator.testing import StackHandle

    try:
        stack = _described(request)
        settings = _aws_world.emulator.settings
        _adjust(settings, stack.settings)
        _set_environment(monkeypatch, _aws_world.url, settings.region)  # the stack may have a region of its own
        deployment = _aws_world.run(_aws_world.emulator.deploy(stack))
    except StackError as error:
        problem = str(error)
    else:
        problem = ""
    if problem:  # raised here, so that the report does not tell it twice
        pytest.fail(problem, pytrace=False)
    handle = StackHandle(_aws_world, deployment)
    yield handle
    handle.close()


def _described(request: pytest.FixtureRequest) -> Stack:
    from emulator.testing import Stack

    source: Any = _options(request).get("stack", request.config.getini("aws_stack"))
    if isinstance(source, Stack):
        return source
    if isinstance(source, dict):
        return Stack.from_document(source, request.path.parent, str(request.path.name))
    if not source:
        return Stack(request.path.parent)
    beside = request.path.parent / source
    return Stack.read(beside if beside.exists() else Path(request.config.rootpath) / source)


@pytest.fixture
def _aws_house(_aws_world: EmulatorThread, request: pytest.FixtureRequest) -> EmulatorThread:
    """The world with the test's stack in it: a test that names one has it, whichever fixtures it takes."""
    if "stack" in _options(request) or request.config.getini("aws_stack"):
        request.getfixturevalue("aws_stack")
    return _aws_world


@pytest.fixture
def aws_clock(_aws_house: EmulatorThread) -> ClockHandle:
    """The emulator's time: ``advance("3m")``, ``hold()``, ``run_until_idle()``, ``now``."""
    from emulator.testing import ClockHandle

    return ClockHandle(_aws_house)


@pytest.fixture
def aws_journal(_aws_house: EmulatorThread) -> JournalHandle:
    """What happened in this test: ``kinds()``, ``hops(kind=...)``, ``tree()``, ``wait_for(kind)``."""
    from emulator.testing import JournalHandle

    return JournalHandle(_aws_house)


@pytest.fixture
def aws_client(_aws_house: EmulatorThread) -> Callable[..., Any]:
    """``aws_client("sqs")``: a boto3 client of the emulator; further arguments go to ``boto3.client``.

    Host prefixes are off: ``sync-127.0.0.1`` (StartSyncExecution, TestState) would not resolve.
    """
    import boto3
    from botocore.config import Config

    def client(service: str, **options: Any) -> Any:
        settings = {"endpoint_url": _aws_house.url, "region_name": _aws_house.emulator.settings.region, **options}
        config = Config(inject_host_prefix=False).merge(settings.pop("config", None) or Config())
        return boto3.client(service, config=config, **settings)

    return client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failed test's report shows what the emulator did, as trace trees."""
    report: Any = yield
    thread = item.stash.get(_USED, None)
    if report.when == "call" and report.failed and thread is not None:
        from emulator.testing import JournalHandle

        try:
            trees = JournalHandle(thread).report()
        except Exception as error:  # the report of the test matters more
            trees = f"the journal cannot be read: {error!r}"
        report.sections.append(("emulated AWS: traces", trees or "nothing happened"))
    return report  # type: ignore[no-any-return]
