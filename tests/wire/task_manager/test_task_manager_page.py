"""The page of the sample in a real browser: posts a task and shows its status as it changes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.wire.chromium import Page, needs_chromium
from tests.wire.task_manager.world import changed, variant

STATUS = "document.querySelector('#tasks tr td:nth-child(2)')?.textContent"
RESULT = "document.querySelector('#tasks tr td:nth-child(3)').textContent"


def press_start(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.run(f"document.forms.new.elements.namedItem('{name}').value = '{value}'")
    page.run("document.querySelector('#new button').click()")


@needs_chromium
@pytest.mark.aws_stack(changed(), clock="manual")
def test_a_task_from_the_page(aws_stack: Any, aws_clock: Any) -> None:
    with Page() as page:
        page.open(aws_stack.deployment.rest_urls["tasks"] + "/")
        assert page.run("document.title") == "Task manager"
        press_start(page)
        page.until(f"{STATUS} === 'PENDING'")
        aws_clock.advance(6)
        page.until(f"{STATUS} === 'PENDING → SUCCESSFUL'")
        assert page.run(RESULT).startswith("Export completed at ")

        press_start(page, **{"from": ""})
        page.until(f"{STATUS} === 'PENDING'")
        aws_clock.advance(6)
        page.until(f"{STATUS} === 'PENDING → FAILED'")
        assert page.run("document.querySelectorAll('#tasks tr').length") == 2
        assert page.run("document.getElementById('problem').textContent") == ""


@needs_chromium
@pytest.mark.aws_stack(changed(**variant("create", "fail")))
def test_the_page_shows_what_went_wrong(aws_stack: Any) -> None:
    with Page() as page:
        page.open(aws_stack.deployment.rest_urls["tasks"] + "/")
        press_start(page)
        page.until("document.getElementById('problem').textContent === 'Internal server error'")


@pytest.mark.aws_stack(changed())
def test_the_page_is_html_from_the_api_itself(aws_stack: Any) -> None:
    answer = httpx.get(aws_stack.deployment.rest_urls["tasks"] + "/", trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "http" not in answer.text.partition("<script>")[2]
