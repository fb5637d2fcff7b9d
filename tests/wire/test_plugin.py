"""The pytest plugin as its users meet it: small projects run by a pytest of their own."""

import os
from pathlib import Path

import pytest

from tests.conftest import PLUGIN, pytest_plugins

ROOT = Path(__file__).parents[2]

TASKS = """
def report(event, context):
    return event["detail"]["name"]

def failing(event, context):
    raise RuntimeError("no luck")
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """A directory with task functions; ``run`` starts pytest in it."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    for name in [name for name in os.environ if name.startswith(("AWS_", "PYTEST_"))]:
        monkeypatch.delenv(name)
    pytester.makepyfile(tasks=TASKS)
    pytester.makefile(".toml", stack='[socket_tasks]\ntasks = { report = "tasks:report", failing = "tasks:failing" }\n')
    return pytester


def run(project, *arguments):
    loading = ("-p", PLUGIN) if PLUGIN in pytest_plugins else ()  # else its entry point has been found
    lean = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")  # half of the time of a start
    return project.runpytest_subprocess(*loading, *lean, "-W", "error", *arguments, timeout=60)


def test_every_way_to_name_a_stack(project):
    project.makeini("[pytest]\naws_stack = stack.toml\naddopts = --strict-markers\n")
    project.mkdir("deeper").joinpath("beside.toml").write_text("[queues.beside]\n[queues.other]\n")
    project.makepyfile(
        **{
            "deeper/test_beside": """
                import pytest

                @pytest.mark.aws_stack("beside.toml")
                def test_file_beside_the_test(aws_stack):
                    assert aws_stack.deployment.queues == ["beside", "other"]

                @pytest.mark.aws_stack("stack.toml")
                def test_file_in_the_root(aws_stack):
                    assert aws_stack.result(aws_stack.submit("report", {"name": "Ada"}))["response"] == "Ada"
            """,
            "test_forms": """
                import pytest
                from emulator.testing import Stack

                STACK = Stack().queue("python")

                def test_from_the_ini_option(aws_stack):
                    assert aws_stack.result(aws_stack.submit("report", {"name": "Ada"}))["response"] == "Ada"

                @pytest.mark.aws_stack({"queues": {"dict": {}}})
                def test_dict(aws_stack, aws_client):
                    (url,) = aws_client("sqs").list_queues()["QueueUrls"]
                    assert url == aws_stack.attributes["dict"]["QueueUrl"]

                @pytest.mark.aws_stack("stack.toml")
                def test_without_the_fixture(aws_client):
                    assert len(aws_client("lambda").list_functions()["Functions"]) == 4

                @pytest.mark.aws_stack(STACK)
                @pytest.mark.parametrize("again", [1, 2])
                def test_python_for_several_tests(again, aws_stack):
                    assert aws_stack.deployment.queues == ["python"]

                @pytest.mark.aws_stack({"queues": {}}, clock="60x", runtime="worker", start=1_000_000_000)
                def test_options(aws_stack, aws_clock, aws_emulator):
                    assert aws_clock.mode == "60x"
                    assert 1_000_000_000 <= aws_clock.now < 1_000_000_600
                    assert aws_emulator.emulator.settings.runtime == "worker"

                @pytest.mark.aws_stack({"queues": {}}, clock="manual")
                def test_a_manual_clock_starts_always_at_the_same_time(aws_clock):
                    assert aws_clock.now == 1_735_689_600
                    assert aws_clock.advance("90s") == aws_clock.now == 1_735_689_690
            """,
        }
    )
    run(project).assert_outcomes(passed=9)


def test_tests_do_not_see_each_other(project):
    project.makepyfile(
        **{
            "test_leftovers": """
                import os
                import boto3
                import pytest

                STACK = pytest.mark.aws_stack("stack.toml")

                @STACK
                @pytest.mark.parametrize("again", [1, 2])
                def test_leaves_things_behind(again, aws_stack, aws_client, aws_journal):
                    assert os.environ["AWS_ENDPOINT_URL"] == aws_stack.url
                    queues = boto3.client("sqs")  # finds the emulator by its environment alone
                    assert [url.rsplit("/")[-1] for url in queues.list_queues()["QueueUrls"]] == ["notify"]
                    assert not aws_journal.hops("connect")
                    queues.create_queue(QueueName="left-over")
                    client = aws_stack.connect()
                    client.submit("failing")
                    aws_journal.wait_for("result")

                def test_without_a_stack(aws_stack, aws_client, aws_clock, aws_journal):
                    assert "QueueUrls" not in aws_client("sqs").list_queues()
                    assert aws_clock.run_until_idle() - aws_clock.now < 1
                    assert aws_journal.kinds() == ["api"]

                def test_without_fixtures():
                    assert not any(name.startswith("AWS_") for name in os.environ)
            """,
            "test_region": """
                import boto3
                import pytest

                @pytest.mark.aws_stack(stack={"queues": {"jobs": {}}, "emulator": {"region": "eu-west-1"}})
                def test_region(aws_stack):
                    (url,) = boto3.client("sqs").list_queues()["QueueUrls"]  # by the environment alone
                    assert url == aws_stack.attributes["jobs"]["QueueUrl"]

                def test_the_next_one_has_the_default(aws_stack, aws_client):
                    assert aws_client("sqs").meta.region_name == boto3.client("sqs").meta.region_name == "us-east-1"
            """,
        }
    )
    run(project).assert_outcomes(passed=6)


