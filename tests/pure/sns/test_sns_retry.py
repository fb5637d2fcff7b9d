"""Phases and the retry decision."""

import pytest

from emulator.core.errors import AwsError
from emulator.services.sns.delivery_policy import NOTHING, DeliveryPolicy, effective, read_policy
from emulator.services.sns.retry import INTERNAL, Failure, GiveUp, Phases, RetryAfter, http_failure, retry_decision

PASSING = Failure("500", "", True)
PERMANENT = Failure("404", "", False)


def delays(phases):
    return [phases.delay(retry) for retry in range(1, phases.retries + 1)]


def policy(**retries):
    names = {"low": "minDelayTarget", "high": "maxDelayTarget", "retries": "numRetries", "function": "backoffFunction"}
    values = ", ".join(f'"{names.get(name, name)}": {value}' for name, value in retries.items())
    return read_policy(f'{{"healthyRetryPolicy": {{{values}}}}}', topic=False)


def test_http_by_default_three_retries_twenty_seconds_apart():
    assert delays(NOTHING.phases()) == [20, 20, 20]


def test_the_phases_in_their_order():
    phases = policy(
        low=5, high=25, retries=12, numNoDelayRetries=2, numMinDelayRetries=3, numMaxDelayRetries=4
    ).phases()
    assert delays(phases) == [0, 0, 5, 5, 5, 5, 15, 25, 25, 25, 25, 25]


@pytest.mark.parametrize("function", ["linear", "arithmetic", "geometric", "exponential"])
def test_back_off_goes_from_the_shortest_delay_to_the_longest(function):
    found = delays(policy(low=1, high=60, retries=10, function=f'"{function}"').phases())
    assert (found[0], round(found[-1], 6), len(found)) == (1, 60, 10)
    assert found == sorted(found)


def test_a_single_back_off_retry_has_the_shortest_delay():
    for function in ("linear", "arithmetic", "geometric", "exponential"):
        assert delays(policy(low=3, high=9, retries=1, function=f'"{function}"').phases()) == [3]


def test_queues_and_functions():
    assert INTERNAL.retries == 100_015
    assert delays(INTERNAL)[:6] == [0, 0, 0, 1, 1, 1]
    assert delays(INTERNAL)[14:17] == [20, 20, 20]
    assert 22 < sum(delays(INTERNAL)) / 86_400 < 24


def test_decisions():
    phases = Phases(backing_off=3, low=20, high=20)
    assert retry_decision(phases, 1, PASSING) == RetryAfter(20)
    assert retry_decision(phases, 3, PASSING) == RetryAfter(20)
    assert retry_decision(phases, 4, PASSING) == GiveUp("exhausted")
    assert retry_decision(phases, 1, PERMANENT) == GiveUp("permanent")
    assert retry_decision(phases, 2, PASSING, most_retries=1) == GiveUp("exhausted")
    assert retry_decision(phases, 1, PASSING, scale=0.5) == RetryAfter(10)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_success(status):
    assert http_failure(status) is None


@pytest.mark.parametrize(("status", "retryable"), [(500, True), (503, True), (429, True), (400, False), (404, False)])
def test_failures(status, retryable):
    failure = http_failure(status)
    assert (failure.code, failure.retryable) == (str(status), retryable)


def test_redirects_are_failures():
    assert http_failure(302) is not None


def test_the_subscription_wins_part_by_part():
    topic = read_policy(
        '{"http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 5},'
        ' "defaultThrottlePolicy": {"maxReceivesPerSecond": 2},'
        ' "defaultRequestPolicy": {"headerContentType": "application/json"}}}',
        topic=True,
    )
    both = effective(topic, policy(low=2, high=2, retries=1))
    assert delays(both.phases()) == [2]
    assert (both.per_second, both.content_type) == (2, "application/json")
    fixed = topic._replace(overrides_disabled=True)
    assert delays(effective(fixed, policy(low=2, high=2, retries=1)).phases()) == [1] * 5


def test_effective_policy_of_a_fresh_topic():
    assert NOTHING.shown(topic=True) == {
        "http": {
            "defaultHealthyRetryPolicy": {
                "minDelayTarget": 20,
                "maxDelayTarget": 20,
                "numRetries": 3,
                "numMaxDelayRetries": 0,
                "numNoDelayRetries": 0,
                "numMinDelayRetries": 0,
                "backoffFunction": "linear",
            },
            "disableSubscriptionOverrides": False,
            "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
        }
    }


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"http": {}}',
        '{"healthyRetryPolicy": 5}',
        '{"healthyRetryPolicy": {"minDelayTarget": 0}}',
        '{"healthyRetryPolicy": {"minDelayTarget": 21}}',
        '{"healthyRetryPolicy": {"maxDelayTarget": 3601}}',
        '{"healthyRetryPolicy": {"numRetries": 101}}',
        '{"healthyRetryPolicy": {"numRetries": true}}',
        '{"healthyRetryPolicy": {"numRetries": 1, "numNoDelayRetries": 2}}',
        '{"healthyRetryPolicy": {"minDelayTarget": 400, "maxDelayTarget": 400, "numRetries": 10}}',
        '{"healthyRetryPolicy": {"backoffFunction": "cubic"}}',
        '{"throttlePolicy": {"maxReceivesPerSecond": 0}}',
        '{"requestPolicy": {"headerContentType": "a\\r\\nb"}}',
    ],
)
def test_refused_policies(text):
    with pytest.raises(AwsError) as caught:
        read_policy(text, topic=False)
    assert caught.value.code == "InvalidParameter"
    assert caught.value.message.startswith("Invalid parameter: DeliveryPolicy: ")


def test_members_that_are_null_say_nothing():
    text = '{"healthyRetryPolicy": null, "sicklyRetryPolicy": null, "throttlePolicy": null}'
    assert read_policy(text, topic=False) == DeliveryPolicy()
