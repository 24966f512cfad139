"""What people decide about uploads: remembered for ever, applied again, taken back."""

from typing import Any

import pytest

from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import Availability, Verdict, VideoStatus, Wish
from mvidarr.downloads import choose, queue
from mvidarr.library import artists, decisions, sources, videos
from mvidarr.library.decisions import Reason
from mvidarr.library.sources import Named, Proposal, Upload
from mvidarr.library.videos import Song
from mvidarr.models import Artist, Block, Decision, Download, User, Video, VideoSource
from tests.factories import (
    fresh,
    make_artist,
    make_download,
    make_file,
    make_source,
    make_user,
    make_video,
)

pytestmark = pytest.mark.usefixtures("database")


def proposal(title: str, *uploads: Upload, listed: bool = False, **song: Any) -> Proposal:
    return Proposal(song=Song(title=title, **song), uploads=uploads, is_listed=listed)


def upload(source_id: str, verdict: str = "review", **more: Any) -> Upload:
    facts = {"title": f"Title of {source_id}", "score": 60, **more}
    return Upload(source_id=source_id, verdict=Verdict(verdict), **facts)


def again(artist: Artist, name: str = "Björk", **more: Any) -> Artist:
    """The artist is deleted and comes back."""
    artists.delete(artist.id)
    assert VideoSource.select().count() == 0
    return make_artist(name, **more)


def video_of(source_id: str) -> Video:
    """The video that an upload belongs to."""
    source: VideoSource = VideoSource.get(VideoSource.source_id == source_id)
    assert source.video_id
    return videos.get(source.video_id)


@pytest.fixture
def artist(database: Config) -> Artist:
    return make_artist("Björk")


@pytest.fixture
def user(database: Config) -> User:
    return make_user()


def test_a_refused_upload_stays_refused_when_the_artist_comes_back(
    artist: Artist, user: User
) -> None:
    source = make_source(artist)
    sources.refuse(source.id, user.id, Reason.NOT_A_VIDEO)
    back = again(artist)

    stored = sources.store(back.id, [proposal("Jóga", upload(source.source_id, "accepted"))])

    assert (stored.videos, stored.candidates) == ([], 0)
    row = VideoSource.get()
    assert (row.verdict, row.verdict_by_id) == (Verdict.REFUSED, user.id)
    assert row.reasons[-1]["text"] == "Refused by hand: not a music video"


def test_an_accepted_upload_is_accepted_again(artist: Artist, user: User) -> None:
    source = make_source(artist, song={"title": "Jóga"})
    sources.accept(source.id, user.id)
    back = again(artist)

    stored = sources.store(back.id, [proposal("Jóga", upload(source.source_id), year=1997)])

    video = videos.get(stored.videos[0])
    assert (video.title, video.year, video.status) == ("Jóga", 1997, VideoStatus.WANTED)
    assert VideoSource.get().verdict_by_id == user.id


def test_what_was_taken_against_the_rules_is_wanted_again(artist: Artist, user: User) -> None:
    source = make_source(artist, type="live", song={"title": "Jóga", "type": "live"})
    sources.accept(source.id, user.id)
    back = again(artist)
    sources.store(back.id, [proposal("Jóga", upload(source.source_id, "refused"), type="live")])
    assert (Video.get().wish, Video.get().status) == (Wish.WANT, VideoStatus.WANTED)


def test_another_song_is_another_song_again(artist: Artist, user: User) -> None:
    source = make_source(artist, song={"title": "Jóga"})
    sources.file_under(source.id, Named(title="Hunter", type="live", version="Cambridge"), user.id)
    back = again(artist, rules={"types": ["official", "live"]})

    sources.store(
        back.id,
        [proposal("Jóga", upload(source.source_id, "accepted"), upload("other"), listed=True)],
    )

    filed = video_of(source.source_id)
    assert (filed.title, filed.type, filed.version) == ("Hunter", "live", "Cambridge")
    assert video_of("other").title == "Jóga"