def test_the_clock_of_the_command_line_wins(project):
    project.makepyfile(
        """
        import pytest

        @pytest.mark.aws_stack("stack.toml", clock="real")
        def test_clock(aws_stack, aws_clock, aws_journal):
            assert aws_clock.mode == "auto"
            aws_stack.submit("failing")
            assert aws_journal.wait_for("record")[0].detail == {}

        @pytest.mark.aws_stack("stack.toml", runtime="inline")
        def test_runtime(aws_stack, aws_emulator):
            assert aws_emulator.emulator.settings.runtime == "worker"
        """
    )
    run(project, "--aws-clock", "auto", "--aws-runtime", "worker").assert_outcomes(passed=2)


def test_what_went_wrong_is_told(project):
    project.makepyfile(
        **{
            "test_failures": """
                import pytest

                @pytest.mark.aws_stack("stack.toml")
                def test_wrong(aws_stack):
                    assert aws_stack.result(aws_stack.submit("failing"))["status"] == "Success"

                @pytest.mark.aws_stack({"functions": {"f": {"handler": "tasks:reprot"}}})
                def test_typo(aws_stack):
                    raise AssertionError("never reached")
            """,
            "test_misspelt_options": """
                import pytest

                @pytest.mark.aws_stack("stack.toml", clok="manual")
                def test_name(aws_stack):
                    pass

                @pytest.mark.aws_stack("stack.toml", "manual")
                def test_position(aws_stack):
                    pass

                @pytest.mark.aws_stack("stack.toml", runtime="docker")
                def test_runtime(aws_clock):
                    pass

                @pytest.mark.aws_stack("stack.toml", clock="fast")
                def test_clock(aws_journal):
                    pass
            """,
        }
    )
    result = run(project)
    result.assert_outcomes(failed=1, errors=5)
    result.stdout.fnmatch_lines_random(
        [
            "*has no 'reprot'*'report'*",
            "aws_stack: it takes one stack, then clock, runtime, start by name, not clok",
            "aws_stack: it takes one stack, then clock, runtime, start by name, not 'manual'",
            "aws_stack: runtime is inline or worker, not 'docker'",
            "aws_stack: unknown clock 'fast'*",
        ]
    )
    result.stdout.fnmatch_lines(
        [
            "*assert 'Fail' == 'Success'*",
            "*emulated AWS: traces*",
            "1-*",
            "*frame-in*",
            "*invoke*failing*attempt 1*",
            "*invoke*failing*attempt 3*",
            "*frame-out*",
        ]
    )
    result.stdout.no_fnmatch_line("*never reached*")


def test_asynchronous_tests_and_several_processes(project):
    project.makepyfile(
        **{
            "test_asynchronous": """
                import anyio
                import pytest

                pytestmark = [pytest.mark.anyio, pytest.mark.aws_stack("stack.toml")]

                @pytest.fixture
                def anyio_backend():
                    return "asyncio"

                async def test_two_clients(aws_stack):
                    async with aws_stack.connect_async() as one, aws_stack.connect_async() as other:
                        first = await one.submit("report", {"name": "Ada"})
                        second = await other.submit("report", {"name": "Bert"})
                        with anyio.fail_after(10):
                            assert (await other.result(second))["response"] == "Bert"
                            assert (await one.result(first))["response"] == "Ada"
            """,
            "test_processes": """
                import pytest

                @pytest.mark.aws_stack("stack.toml")
                @pytest.mark.parametrize("number", range(8))
                def test_task(number, aws_stack):
                    assert aws_stack.result(aws_stack.submit("report", {"name": number}))["response"] == number
            """,
        }
    )
    run(project, "-n", "2").assert_outcomes(passed=9)


def test_loading_the_plugin_imports_nothing_heavy(project):
    project.makepyfile(
        """
        import sys

        def test_modules():
            assert "emulator.pytest_plugin" in sys.modules
            heavy = {"boto3", "botocore", "fastapi", "pydantic", "uvicorn", "websockets", "httpx", "emulator.app"}
            assert not heavy & set(sys.modules)
        """
    )
    run(project).assert_outcomes(passed=1)


def test_the_marker_is_documented(project):
    run(project, "--markers").stdout.fnmatch_lines(["@pytest.mark.aws_stack(stack, clock='auto', runtime='inline'*"])
