"""Discovery, uploads and decisions under attack: liars, clocks, races and changes of mind."""

import random
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Error
from mvidarr.core.terms import Availability, Verdict, VideoStatus, Wish, WorkState
from mvidarr.discovery import feeds, rejudge, watch, writing
from mvidarr.discovery import run as discovery
from mvidarr.downloads import choose, queue
from mvidarr.jobs import jobs, run
from mvidarr.library import (
    aliases,
    artists,
    decisions,
    facts,
    intake,
    pictures,
    review_bulk,
    sources,
    tables,
    upload_rows,
    videos,
)
from mvidarr.library.review_bulk import Selection
from mvidarr.library.sources import Named, Proposal, Upload
from mvidarr.library.tables import Video, VideoSource
from mvidarr.library.videos import Song
from mvidarr.models import Artist, Block, Decision, Job
from mvidarr.system import sweep
from tasks import jobs as job_tasks
from tests.conftest import SetClock
from tests.factories import (
    fresh,
    make_artist,
    make_download,
    make_source,
    make_user,
    make_video,
)
from tests.fakes import finders
from tests.fakes.finders import FakeService
from tests.fakes.together import together

pytestmark = pytest.mark.usefixtures("database")
YEAR = 365 * clock.DAY


@pytest.fixture
def fakes(database: Config, monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    settings.change({"imvdb_api_key": "a key"})
    return finders.install(monkeypatch, only=("youtube", "musicbrainz", "imvdb"))


def proposal(title: str, *uploads: Upload, listed: bool = False, **song: Any) -> Proposal:
    return Proposal(song=Song(title=title, **song), uploads=uploads, is_listed=listed)


def upload(source_id: str, verdict: str = "review", **more: Any) -> Upload:
    known = {"title": f"Title of {source_id}", "score": 60, **more}
    return Upload(source_id=source_id, verdict=Verdict(verdict), **known)


# services that lie
LIES: dict[str, Any] = {
    "title": "Björk - " + "ö" * 10_000,
    "channel": "<script>" * 2000,
    "channel_id": "UC" + "x" * 5000,
    "image_url": "https://i.ytimg.com/" + "x" * 9000,
    "found_by": "youtube",
}


@pytest.mark.parametrize(
    "lie",
    [
        *({name: value} for name, value in LIES.items()),
        {"duration": -5.0},
        {"duration": float("nan")},
        {"duration": float("inf")},
        {"published_at": -(10**17)},
        {"published_at": 10**30},
        {"max_height": 10**12},
        {"view_count": 10**30},
        {"title": "Björk - \u202egnp.\u2066 <img src=x onerror=alert(1)>"},
        {"title": ""},
        {"title": "Björk - \x00\ud800"},
        {"source_id": "x" * 300},
        {"source_id": "'\"><script>"},
    ],
    ids=lambda lie: " ".join(f"{k}={str(v)[:12]!r}" for k, v in lie.items()),
)
def test_one_lie_spoils_nothing_else(fakes: dict[str, FakeService], lie: dict[str, Any]) -> None:
    artist = make_artist("Björk")
    good = finders.upload("Björk - Jóga (Official Music Video)")
    known = {"title": "Björk - Army of Me (Official Music Video)", **lie}
    bad = finders.upload(known.pop("title"), **known)
    fakes["youtube"].finds(bad, good)
    for _ in range(2):
        made = discovery.discover(artist.id)
        assert made is not None
    assert "Jóga" in {title for (title,) in Video.select(Video.title).tuples()}


def test_an_endless_title_is_one_video_however_often_it_is_listed(
    fakes: dict[str, FakeService],
) -> None:
    mine, other = make_artist("Björk"), make_artist("PJ Harvey")
    make_video(other, "Duet")
    long = "Satisfaction " * 60
    proposals = [proposal(long, listed=True), proposal("Jóga", listed=True)]
    sources.store(mine.id, proposals)
    sources.store(mine.id, proposals)
    assert Video.select().where(Video.artist == mine.id).count() == 2


@pytest.mark.parametrize(
    "facts_",
    [
        {"year": 10**12},
        {"duration": float("nan")},
        {"duration": float("inf")},
        {"released": "2" * 400},
        {"featured": ("x" * 5000,)},
        {"genres": ("y" * 5000,)},
        {"ids": {"imvdb_video": "z" * 5000}},
        {"version": "v" * 5000},
        {"album": "a" * 5000},
        {"title": "t" * 10_000},
        {"title": ""},
    ],
    ids=lambda lie: " ".join(f"{k}={str(v)[:12]!r}" for k, v in lie.items()),
)
def test_one_entry_that_lies_spoils_nothing_else(
    fakes: dict[str, FakeService], facts_: dict[str, Any]
) -> None:
    artist = make_artist("Björk")
    known = {"title": "Army of Me", **facts_}
    fakes["imvdb"].finds(finders.listed(known.pop("title"), **known), finders.listed("Jóga"))
    for _ in range(2):
        assert discovery.discover(artist.id) is not None
    assert "Jóga" in {title for (title,) in Video.select(Video.title).tuples()}


# changes of mind
def test_a_decision_that_was_taken_back_stays_so_under_the_former_name() -> None:
    artist, user = make_artist("Bjork"), make_user().id
    source = make_source(artist)
    sources.refuse(source.id, user)
    artists.change(artist.id, {"name": "Björk Guðmundsdóttir"})
    choose.undecide(source.id)
    artists.change(artist.id, {"name": "Bjork"})

    sources.store(artist.id, [proposal("Jóga", upload(source.source_id))])

    assert fresh(source).verdict == Verdict.REVIEW


def test_the_latest_decision_holds_after_a_rename_and_back() -> None:
    artist, user = make_artist("Bjork"), make_user().id
    source = make_source(artist, song={"title": "Jóga"})
    sources.refuse(source.id, user)
    artists.change(artist.id, {"name": "Björk Guðmundsdóttir"})
    sources.accept(source.id, user)
    artists.change(artist.id, {"name": "Bjork"})
    artists.delete(artist.id)
    back = make_artist("Bjork")
    sources.store(back.id, [proposal("Jóga", upload(source.source_id))])
    assert VideoSource.get().verdict == Verdict.ACCEPTED


def test_decisions_stay_with_a_namesake_when_one_of_two_is_renamed() -> None:
    one, user = make_artist("Nirvana", disambiguation="US"), make_user().id
    two = make_artist("Nirvana", disambiguation="UK", folder="Nirvana (UK)")
    mine, theirs = make_source(one), make_source(two)
    sources.refuse(mine.id, user)
    sources.refuse(theirs.id, user)
    artists.change(one.id, {"name": "Nirvana of Seattle"})
    sources.store(two.id, [proposal("Rainbow", upload(theirs.source_id))])
    assert fresh(theirs).verdict == Verdict.REFUSED
    sources.store(one.id, [proposal("Lithium", upload(mine.source_id))])
    assert fresh(mine).verdict == Verdict.REFUSED


def test_a_rating_survives_that_the_upload_was_taken_back() -> None:
    source, user = make_source(song={"title": "Jóga"}), make_user().id
    video = choose.accept(source.id, user)
    videos.change(video.id, {"rating": 9})
    choose.undecide(source.id)
    assert [row.rating for row in Video.select()] == [9]


# uploads that move, and what was fetched from them
def test_a_video_whose_upload_is_filed_elsewhere_is_stated_anew() -> None:
    artist, user = make_artist(), make_user().id
    video = make_video(artist, "Jóga", wish=Wish.WANT.value)
    tried = make_source(video=video)
    make_download(video, source=tried.id, state=WorkState.FAILED)
    untried = make_source(video=video)
    assert fresh(video).status == VideoStatus.WANTED
    choose.file_under(untried.id, Named(title="Hunter"), user)
    assert fresh(video).status == VideoStatus.FAILED


@pytest.mark.parametrize("way", ["file_under", "use"])
def test_a_video_that_loses_its_upload_to_another_asks_for_the_next(way: str) -> None:
    artist, user = make_artist(), make_user().id
    video = make_video(artist, "Jóga", wish=Wish.WANT.value)
    used = make_source(video=video)
    second = make_source(video=video, verdict=Verdict.REFUSED, score=60)
    other = make_video(artist, "Hunter")
    if way == "use":
        choose.use(other.id, used.id, user)
    else:
        choose.file_under(used.id, Named(video_id=other.id), user)
    assert fresh(second).verdict == Verdict.REVIEW


@pytest.mark.parametrize("way", ["file_under", "use", "refuse", "block"])
@pytest.mark.parametrize("has_second", [True, False])
def test_nothing_is_fetched_from_an_upload_that_was_taken_away(
    library: Path, way: str, has_second: bool
) -> None:
    artist, user = make_artist(), make_user().id
    video, other = make_video(artist, "Jóga"), make_video(artist, "Hunter")
    used = make_source(video=video, score=90)
    second = make_source(video=video, score=80) if has_second else None
    queue.add(video.id)
    verbs: dict[str, Any] = {
        "file_under": lambda: choose.file_under(used.id, Named(video_id=other.id), user),
        "use": lambda: choose.use(other.id, used.id, user),
        "refuse": lambda: choose.refuse(used.id, user),
        "block": lambda: choose.block(used.id, user),
    }
    verbs[way]()
    active = queue.active_of(video.id)
    assert (active and active.source_id) == (second and second.id)
    stated = [row.status for row in Video.select().where(Video.id == video.id)]
    if has_second:
        assert stated == [VideoStatus.QUEUED]
    else:  # a video that was there for the upload alone goes with it
        assert stated == ([] if way == "file_under" else [VideoStatus.WANTED])


def test_who_was_offered_before_is_not_news_with_each_search() -> None:
    artist = make_artist(rules={"types": ["official"]})
    video = make_video(artist, "Jóga", type="live", wish=Wish.WANT.value, fits=False)
    gone = make_source(video=video, type="live", group_key="joga|live")
    rival = upload("rival", "refused", type="live", group_key="joga|live", score=70)
    known = proposal("Jóga", rival, type="live")
    sources.store(artist.id, [known])
    sources.mark_availability(gone.id, Availability.REMOVED)
    assert [row.source_id for row in offered(artist)] == ["rival"]
    again = sources.store(artist.id, [known])
    assert again.candidates == 0
    assert [row.source_id for row in offered(artist)] == ["rival"]


def offered(artist: Artist) -> list[Any]:
    return [one.source for one in sources.candidates(artist.id)]


# at one moment
def test_a_verdict_of_this_moment_is_not_overwritten(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person refuses what a search is about to accept."""
    artist, user = make_artist("Björk"), make_user().id
    source = make_source(artist, song={"title": "Jóga"})
    write = intake._write
    done = threading.Event()

    def refuse() -> None:
        with db.session():
            sources.refuse(source.id, user)
        done.set()

    person = threading.Thread(target=refuse)

    def slowly(known: Any) -> bool:
        person.start()
        done.wait(1)
        return write(known)

    monkeypatch.setattr(intake, "_write", slowly)
    sources.store(artist.id, [proposal("Jóga", upload(source.source_id, "accepted"))])
    person.join(30)
    row = fresh(source)
    assert (row.verdict, row.verdict_by_id) == (Verdict.REFUSED, user)


def test_two_artists_who_take_one_upload_at_one_moment(
    fakes: dict[str, FakeService], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_artist("Björk"), make_artist("PJ Harvey")
    shared = upload("shared00001", "accepted")
    sources.store(first.id, [proposal("Satisfaction", shared)])
    real, blind = upload_rows.in_use, [True]

    def late(places: Any) -> dict[Any, int]:
        """As it was before the other one's search was written."""
        return {} if blind and blind.pop() else real(places)

    monkeypatch.setattr(upload_rows, "in_use", late)
    stored = writing.store(
        second.id, [proposal("Satisfaction", shared), proposal("Dry", listed=True)]
    )
    assert len(stored.videos) == 1
    assert VideoSource.select().where(VideoSource.accepted_key.is_null(False)).count() == 1


# clocks
def test_a_search_planned_by_a_clock_that_was_ahead_is_done(set_clock: SetClock) -> None:
    now = set_clock.at
    lost = make_artist(next_check_at=now + 10 * YEAR)
    rare = make_artist(next_check_at=now + 400 * clock.DAY)
    settings.change({"discovery_interval": 365})
    assert sweep.search_due_artists() == 1
    assert [job.subject for job in Job.select()] == [str(lost.id)]
    assert fresh(rare).next_check_at == now + 400 * clock.DAY


def test_who_asks_is_heard_though_a_clock_was_ahead(
    fakes: dict[str, FakeService], set_clock: SetClock
) -> None:
    artist = make_artist("Björk", checked_at=set_clock.at + YEAR)
    jobs.add("discover", str(artist.id), by_user=make_user().id)
    job = jobs.claim_due("here.1")
    assert job is not None
    run.run(job, job_tasks.RUN["discover"], lambda: False)
    assert fakes["youtube"].asked == ["Björk"]


def test_facts_of_a_clock_that_was_ahead_are_looked_up_again(set_clock: SetClock) -> None:
    artist = make_artist(described_at=set_clock.at + YEAR)
    assert facts.is_due(artist)


# names
def test_an_other_name_of_two_artists_means_neither() -> None:
    one, two = make_artist("The Prodigy"), make_artist("Prodigy of Mobb Deep")
    artists.change(one.id, {"aliases": ["Prodigy", "Prodigy UK"]})
    artists.change(two.id, {"aliases": ["Prodigy"]})
    assert aliases.own(one.id) == ["Prodigy UK"]
    assert aliases.own(two.id) == []


def test_airbourne_is_not_air(fakes: dict[str, FakeService]) -> None:
    air = make_artist("Air")
    fakes["youtube"].finds(
        finders.upload("Airbourne - Runnin' Wild (Official Video)"),
        finders.upload("Air Supply - All Out of Love (Official Video)"),
        finders.upload("Air - Playground Love (Official Video)"),
    )
    discovery.discover(air.id)
    assert [row.title for row in Video.select()] == ["Playground Love"]


def test_an_other_name_that_is_another_artist_takes_nothing_from_it(
    fakes: dict[str, FakeService],
) -> None:
    thief, owner = make_artist("Thief"), make_artist("Björk")
    artists.change(thief.id, {"aliases": ["Björk"]})
    fakes["youtube"].finds(finders.upload("Björk - Jóga (Official Music Video)"))
    discovery.discover(thief.id)
    assert Video.select().count() == 0
    discovery.discover(owner.id)
    assert [(row.title, row.artist_id) for row in Video.select()] == [("Jóga", owner.id)]


def test_a_namesakes_channel_is_not_somebody_elses() -> None:
    """What was said of one Nirvana's uploads says nothing of the other's."""
    seattle, user = make_artist("Nirvana", disambiguation="US"), make_user().id
    for number in range(decisions.FOREIGN_FROM):
        theirs = make_source(seattle, channel_id="UClondon", title=f"Rainbow {number}")
        sources.refuse(theirs.id, user, decisions.Reason.NOT_THIS_ARTIST)
    assert decisions.foreign_channels(seattle.id) == ("UClondon",)
    london = make_artist("Nirvana", disambiguation="UK", folder="Nirvana (UK)")
    assert decisions.foreign_channels(london.id) == ()


# services that are off
def test_while_every_service_is_off_nobody_counts_as_searched(
    fakes: dict[str, FakeService], set_clock: SetClock
) -> None:
    artist = make_artist("Björk")
    settings.change({f"{name}_enabled": False for name in fakes})
    assert sweep.search_due_artists() == 0
    said: list[str] = []
    discovery.discover(artist.id, lambda done, total, note: said.append(note))
    assert said[-1] == "Björk: every service that finds videos is switched off"
    assert fresh(artist).next_check_at < set_clock.at + clock.DAY


@dataclass(frozen=True)
class Thumb:
    """A picture that is stored."""

    hash: str
    width: int
    height: int
    colour: str


# edits of this moment
def meanwhile(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, edit: Any) -> Any:
    """Have somebody else do `edit` when `where.name` is called; answers how to wait for them."""
    real, done = getattr(where, name), threading.Event()

    def somebody() -> None:
        with db.session():
            db.transact(edit)
        done.set()

    other = threading.Thread(target=somebody)

    def slowly(*given: Any, **named: Any) -> Any:
        if other.ident is None:
            other.start()
            done.wait(1)
        return real(*given, **named)

    monkeypatch.setattr(where, name, slowly)
    return lambda: other.join(30)


def test_an_edit_of_this_moment_is_not_overwritten_by_a_search(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist = make_artist("Björk")
    video = make_video(artist, "Jóga")
    wait = meanwhile(
        monkeypatch, intake, "_write", lambda: videos.change(video.id, {"album": "Homogenic"})
    )
    told = proposal("Jóga", listed=True, album="Debut", origins={"album": "imvdb"})
    sources.store(artist.id, [told])
    wait()
    assert fresh(video).album == "Homogenic"


def test_an_edit_of_this_moment_is_not_overwritten_by_facts(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist = make_artist("Björk")
    wait = meanwhile(
        monkeypatch, facts, "_bounded", lambda: artists.change(artist.id, {"bio": "Mine."})
    )
    facts.store(artist.id, facts.Facts(bio="Theirs.", origins={"bio": "lastfm"}))
    wait()
    now = fresh(artist)
    assert (now.bio, now.locked, now.origins["bio"]) == ("Mine.", ["bio"], "person")


def test_a_picture_that_takes_long_unlocks_nothing() -> None:
    """Somebody edits the artist while somebody else's picture of it is fetched."""
    artist = make_artist("Björk")
    before = artists.get(artist.id)
    artists.change(artist.id, {"bio": "Mine."})
    pictures.choose(before, Thumb("a" * 64, 100, 100, "#000000"))
    assert set(fresh(artist).locked) == {"bio", "image"}
    assert fresh(artist).origins == {"bio": "person", "image": "person"}


def test_two_who_edit_one_video_at_once_both_keep_their_locks() -> None:
    edits: list[dict[str, Any]] = [{"album": "Homogenic"}, {"label": "One Little Indian"}]
    for _ in range(5):
        ident = make_video().id
        together(2, lambda number, ident=ident: videos.change(ident, edits[number]))  # type: ignore[misc]
        assert set(Video.get_by_id(ident).locked) == {"album", "label"}


def test_a_block_of_many_stops_what_is_fetched_for_another_artist(library: Path) -> None:
    user, video = make_user().id, make_video(title="Jóga", source=True)
    used = VideoSource.get(VideoSource.video == video.id)
    queue.add(video.id)
    twin = make_source(make_artist(), source_id=used.source_id)
    review_bulk.start(Selection(ids=[twin.id]), "block", user)
    job = jobs.claim_due("here.1")
    assert job is not None
    run.run(job, job_tasks.RUN["review_bulk"], lambda: False)
    assert (fresh(used).verdict, queue.active_of(video.id)) == (Verdict.BLOCKED, None)


def test_a_blocked_upload_is_not_refused_instead() -> None:
    """The block would stay, and taking the refusal back would offer what is blocked."""
    source, user = make_source(), make_user().id
    sources.block(source.id, user)
    with pytest.raises(Conflict):
        choose.refuse(source.id, user)
    assert (fresh(source).verdict, Decision.select().count()) == (Verdict.BLOCKED, 0)


def test_what_a_clock_that_was_ahead_looked_at_is_looked_at_again(set_clock: SetClock) -> None:
    source = make_source(video=make_video(), checked_at=set_clock.at + YEAR)
    assert [one.row for one in watch.oldest(10)] == [source.id]


def test_a_round_of_feeds_that_a_clock_ahead_began_is_over(set_clock: SetClock) -> None:
    assert feeds._is_over(feeds.Place(began_at=set_clock.at + YEAR))
    assert not feeds._is_over(feeds.Place(began_at=set_clock.at))


def test_the_right_upload_is_fetched_after_a_wrong_one_was_refused_while_it_waited(
    library: Path,
) -> None:
    artist, user = make_artist(), make_user().id
    video, other = make_video(artist, "Jóga"), make_video(artist, "Hunter")
    wrong, unwanted = make_source(video=video), make_source(video=other)
    queue.add(video.id)
    queue.cancel(queue.add(other.id).id)
    choose.refuse(wrong.id, user)
    sources.store(artist.id, [proposal("Jóga", upload("right000001", "accepted"))])
    assert writing.queue_wanted(artist.id) == 1
    assert queue.active_of(video.id) is not None
    assert (queue.active_of(other.id), fresh(unwanted).verdict) == (None, Verdict.ACCEPTED)


@pytest.mark.parametrize("seed", [10, 29, 46])
def test_whatever_people_do_in_any_order_the_rows_agree(library: Path, seed: int) -> None:
    """Every verb at random, with searches between: verdicts, decisions, blocks, downloads and
    statuses never contradict each other."""
    rng, user = random.Random(seed), make_user().id
    make_artist("Björk")
    make_artist("PJ Harvey")
    for _ in range(30):
        verb = rng.choice(VERBS)
        try:
            verb(rng, user)
        except Error:  # a refusal is an answer
            continue
        finally:
            agree()


def one(rng: random.Random, table: Any) -> int:
    """The id of a row; none has the number 0."""
    return int(rng.choice([ident for (ident,) in table.select(table.id).tuples()] or [0]))


def search(rng: random.Random, user: int) -> None:
    artist = one(rng, tables.Artist)
    proposals = [
        proposal(
            song,
            *(
                upload(
                    f"{song[0]}{rng.choice('12')}{number}",
                    rng.choice(("review", "accepted", "refused")),
                    score=rng.choice((30, 50, 80)),
                    group_key=song,
                )
                for number in range(3)
            ),
            listed=rng.random() < 0.2,
        )
        for song in ("Jóga", "Hunter")
    ]
    writing.store(artist, proposals)
    writing.queue_wanted(artist)


def file_elsewhere(rng: random.Random, user: int) -> None:
    named = Named(title=rng.choice(("Jóga", "Hunter", "Pluto")))
    if rng.random() < 0.5:
        named = Named(video_id=one(rng, Video))
    choose.file_under(one(rng, VideoSource), named, user)


def flap(rng: random.Random, user: int) -> None:
    known = rng.choice((Availability.REMOVED, Availability.AVAILABLE))
    sources.mark_availability(one(rng, VideoSource), known)


def come_back(rng: random.Random, user: int) -> None:
    artist = artists.get(one(rng, tables.Artist))
    artists.delete(artist.id)
    make_artist(artist.name)


VERBS: tuple[Any, ...] = (
    *(search, search, search, file_elsewhere, flap, come_back),
    lambda rng, user: choose.accept(one(rng, VideoSource), user),
    lambda rng, user: choose.accept(one(rng, VideoSource), user),
    lambda rng, user: choose.refuse(one(rng, VideoSource), user),
    lambda rng, user: choose.refuse(
        one(rng, VideoSource), user, rng.choice(list(decisions.Reason))
    ),
    lambda rng, user: choose.block(one(rng, VideoSource), user),
    lambda rng, user: sources.unblock(one(rng, VideoSource)),
    lambda rng, user: choose.undecide(one(rng, VideoSource)),
    lambda rng, user: choose.undecide(one(rng, VideoSource)),
    lambda rng, user: choose.take_back(one(rng, Decision)),
    lambda rng, user: choose.use(one(rng, Video), one(rng, VideoSource), user),
    lambda rng, user: choose.wish([one(rng, Video)], rng.choice(list(Wish)), user),
    lambda rng, user: queue.cancel(one(rng, tables.Download)),
    lambda rng, user: videos.delete([one(rng, Video)]),
    lambda rng, user: videos.change(one(rng, Video), {"title": rng.choice(("Jóga", "Pluto"))}),
    lambda rng, user: artists.change(
        one(rng, tables.Artist), {"name": rng.choice(("Björk", "Bjork G", "PJ"))}
    ),
    lambda rng, user: artists.change(
        one(rng, tables.Artist), {"rules": {"types": [rng.choice(("official", "live"))]}}
    ),
    lambda rng, user: rejudge.rejudge(one(rng, tables.Artist)),
)


def agree() -> None:
    for row in VideoSource.select():
        is_used, is_blocked = row.verdict == Verdict.ACCEPTED, row.verdict == Verdict.BLOCKED
        assert bool(row.accepted_key) == is_used
        assert row.video_id or not is_used
        assert not (row.verdict == Verdict.REVIEW and row.verdict_by_id)
        assert Block.select().where(Block.source_id == row.source_id).exists() == is_blocked
        said = decisions.find(row)
        assert said is None or is_blocked or said.verdict == row.verdict
        assert said is not None or is_blocked or row.verdict_by_id is None
    for active in tables.Download.select().where(tables.Download.active_key.is_null(False)):
        source = VideoSource.get_by_id(active.source_id)
        assert (source.video_id, source.verdict) == (active.video_id, Verdict.ACCEPTED)
    assert videos.restate([video.id for video in Video.select()]) == []
