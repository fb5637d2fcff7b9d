"""State machines as Mermaid text."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.asl.drawing import Path, draw

PASS = {"Type": "Pass", "End": True}


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def lines(definition: dict[str, Any], path: Path | None = None) -> list[str]:
    return [line.strip() for line in draw(definition, path).splitlines()]


def test_a_line_of_states() -> None:
    drawn = lines(
        machine(A={"Type": "Task", "Resource": "r", "Next": "B"}, B={"Type": "Wait", "Seconds": 1, "End": True})
    )
    assert drawn == [
        "flowchart TD",
        "start((start))",
        's1["A"]',
        's2[/"B"/]',
        "stop((end))",
        "start --> s1",
        "s1 --> s2",
        "s2 --> stop",
    ]


@pytest.mark.parametrize(
    ("state", "shape"),
    [
        ({"Type": "Choice", "Choices": []}, '{"A"}'),
        ({"Type": "Succeed"}, '(["A"])'),
        ({"Type": "Fail"}, '(["A"])'),
        ({"Type": "Pass", "End": True}, '["A"]'),
    ],
)
def test_shapes(state: dict[str, Any], shape: str) -> None:
    drawn = lines(machine(A=state))
    assert f"s1{shape}" in drawn
    assert ("s1 --> stop" in drawn) is (state["Type"] not in ("Choice", "Fail"))


def test_choices_and_catches_say_when() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.n", "NumericGreaterThan": 3, "Next": "B"},
            {"And": [{"Variable": "$.n", "IsPresent": True}], "Next": "B"},
            {"Condition": "{% $n > 3 %}", "Next": "B"},
        ],
        "Default": "C",
    }
    catch = [{"ErrorEquals": ["States.Timeout", "E"], "Next": "C"}]
    drawn = lines(machine(A=choice, B={"Type": "Task", "Resource": "r", "Catch": catch, "End": True}, C=PASS))
    assert 's1 -->|"$.n NumericGreaterThan 3"| s2' in drawn
    assert 's1 -->|"rule 2"| s2' in drawn
    assert 's1 -->|"$n #gt; 3"| s2' in drawn
    assert 's1 -->|"default"| s3' in drawn
    assert 's2 -.->|"States.Timeout, E"| s3' in drawn


@pytest.mark.parametrize("processor", ["ItemProcessor", "Iterator"])
def test_states_inside_states(processor: str) -> None:
    inner = machine(C={"Type": "Pass", "Next": "D"}, D=PASS)
    parallel = {
        "Type": "Parallel",
        "Branches": [machine(B=PASS), machine(M={"Type": "Map", processor: inner, "End": True})],
    }
    drawn = lines(machine(A={**parallel, "End": True}))
    start = drawn.index('subgraph s1["A (Parallel)"]')
    assert drawn[start : start + 8] == [
        'subgraph s1["A (Parallel)"]',
        's2["B"]',
        'subgraph s3["M (Map)"]',
        's4["C"]',
        's5["D"]',
        "end",
        "end",
        "stop((end))",
    ]
    assert [line for line in drawn if "-->" in line] == ["start --> s1", "s1 --> stop", "s4 --> s5"]


def test_names_that_mean_something_to_mermaid() -> None:
    assert 's1["#quot;a#quot; #35;1 #lt;b#gt; end"]' in lines(machine(**{'"a" #1 <b>\nend': PASS}))


def test_the_way_that_was_gone() -> None:
    definition = machine(A={"Type": "Choice", "Choices": [], "Default": "B"}, B={"Type": "Fail"}, C=PASS)
    path = Path({"A", "B"}, {("", "A"), ("A", "B")}, {"B"})
    drawn = lines(definition, path)
    assert "class s1 taken" in drawn
    assert "class s2 failed" in drawn
    edges = [line for line in drawn if "-->" in line]
    assert edges == ["start --> s1", 's1 -->|"default"| s2', "s3 --> stop"]
    assert drawn[-1].startswith("linkStyle 0,1 stroke")
