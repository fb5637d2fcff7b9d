"""Many tasks at once, some failing, some workers killed: every task is answered as its record says, nothing is left.

``python -m benchmarks.soak`` runs the same with 10,000 tasks from 100 connections.
"""

import asyncio
import os
from pathlib import Path

import pytest

from benchmarks.soak import Options, Tally, disagreements, figures, soak

pytestmark = pytest.mark.skipif(not Path(f"/proc/{os.getpid()}/task").is_dir(), reason="looks into processes by /proc")


def test_every_task_is_answered_and_nothing_is_left():
    """Workers of the task function are killed first, then those of task-submit and task-notify, too."""
    killing_tasks = Options(tasks=40, connections=8, window=8, kill="tasks", pause=0.05)
    killing_all = Options(tasks=12, connections=4, window=4, kill="all", pause=0.05)
    report = asyncio.run(soak(killing_tasks, killing_all))
    assert report.problems == [], figures(killing_tasks, report)
    assert all(tally.killed.total() > 0 for tally in report.tallies)


def test_the_check_finds_what_is_wrong():
    """From 1 on: fine, lost, twice, otherwise than recorded, given up early, sent again; 20 cannot have succeeded."""
    frames = {1: ["Success"], 3: ["Fail", "Fail"], 4: ["Fail"], 5: ["Fail"], 6: ["Success", "Success"], 20: ["Success"]}
    failed, fine = ("RetriesExhausted", 3), ("Success", 1)
    records = {1: [fine], 3: [failed], 4: [fine], 5: [("RetriesExhausted", 2)], 6: [fine, fine], 20: [fine]}
    tally = Tally()
    tally.frames.update({str(number): statuses for number, statuses in frames.items()})
    tally.records.update({str(number): found for number, found in records.items()})
    tally.repeated["6"] = 1
    found = disagreements(tally, [1, 2, 3, 4, 5, 6, 20], once=True)
    assert [text.split(":")[0] for text in found] == [
        "task 2 lost",
        "task 3 not answered once",
        "task 4 answered otherwise than recorded",
        "task 5 given up too early",
        "task 20 cannot have succeeded",
    ]
    tally.frames["3"] = ["Fail"]
    assert disagreements(tally, [1, 3, 6], once=True) == []
