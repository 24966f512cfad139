"""Quotas by the day, on both databases."""

import pytest

from mvidarr import settings
from mvidarr.accounts import throttle
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.errors import ServiceError
from mvidarr.governor import quota, services
from tests.conftest import SetClock
from tests.fakes.together import together

NOON = 1_795_204_800_000  # of 2026-11-20 in California
NAME = "youtube_api"


@pytest.fixture
def noon(set_clock: SetClock) -> SetClock:
    set_clock.at = NOON
    return set_clock


def test_units_are_counted(database: Config, noon: SetClock) -> None:
    assert quota.used_today(NAME) == 0

    quota.spend(NAME, 100, 9_000)
    quota.spend(NAME, 1, 9_000)

    assert quota.used_today(NAME) == 101
    assert quota.used_today("another") == 0


def test_what_is_left_can_be_used_to_the_last_unit(database: Config, noon: SetClock) -> None:
    quota.spend(NAME, 150, 200)

    with pytest.raises(ServiceError, match="midnight in California") as caught:
        quota.spend(NAME, 100, 200)
    quota.spend(NAME, 50, 200)

    assert quota.used_today(NAME) == 200
    assert caught.value.service == NAME
    assert caught.value.retry_after == 12 * 3600


def test_quota_begins_anew_at_midnight_in_california(database: Config, noon: SetClock) -> None:
    quota.spend(NAME, 100, 100)
    noon.forward(12 * clock.HOUR - 1)
    with pytest.raises(ServiceError):
        quota.spend(NAME, 1, 100)
    noon.forward(1)

    quota.spend(NAME, 100, 100)

    assert quota.used_today(NAME) == 100


def test_days_that_are_over_are_dropped_with_other_limits(database: Config, noon: SetClock) -> None:
    quota.spend(NAME, 1, 100)
    noon.forward(3 * clock.DAY)

    assert throttle.purge() == 1


def test_limit_is_kept_by_many_at_once(database: Config, noon: SetClock) -> None:
    def spend(number: int) -> list[bool]:
        return [_is_granted() for _ in range(5)]

    outcomes = [granted for answer in together(4, spend) for granted in answer]

    assert quota.used_today(NAME) == 15
    assert (outcomes.count(True), outcomes.count(False)) == (15, 5)


def _is_granted() -> bool:
    try:
        quota.spend(NAME, 1, 15)
    except ServiceError:
        return False
    return True


def test_services_conf_counts_for_the_service_that_has_a_quota(
    database: Config, noon: SetClock
) -> None:
    settings.change({"youtube_api_key": "key", "youtube_api_quota": 150})
    conf = services.conf(services.find(NAME))
    conf.spend(100)

    assert quota.used_today(NAME) == 100
    with pytest.raises(ServiceError, match="150 units"):
        conf.spend(100)
