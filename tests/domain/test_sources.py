"""Uploads: what discovery proposes, and what a person decides about them."""

from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import Availability, Verdict, VideoStatus, Wish
from mvidarr.library import artists, links, sources, videos
from mvidarr.library.sources import Proposal, Upload
from mvidarr.library.videos import Song
from mvidarr.models import Artist, Block, Event, User, Video, VideoSource
from tests.conftest import SetClock
from tests.factories import fresh, make_artist, make_source, make_user, make_video

pytestmark = pytest.mark.usefixtures("database")


def proposal(title: str, *uploads: Upload, listed: bool = False, **song: Any) -> Proposal:
    return Proposal(song=Song(title=title, **song), uploads=uploads, is_listed=listed)


def upload(source_id: str, verdict: str = "accepted", **more: Any) -> Upload:
    facts = {"title": f"Title of {source_id}", "score": 80, **more}
    return Upload(source_id=source_id, verdict=Verdict(verdict), **facts)


@pytest.fixture
def artist(database: Config) -> Artist:
    return make_artist("Björk")


@pytest.fixture
def user(database: Config) -> User:
    return make_user()


def test_an_accepted_upload_makes_a_wanted_video(artist: Artist) -> None:
    stored = sources.store(
        artist.id, [proposal("Jóga", upload("one"), year=1997, ids={"imvdb_video": "7"})]
    )

    video = videos.get(stored.videos[0])
    assert (video.title, video.year, video.status) == ("Jóga", 1997, VideoStatus.WANTED)
    assert [source.accepted_key for source in sources.of(video.id)] == ["youtube:one"]
    assert Event.select().where(Event.kind == "video.found").count() == 1


def test_a_catalogues_entry_is_a_video_without_an_upload(artist: Artist) -> None:
    stored = sources.store(artist.id, [proposal("Jóga", listed=True)])
    assert fresh(videos.get(stored.videos[0])).status == VideoStatus.WANTED


def test_an_upload_in_review_makes_no_video_but_knows_what_it_would_be(artist: Artist) -> None:
    sources.store(artist.id, [proposal("Jóga", upload("one", "review"), year=1997)])

    source = VideoSource.get()
    assert Video.select().count() == 0
    assert (source.verdict, source.video_id, source.song["year"]) == ("review", None, 1997)


def test_the_same_find_twice_changes_nothing_but_facts(artist: Artist) -> None:
    first = proposal("Jóga", upload("one", score=80))
    sources.store(artist.id, [first])
    again = replace(first, uploads=(upload("one", score=91, max_height=2160),))
    stored = sources.store(artist.id, [again])

    assert stored.videos == []
    assert Video.select().count() == 1
    assert (VideoSource.get().score, VideoSource.get().max_height) == (91, 2160)


def test_a_renamed_video_is_recognised_by_its_upload(artist: Artist) -> None:
    video_id = sources.store(artist.id, [proposal("Joga", upload("one"))]).videos[0]
    videos.change(video_id, {"title": "State of Emergency", "type": "live"})

    assert sources.store(artist.id, [proposal("Joga", upload("one"))]).videos == []
    assert fresh(videos.get(video_id)).title == "State of Emergency"


def test_a_renamed_video_is_recognised_by_a_catalogues_id(artist: Artist) -> None:
    entry = proposal("Joga", listed=True, ids={"imvdb_video": "7"})
    video_id = sources.store(artist.id, [entry]).videos[0]
    videos.change(video_id, {"title": "State of Emergency"})

    assert sources.store(artist.id, [entry]).videos == []


def test_spellings_of_one_song_are_one_video(artist: Artist) -> None:
    spellings = ["Jóga", "JOGA!", "Joga"]
    for spelling in spellings:
        sources.store(artist.id, [proposal(spelling, upload(spelling.lower()))])
    sources.store(artist.id, [proposal("Jóga", upload("live"), type="live")])

    assert Video.select().count() == 2