def test_a_search_does_not_move_what_was_filed_elsewhere(artist: Artist, user: User) -> None:
    """The rest of the song must not follow the upload that a person moved."""
    sources.store(artist.id, [proposal("Jóga", upload("one", "accepted"))])
    sources.file_under(VideoSource.get().id, Named(title="Hunter"), user.id)
    sources.store(
        artist.id, [proposal("Jóga", upload("one", "accepted"), upload("two", "accepted"))]
    )

    titles = [video_of(source_id).title for source_id in ("one", "two")]
    assert titles == ["Hunter", "Jóga"]


def test_decisions_outlive_the_account_that_made_them(artist: Artist, user: User) -> None:
    taken, refused = make_source(artist, song={"title": "Jóga"}), make_source(artist)
    sources.accept(taken.id, user.id)
    sources.refuse(refused.id, user.id)
    back = again(artist)
    user.delete_instance()
    given = [
        proposal("Jóga", upload(taken.source_id)),
        proposal("Hunter", upload(refused.source_id, "accepted")),
    ]
    for _ in range(2):
        sources.store(back.id, given)
        assert [video.title for video in Video.select()] == ["Jóga"]


def test_namesakes_do_not_share_decisions(artist: Artist, user: User) -> None:
    source = make_source(artist)
    sources.refuse(source.id, user.id)
    other = make_artist("Björk", disambiguation="a band", folder="Björk 2")
    sources.store(other.id, [proposal("Jóga", upload(source.source_id))])
    mine = VideoSource.get(VideoSource.artist == other.id)
    assert mine.verdict == Verdict.REVIEW


def test_a_new_name_takes_the_decisions_along(artist: Artist, user: User) -> None:
    source, other = make_source(artist), make_source(artist)
    sources.refuse(source.id, user.id)
    decisions.carry("björk", "bjork g")
    decisions.carry("björk", "bjork g")
    decisions.carry("björk", "björk")
    back = again(artist, "Bjork G")
    sources.store(back.id, [proposal("Jóga", upload(source.source_id), upload(other.source_id))])
    verdicts = {row.source_id: row.verdict for row in VideoSource.select()}
    assert verdicts == {source.source_id: "refused", other.source_id: "review"}


def test_undo_of_a_taken_candidate_leaves_nothing_behind(artist: Artist, user: User) -> None:
    source = make_source(artist, group_key="joga", song={"title": "Jóga"})
    rival = make_source(artist, group_key="joga")
    sources.accept(source.id, user.id)

    sources.undecide(source.id)
    sources.undecide(source.id)

    assert (fresh(source).verdict, fresh(rival).verdict) == (Verdict.REVIEW, Verdict.REVIEW)
    assert (fresh(source).video_id, fresh(source).verdict_by_id) == (None, None)
    assert (Video.select().count(), Decision.select().count()) == (0, 0)


def test_undo_keeps_a_video_that_was_there_or_has_a_file(artist: Artist, user: User) -> None:
    there = make_video(artist, "Jóga", wish="ignore")
    first = make_source(artist, song={"title": "Jóga"})
    sources.accept(first.id, user.id)
    assert fresh(there).status == VideoStatus.WANTED
    sources.undecide(first.id)
    assert (fresh(there).wish, fresh(first).video_id) == (Wish.IGNORE, None)

    second = make_source(artist, song={"title": "Hunter"})
    made = sources.accept(second.id, user.id)
    make_file(made)
    sources.undecide(second.id)
    assert fresh(made).status == VideoStatus.DOWNLOADED


def test_undo_puts_an_upload_back_to_use(user: User) -> None:
    video = make_video(source=True)
    source = sources.of(video.id)[0]
    sources.refuse(source.id, user.id)
    sources.undecide(source.id)
    assert sources.best_source(video.id) == source
    assert fresh(source).verdict_by_id is None


def test_undo_of_a_refusal_that_came_back_to_use_elsewhere_asks_again(user: User) -> None:
    video = make_video(source=True)
    source = sources.of(video.id)[0]
    sources.refuse(source.id, user.id)
    make_source(video=make_video(), source_id=source.source_id)
    sources.undecide(source.id)
    assert fresh(source).verdict == Verdict.REVIEW


