"""Joining two that are one: nothing that somebody said or has is lost, whoever else writes."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mvidarr import models
from mvidarr.core import db
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import Verdict, VideoStatus, Wish, WorkState
from mvidarr.library import (
    aliases,
    artists,
    decisions,
    facts,
    intake,
    merge,
    pictures,
    status,
    twins,
    videos,
    words,
)
from mvidarr.library.decisions import Said
from mvidarr.library.facts import Facts
from mvidarr.models import Artist, Decision, Event, Twin, Video, VideoFile, VideoSource
from tests.factories import (
    fresh,
    make_artist,
    make_download,
    make_file,
    make_source,
    make_user,
    make_video,
)
from tests.fakes.together import together

pytestmark = pytest.mark.usefixtures("database")


def silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


def pair(**columns: Any) -> tuple[Video, Video]:
    artist = make_artist()
    return make_video(artist, "Jóga"), make_video(artist, "Joga", **columns)


def with_picture(row: Any, digest: str, *, locked: bool = False) -> Any:
    image = models.Image.create(hash=digest * 64, width=1, height=1)
    locks = [*row.locked, *([pictures.LOCK] if locked else [])]
    type(row).update(image=image, locked=locks).where(type(row).id == row.id).execute()
    return image


# --- what belongs to a video or an artist -------------------------------------------------------


def _of_video(other: Video, playlist: Any) -> dict[tuple[Any, str], Any]:
    """A row of every table that refers to a video."""
    genre = models.Genre.create(name="Pop", name_key="pop")
    tag = models.Tag.create(name="Tag", name_key="tag")
    third = make_video(title="Third")
    imported = models.ImportList.create(kind="text", name="List")
    return {
        (models.VideoSource, "video"): make_source(video=other),
        (models.VideoFile, "video"): make_file(other),
        (models.Download, "video"): make_download(other, state=WorkState.FAILED),
        (models.ExternalId, "video"): models.ExternalId.create(
            kind="imvdb_video", value="7", video=other.id
        ),
        (models.Credit, "video"): models.Credit.create(
            video=other.id, role="director", name="D", name_key="d"
        ),
        (models.VideoGenre, "video"): models.VideoGenre.create(video=other.id, genre=genre.id),
        (models.VideoTag, "video"): models.VideoTag.create(video=other.id, tag=tag.id),
        (models.PlaylistItem, "video"): models.PlaylistItem.create(
            playlist=playlist.id, video=other.id, position=1
        ),
        (models.ImportRow, "video"): models.ImportRow.create(
            list=imported.id, external_id="1", name="X", video=other.id
        ),
        (models.Twin, "first"): models.Twin.create(
            first=other.id, second=third.id, reason="song", is_distinct=True
        ),
        (models.Twin, "second"): models.Twin.create(
            first=make_video(title="Fourth").id, second=other.id, reason="song", is_distinct=True
        ),
    }


def _references(model: Any) -> set[tuple[Any, str]]:
    """The columns of all tables that refer to this one."""
    return {
        (table, field.name)
        for table in models.ALL
        for field in table._meta.sorted_fields
        if getattr(field, "rel_model", None) is model
    }


def test_nothing_that_refers_to_a_video_is_lost() -> None:
    keep, other = pair()
    playlist = models.Playlist.create(name="Mine", name_key="mine")
    made = _of_video(other, playlist)
    assert _references(Video) == set(made)  # a new table has to be joined too
    before = {table: table.select().count() for table, _ in made}

    merge.videos_into(keep.id, other.id)

    assert {table: table.select().count() for table, _ in made} == before
    for table, column in set(made) - {(models.Twin, "first"), (models.Twin, "second")}:
        owners = {getattr(row, f"{column}_id") for row in table.select()}
        assert owners == {keep.id}, table
    assert all(keep.id in (row.first_id, row.second_id) for row in Twin.select())
    assert all(row.is_distinct for row in Twin.select())


def test_nothing_that_refers_to_an_artist_is_lost() -> None:
    keep, other = make_artist("Björk"), make_artist("Bjork")
    imported = models.ImportList.create(kind="text", name="List")
    made = {
        (models.Video, "artist"): make_video(other, "Jóga"),
        (models.VideoSource, "artist"): make_source(other),
        (models.ExternalId, "artist"): models.ExternalId.create(
            kind="mb_artist", value="m", artist=other.id
        ),
        (models.Alias, "artist"): models.Alias.create(artist=other.id, name="B", name_key="b"),
        (models.ImportRow, "artist"): models.ImportRow.create(
            list=imported.id, external_id="1", name="X", artist=other.id
        ),
    }
    assert _references(Artist) == set(made)

    merge.artists_into(keep.id, other.id)

    for table, column in made:
        assert {getattr(row, f"{column}_id") for row in table.select()} == {keep.id}, table
    assert set(aliases.of(keep.id)) == {"Bjork", "B"}


# --- what a person said ------------------------------------------------------------------------


def test_edit_by_a_person_beats_what_a_service_said() -> None:
    keep, other = pair()
    Video.update(year=1998, origins={"year": "imvdb", "album": "imvdb"}, album="Post").where(
        Video.id == keep.id
    ).execute()
    videos.change(other.id, {"year": 1997, "directors": ["Michel Gondry"], "genres": ["Pop"]})
    words.set_credits(keep.id, words.DIRECTOR, ["Somebody"])
    words.set_genres(keep.id, ["Rock"])

    joined = merge.videos_into(keep.id, other.id)

    assert (joined.year, joined.album) == (1997, "Post")
    assert set(joined.locked) == {"year", "directors", "genres"}
    assert (joined.origins["year"], joined.origins["album"]) == ("person", "imvdb")
    names = videos.names_of(keep.id)
    assert (names["directors"], names["genres"]) == (["Michel Gondry"], ["Pop"])


def test_edit_of_the_kept_one_stays() -> None:
    keep, other = pair(year=1998, album="Homogenic")
    words.set_genres(other.id, ["Rock"])
    videos.change(keep.id, {"year": 1997, "genres": ["Pop"], "locked": ["album"]})

    joined = merge.videos_into(keep.id, other.id)

    assert (joined.year, joined.album) == (1997, None)
    assert videos.names_of(keep.id)["genres"] == ["Pop"]


def test_locks_of_names_that_go_do_not_lock_the_kept_name() -> None:
    keep, other = pair()
    videos.change(other.id, {"title": "Joga!"})

    assert merge.videos_into(keep.id, other.id).locked == []


def test_picture_that_a_person_chose_is_kept() -> None:
    keep, other = pair()
    with_picture(keep, "a")
    chosen = with_picture(other, "b", locked=True)

    joined = merge.videos_into(keep.id, other.id)

    assert (joined.image_id, joined.locked) == (chosen.id, [pictures.LOCK])


def test_profile_that_a_person_chose_is_kept() -> None:
    profile = models.QualityProfile.create(name="HD", name_key="hd")
    keep, other = pair(profile=profile.id)

    assert merge.videos_into(keep.id, other.id).profile_id == profile.id


@pytest.mark.parametrize(
    ("kept", "gone", "file", "after"),
    [
        (Wish.AUTO, Wish.IGNORE, True, VideoStatus.DOWNLOADED),
        (Wish.AUTO, Wish.IGNORE, False, VideoStatus.WANTED),
        (Wish.IGNORE, Wish.WANT, False, VideoStatus.WANTED),
        (Wish.WANT, Wish.IGNORE, False, VideoStatus.WANTED),
        (Wish.AUTO, Wish.WANT, False, VideoStatus.WANTED),
        (Wish.IGNORE, Wish.AUTO, False, VideoStatus.IGNORED),
    ],
)
def test_who_ignored_the_duplicate_still_has_the_video(
    kept: Wish, gone: Wish, file: bool, after: VideoStatus
) -> None:
    artist = make_artist()
    keep = make_video(artist, "Jóga", wish=kept.value, file=file)
    other = make_video(artist, "Joga", wish=gone.value)

    assert merge.videos_into(keep.id, other.id).status == after


def test_place_in_the_queue_goes_to_the_kept_video() -> None:
    artist = make_artist()
    keep, other = make_video(artist, "Jóga"), make_video(artist, "Joga", source=True)
    waiting = make_download(other, state=WorkState.PAUSED)

    joined = merge.videos_into(keep.id, other.id)

    after = fresh(waiting)
    assert (after.state, after.video_id) == (WorkState.PAUSED, keep.id)
    assert after.active_key == str(keep.id)
    assert joined.status == VideoStatus.QUEUED


def test_second_place_in_the_queue_does_not_count_as_taken_out_of_it() -> None:
    artist = make_artist()
    keep, other = make_video(artist, "Jóga", source=True), make_video(artist, "Joga", source=True)
    mine, theirs = make_download(keep), make_download(other)

    merge.videos_into(keep.id, other.id)

    assert [row.id for row in models.Download.select()] == [mine.id] != [theirs.id]


def test_download_that_left_something_is_cancelled_so_that_it_is_cleared() -> None:
    artist = make_artist()
    keep, other = make_video(artist, "Jóga", file=True), make_video(artist, "Joga", source=True)
    waiting = make_download(other, state=WorkState.PAUSED, started_at=1)

    merge.videos_into(keep.id, other.id)

    assert (fresh(waiting).state, fresh(waiting).video_id) == (WorkState.CANCELLED, keep.id)


def test_kept_video_is_official_when_the_other_one_is() -> None:
    artist = make_artist(rules={"types": ["official"]})
    keep = make_video(artist, "Jóga", type="unspecified", fits=False)
    other = make_video(artist, "Jóga", type="official")

    joined = merge.videos_into(keep.id, other.id)

    assert (joined.type, joined.fits, joined.status) == ("official", True, VideoStatus.WANTED)


def test_known_type_does_not_collide_with_a_third_video() -> None:
    artist = make_artist()
    keep = make_video(artist, "Jóga", type="unspecified")
    make_video(artist, "Jóga", type="official")
    other = make_video(artist, "Joga", type="official")

    assert merge.videos_into(keep.id, other.id).type == "unspecified"


def test_year_that_is_known_now_is_judged_by_the_rules() -> None:
    artist = make_artist(rules={"types": ["official"], "from_year": 2000})
    keep = make_video(artist, "Jóga")
    other = make_video(artist, "Joga", year=1997)
    artists.refit(artist.id)

    joined = merge.videos_into(keep.id, other.id)
    after = (joined.fits, joined.status)
    artists.refit(artist.id)
    assert after == (fresh(joined).fits, fresh(joined).status)


def test_who_was_told_apart_from_the_one_is_told_apart_from_both() -> None:
    artist = make_artist()
    keep, other, third = (make_video(artist, title) for title in ("Jóga", "Joga", "joga!"))
    twins.look(silent)
    for row in list(Twin.select()):
        if third.id in (row.first_id, row.second_id):
            twins.tell_apart(row.id)
    merge.videos_into(other.id, keep.id)
    twins.look(silent)

    assert twins.waiting_ids() == []


def test_two_that_somebody_told_apart_in_the_meantime_are_not_joined() -> None:
    pair()
    twins.look(silent)
    ids = twins.waiting_ids()
    twins.tell_apart(ids[0])

    assert twins.join_all(ids, silent) == 0
    with pytest.raises(Conflict, match="two"):
        twins.join(ids[0])
    assert Video.select().count() == 2


def test_decision_about_an_upload_goes_with_it_to_the_other_artist() -> None:
    user = make_user()
    keep, other = make_video(make_artist("Host"), "Duet"), make_video(make_artist("Guest"), "Duet")
    mine = make_source(video=other, source_id="decided0001", verdict_by=user.id)
    make_source(video=keep, source_id="refused0001", verdict=Verdict.REVIEW)
    refused = make_source(
        video=other, source_id="refused0001", verdict=Verdict.REFUSED, verdict_by=user.id
    )
    elsewhere = make_source(fresh(other).artist, source_id="elsewhere01")
    for source, verdict in ((mine, "accepted"), (refused, "refused"), (elsewhere, "refused")):
        decisions.remember(source, Said(verdict=Verdict(verdict), title="Duet", by=user.id))

    merge.videos_into(keep.id, other.id)

    host = fresh(keep).artist
    told = decisions.recall(
        host, [("youtube", name) for name in ("decided0001", "refused0001", "elsewhere01")]
    )
    assert {place[1]: said.verdict for place, said in told.items()} == {
        "decided0001": Verdict.ACCEPTED,
        "refused0001": Verdict.REFUSED,
    }
    stays = VideoSource.get(VideoSource.source_id == "refused0001")
    assert (stays.verdict, stays.verdict_by_id) == (Verdict.REFUSED, user.id)


# --- artists -------------------------------------------------------------------------------------


def test_facts_of_the_artist_that_goes_fill_the_gaps() -> None:
    keep, other = make_artist("Björk", country="IS"), make_artist("Bjork", country="XX")
    artists.change(other.id, {"bio": "She sings.", "genres": ["Art pop"]})
    chosen = with_picture(fresh(other), "b", locked=True)
    with_picture(fresh(keep), "a")

    joined = merge.artists_into(keep.id, other.id)

    assert (joined.bio, joined.genres, joined.country) == ("She sings.", ["Art pop"], "IS")
    assert joined.image_id == chosen.id
    assert {"bio", "genres", pictures.LOCK} <= set(joined.locked)


def test_name_that_was_joined_survives_what_services_tell() -> None:
    keep, other = make_artist("Björk"), make_artist("Bjork")
    told = Facts(aliases=("Björk Guðmundsdóttir",), origins={"aliases": "musicbrainz"})
    facts.store(keep.id, told)
    merge.artists_into(keep.id, other.id)

    facts.store(keep.id, told)

    assert "Bjork" in aliases.of(keep.id)
    found = aliases.owner_of("Bjork")
    assert found is not None
    assert found.id == keep.id


def test_joined_name_is_kept_among_many_other_names() -> None:
    keep, other = make_artist("Björk"), make_artist("Bjork")
    aliases.replace(keep.id, [f"Alias {number}" for number in range(aliases.MOST)])

    merge.artists_into(keep.id, other.id)

    assert "Bjork" in aliases.of(keep.id)


def test_ids_of_the_kept_one_count_first() -> None:
    other, keep = make_artist("Bjork"), make_artist("Björk")
    words.add_artist_ids(other.id, {"mb_artist": "theirs", "youtube_channel": "UCtheirs"})
    words.add_artist_ids(keep.id, {"mb_artist": "ours"})

    merge.artists_into(keep.id, other.id)

    assert words.ids_of_artist(keep.id) == {"mb_artist": "ours", "youtube_channel": "UCtheirs"}


def test_artists_are_not_joined_while_a_video_of_both_is_downloading() -> None:
    keep, other = make_artist("Björk"), make_artist("Bjork")
    make_video(keep, "Jóga")
    moved = make_video(other, "Hunter")
    make_download(make_video(other, "Jóga", source=True), state=WorkState.RUNNING)

    with pytest.raises(Conflict):
        merge.artists_into(keep.id, other.id)
    assert fresh(moved).artist_id == other.id
    assert Event.select().where(Event.kind == "artist.merged").count() == 0


# --- at once -------------------------------------------------------------------------------------


def at_once(*works: Callable[[], Any]) -> list[str]:
    """How each of them ended."""
    told = dict[int, str]()

    def run(number: int) -> None:
        told[number] = "done"
        try:
            works[number]()
        except (NotFound, Conflict) as error:
            told[number] = type(error).__name__

    together(len(works), run)
    return [told[number] for number in range(len(works))]


def test_two_that_are_joined_into_each_other_end_as_one() -> None:
    for number in range(6):
        artist = make_artist()
        one, other = make_video(artist, f"Jóga {number}"), make_video(artist, f"Joga {number}")
        files = [make_file(one), make_file(other, height=720, width=1280)]

        told = at_once(
            partial(merge.videos_into, one.id, other.id),
            partial(merge.videos_into, other.id, one.id),
        )

        assert sorted(told) == ["NotFound", "done"]
        [left] = Video.select().where(Video.artist == artist.id)
        assert {fresh(file).video_id for file in files} == {left.id}
        assert left.status == VideoStatus.DOWNLOADED


def test_artist_that_is_joined_while_discovery_writes_loses_nothing() -> None:
    for number in range(4):
        keep, other = make_artist(f"Björk {number}"), make_artist(f"Bjork {number}")
        make_video(other, "Jóga")
        proposal = intake.Proposal(
            song=videos.Song(title="Hunter"),
            is_listed=True,
            uploads=(
                intake.Upload(
                    provider="youtube",
                    source_id=f"hunter{number:05}",
                    title="Hunter",
                    verdict=Verdict.ACCEPTED,
                    score=90,
                    found_by="imvdb",
                ),
            ),
        )

        told = at_once(
            partial(merge.artists_into, keep.id, other.id),
            partial(db.transact, partial(intake.store, other.id, [proposal])),
        )

        assert told[0] == "done"
        titles = {video.title for video in Video.select().where(Video.artist == keep.id)}
        assert titles == ({"Jóga", "Hunter"} if told[1] == "done" else {"Jóga"})
        assert Artist.get_or_none(Artist.id == other.id) is None


# --- what the sums say ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_sums_and_statuses_follow_after_any_joins(seed: int) -> None:
    chance = random.Random(seed)
    people = [make_artist(f"Artist {seed} {number}") for number in range(3)]
    shared = [f"shared{number:05}" for number in range(6)]
    for number in range(14):
        video = make_video(
            chance.choice(people),
            f"Song {number % 5} {'!' * (number // 5)}",
            type=chance.choice(["official", "unspecified", "live"]),
            wish=chance.choice(["auto", "auto", "want", "ignore"]),
            year=chance.choice([None, 1997]),
        )
        for source_id in chance.sample(shared, 2):
            verdict = chance.choice([Verdict.REVIEW, Verdict.REFUSED])
            known = VideoSource.select().where(
                VideoSource.artist == video.artist_id, VideoSource.source_id == source_id
            )
            if not known.exists():
                make_source(video=video, source_id=source_id, verdict=verdict)
        if chance.random() < 0.5:
            make_source(video=video)
        if chance.random() < 0.4:
            make_file(video, height=chance.choice([480, 1080, None]))
        if chance.random() < 0.4:
            make_download(
                video, state=chance.choice([WorkState.QUEUED, WorkState.FAILED, WorkState.DONE])
            )
    for person in people:
        artists.refit(person.id)
    files, uploads = VideoFile.select().count(), {row.source_id for row in VideoSource.select()}
    used = {row.accepted_key for row in VideoSource.select()} - {None}
    for _ in range(4):
        one, other = chance.sample([row.id for row in Video.select()], 2)
        merge.videos_into(one, other)
    merge.artists_into(people[0].id, people[1].id)

    assert VideoFile.select().count() == files
    assert {row.source_id for row in VideoSource.select()} == uploads
    assert {row.accepted_key for row in VideoSource.select()} - {None} == used
    assert all(
        (row.verdict == Verdict.ACCEPTED) == (row.accepted_key is not None)
        for row in VideoSource.select()
    )
    owners = {row.id: row.artist_id for row in Video.select()}
    assert all(owners[row.video_id or 0] == row.artist_id for row in VideoSource.select())
    with_files = {row.video_id for row in VideoFile.select()}
    assert {row.main_key for row in VideoFile.select()} - {None} == with_files
    before = [
        *Video.select(Video.id, Video.status, Video.fits).order_by(Video.id).tuples(),
        *Artist.select(Artist.id, Artist.known, Artist.have, Artist.wanted, Artist.size)
        .order_by(Artist.id)
        .tuples(),
    ]
    for person in Artist.select():
        artists.refit(person.id)
    assert status.restate([row.id for row in Video.select()]) == []
    after = [
        *Video.select(Video.id, Video.status, Video.fits).order_by(Video.id).tuples(),
        *Artist.select(Artist.id, Artist.known, Artist.have, Artist.wanted, Artist.size)
        .order_by(Artist.id)
        .tuples(),
    ]
    assert after == before
    assert Decision.select().count() == 0