def test_one_upload_serves_one_video(artist: Artist) -> None:
    other = make_video(source=True)
    taken = sources.of(other.id)[0]

    stored = sources.store(artist.id, [proposal("Jóga", upload(taken.source_id))])

    assert stored.videos == []
    assert sources.of(other.id)[0].verdict == Verdict.ACCEPTED


def test_a_blocked_upload_is_never_offered_again(artist: Artist, user: User) -> None:
    source = make_source(artist)
    sources.block(source.id, user.id)
    artists.delete(artist.id)
    again = make_artist("Björk")

    for verdict in ("accepted", "review"):
        stored = sources.store(again.id, [proposal("Jóga", upload(source.source_id, verdict))])
        assert (stored.videos, stored.candidates) == ([], 0)
    assert VideoSource.select().count() == 0


def test_a_persons_verdict_is_never_overturned(artist: Artist, user: User) -> None:
    refused, accepted = make_source(artist), make_source(artist)
    sources.refuse(refused.id, user.id)
    video = sources.accept(accepted.id, user.id)

    sources.store(
        artist.id,
        [
            proposal("Jóga", upload(refused.source_id, score=99)),
            proposal("Hunter", upload(accepted.source_id, "refused", score=5)),
        ],
    )

    assert fresh(refused).verdict == Verdict.REFUSED
    assert [row.id for row in Video.select()] == [video.id]
    assert (fresh(accepted).verdict, fresh(accepted).video_id) == (Verdict.ACCEPTED, video.id)


def test_the_programs_own_verdict_may_improve(artist: Artist) -> None:
    sources.store(artist.id, [proposal("Jóga", upload("one", "refused"))])
    stored = sources.store(artist.id, [proposal("Jóga", upload("one", "review"))])
    assert (stored.candidates, VideoSource.get().verdict) == (1, Verdict.REVIEW)

    stored = sources.store(artist.id, [proposal("Jóga", upload("one", "accepted"))])
    assert VideoSource.get().video_id == stored.videos[0]


def test_nobody_is_asked_about_a_second_best(artist: Artist) -> None:
    best, second = upload("one", score=90), upload("two", "review", score=60)
    stored = sources.store(artist.id, [proposal("Jóga", second, best)])

    assert stored.candidates == 0
    assert sources.candidates(artist.id) == []
    assert [source.verdict for source in sources.of(stored.videos[0])] == ["accepted", "refused"]


def test_a_wished_for_availability_is_not_forgotten(artist: Artist) -> None:
    sources.store(artist.id, [proposal("Jóga", upload("one"))])
    sources.mark_availability(VideoSource.get().id, Availability.REMOVED)
    sources.store(artist.id, [proposal("Jóga", upload("one"))])

    assert VideoSource.get().availability == Availability.REMOVED


def test_refused_uploads_that_nobody_returns_any_more_are_dropped(
    artist: Artist, user: User, set_clock: SetClock
) -> None:
    sources.store(artist.id, [proposal("A", upload("one", "refused"))])
    by_person = make_source(artist, seen_at=clock.now())
    sources.refuse(by_person.id, user.id)

    set_clock.forward(89 * clock.DAY)
    sources.store(artist.id, [])
    assert VideoSource.select().count() == 2

    set_clock.forward(2 * clock.DAY)
    sources.store(artist.id, [])
    assert VideoSource.get().id == by_person.id


def test_rivals_are_shown_together_best_first(artist: Artist) -> None:
    low = make_source(artist, score=50, group_key="joga")
    high = make_source(artist, score=70, group_key="joga")
    alone = make_source(artist, score=60)

    shown = sources.candidates(artist.id)

    assert [each.source.id for each in shown] == [high.id, alone.id]
    assert [rival.id for rival in shown[0].rivals] == [low.id]


def test_accepting_makes_the_video_and_settles_its_rivals(artist: Artist, user: User) -> None:
    song = {"title": "Jóga", "year": 1997, "directors": ["Michel Gondry"], "unknown": 1}
    source = make_source(artist, group_key="joga", song=song)
    rival = make_source(artist, group_key="joga")

    video = sources.accept(source.id, user.id)

    assert (video.title, video.year, video.status) == ("Jóga", 1997, VideoStatus.WANTED)
    assert fresh(source).verdict_by_id == user.id
    assert (fresh(rival).verdict, fresh(rival).video_id) == (Verdict.REFUSED, video.id)
    assert sources.candidates(artist.id) == []


