"""The stored status of a video is the one that follows from its causes, whatever happened."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from mvidarr.core.config import Config
from mvidarr.core.terms import ACTIVE, Availability, Verdict, VideoStatus, Wish, WorkState
from mvidarr.library import artists, files, sources, status, videos
from mvidarr.library.files import NewFile
from mvidarr.models import Artist, Change, Download, Video, VideoFile, VideoSource
from tests.factories import fresh, make_artist, make_download, make_file, make_source, make_video

pytestmark = pytest.mark.usefixtures("database")
FAILED = status.Causes("auto", True, False, None, "failed", False)


@pytest.mark.parametrize(
    ("causes", "expected"),
    [
        (status.Causes("auto", True, False), VideoStatus.WANTED),
        (status.Causes("ignore", True, True, "running"), VideoStatus.IGNORED),
        (status.Causes("auto", False, False), VideoStatus.IGNORED),
        (status.Causes("auto", False, True), VideoStatus.DOWNLOADED),
        (status.Causes("want", False, False), VideoStatus.WANTED),
        (status.Causes("auto", True, True, "running"), VideoStatus.DOWNLOADED),
        (status.Causes("auto", True, False, "running"), VideoStatus.DOWNLOADING),
        (status.Causes("auto", True, False, "queued"), VideoStatus.QUEUED),
        (status.Causes("auto", True, False, "paused"), VideoStatus.QUEUED),
        (status.Causes("auto", True, False, "parked"), VideoStatus.QUEUED),
        (FAILED, VideoStatus.FAILED),
        (status.Causes("auto", True, False, None, "failed", True), VideoStatus.WANTED),
        (status.Causes("auto", True, False, None, "cancelled", False), VideoStatus.WANTED),
        (status.Causes("ignore", True, False, None, "failed", False), VideoStatus.IGNORED),
    ],
)
def test_the_first_rule_that_holds_decides(causes: status.Causes, expected: VideoStatus) -> None:
    assert status.judge(causes) is expected


def test_a_new_source_after_a_failure_makes_a_video_wanted_again() -> None:
    video = make_video()
    source = make_source(video=video)
    make_download(video, state="failed", source=source.id)
    assert fresh(video).status == VideoStatus.FAILED

    make_source(video=video)
    assert fresh(video).status == VideoStatus.WANTED


def test_only_the_last_download_counts() -> None:
    video = make_video()
    source = make_source(video=video)
    for state, expected in (("failed", "failed"), ("cancelled", "wanted"), ("failed", "failed")):
        make_download(video, state=state, source=source.id)
        assert fresh(video).status == expected


def test_sources_that_the_failed_download_went_through_count_as_tried() -> None:
    video = make_video()
    first, second = make_source(video=video), make_source(video=video)
    make_download(video, state="failed", source=second.id, notes={"tried": [first.id]})
    assert fresh(video).status == VideoStatus.FAILED


def test_a_source_that_cannot_be_had_is_no_hope() -> None:
    video = make_video()
    source = make_source(video=video)
    make_download(video, state="failed")
    assert fresh(video).status == VideoStatus.WANTED

    sources.mark_availability(source.id, Availability.REMOVED)
    assert fresh(video).status == VideoStatus.FAILED


def test_only_what_changed_is_redrawn() -> None:
    video, other = make_video(source=True), make_video()
    Change.delete().execute()

    assert status.restate([video.id, other.id]) == []
    assert Change.select().count() == 0

    make_file(video)
    topics = {(row.topic, row.ref_id) for row in Change.select()}
    assert {("video", video.id), ("videos", video.id), ("artist", video.artist_id)} <= topics
    assert ("video", other.id) not in topics


def test_many_changes_redraw_the_list_whole() -> None:
    artist = make_artist()
    ids = [make_video(artist).id for _ in range(status.MOST_TOUCHES + 1)]
    Change.delete().execute()

    videos.wish(ids, Wish.IGNORE)

    assert Change.select().where(Change.topic == "videos", Change.ref_id.is_null()).count() == 1
    assert Video.select().where(Video.status == VideoStatus.IGNORED).count() == len(ids)


@pytest.mark.parametrize("seed", range(6))
def test_status_and_sums_follow_from_their_causes_after_any_history(
    seed: int, database: Config
) -> None:
    dice = random.Random(seed)
    for _ in range(2):
        make_artist(rules={"types": dice.sample(["official", "live"], 1)})
    for _ in range(6):
        artist = dice.choice(list(Artist.select()))
        make_video(artist, type=dice.choice(["official", "live"]), year=dice.choice([None, 1997]))

    for _ in range(60):
        dice.choice(ACTIONS)(dice)
        assert _stored() == {video.id: _expected(video) for video in Video.select()}

    for artist in Artist.select():
        assert _sums(artist) == (artist.known, artist.have, artist.wanted, artist.size)


def _stored() -> dict[int, str]:
    return {video.id: video.status for video in Video.select()}


def _expected(video: Video) -> str:
    """The rules as the documentation has them, one row at a time."""
    has_file = VideoFile.select().where(VideoFile.main_key == video.id).exists()
    if video.wish == "ignore" or (video.wish == "auto" and not video.fits and not has_file):
        return "ignored"
    if has_file:
        return "downloaded"
    downloads = list(Download.select().where(Download.video == video.id).order_by(Download.id))
    active = [row.state for row in downloads if row.active_key]
    if active:
        return "downloading" if active == ["running"] else "queued"
    if downloads and downloads[-1].state == "failed":
        tried = {downloads[-1].source_id}
        left = [
            source
            for source in VideoSource.select().where(VideoSource.video == video.id)
            if source.verdict == "accepted"
            and source.availability in {"available", "unknown", "not_yet"}
            and source.id not in tried
        ]
        return "wanted" if left else "failed"
    return "wanted"


def _sums(artist: Artist) -> tuple[int, int, int, int]:
    rows = list(Video.select().where(Video.artist == artist.id))
    ids = [video.id for video in rows]
    mains: list[Any] = list(VideoFile.select().where(VideoFile.main_key << (ids or [0])))
    held = {file.video_id for file in mains}
    known = [video for video in rows if video.status != "ignored" or video.id in held]
    wanted = [video for video in rows if video.status == "wanted"]
    return len(known), len(mains), len(wanted), sum(file.size for file in mains)


def _any_video(dice: random.Random) -> Video | None:
    rows = list(Video.select().order_by(Video.id))
    return dice.choice(rows) if rows else None


def _add(dice: random.Random) -> None:
    artist = dice.choice(list(Artist.select().order_by(Artist.id)))
    title = f"Song {dice.random()}"
    videos.add(artist.id, videos.Song(title=title, type=dice.choice(["official", "live"])))


def _wish(dice: random.Random) -> None:
    if video := _any_video(dice):
        videos.wish([video.id], dice.choice(list(Wish)))


def _edit(dice: random.Random) -> None:
    if video := _any_video(dice):
        videos.change(video.id, {"type": dice.choice(["official", "live"])})


def _rule(dice: random.Random) -> None:
    artist = dice.choice(list(Artist.select().order_by(Artist.id)))
    types = dice.sample(["official", "live"], dice.randint(0, 2))
    artists.change(artist.id, {"rules": {"types": types}})


def _candidate(dice: random.Random) -> None:
    artist = dice.choice(list(Artist.select().order_by(Artist.id)))
    make_source(artist, song={"title": f"Found {dice.random()}"})


def _judge(dice: random.Random) -> None:
    rows = list(VideoSource.select().order_by(VideoSource.id))
    if not rows:
        return
    source = dice.choice(rows)
    verb: Any = dice.choice([sources.accept, sources.refuse, sources.block])
    if source.verdict == Verdict.BLOCKED:
        sources.unblock(source.id)
    else:
        verb(source.id, None)


def _availability(dice: random.Random) -> None:
    rows = list(VideoSource.select().order_by(VideoSource.id))
    if rows:
        sources.mark_availability(dice.choice(rows).id, dice.choice(list(Availability)))


def _download(dice: random.Random) -> None:
    video = _any_video(dice)
    if video is None:
        return
    active = Download.get_or_none(Download.active_key == str(video.id))
    if active is None:
        best = sources.best_source(video.id)
        make_download(video, source=best.id if best else None)
        return
    state = dice.choice(list(WorkState))
    key = active.active_key if state in ACTIVE else None
    Download.update(state=state, active_key=key).where(Download.id == active.id).execute()
    videos.restate([video.id])


def _file(dice: random.Random) -> None:
    if video := _any_video(dice):
        path = f"{video.id}/{dice.randint(1, 2)}.mp4"
        files.attach(video.id, NewFile(path=path, size=dice.randint(1, 9), mtime=1, duration=2.5))


def _lose_file(dice: random.Random) -> None:
    rows = list(VideoFile.select().order_by(VideoFile.id))
    if rows:
        file = dice.choice(rows)
        files.forget(file.video_id, file.path)


def _delete(dice: random.Random) -> None:
    if video := _any_video(dice):
        videos.delete([video.id])


ACTIONS: list[Callable[[random.Random], None]] = [
    *(_add, _wish, _edit, _rule, _candidate, _judge, _availability, _download, _download),
    *(_file, _lose_file, _delete),
]