def test_undo_of_another_song_brings_the_first_one_back(artist: Artist, user: User) -> None:
    sources.store(artist.id, [proposal("Jóga", upload("one", "accepted"), listed=True)])
    source, first = VideoSource.get(), Video.get()
    moved = sources.file_under(source.id, Named(title="Hunter"), user.id)
    assert Video.select().count() == 1  # nothing but the upload had made the first one

    again_there = make_video(artist, "Jóga")
    sources.file_under(source.id, Named(video_id=again_there.id), user.id)
    assert [row.title for row in Video.select()] == ["Jóga"]
    assert first.id != again_there.id
    assert moved.title == "Hunter"


def test_an_upload_belongs_to_no_video_of_another_artist(artist: Artist, user: User) -> None:
    source = make_source(artist)
    with pytest.raises(NotFound, match="another artist"):
        sources.file_under(source.id, Named(video_id=make_video().id), user.id)
    with pytest.raises(Invalid):
        sources.file_under(source.id, Named(title="  "), user.id)


def test_not_this_artist_removes_the_video_that_it_had_made(artist: Artist, user: User) -> None:
    sources.store(artist.id, [proposal("Jóga", upload("one", "accepted"))])
    sources.store(artist.id, [proposal("Hunter", upload("two", "accepted"), ids={"imvdb": "7"})])
    for row in list(VideoSource.select()):
        sources.refuse(row.id, user.id, Reason.NOT_THIS_ARTIST)
    assert [video.title for video in Video.select()] == ["Hunter"]  # a catalogue knows it


def test_three_strangers_make_a_channel_a_strangers(artist: Artist, user: User) -> None:
    for number in range(3):
        assert decisions.foreign_channels(artist.id) == ()
        source = make_source(artist, channel_id="UCother", source_id=f"other{number}")
        sources.refuse(source.id, user.id, Reason.NOT_THIS_ARTIST)
        label = make_source(artist, channel_id="UClabel", source_id=f"label{number}")
        sources.refuse(label.id, user.id, Reason.NOT_THIS_ARTIST)
        poor = make_source(artist, channel_id="UCpoor", source_id=f"poor{number}")
        sources.refuse(poor.id, user.id, Reason.POOR_QUALITY)
    own = make_source(artist, channel_id="UClabel", song={"title": "Jóga"})
    sources.accept(own.id, user.id)

    assert decisions.foreign_channels(artist.id) == ("UCother",)
    assert decisions.foreign_channels(10**6) == ()


def test_a_block_says_more_than_a_decision(artist: Artist, user: User) -> None:
    source = make_source(artist)
    sources.refuse(source.id, user.id)
    sources.block(source.id, user.id)
    assert (Decision.select().count(), Block.select().count()) == (0, 1)
    sources.undecide(source.id)
    assert (fresh(source).verdict, Block.select().count()) == (Verdict.REVIEW, 0)


def test_the_second_person_is_told(artist: Artist, user: User) -> None:
    source = make_source(artist, song={"title": "Jóga"})
    sources.refuse(source.id, user.id, seen=Verdict.REVIEW)
    sources.refuse(source.id, user.id, seen=Verdict.REVIEW)
    with pytest.raises(Conflict, match="refused in the meantime"):
        sources.accept(source.id, user.id, Verdict.REVIEW)
    sources.accept(source.id, user.id)
    with pytest.raises(Conflict, match="taken in the meantime, for Jóga"):
        sources.block(source.id, user.id, seen=Verdict.REVIEW)
    sources.block(source.id, user.id)
    with pytest.raises(Conflict, match="blocked in the meantime"):
        sources.refuse(source.id, user.id, seen=Verdict.ACCEPTED)
    sources.unblock(source.id)
    with pytest.raises(Conflict, match="waits for a verdict again"):
        sources.refuse(source.id, user.id, seen=Verdict.BLOCKED)