def test_accepting_joins_a_video_of_the_same_song(artist: Artist, user: User) -> None:
    video = make_video(artist, "Jóga")
    source = make_source(artist, song={"title": "JÓGA"})
    assert sources.accept(source.id, user.id).id == video.id


def test_what_a_person_accepts_is_wanted_against_the_rules(user: User) -> None:
    artist = make_artist(rules={"types": ["live"]})
    video = sources.accept(make_source(artist).id, user.id)

    assert (video.wish, video.status) == (Wish.WANT, VideoStatus.WANTED)


def test_an_upload_in_use_elsewhere_cannot_be_accepted(artist: Artist, user: User) -> None:
    make_source(video=make_video(title="Hunter"), source_id="same")
    with pytest.raises(Conflict, match="in use for Hunter"):
        sources.accept(make_source(artist, source_id="same").id, user.id)
    assert Video.select().where(Video.artist == artist.id).count() == 0


def test_refusing_the_only_upload_leaves_the_video_wanted(user: User) -> None:
    video = make_video(source=True)
    source = sources.of(video.id)[0]

    sources.refuse(source.id, user.id)

    assert sources.best_source(video.id) is None
    assert fresh(source).accepted_key is None
    assert fresh(video).status == VideoStatus.WANTED


def test_a_block_holds_for_every_artist_until_it_is_taken_back(user: User) -> None:
    one, two = make_source(source_id="same"), make_source(source_id="same")

    sources.block(one.id, user.id, "stolen")
    sources.block(one.id, user.id, "stolen")
    assert {fresh(one).verdict, fresh(two).verdict} == {Verdict.BLOCKED}
    assert Block.select().count() == 1
    with pytest.raises(Conflict, match="blocked"):
        sources.accept(two.id, user.id)

    sources.unblock(two.id)
    assert {fresh(one).verdict, fresh(two).verdict} == {Verdict.REVIEW}
    assert Block.select().count() == 0


def test_the_best_upload_is_a_persons_choice_then_the_highest_score(user: User) -> None:
    video = make_video()
    high, low = make_source(video=video, score=90), make_source(video=video, score=60)
    make_source(video=video, score=99, availability="removed")
    assert sources.best_source(video.id) == high

    sources.use(video.id, low.id, user.id)
    assert sources.best_source(video.id) == low
    assert sources.best_source(video.id, excluding=[low.id]) == high

    sources.use(video.id, high.id, user.id)
    sources.use(video.id, low.id, user.id)
    assert sources.best_source(video.id) == low


def test_an_upload_of_another_artist_cannot_be_chosen(user: User) -> None:
    with pytest.raises(NotFound, match="another artist"):
        sources.use(make_video().id, make_source().id, user.id)


def test_a_pasted_address_becomes_the_source(user: User) -> None:
    video = make_video(title="Jóga")
    source = sources.add_link(video.id, "https://youtu.be/dQw4w9WgXcQ?t=3", user.id)
    again = sources.add_link(video.id, "youtube.com/watch?v=dQw4w9WgXcQ", user.id)

    assert source.id == again.id
    assert sources.best_source(video.id) == source
    with pytest.raises(Invalid) as error:
        sources.add_link(video.id, "https://example.org/watch?v=dQw4w9WgXcQ", user.id)
    assert list(error.value.fields) == ["link"]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL1", "dQw4w9WgXcQ"),
        ("https://music.youtube.com/watch?v=dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("m.youtube.com/live/dQw4w9WgXcQ?feature=share", "dQw4w9WgXcQ"),
        ("https://www.youtube.com/channel/UC123", None),
        ("https://www.youtube.com/watch?v=short", None),
        ("https://youtube.com.evil.org/watch?v=dQw4w9WgXcQ", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_the_id_of_an_address(link: str, expected: str | None) -> None:
    assert links.youtube_id(link) == expected
