"""The envelope that targets receive."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.patterns.event_pattern import parse_event
from emulator.services.events.event import Event, new_event, squeezed

ID = "6a7e8feb-b491-4cf7-a9f1-bf3703467718"


def event(detail: str = '{"taskId":"t-1"}', **changes: Any) -> Event:
    parts: dict[str, Any] = {
        "id": ID,
        "source": "app.tasks",
        "detail_type": "task.submit",
        "detail": parse_event(detail),
        "detail_text": detail,
        "account": "111111111111",
        "region": "us-east-1",
        "time": 1640995200.9,
        "resources": [],
        "ingested": 0.0,
        "bus": "arn:aws:events:us-east-1:111111111111:event-bus/default",
    }
    return new_event(**(parts | changes))


def test_keys_and_their_order() -> None:
    assert event().text == (
        '{"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"task.submit","source":"app.tasks",'
        '"account":"111111111111","time":"2022-01-01T00:00:00Z","region":"us-east-1","resources":[],'
        '"detail":{"taskId":"t-1"}}'
    )


def test_text_and_body_agree() -> None:
    made = event('{ "a" : [1.5, null] }', source='my-id:::M0en2e"VpSwMCFmw=', resources=["r\n1", "r2"])
    assert json.loads(made.text) == made.body


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ('{ "a" : 1.0 ,\n"b":[ 1e3, -0, 12345678901234567890123 ] }', '{"a":1.0,"b":[1e3,-0,12345678901234567890123]}'),
        ('{"a b" : " x  y "}', '{"a b":" x  y "}'),
        (r'{"q":"say \"hi\" \\ now"}', r'{"q":"say \"hi\" \\ now"}'),
        ('{"n":null,"t":true}', '{"n":null,"t":true}'),
        (r'{"half":"\ud83d"}', r'{"half":"\ud83d"}'),
    ],
)
def test_detail_is_compact_and_keeps_its_numbers(given: str, sent: str) -> None:
    assert squeezed(given) == sent


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), values, max_size=4), st.booleans(), st.sampled_from([None, 2]))
def test_squeezing_never_changes_the_value(detail: dict[str, Any], ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(detail, ensure_ascii=ascii_only, indent=indent)
    assert json.loads(squeezed(text)) == detail
    assert squeezed(text) == squeezed(squeezed(text))
    squeezed(text).encode()


def test_an_id_is_kept_within_a_region_and_new_across_regions() -> None:
    bus = "arn:aws:events:us-east-1:111111111111:event-bus/b"
    near, far = event().on_bus(bus), event().on_bus(bus, "new-id")
    assert (near.id, near.text, near.forwarded) == (ID, event().text, True)
    assert json.loads(far.text) == far.body == event().body | {"id": "new-id"}
