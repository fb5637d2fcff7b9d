"""Valid JSON to typed states; ``validate`` has looked at everything before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulator.asl.checks.resource import parse_resource
from emulator.asl.conditions import compile_condition, compile_question
from emulator.asl.fields import Builder
from emulator.asl.references import variable_references
from emulator.asl.scope import ABSENT
from emulator.asl.states import (
    Catcher,
    Choice,
    ChoiceRule,
    Fail,
    ItemBatcher,
    ItemReader,
    Map,
    Parallel,
    Pass,
    Resource,
    ResultWriter,
    Retrier,
    State,
    StateMachine,
    Succeed,
    Task,
    Wait,
    Workflow,
)
from emulator.asl.states.base import JSONPATH
from emulator.asl.states.maps import INLINE

Json = Mapping[str, Any]


def build_machine(raw: Json) -> StateMachine:
    language = raw.get("QueryLanguage", JSONPATH)
    workflow = build_workflow(raw, language)
    return StateMachine(
        start_at=workflow.start_at,
        states=workflow.states,
        comment=workflow.comment,
        query_language=language,
        version=raw.get("Version", "1.0"),
        timeout_seconds=raw.get("TimeoutSeconds"),
        variable_references=variable_references(workflow),
    )


def build_workflow(raw: Json, language: str) -> Workflow:
    """``language``: the state machine's; a state's own choice does not reach the workflows inside it."""
    states = {name: build_state(name, state, language) for name, state in raw["States"].items()}
    return Workflow(start_at=raw["StartAt"], states=states, comment=raw.get("Comment"))


def build_state(name: str, raw: Json, language: str) -> State:
    builder = Builder(raw, raw.get("QueryLanguage", language))
    common: dict[str, Any] = {
        "name": name,
        "query_language": builder.language,
        "comment": raw.get("Comment"),
        "next": raw.get("Next"),
        "input_path": builder.path("InputPath"),
        "output_path": builder.path("OutputPath"),
        "output": builder.query("Output"),
        "assign": builder.template("Assign"),
    }
    return _BUILDERS[raw["Type"]](builder, common, language)


def _work(builder: Builder) -> dict[str, Any]:
    return {
        "arguments": builder.template("Arguments") if builder.jsonata else builder.template("Parameters"),
        "result_selector": builder.template("ResultSelector"),
        "result_path": builder.result_path(),
        "retry": tuple(map(_retrier, builder.raw.get("Retry", ()))),
        "catch": tuple(_catcher(builder, index, raw) for index, raw in enumerate(builder.raw.get("Catch", ()))),
    }


def _retrier(raw: Json) -> Retrier:
    return Retrier(
        error_equals=tuple(raw["ErrorEquals"]),
        interval_seconds=raw.get("IntervalSeconds", 1),
        max_attempts=raw.get("MaxAttempts", 3),
        backoff_rate=float(raw.get("BackoffRate", 2.0)),
        max_delay_seconds=raw.get("MaxDelaySeconds"),
        jitter=raw.get("JitterStrategy", "NONE"),
    )


def _catcher(builder: Builder, index: int, raw: Json) -> Catcher:
    inner = Builder(raw, builder.language, f"Catch[{index}]/")
    return Catcher(
        error_equals=tuple(raw["ErrorEquals"]),
        next=raw["Next"],
        result_path=inner.result_path(),
        output=inner.query("Output"),
        assign=inner.template("Assign"),
    )


def _task(builder: Builder, common: dict[str, Any], _language: str) -> Task:
    arn = builder.raw["Resource"]
    return Task(
        **common,
        **_work(builder),
        resource=parse_resource(arn) or Resource(arn, "lambda", "lambda", "", ""),
        timeout_seconds=builder.number("TimeoutSeconds"),
        heartbeat_seconds=builder.number("HeartbeatSeconds"),
        credentials=builder.template("Credentials"),
    )


def _pass(builder: Builder, common: dict[str, Any], _language: str) -> Pass:
    return Pass(
        **common,
        arguments=builder.template("Parameters"),
        result=builder.raw.get("Result", ABSENT),
        result_path=builder.result_path(),
    )


def _choice(builder: Builder, common: dict[str, Any], _language: str) -> Choice:
    rules = tuple(_rule(builder, index, raw) for index, raw in enumerate(builder.raw["Choices"]))
    return Choice(**common, rules=rules, default=builder.raw.get("Default"))


def _rule(builder: Builder, index: int, raw: Json) -> ChoiceRule:
    inner = Builder(raw, builder.language, f"Choices[{index}]/")
    return ChoiceRule(
        condition=compile_question(raw["Condition"], index) if builder.jsonata else compile_condition(raw),
        next=raw["Next"],
        comment=raw.get("Comment"),
        output=inner.query("Output"),
        assign=inner.template("Assign"),
    )


def _wait(builder: Builder, common: dict[str, Any], _language: str) -> Wait:
    return Wait(**common, seconds=builder.number("Seconds"), timestamp=builder.text("Timestamp"))


def _succeed(_builder: Builder, common: dict[str, Any], _language: str) -> Succeed:
    return Succeed(**common)


def _fail(builder: Builder, common: dict[str, Any], _language: str) -> Fail:
    return Fail(**common, error=builder.text("Error"), cause=builder.text("Cause"))


def _parallel(builder: Builder, common: dict[str, Any], language: str) -> Parallel:
    branches = tuple(build_workflow(raw, language) for raw in builder.raw["Branches"])
    return Parallel(**common, **_work(builder), branches=branches)


def _map(builder: Builder, common: dict[str, Any], language: str) -> Map:
    raw = builder.raw
    processor = raw["ItemProcessor"] if "ItemProcessor" in raw else raw["Iterator"]
    config = processor.get("ProcessorConfig", {})
    work = _work(builder) | {"arguments": None}
    return Map(
        **common,
        **work,
        processor=build_workflow(processor, language),
        mode=config.get("Mode", INLINE),
        execution_type=config.get("ExecutionType"),
        items=builder.template("Items") if builder.jsonata else builder.path("ItemsPath"),
        item_selector=builder.template("ItemSelector") or builder.template("Parameters"),
        max_concurrency=builder.number("MaxConcurrency"),
        tolerated_failure_count=builder.number("ToleratedFailureCount"),
        tolerated_failure_percentage=builder.number("ToleratedFailurePercentage"),
        label=raw.get("Label"),
        item_reader=_reader(builder, raw["ItemReader"]) if "ItemReader" in raw else None,
        item_batcher=_batcher(builder, raw["ItemBatcher"]) if "ItemBatcher" in raw else None,
        result_writer=_writer(builder, raw["ResultWriter"]) if "ResultWriter" in raw else None,
    )


def _reader(builder: Builder, raw: Json) -> ItemReader:
    inner = Builder(raw, builder.language, "ItemReader/")
    config: Json = raw.get("ReaderConfig", {})
    settings = Builder(config, builder.language, "ItemReader/ReaderConfig/")
    return ItemReader(
        resource=raw["Resource"],
        arguments=inner.template("Arguments") or inner.template("Parameters"),
        input_type=config.get("InputType"),
        manifest_type=config.get("ManifestType"),
        transformation=config.get("Transformation", "NONE"),
        csv_header_location=config.get("CSVHeaderLocation"),
        csv_headers=tuple(config.get("CSVHeaders", ())),
        csv_delimiter=config.get("CSVDelimiter", "COMMA"),
        items_pointer=config.get("ItemsPointer"),
        max_items=settings.number("MaxItems"),
        expected_bucket_owner=config.get("ExpectedBucketOwner"),
    )


def _batcher(builder: Builder, raw: Json) -> ItemBatcher:
    inner = Builder(raw, builder.language, "ItemBatcher/")
    return ItemBatcher(
        max_items=inner.number("MaxItemsPerBatch"),
        max_input_bytes=inner.number("MaxInputBytesPerBatch"),
        batch_input=inner.template("BatchInput"),
    )


def _writer(builder: Builder, raw: Json) -> ResultWriter:
    inner = Builder(raw, builder.language, "ResultWriter/")
    config: Json = raw.get("WriterConfig", {})
    return ResultWriter(
        resource=raw.get("Resource"),
        arguments=inner.template("Arguments") or inner.template("Parameters"),
        transformation=config.get("Transformation", "NONE"),
        output_type=config.get("OutputType", "JSON"),
    )


_BUILDERS: dict[str, Callable[[Builder, dict[str, Any], str], State]] = {
    "Task": _task,
    "Pass": _pass,
    "Choice": _choice,
    "Wait": _wait,
    "Succeed": _succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
