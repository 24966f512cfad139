"""Discovering one artist: what is found is kept once, whatever happens meanwhile."""

import threading
from pathlib import Path
from typing import Any

import peewee
import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import ServiceError
from mvidarr.core.terms import Availability, Verdict, VideoStatus
from mvidarr.discovery import finders as finders_of
from mvidarr.discovery import run as discovery
from mvidarr.downloads import queue
from mvidarr.library import artists, intake, sources
from mvidarr.library.tables import Download, Event, Video, VideoSource
from mvidarr.models import Artist
from mvidarr.settings import options
from tests import factories
from tests.conftest import SetClock
from tests.fakes import finders
from tests.fakes.finders import FakeService
from tests.fakes.together import together

JOGA = "Björk - Jóga (Official Music Video)"


@pytest.fixture
def services(database: Config, monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    settings.change({"imvdb_api_key": "a key"})
    return finders.install(monkeypatch, only=("youtube", "musicbrainz", "imvdb"))


@pytest.fixture
def youtube(services: dict[str, FakeService]) -> FakeService:
    return services["youtube"]


@pytest.fixture
def bjork(services: dict[str, FakeService]) -> Artist:
    return factories.make_artist("Björk")


def discover(artist: Artist) -> discovery.Discovery:
    made = discovery.discover(artist.id)
    assert made is not None
    return made


def videos() -> dict[str, str]:
    return dict(Video.select(Video.title, Video.status).tuples())


def last_event() -> Any:
    return Event.select().where(Event.kind == "artist.discovered").order_by(Event.id.desc()).get()


def test_results_are_kept_when_one_service_fails(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["imvdb"].fails(ServiceError("imvdb", "IMVDb took too long to answer."))
    services["youtube"].finds(finders.upload(JOGA))

    made = discover(bjork)

    assert videos() == {"Jóga": VideoStatus.WANTED}
    assert [error.service for error in made.errors] == ["imvdb"]
    assert last_event().data["errors"] == ["IMVDb took too long to answer."]
    assert last_event().data["added"] == 1


def test_one_video_known_to_several_services_is_one_video(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    same = finders.upload(JOGA, source_id="loB0kmz_0MM")
    services["youtube"].finds(same)
    services["imvdb"].finds(finders.listed("Jóga", year=1997, uploads=(same,)))
    services["musicbrainz"].finds(
        finders.listed("Joga", found_by="musicbrainz", ids={"mb_recording": "r1"})
    )

    discover(bjork)

    [video] = Video.select()
    assert (video.title, video.year) == ("Jóga", 1997)
    assert VideoSource.select().count() == 1


@pytest.mark.parametrize(
    "title",
    [
        "Airbourne - Runnin' Wild (Official Video)",
        "Jefferson Airplane - White Rabbit (Official Video)",
        "Air Supply - All Out of Love (Official Video)",
    ],
)
def test_air_never_catches_others_who_begin_like_it(youtube: FakeService, title: str) -> None:
    youtube.finds(finders.upload(title), finders.upload("Air - Sexy Boy (Official Video)"))

    discover(factories.make_artist("Air"))

    assert videos().keys() == {"Sexy Boy"}
    others = VideoSource.select().where(VideoSource.title == title)
    assert {source.verdict for source in others} <= {Verdict.REFUSED}


def test_a_second_search_adds_nothing(
    services: dict[str, FakeService], bjork: Artist, library: Path
) -> None:
    services["youtube"].finds(finders.upload(JOGA), finders.upload("Björk - Hunter (Lyric Video)"))
    services["imvdb"].finds(finders.listed("Bachelorette"))
    first = discover(bjork)
    counts = [table.select().count() for table in (Video, VideoSource, Download)]

    second = discover(bjork)

    assert len(first.videos) >= 2
    assert (second.videos, second.candidates, second.queued) == ([], 0, 0)
    assert [table.select().count() for table in (Video, VideoSource, Download)] == counts


def test_two_searches_at_once_make_one_video(youtube: FakeService, bjork: Artist) -> None:
    youtube.finds(finders.upload(JOGA))
    asking = threading.Barrier(2)
    youtube.meanwhile = lambda: asking.wait(20)

    made = together(2, lambda number: discovery.discover(bjork.id))

    assert {type(one) for one in made} == {discovery.Discovery}

    assert videos().keys() == {"Jóga"}
    assert VideoSource.select().count() == 1


def test_an_artist_that_is_gone_is_not_searched(youtube: FakeService) -> None:
    assert discovery.discover(999) is None
    assert youtube.asked == []


def test_an_artist_removed_while_the_services_were_asked_leaves_nothing(
    youtube: FakeService, bjork: Artist
) -> None:
    youtube.finds(finders.upload(JOGA))

    def remove() -> None:
        with db.session():
            artists.delete(bjork.id)

    youtube.meanwhile = remove

    assert discovery.discover(bjork.id) is None
    assert Video.select().count() == VideoSource.select().count() == 0
    assert Event.select().where(Event.kind == "artist.discovered").count() == 0


def test_no_transaction_is_open_while_the_services_are_asked(
    youtube: FakeService, bjork: Artist
) -> None:
    def write() -> None:  # would wait for ten seconds and fail
        with db.session(), db.atomic():
            Artist.update(bio="written meanwhile").where(Artist.id == bjork.id).execute()

    youtube.meanwhile = write
    discover(bjork)

    assert factories.fresh(bjork).bio == "written meanwhile"


# queueing


def test_what_is_wanted_and_can_be_had_is_queued(
    services: dict[str, FakeService], bjork: Artist, library: Path
) -> None:
    services["youtube"].finds(finders.upload(JOGA))
    services["imvdb"].finds(finders.listed("Bachelorette"))

    made = discover(bjork)

    assert made.queued == 1
    assert videos() == {"Jóga": VideoStatus.QUEUED, "Bachelorette": VideoStatus.WANTED}


def test_an_artist_that_is_not_monitored_queues_nothing(
    youtube: FakeService, library: Path
) -> None:
    youtube.finds(finders.upload(JOGA))

    made = discover(factories.make_artist("Björk", monitored=False))

    assert (made.queued, videos()) == (0, {"Jóga": VideoStatus.WANTED})


@pytest.mark.parametrize("change", [{"automatic_download": False}, {"library_path": ""}])
def test_nothing_is_queued_without_a_wish_or_a_place(
    youtube: FakeService, bjork: Artist, library: Path, change: dict[str, Any]
) -> None:
    settings.change(change)
    youtube.finds(finders.upload(JOGA))

    assert discover(bjork).queued == 0
    assert Download.select().count() == 0


def test_what_a_person_took_out_of_the_queue_stays_out(
    youtube: FakeService, bjork: Artist, library: Path
) -> None:
    youtube.finds(finders.upload(JOGA))
    discover(bjork)
    queue.cancel(Download.get().id)

    assert discover(bjork).queued == 0
    assert videos() == {"Jóga": VideoStatus.WANTED}


def test_what_the_rules_do_not_want_is_kept_and_not_queued(
    youtube: FakeService, bjork: Artist, library: Path
) -> None:
    youtube.finds(finders.upload("Björk - Hyperballad (Live at Shepherds Bush)"))

    made = discover(bjork)

    assert made.queued == 0
    assert set(videos().values()) <= {VideoStatus.IGNORED}


def test_an_artist_that_asks_for_review_only_gets_candidates(
    youtube: FakeService, library: Path
) -> None:
    youtube.finds(finders.upload(JOGA))
    artist = factories.make_artist("Björk", rules={"types": ["official"], "mode": "review"})

    made = discover(artist)

    assert (made.candidates, list(made.videos), made.queued) == (1, [], 0)
    assert [source.verdict for source in VideoSource.select()] == [Verdict.REVIEW]


def test_a_verdict_of_a_person_is_never_overturned(
    youtube: FakeService, bjork: Artist, library: Path
) -> None:
    upload = finders.upload("Björk - Jóga")
    youtube.finds(upload)
    discover(factories.make_artist("Nobody"))  # somebody else's search changes nothing here
    discover(bjork)
    source = VideoSource.get(VideoSource.artist == bjork.id)
    sources.refuse(source.id, factories.make_user().id)

    discover(bjork)

    assert factories.fresh(source).verdict == Verdict.REFUSED


# what is written down


def test_the_next_search_comes_after_the_interval(
    youtube: FakeService, bjork: Artist, set_clock: SetClock
) -> None:
    settings.change({"discovery_interval": 10})
    discover(bjork)

    row = factories.fresh(bjork)
    days = (row.next_check_at - set_clock.at) / clock.DAY
    assert 9 <= days <= 11
    assert (row.checked_at, row.failures) == (set_clock.at, 0)


def test_when_every_service_failed_it_is_tried_again_soon(
    services: dict[str, FakeService], bjork: Artist, set_clock: SetClock
) -> None:
    for name, fake in services.items():
        fake.fails(ServiceError(name, "It failed."))

    made = discover(bjork)

    row = factories.fresh(bjork)
    assert 6 <= (row.next_check_at - set_clock.at) / clock.HOUR <= 7
    assert row.failures == len(made.errors) == 3


def test_progress_is_told_from_the_beginning_to_the_end(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["youtube"].finds(finders.upload(JOGA))
    services["imvdb"].fails(ServiceError("imvdb", "It failed."))
    told: list[tuple[int, int | None, str]] = []

    discovery.discover(bjork.id, lambda done, total, note: told.append((done, total, note)))

    facts, *told = told
    assert facts == (0, None, "Björk: looking up facts")
    assert [done for done, _, _ in told] == [0, 1, 2, 3, 4]
    assert {total for _, total, _ in told} == {4}
    assert told[0][2] == "Björk: asking the services"
    assert told[-1][2] == "Björk: 1 new, 0 to review, 0 queued; IMVDb failed"


def test_a_deadlock_while_writing_does_not_waste_the_answers(
    youtube: FakeService, bjork: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    youtube.finds(finders.upload(JOGA))
    real, tries = intake.store, []

    def store(artist_id: int, proposals: Any) -> intake.Stored:
        tries.append(artist_id)
        stored = real(artist_id, proposals)
        if len(tries) == 1:
            raise peewee.OperationalError(1213, "Deadlock found")
        return stored

    monkeypatch.setattr(intake, "store", store)
    discover(bjork)

    assert videos().keys() == {"Jóga"}
    assert len(youtube.asked) == 1


@pytest.mark.parametrize("gone", ["private", "removed", "geo_blocked", "members_only"])
def test_an_upload_that_is_gone_is_kept_as_such_and_not_fetched(
    youtube: FakeService, bjork: Artist, library: Path, gone: str
) -> None:
    youtube.finds(finders.upload(JOGA, source_id="gone", availability=Availability(gone)))

    assert discover(bjork).queued == 0
    assert [source.availability for source in VideoSource.select()] == [gone]

    youtube.found.clear()
    youtube.finds(finders.upload(JOGA, source_id="gone", availability=Availability.AVAILABLE))
    assert discover(bjork).queued == 1


def test_a_gone_upload_leaves_its_place_to_the_next_best(
    youtube: FakeService, bjork: Artist, library: Path
) -> None:
    youtube.finds(
        finders.upload(JOGA, source_id="gone", availability=Availability.REMOVED),
        finders.upload("Björk - Jóga", source_id="there", channel="Elektra Records"),
    )
    discover(bjork)

    best = {source.source_id for source in VideoSource.select() if source.accepted_key}
    assert "there" in best or VideoSource.get(source_id="there").verdict == Verdict.REVIEW


def test_a_person_who_searches_wants_fresh_answers(
    services: dict[str, FakeService], bjork: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int | None] = []
    real = finders_of.ask

    def ask(*args: Any, oldest: int | None = None) -> Any:
        seen.append(oldest)
        return real(*args, oldest=oldest)

    monkeypatch.setattr(finders_of, "ask", ask)
    discovery.discover(bjork.id)
    discovery.discover(bjork.id, by_person=True)

    assert seen == [None, 10 * clock.MINUTE]


def test_who_said_what_is_kept_with_the_video(
    services: dict[str, FakeService], bjork: Artist
) -> None:
    services["imvdb"].finds(finders.listed("Jóga", year=1997, directors=("Michel Gondry",)))
    services["musicbrainz"].finds(
        finders.listed("Joga", found_by="musicbrainz", label="One Little Indian", genres=("pop",))
    )

    discover(bjork)

    [video] = Video.select()
    assert {name: video.origins[name] for name in ("year", "directors", "label", "genres")} == {
        "year": "imvdb",
        "directors": "imvdb",
        "label": "musicbrainz",
        "genres": "musicbrainz",
    }


def test_an_artists_own_line_counts_also_when_it_is_lower(
    youtube: FakeService, library: Path
) -> None:
    youtube.finds(finders.upload("Björk - Army of Me"))  # 85 points
    settings.change({"accept_score": 95})
    artist = factories.make_artist("Björk", rules={"types": ["official"], "min_score": 60})

    assert len(discover(artist).videos) == 1


@pytest.mark.parametrize(
    "name", ["椎名林檎", "Ария", "أم كلثوم", "🎸🔥", "x" * 255, "!!!", "Ke$ha"]
)
def test_names_in_every_script_are_searched(youtube: FakeService, name: str) -> None:
    youtube.finds(finders.upload(f"{name} - Song (Official Music Video)", channel=name))

    made = discover(artists.add(artists.NewArtist(name=name)))

    assert youtube.asked == [name]
    assert len(made.videos) + made.candidates <= 1


def test_lines_of_the_settings_decide(youtube: FakeService, bjork: Artist) -> None:
    youtube.finds(finders.upload("Björk - Army of Me"))  # 85 points
    settings.change({"accept_score": 95})
    assert discover(bjork).candidates == 1
    settings.change({"review_score": 90})

    assert settings.get(options.review_score) == 90
    assert videos() == {}