def test_taking_back_takes_it_out_of_the_queue(artist: Artist, user: User) -> None:
    video = make_video(artist, "Jóga")
    source = make_source(artist, song={"title": "Jóga"})
    choose.accept(source.id, user.id)
    make_download(video, source=source.id)
    choose.undecide(source.id)
    assert queue.active_of(video.id) is None
    assert Download.get().state == "cancelled"


def test_a_remembered_decision_is_taken_back_without_its_rows(artist: Artist, user: User) -> None:
    source = make_source(artist)
    sources.refuse(source.id, user.id)
    artists.delete(artist.id)
    choose.take_back(Decision.get().id)
    assert Decision.select().count() == 0
    with pytest.raises(NotFound, match="taken back already"):
        choose.take_back(1)


def test_an_upload_that_is_gone_makes_way_for_the_next(user: User) -> None:
    video = make_video()
    first, second = make_source(video=video, score=90), make_source(video=video, score=80)
    sources.mark_availability(first.id, Availability.PRIVATE)
    assert sources.best_source(video.id) == second
    assert sources.waiting()[0] == 0


@pytest.mark.parametrize("gone", ["removed", "private", "geo_blocked", "members_only"])
def test_without_another_upload_a_person_is_asked_about_the_best_rival(
    artist: Artist, user: User, gone: str
) -> None:
    found = [upload("best", "accepted", score=90, group_key="g")]
    found += [upload(f"rival{n}", score=60 + n, group_key="g") for n in range(3)]
    sources.store(artist.id, [proposal("Jóga", *found)])
    by_id = {row.source_id: row for row in VideoSource.select()}
    sources.refuse(by_id["rival2"].id, user.id)
    assert sources.candidates(artist.id) == []

    sources.mark_availability(by_id["best"].id, Availability(gone))

    [offered] = sources.candidates(artist.id)
    assert (offered.source.source_id, offered.rivals) == ("rival1", [])


def test_a_file_is_enough_and_so_is_an_upload_that_is_asked_about(artist: Artist) -> None:
    with_file = make_video(artist, "Jóga", file=True)
    used = make_source(video=with_file)
    make_source(video=with_file, verdict="refused", score=70)
    sources.mark_availability(used.id, Availability.REMOVED)

    asked = make_video(artist, "Hunter")
    gone = make_source(video=asked)
    make_source(video=asked, verdict="review")
    make_source(video=asked, verdict="refused", score=90)
    sources.mark_availability(gone.id, Availability.REMOVED)

    assert sources.waiting(artist.id)[0] == 1


def test_what_a_download_tried_is_not_offered_again(artist: Artist) -> None:
    video = make_video(artist, "Jóga")
    used = make_source(video=video)
    bad = make_source(video=video, verdict="refused", score=90)
    low = make_source(video=video, verdict="refused", score=10)
    make_download(video, state="failed", source=used.id, notes={"tried": [bad.id]})
    sources.mark_availability(used.id, Availability.REMOVED)
    assert {fresh(bad).verdict, fresh(low).verdict} == {Verdict.REFUSED}


def test_a_search_that_finds_an_upload_gone_offers_its_rival(artist: Artist) -> None:
    best = upload("best", "accepted", score=90, group_key="g")
    rival = upload("rival", score=60, group_key="g")
    assert sources.store(artist.id, [proposal("Jóga", best, rival)]).candidates == 0
    gone = upload("best", "accepted", availability=Availability.REMOVED, group_key="g")
    assert sources.store(artist.id, [proposal("Jóga", gone)]).candidates == 1
    assert VideoSource.get(VideoSource.source_id == "rival").verdict == Verdict.REVIEW


def test_refusing_the_upload_in_use_asks_about_the_next(artist: Artist, user: User) -> None:
    best = upload("best", "accepted", score=90, group_key="g")
    rival = upload("rival", score=60, group_key="g")
    sources.store(artist.id, [proposal("Jóga", best, rival)])
    sources.refuse(VideoSource.get(VideoSource.source_id == "best").id, user.id)
    assert [one.source.source_id for one in sources.candidates(artist.id)] == ["rival"]
