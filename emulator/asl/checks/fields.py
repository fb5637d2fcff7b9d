"""Which field each state type has, in which query language, and how its value is checked.  (AWS docs, state types.)"""

from __future__ import annotations

from dataclasses import dataclass

from emulator.asl.checks import kinds
from emulator.asl.checks.choices import check_choices
from emulator.asl.checks.handlers import check_catch, check_retry
from emulator.asl.checks.mapping import check_batcher, check_label, check_reader, check_writer
from emulator.asl.checks.resource import check_credentials, check_resource
from emulator.asl.checks.variables import check_assign
from emulator.asl.states.base import JSONATA, JSONPATH


@dataclass(frozen=True, slots=True)
class Field:
    """``language`` None: both."""

    check: kinds.Check
    language: str | None = None


Fields = dict[str, Field]


def _both(**checks: kinds.Check) -> Fields:
    return {name: Field(check) for name, check in checks.items()}


def _path(**checks: kinds.Check) -> Fields:
    return {name: Field(check, JSONPATH) for name, check in checks.items()}


def _asked(**checks: kinds.Check) -> Fields:
    return {name: Field(check, JSONATA) for name, check in checks.items()}


_COMMON = _both(Type=kinds.anything, Comment=kinds.string, QueryLanguage=kinds.one_of(JSONPATH, JSONATA))
_WAY_OUT = _both(Next=kinds.string, End=kinds.boolean)
_PATHS = _path(InputPath=kinds.path, OutputPath=kinds.path)
_OUTPUT = _asked(Output=kinds.query)
_ASSIGN = _both(Assign=check_assign)
_RESULT = _path(ResultSelector=kinds.template, ResultPath=kinds.result_path)
_HANDLERS = _both(Retry=check_retry, Catch=check_catch)
_WORK = {**_COMMON, **_WAY_OUT, **_PATHS, **_OUTPUT, **_ASSIGN, **_RESULT, **_HANDLERS}

FIELDS: dict[str, Fields] = {
    "Task": {
        **_WORK,
        **_path(Parameters=kinds.template, TimeoutSecondsPath=kinds.reference, HeartbeatSecondsPath=kinds.reference),
        **_asked(Arguments=kinds.query),
        **_both(
            Resource=check_resource,
            TimeoutSeconds=kinds.whole(1),
            HeartbeatSeconds=kinds.whole(1),
            Credentials=check_credentials,
        ),
    },
    "Pass": {
        **_COMMON,
        **_WAY_OUT,
        **_PATHS,
        **_OUTPUT,
        **_ASSIGN,
        **_path(Parameters=kinds.template, Result=kinds.anything, ResultPath=kinds.result_path),
    },
    "Choice": {**_COMMON, **_PATHS, **_OUTPUT, **_ASSIGN, **_both(Choices=check_choices, Default=kinds.string)},
    "Wait": {
        **_COMMON,
        **_WAY_OUT,
        **_PATHS,
        **_OUTPUT,
        **_ASSIGN,
        **_path(SecondsPath=kinds.reference, TimestampPath=kinds.reference),
        **_both(Seconds=kinds.whole(0), Timestamp=kinds.timestamp),
    },
    "Succeed": {**_COMMON, **_PATHS, **_OUTPUT},
    "Fail": {
        **_COMMON,
        **_path(ErrorPath=kinds.dynamic, CausePath=kinds.dynamic),
        **_both(Error=kinds.text, Cause=kinds.text),
    },
    "Parallel": {
        **_WORK,
        **_path(Parameters=kinds.template),
        **_asked(Arguments=kinds.query),
        **_both(Branches=kinds.filled_list),
    },
    "Map": {
        **_WORK,
        **_path(
            Parameters=kinds.template,
            ItemsPath=kinds.path,
            MaxConcurrencyPath=kinds.reference,
            ToleratedFailureCountPath=kinds.reference,
            ToleratedFailurePercentagePath=kinds.reference,
        ),
        **_asked(Items=kinds.items),
        **_both(
            ItemProcessor=kinds.json_object,
            Iterator=kinds.json_object,
            ItemSelector=kinds.template,
            # Negative numbers are accepted; the Map then never starts an item (recorded from AWS).
            MaxConcurrency=kinds.whole(None),
            ToleratedFailureCount=kinds.whole(0),
            ToleratedFailurePercentage=kinds.percentage,
            Label=check_label,
            ItemReader=check_reader,
            ItemBatcher=check_batcher,
            ResultWriter=check_writer,
        ),
    },
}

REQUIRED: dict[str, list[str]] = {
    "Task": ["Resource"],
    "Choice": ["Choices"],
    "Parallel": ["Branches"],
}

# Of each group at most one may be given; of the groups in ONE_NEEDED exactly one.
EXCLUSIVE: dict[str, list[tuple[str, ...]]] = {
    "Task": [("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")],
    "Wait": [("Seconds", "SecondsPath", "Timestamp", "TimestampPath")],
    "Fail": [("Error", "ErrorPath"), ("Cause", "CausePath")],
    "Map": [
        ("ItemProcessor", "Iterator"),
        ("ItemSelector", "Parameters"),
        ("MaxConcurrency", "MaxConcurrencyPath"),
        ("ToleratedFailureCount", "ToleratedFailureCountPath"),
        ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    ],
}
ONE_NEEDED: dict[str, list[tuple[str, ...]]] = {
    "Wait": [("Seconds", "SecondsPath", "Timestamp", "TimestampPath")],
    "Map": [("ItemProcessor", "Iterator")],
}
