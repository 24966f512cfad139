"""Duplicates: what is found, which one is better, and that joining loses nothing."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import db
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import Verdict, VideoStatus, Wish, WorkState
from mvidarr.library import aliases, merge, twins, videos, words
from mvidarr.models import Artist, Download, Event, Twin, Video, VideoFile, VideoSource
from tests.factories import fresh, make_artist, make_download, make_file, make_source, make_video

pytestmark = pytest.mark.usefixtures("database")


def silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


def look() -> list[tuple[str, set[str]]]:
    twins.look(silent)
    rows = Twin.select().where(~Twin.is_distinct).order_by(Twin.id)
    return [
        (row.reason, {Video.get_by_id(row.first_id).title, Video.get_by_id(row.second_id).title})
        for row in rows
    ]


def test_song_that_is_spelled_twice_is_found() -> None:
    björk = make_artist("Björk")
    make_video(björk, "Jóga")
    make_video(björk, "Joga")
    make_video(björk, "Jóga", version="Live")
    make_video(make_artist("Bjork Tribute"), "Jóga")

    assert look() == [("song", {"Jóga", "Joga"})]


def test_unspecified_video_is_a_twin_of_the_official_one() -> None:
    artist = make_artist()
    make_video(artist, "Hunter", type="official")
    make_video(artist, "Hunter", type="unspecified")
    make_video(artist, "Hunter", type="live")

    assert len(look()) == 1


def test_song_under_artist_and_guest_is_found() -> None:
    host, guest = make_artist("Host"), make_artist("Guest")
    song = make_video(host, "Duet")
    words.set_credits(song.id, words.FEATURED, ["GUEST"])
    make_video(guest, "Duet!")
    make_video(guest, "Solo")

    assert look() == [("song", {"Duet", "Duet!"})]


def test_one_upload_in_two_videos_is_found() -> None:
    one, other = make_video(title="One"), make_video(title="Other")
    make_source(video=one, source_id="shared00001")
    make_source(video=other, source_id="shared00001", verdict=Verdict.REVIEW)
    third = make_video(title="Third")
    make_source(video=third, source_id="shared00001", verdict=Verdict.REFUSED)

    assert look() == [("source", {"One", "Other"})]


def test_same_file_is_found_by_what_is_in_it(library: Path) -> None:
    for name, content in (("a", b"x" * 100), ("b", b"x" * 100), ("c", b"y" * 100)):
        (library / f"{name}.mp4").write_bytes(content)
        make_file(make_video(title=name), path=f"{name}.mp4", size=100)
    make_file(make_video(title="away"), path="away.mp4", size=100)

    assert look() == [("file", {"a", "b"})]


def test_looking_again_changes_nothing_and_forgets_what_is_none_any_more() -> None:
    artist = make_artist()
    one, other = make_video(artist, "Jóga"), make_video(artist, "Joga")
    first = look()
    assert look() == first
    videos.change(other.id, {"title": "Something else"})

    assert look() == []
    videos.change(other.id, {"title": "joga"})
    assert look() == [("song", {one.title, "joga"})]


def test_two_that_somebody_told_apart_are_never_shown_again() -> None:
    artist = make_artist()
    make_video(artist, "Jóga"), make_video(artist, "Joga")
    look()
    twins.tell_apart(twins.waiting_ids()[0])

    assert look() == []
    assert twins.count() == (0, True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"file": True}, {"type": "official", "year": 1999}),
        ({"type": "official"}, {"type": "unspecified", "year": 1999}),
        ({"year": 1999}, {}),
        ({}, {}),
    ],
)
def test_better_one_is_told_with_its_reason(one: dict[str, Any], other: dict[str, Any]) -> None:
    artist = make_artist()
    first = make_video(artist, "Jóga", **one)
    make_video(artist, "Joga", **other)
    look()
    pair = twins.get(twins.waiting_ids()[0])

    assert pair.keep == first.id
    assert pair.why.endswith(".")


def test_sharper_file_is_better() -> None:
    artist = make_artist()
    blurred, sharp = make_video(artist, "Jóga"), make_video(artist, "Joga")
    make_file(blurred, height=480, width=854, size=90_000_000)
    make_file(sharp, height=1080)
    look()

    pair = twins.get(twins.waiting_ids()[0])
    assert (pair.keep, pair.why) == (sharp.id, "Its file is sharper.")


def test_joining_moves_everything() -> None:
    artist = make_artist()
    keep = make_video(artist, "Jóga", source=True, plays=2)
    other = make_video(artist, "Joga", year=1997, album="Homogenic", plays=3, wish="want")
    make_file(keep, height=480, width=854)
    sharp = make_file(other, height=1080)
    mine = make_source(video=other)
    waiting = make_download(fresh(other), started_at=1)
    done = make_download(fresh(other), state=WorkState.DONE)
    words.add_video_ids([(other.id, {"imvdb_video": "7"})])
    words.set_credits(other.id, words.DIRECTOR, ["Michel Gondry"])
    words.set_genres(other.id, ["Art pop"])

    joined = merge.videos_into(keep.id, other.id)

    assert Video.get_or_none(Video.id == other.id) is None
    assert (joined.year, joined.album, joined.plays, joined.wish) == (1997, "Homogenic", 5, "want")
    assert (joined.status, fresh(mine).video_id) == (VideoStatus.DOWNLOADED, keep.id)
    assert fresh(sharp).main_key == keep.id
    assert {file.video_id for file in VideoFile.select()} == {keep.id}
    assert (fresh(waiting).state, fresh(done).video_id) == (WorkState.CANCELLED, keep.id)
    names = videos.names_of(keep.id)
    assert (names["directors"], names["genres"]) == (["Michel Gondry"], ["Art pop"])
    assert words.ids_of_artist(artist.id) == {}
    assert (
        Event.select().where(Event.kind == "video.merged", Event.video_id == keep.id).count() == 1
    )
    assert fresh(artist).known == 1


def test_video_that_is_being_downloaded_is_not_joined_away() -> None:
    artist = make_artist()
    keep, other = make_video(artist, "Jóga"), make_video(artist, "Joga", source=True)
    make_download(other, state=WorkState.RUNNING)

    with pytest.raises(Conflict, match="being downloaded"):
        merge.videos_into(keep.id, other.id)
    assert fresh(other).title == "Joga"


def test_videos_of_two_artists_are_joined_with_their_uploads() -> None:
    keep, other = make_video(make_artist("Host"), "Duet"), make_video(make_artist("Guest"), "Duet")
    shared = make_source(video=other, source_id="shared00001")
    make_source(video=keep, source_id="shared00001", verdict=Verdict.REVIEW)
    extra = make_source(video=other)

    merge.videos_into(keep.id, other.id)

    mine = {source.source_id: source for source in VideoSource.select()}
    assert {source.video_id for source in mine.values()} == {keep.id}
    assert {source.artist_id for source in mine.values()} == {keep.artist_id}
    assert mine["shared00001"].accepted_key == "youtube:shared00001"
    assert VideoSource.get_or_none(VideoSource.id == shared.id) is None
    assert fresh(extra).verdict == Verdict.ACCEPTED


def test_nothing_is_joined_with_itself_or_with_what_is_gone() -> None:
    video = make_video()
    with pytest.raises(Invalid):
        merge.videos_into(video.id, video.id)
    with pytest.raises(NotFound):
        merge.videos_into(video.id, video.id + 1000)
    with pytest.raises(NotFound):
        twins.join(1000)


def test_joined_pairs_of_a_chain_end_as_one_video() -> None:
    artist = make_artist()
    for title in ("Jóga", "Joga", "JÓGA!", "joga?"):
        make_video(artist, title)
    look()
    ids = twins.waiting_ids()
    assert twins.join_all(ids, silent) == 3
    assert twins.join_all(ids, silent) == 0

    assert Video.select().count() == 1
    assert look() == []


def test_artists_are_joined_without_losing_a_video() -> None:
    keep, other = make_artist("Björk"), make_artist("Bjork")
    same, twin = make_video(keep, "Jóga"), make_video(other, "Jóga", file=True)
    moved = make_video(other, "Hunter", source=True)
    offered = make_source(other)
    words.add_artist_ids(other.id, {"mb_artist": "mbid"})
    make_download(make_video(other, "Bachelorette", source=True))

    joined = merge.artists_into(keep.id, other.id)

    assert Artist.get_or_none(Artist.id == other.id) is None
    titles = sorted(video.title for video in Video.select().where(Video.artist == keep.id))
    assert titles == ["Bachelorette", "Hunter", "Jóga"]
    assert fresh(same).status == VideoStatus.DOWNLOADED
    assert Video.get_or_none(Video.id == twin.id) is None
    assert {fresh(moved).artist_id, fresh(offered).artist_id} == {keep.id}
    assert words.ids_of_artist(keep.id) == {"mb_artist": "mbid"}
    assert aliases.of(keep.id) == ["Bjork"]
    assert (joined.known, joined.have) == (3, 1)
    assert Download.select().count() == 1


def test_list_of_duplicates_takes_as_many_queries_for_one_as_for_many() -> None:
    artist = make_artist()
    make_video(artist, "Jóga"), make_video(artist, "Joga")
    look()
    with db.counting() as one:
        twins.page(db.Place())
    for number in range(10):
        make_video(artist, f"Sóng {number}"), make_video(artist, f"Song {number}", wish=Wish.WANT)
    look()
    with db.counting() as many:
        assert len(twins.page(db.Place()).rows) == 11
    assert len(many) == len(one)
