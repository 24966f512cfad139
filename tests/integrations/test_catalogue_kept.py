"""Every catalogue's answers are kept: a second look asks nothing, an old answer is renewed."""

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from mvidarr.core import clock, errors
from mvidarr.core.config import Config
from mvidarr.core.http import Conf, Kept
from mvidarr.governor import cache
from tests.conftest import SetClock
from tests.fakes import answers, catalogues
from tests.fakes.catalogues import ASKS, Catalogue
from tests.fakes.deezer import FakeDeezer
from tests.fakes.internet import FakeInternet

LONG = 8 * clock.DAY  # after which nothing is fresh any more


@pytest.fixture
def opened(fake_internet: FakeInternet, database: Config) -> Callable[[str], Catalogue]:
    return lambda name: catalogues.OPEN[name](fake_internet)


def keeping(catalogue: Catalogue) -> Conf:
    """As another process would have it: only the database is shared."""
    name = catalogue.conf.service
    return replace(catalogue.conf, backoff=0.001, answers=cache.Cache(service=name))


@pytest.mark.parametrize(("name", "verb"), ASKS)
def test_second_look_asks_nothing(opened: Callable[[str], Catalogue], name: str, verb: str) -> None:
    catalogue = opened(name)
    first = catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted)
    asked = len(catalogue.fake.asked)

    second = catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted)

    assert first == second != []
    assert 0 < asked == len(catalogue.fake.asked)


@pytest.mark.parametrize(("name", "verb"), ASKS)
def test_expired_answers_are_renewed_by_their_etags(
    opened: Callable[[str], Catalogue], set_clock: SetClock, name: str, verb: str
) -> None:
    catalogue = opened(name)
    catalogue.fake.has_etags = True
    first = catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted)
    asked = len(catalogue.fake.asked)
    set_clock.forward(LONG)

    second, third = (
        catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted) for _ in range(2)
    )

    assert first == second == third
    again = catalogue.fake.internet.requests[asked:]
    assert len(again) == asked  # the third look asked nothing
    assert all(request.headers.get("if-none-match", "").startswith('W/"') for request in again)


@pytest.mark.parametrize(("name", "verb"), ASKS)
def test_expired_answers_without_etags_are_asked_for_again(
    opened: Callable[[str], Catalogue], set_clock: SetClock, name: str, verb: str
) -> None:
    catalogue = opened(name)
    first = catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted)
    asked = len(catalogue.fake.asked)
    set_clock.forward(LONG)

    assert catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted) == first
    assert len(catalogue.fake.asked) == 2 * asked


@pytest.mark.parametrize(("name", "verb"), ASKS)
def test_failures_are_not_kept(opened: Callable[[str], Catalogue], name: str, verb: str) -> None:
    catalogue = opened(name)
    for fault in (answers.too_many(5), answers.html_with_200(), answers.invalid_json()):
        catalogue.fake.fails(fault, times=1)
        with pytest.raises(errors.ServiceError):
            catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted)

    assert catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted)


@pytest.mark.parametrize("name", catalogues.ADAPTERS)
def test_check_always_asks(opened: Callable[[str], Catalogue], name: str) -> None:
    catalogue = opened(name)
    catalogues.ask(name, "check", keeping(catalogue), catalogue.wanted)
    asked = len(catalogue.fake.asked)

    catalogues.ask(name, "check", keeping(catalogue), catalogue.wanted)

    assert len(catalogue.fake.asked) == 2 * asked


@pytest.mark.parametrize("verb", ["find_artists", "find_videos"])
@pytest.mark.parametrize(("hours", "is_asked"), [(11, False), (13, True)])
@pytest.mark.parametrize("name", ["theaudiodb", "musicbrainz", "imvdb"])
def test_lists_are_kept_for_half_a_day(
    opened: Callable[[str], Catalogue],
    set_clock: SetClock,
    name: str,
    verb: str,
    hours: int,
    is_asked: bool,
) -> None:
    catalogue = opened(name)
    catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted)
    asked = len(catalogue.fake.asked)
    set_clock.forward(hours * clock.HOUR)

    catalogues.ask(name, verb, keeping(catalogue), catalogue.wanted)

    assert (len(catalogue.fake.asked) > asked) is is_asked


@pytest.mark.parametrize("name", ["theaudiodb", "musicbrainz", "fanarttv"])
def test_facts_are_kept_for_a_week(
    opened: Callable[[str], Catalogue], set_clock: SetClock, name: str
) -> None:
    catalogue = opened(name)
    catalogues.ask(name, "describe", keeping(catalogue), catalogue.wanted)
    asked = len(catalogue.fake.asked)
    set_clock.forward(7 * clock.DAY - 1)

    catalogues.ask(name, "describe", keeping(catalogue), catalogue.wanted)

    assert len(catalogue.fake.asked) == asked


def test_used_up_quota_is_not_kept_though_its_status_says_success(
    opened: Callable[[str], Catalogue],
) -> None:
    catalogue = opened("deezer")
    assert isinstance(catalogue.fake, FakeDeezer)
    catalogue.fake.exceeds_quota(times=1)
    with pytest.raises(errors.ServiceError, match="asks for a pause"):
        catalogues.ask("deezer", "describe", keeping(catalogue), catalogue.wanted)

    assert catalogues.ask("deezer", "describe", keeping(catalogue), catalogue.wanted)


@pytest.mark.parametrize("name", ["imvdb", "theaudiodb"])
def test_kept_answer_says_nothing_of_how_the_service_does_now(
    opened: Callable[[str], Catalogue], name: str
) -> None:
    catalogue = opened(name)
    notes: list[str] = []
    conf = replace(keeping(catalogue), note=lambda part, problem: notes.append(part))
    catalogues.ask(name, "find_videos", conf, catalogue.wanted)
    assert "videos" in notes
    notes.clear()

    catalogues.ask(name, "find_videos", conf, catalogue.wanted)

    assert notes == []


class Names:
    """Keeps nothing but what it is asked for."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def find(self, request: str) -> Kept | None:
        self.seen.append(request)
        return None

    def keep(self, request: str, body: bytes, etag: str | None, keep: int) -> None:
        self.seen.append(request)


@pytest.mark.parametrize(("name", "verb"), ASKS)
def test_no_key_in_logs_or_in_names_of_answers(
    fake_internet: FakeInternet,
    caplog: pytest.LogCaptureFixture,
    name: str,
    verb: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    catalogue = catalogues.OPEN[name](fake_internet)
    names = Names()
    conf = replace(catalogue.conf, backoff=0.001, answers=names)
    catalogues.ask(name, verb, conf, catalogue.wanted)
    catalogue.fake.fails(500)
    with pytest.raises(errors.ServiceError):
        catalogues.ask(name, verb, conf, catalogue.wanted)

    key = conf.key or "no key at all"
    assert names.seen
    assert not [seen for seen in names.seen if key in seen]
    own = [record.getMessage() for record in caplog.records if record.name.startswith("mvidarr")]
    assert own
    assert not [line for line in own if key in line]
