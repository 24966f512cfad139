"""Asking all services at once: one that fails, rests or talks rubbish never spoils the rest."""

import threading

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.core.errors import ServiceError, TooSoon, Unavailable
from mvidarr.core.http import NotThere
from mvidarr.core.terms import ServiceState
from mvidarr.discovery import finders
from mvidarr.governor import breaker, budget
from mvidarr.integrations.protocols import FoundUpload, FoundVideo, Wanted
from tests.fakes import answers
from tests.fakes import finders as fakes
from tests.fakes.finders import FakeService
from tests.fakes.imvdb import FakeImvdb
from tests.fakes.musicbrainz import FakeMusicBrainz

BJORK = Wanted(name="Björk")


@pytest.fixture
def services(database: Config, monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    settings.change({"imvdb_api_key": "a key"})
    return fakes.install(monkeypatch, only=("youtube", "musicbrainz", "imvdb"))


def titles(asked: finders.Asked) -> list[str]:
    return [one.title for one in asked.found]


def test_everything_found_comes_in_the_order_of_the_services(
    services: dict[str, FakeService],
) -> None:
    services["imvdb"].finds(fakes.listed("Jóga"))
    services["youtube"].finds(fakes.upload("Björk - Hunter"), fakes.upload("Björk - Jóga"))

    asked = finders.ask(BJORK)

    assert titles(asked) == ["Björk - Hunter", "Björk - Jóga", "Jóga"]
    assert asked.asked == ["youtube", "musicbrainz", "imvdb"]
    assert asked.errors == []


def test_one_that_fails_is_recorded_and_the_others_go_on(services: dict[str, FakeService]) -> None:
    services["musicbrainz"].fails(ServiceError("musicbrainz", "It took too long to answer."))
    services["youtube"].finds(fakes.upload("Björk - Jóga"))

    asked = finders.ask(BJORK)

    assert titles(asked) == ["Björk - Jóga"]
    assert asked.asked == ["youtube", "imvdb"]
    assert [(error.service, error.message) for error in asked.errors] == [
        ("musicbrainz", "MusicBrainz: It took too long to answer.")
    ]
    assert budget.row("musicbrainz").state == ServiceState.DEGRADED
    assert budget.row("youtube").state == ServiceState.WORKING


@pytest.mark.parametrize(
    "rubbish",
    [
        KeyError("artist_videos"),
        TypeError("NoneType is not subscriptable"),
        ValueError("bad"),
        AttributeError("get"),
        OverflowError("date"),
        OSError("no such program"),
        RecursionError("deep"),
    ],
)
def test_rubbish_is_a_failure_of_the_service(
    services: dict[str, FakeService], rubbish: Exception
) -> None:
    services["imvdb"].fails(rubbish)
    services["youtube"].finds(fakes.upload("Björk - Jóga"))

    asked = finders.ask(BJORK)

    assert titles(asked) == ["Björk - Jóga"]
    assert [error.message for error in asked.errors] == [
        "IMVDb answered in a way that MVidarr does not understand."
    ]
    assert budget.row("imvdb").failures == 1


def test_what_came_before_a_failure_is_kept_and_the_failure_said(
    services: dict[str, FakeService],
) -> None:
    services["imvdb"].finds(fakes.listed("Jóga"))
    services["imvdb"].fails(ServiceError("imvdb", "IMVDb ended the connection too early."))

    asked = finders.ask(BJORK)

    assert titles(asked) == ["Jóga"]
    assert "imvdb" in asked.asked
    assert [error.service for error in asked.errors] == ["imvdb"]


def test_not_knowing_the_artist_is_an_answer(services: dict[str, FakeService]) -> None:
    breaker.failed("imvdb", "It failed once.")
    services["imvdb"].fails(NotThere("imvdb", "IMVDb does not have that."))

    asked = finders.ask(BJORK)

    assert asked.errors == []
    assert "imvdb" in asked.asked
    assert budget.row("imvdb").state == ServiceState.WORKING


@pytest.mark.parametrize(
    "error", [TooSoon("This service is busy."), Unavailable("The database is busy.")]
)
def test_what_lies_with_us_is_no_failure_of_the_service(
    services: dict[str, FakeService], error: Exception
) -> None:
    services["imvdb"].fails(error)

    asked = finders.ask(BJORK)

    assert [one.service for one in asked.errors] == ["imvdb"]
    assert budget.row("imvdb").failures == 0


def test_a_resting_service_is_not_asked_and_not_blamed_again(
    services: dict[str, FakeService],
) -> None:
    for _ in range(3):
        breaker.failed("imvdb", "It failed.")

    for _ in range(3):
        asked = finders.ask(BJORK)

    assert services["imvdb"].asked == []
    assert "left alone" in asked.errors[0].message
    assert budget.row("imvdb").failures == 3


def test_services_that_are_off_or_lack_a_key_are_left_out(
    services: dict[str, FakeService],
) -> None:
    settings.change({"imvdb_api_key": "", "youtube_enabled": False})

    asked = finders.ask(BJORK)

    assert asked.asked == ["musicbrainz"]
    assert asked.errors == []
    assert services["imvdb"].asked == services["youtube"].asked == []


def test_nobody_to_ask_is_no_error(services: dict[str, FakeService]) -> None:
    settings.change(
        {"imvdb_enabled": False, "youtube_enabled": False, "musicbrainz_enabled": False}
    )

    assert finders.ask(BJORK) == finders.Asked(found=[], errors=[], asked=[])


def test_all_are_asked_at_once_and_each_answer_is_told(services: dict[str, FakeService]) -> None:
    together = threading.Barrier(3)
    for fake in services.values():
        fake.meanwhile = lambda: together.wait(20)
    services["imvdb"].fails(ServiceError("imvdb", "It failed."))
    services["youtube"].finds(fakes.upload("Björk - Jóga"))
    told: list[str] = []

    finders.ask(BJORK, told.append)

    assert sorted(told) == ["IMVDb did not answer", "MusicBrainz knows 0", "YouTube knows 1"]


def test_an_early_answer_is_told_while_others_still_work(services: dict[str, FakeService]) -> None:
    told: list[str] = []
    early: list[bool] = []
    heard = threading.Event()

    def tell(note: str) -> None:
        told.append(note)
        if len(told) == 2:
            heard.set()

    services["youtube"].meanwhile = lambda: early.append(heard.wait(20))
    finders.ask(BJORK, tell)

    assert early == [True]
    assert told[-1] == "YouTube knows 0"


# with the real adapters of the catalogues


@pytest.fixture
def catalogues(
    database: Config,
    monkeypatch: pytest.MonkeyPatch,
    musicbrainz: FakeMusicBrainz,
    imvdb: FakeImvdb,
) -> None:
    fakes.unhurried(monkeypatch, only=("youtube", "musicbrainz", "imvdb"))
    settings.change(
        {
            "youtube_enabled": False,
            "ytmusic_enabled": False,
            "musicbrainz_url": musicbrainz.base_url,
            "imvdb_url": imvdb.base_url,
            "imvdb_api_key": imvdb.key,
        }
    )


@pytest.mark.usefixtures("catalogues")
def test_catalogues_are_asked_by_the_ids_of_the_artist(
    musicbrainz: FakeMusicBrainz, imvdb: FakeImvdb
) -> None:
    mb, im = musicbrainz.add_artist("Björk"), imvdb.add_artist("Björk")
    musicbrainz.add_video(mb, "Jóga", youtube=("loB0kmz_0MM",))
    imvdb.add_video(im, "Jóga", year=1997, youtube=("loB0kmz_0MM",))

    asked = finders.ask(
        Wanted(name="Björk", ids={"mb_artist": mb.mbid, "imvdb_entity": str(im.id)})
    )

    assert {type(one) for one in asked.found} <= {FoundVideo, FoundUpload}
    assert {one.found_by for one in asked.found} == {"musicbrainz", "imvdb"}
    assert asked.errors == []


@pytest.mark.usefixtures("catalogues")
def test_a_forbidden_search_of_imvdb_is_merely_a_part_that_is_broken(
    musicbrainz: FakeMusicBrainz, imvdb: FakeImvdb
) -> None:
    imvdb.breaks_search()
    musicbrainz.add_video(musicbrainz.add_artist("Björk"), "Jóga")

    asked = finders.ask(BJORK)

    assert titles(asked) == ["Jóga"]
    assert "search" in budget.row("imvdb").details


@pytest.mark.usefixtures("catalogues")
@pytest.mark.parametrize(
    "answer",
    [
        answers.invalid_json(),
        answers.html_with_200(),
        answers.json_of([1, None]),
        answers.json_of({}),
    ],
)
def test_real_rubbish_of_one_catalogue_leaves_the_other(
    musicbrainz: FakeMusicBrainz, imvdb: FakeImvdb, answer: answers.Answer
) -> None:
    imvdb.add_video(imvdb.add_artist("Björk"), "Jóga")
    musicbrainz.fails(answer)

    assert titles(finders.ask(BJORK)) == ["Jóga"]


@pytest.mark.usefixtures("catalogues")
def test_a_request_to_wait_closes_the_service(musicbrainz: FakeMusicBrainz) -> None:
    musicbrainz.fails(answers.too_many(100))

    asked = finders.ask(BJORK)
    again = finders.ask(BJORK)

    assert "asks for a pause" in asked.errors[0].message
    assert "left alone for 2 more min" in again.errors[0].message
