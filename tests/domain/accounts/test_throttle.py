"""Token buckets."""

import pytest

from mvidarr.accounts import throttle
from mvidarr.accounts.throttle import Bucket
from mvidarr.core import clock
from mvidarr.core.errors import TooSoon
from mvidarr.models import Throttle
from tests.conftest import SetClock
from tests.fakes.together import together

BUCKET = Bucket(key="test", burst=3, per_day=24)  # one an hour


def tries(bucket: Bucket, most: int = 100) -> int:
    """How many tries it gives now."""
    for count in range(most):
        try:
            throttle.take(bucket)
        except TooSoon:
            return count
    return most


@pytest.mark.usefixtures("database")
def test_a_bucket_gives_its_burst_and_then_one_by_one(set_clock: SetClock) -> None:
    assert tries(BUCKET) == 3
    set_clock.forward(clock.HOUR - 1)
    assert tries(BUCKET) == 0
    set_clock.forward(1)
    assert tries(BUCKET) == 1
    set_clock.forward(100 * clock.DAY)
    assert tries(BUCKET) == 3


@pytest.mark.usefixtures("database")
def test_the_wait_is_said_in_seconds_and_in_words(set_clock: SetClock) -> None:
    tries(BUCKET)
    set_clock.forward(clock.HOUR // 2)

    with pytest.raises(TooSoon, match="Try again in 30 minutes") as caught:
        throttle.take(BUCKET)
    assert caught.value.retry_after == 1800
    set_clock.forward(29 * clock.MINUTE)
    with pytest.raises(TooSoon, match="Try again in 60 seconds"):
        throttle.take(BUCKET)
    set_clock.forward(60 * clock.SECOND)
    throttle.take(BUCKET)


@pytest.mark.usefixtures("database")
def test_a_refused_try_costs_nothing(set_clock: SetClock) -> None:
    tries(BUCKET)
    for _ in range(60):
        set_clock.forward(clock.MINUTE)
        tries(BUCKET, most=1)

    assert tries(BUCKET) == 0
    set_clock.forward(clock.HOUR)
    assert tries(BUCKET) == 1


@pytest.mark.usefixtures("database")
def test_a_try_is_taken_from_all_buckets_or_from_none(set_clock: SetClock) -> None:
    other = Bucket(key="other", burst=1, per_day=24)
    throttle.take(other)

    with pytest.raises(TooSoon):
        throttle.take(BUCKET, other)
    assert tries(BUCKET) == 3


@pytest.mark.usefixtures("database")
def test_a_right_try_is_given_back_but_never_more_than_fits(set_clock: SetClock) -> None:
    for _ in range(10):
        throttle.take(BUCKET)
        throttle.give_back(BUCKET)
    throttle.give_back(BUCKET)

    assert tries(BUCKET) == 3


@pytest.mark.usefixtures("database")
def test_a_clock_that_is_set_back_gives_nothing_and_breaks_nothing(set_clock: SetClock) -> None:
    tries(BUCKET)
    set_clock.forward(-clock.DAY)

    assert tries(BUCKET) == 0


@pytest.mark.usefixtures("database")
def test_buckets_survive_in_the_database_until_they_are_full(set_clock: SetClock) -> None:
    tries(BUCKET)
    assert throttle.purge() == 0
    set_clock.forward(3 * clock.DAY)

    assert throttle.purge() == 1
    assert Throttle.select().count() == 0
    assert tries(BUCKET) == 3


@pytest.mark.usefixtures("database")
def test_many_at_once_get_no_more_than_there_is() -> None:
    outcomes = together(8, lambda _: throttle.take(BUCKET))

    assert outcomes.count(None) == 3
    assert sum(isinstance(outcome, TooSoon) for outcome in outcomes) == 5


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.168.1.5", "192.168.1.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("::ffff:192.168.1.5", "192.168.1.5"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_an_address_counts_as_what_one_person_holds(ip: str, network: str) -> None:
    assert throttle.network(ip) == network


def test_keys_fit_their_column_and_do_not_hold_the_name() -> None:
    bucket = throttle.by_name("maren")

    assert len(bucket.key) <= 100
    assert "maren" not in bucket.key
    assert len(throttle.by_address("x" * 500).key) <= 100


def test_budgets_of_guessing_are_what_we_say() -> None:
    name, address = throttle.by_name("maren"), throttle.by_address("10.0.0.1")

    assert name.burst + name.per_day <= 100
    assert (address.burst, address.per_day) == (10, 480)
