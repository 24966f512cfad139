"""Many candidates at once: the list at size, one decision about many, done twice without harm."""

from typing import Any

import pytest

from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.core.terms import Verdict
from mvidarr.downloads import choose
from mvidarr.jobs.watch import Left
from mvidarr.library import review_bulk, review_rows, sources
from mvidarr.library.review_bulk import Selection
from mvidarr.library.review_rows import Wanted
from mvidarr.models import Artist, Block, Decision, Job, User, Video, VideoSource
from tests.factories import fresh, make_artist, make_source, make_user

pytestmark = pytest.mark.usefixtures("database")


class Watched:
    """The context of a job; `stop_at` has it leave after so many."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at = stop_at
        self.told: list[int] = []
        self.came_of_it = ""

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        self.told.append(done)
        if done == self.stop_at:
            raise Left

    def result(self, note: str, problem: str | None = None) -> None:
        self.came_of_it = note


@pytest.fixture
def artist(database: Config) -> Artist:
    return make_artist("Björk")


@pytest.fixture
def user(database: Config) -> User:
    return make_user()


def run(job: Any, watched: Watched | None = None) -> Watched:
    watched = watched or Watched()
    review_bulk.run(job, watched, choose.accept)  # type: ignore[arg-type]
    return watched


def test_taking_all_takes_one_upload_of_each_song(artist: Artist, user: User) -> None:
    for title in ("Jóga", "Hunter"):
        for score in (50, 70, 60):
            make_source(artist, score=score, group_key=title, song={"title": title})
    job = review_bulk.start(Selection(wanted=Wanted(), expected=6), "accept", user.id)

    watched = run(job)
    run(job)

    assert sorted(video.title for video in Video.select()) == ["Hunter", "Jóga"]
    taken = VideoSource.select().where(VideoSource.verdict == Verdict.ACCEPTED)
    assert [row.score for row in taken] == [70, 70]
    assert watched.told == list(range(1, 7))
    assert watched.came_of_it == "2 decided, 4 were already."
    assert Decision.select().count() == 2


def test_a_job_that_was_stopped_goes_on_where_it_was(artist: Artist, user: User) -> None:
    rows = [make_source(artist) for _ in range(5)]
    job = review_bulk.start(Selection(ids=[row.id for row in rows]), "refuse", user.id)
    with pytest.raises(Left):
        run(job, Watched(stop_at=2))
    assert sources.waiting()[0] == 3
    run(job)
    assert (sources.waiting()[0], Decision.select().count()) == (0, 5)


def test_what_somebody_decided_meanwhile_stays(artist: Artist, user: User) -> None:
    taken, gone, blocked = make_source(artist), make_source(artist), make_source(artist)
    ids = [taken.id, gone.id, blocked.id]
    job = review_bulk.start(Selection(ids=ids), "block", user.id)
    sources.accept(taken.id, user.id)
    gone.delete_instance()
    run(job)
    assert (fresh(taken).verdict, fresh(blocked).verdict) == ("accepted", "blocked")
    assert Block.select().count() == 1


def test_a_choice_is_checked_before_it_waits(artist: Artist, user: User) -> None:
    make_source(artist)
    with pytest.raises(Invalid, match="Choose one of"):
        review_bulk.start(Selection(ids=[1]), "explode", user.id)
    with pytest.raises(Invalid):
        review_bulk.start(Selection(wanted=Wanted(q="nothing")), "refuse", user.id)
    with pytest.raises(Conflict, match="1 uploads match now"):
        review_bulk.start(Selection(wanted=Wanted(), expected=2), "refuse", user.id)
    many = Selection(ids=range(1, review_bulk.MOST + 2))
    with pytest.raises(Invalid, match="narrow"):
        review_bulk.start(many, "refuse", user.id)
    assert Job.select().count() == 0


def test_a_song_is_listed_once_whatever_the_filter_hides(artist: Artist) -> None:
    make_source(artist, score=80, group_key="g", type="live")
    make_source(artist, score=60, group_key="g")
    make_source(artist, score=60, group_key="g")
    make_source(make_artist(), score=70, group_key="g")
    make_source(artist, score=60)

    def scores(**wanted: Any) -> list[int]:
        rows = review_rows.page(Wanted(**wanted), "-score", db.Place()).rows
        assert review_rows.count(Wanted(**wanted)) == (len(rows), True)
        return [item.source.score for item in rows]

    assert scores() == [80, 70, 60]
    assert scores(max_score=60) == [60, 60]
    assert scores(types=("official",), artist=artist.id) == [60, 60]


def test_entries_know_their_videos_and_rivals(artist: Artist, user: User) -> None:
    used = make_source(artist, score=90, group_key="g", song={"title": "Jóga"})
    video = sources.accept(used.id, user.id)
    make_source(artist, score=60, group_key="g")

    [item] = review_rows.page(Wanted(), "-score", db.Place()).rows

    assert item.video.id == video.id
    assert [rival.id for rival in item.rivals] == [used.id]


def test_the_list_asks_the_same_questions_at_every_size(artist: Artist) -> None:
    """A page of many candidates costs as many statements as one of few."""
    columns = {"title": "Upload", "type": "official", "verdict": "review"}
    asked = []
    for size in (3, 5000):
        rows = [
            {
                **columns,
                "artist": artist.id,
                "source_id": f"{size}-{number}",
                "score": number % 100,
                "group_key": f"g{number // 2}",
                "reasons": [],
                "song": {},
                "created_at": 1,
                "updated_at": 1,
            }
            for number in range(size)
        ]
        with db.atomic():
            for start in range(0, size, 100):
                VideoSource.insert_many(rows[start : start + 100]).execute()
        with db.counting() as statements:
            page = review_rows.page(Wanted(), "-score", db.Place())
        asked.append(len(statements))
    assert len(page.rows) == 60
    assert asked[0] == asked[1]
