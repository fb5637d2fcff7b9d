"""A regular expression that does not come to an end must not stop the emulator with it."""

from __future__ import annotations

import re

import pytest

from emulator.templates import TemplateError, javaregex, regexguard
from emulator.templates.errors import Meter

ENDLESS = "a" * 60 + "!"


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(a|aa)+", "(?:a?){60}a{60}", "(.*a){20}", "a?" * 40 + "a" * 40, "(?=(a+)+$)a*"]
)
def test_patterns_without_an_end_are_given_up(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these tries more than 2 to the 40 ways on this text."""
    monkeypatch.setattr(regexguard, "PATIENCE", 0.02)
    with pytest.raises(TemplateError, match="takes too long"):
        javaregex.matches(ENDLESS, pattern)


def test_long_texts_are_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexguard, "PATIENCE", 0.02)
    with pytest.raises(TemplateError, match="takes too long"):
        javaregex.replace("a" * 50_000, "a*a*a*b", "", Meter())


def test_nested_repetitions_that_do_end() -> None:
    assert javaregex.matches("alpha,beta,gamma,delta,epsilon", "([a-z]+,)*[a-z]+")
    assert javaregex.split("alpha, beta,gamma ,delta,epsilon", "( *,+ *)+", Meter()) == [
        *("alpha", "beta", "gamma", "delta", "epsilon")
    ]


def test_trials_are_work_of_the_template() -> None:
    meter = Meter(1)
    with pytest.raises(TemplateError, match="too much work"):
        javaregex.matches("alpha,beta,gamma,delta,epsilon", "([a-z]+,)*[a-z]+", meter)


@pytest.mark.parametrize("pattern", [r"\\\\'", r"4\d{2}", ".*Error.*", r"\s+", "[a-z]+@[a-z]+", "(?s:.*)timeout.*"])
def test_usual_patterns_need_no_trial(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(regexguard, "_TRIAL")  # a trial would fail
    regexguard.check_cost(re.compile(pattern), "x" * 400, None, whole=True)
    regexguard.check_cost(re.compile(pattern), "x" * 400, None, whole=False)
