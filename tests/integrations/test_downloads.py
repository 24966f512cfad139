"""Downloads with the real yt-dlp, ffmpeg and PyAV, from a loopback YouTube into a real folder."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mvidarr import models, settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.terms import Availability, Cause, Stage, VideoStatus, WorkState
from mvidarr.downloads import aside, claims, fetch, queue, reconcile, replaced, run, shelve, steps
from mvidarr.downloads.work import Job
from mvidarr.governor import breaker
from mvidarr.media import disks, place, sidecars
from mvidarr.media import trash as folders
from mvidarr.models import Download, Event, TrashItem, Video, VideoFile, VideoSource
from tests.conftest import until
from tests.factories import fresh, make_artist, make_source, make_video
from tests.fakes import answers, media
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube

pytestmark = [
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
    pytest.mark.parametrize("config", ["sqlite"], indirect=True),
]
ID, OTHER = "dQw4w9WgXcQ", "oHg5SJYRHA0"


class Killed(BaseException):
    """The end of a thread as if the process had been killed: nothing catches it."""


@pytest.fixture
def setting(
    database: Config, library: Path, fake_internet: FakeInternet, fake_youtube: FakeYouTube
) -> Config:
    """A library, and YouTube behind the proxy."""
    settings.change({"outbound_proxy": fake_internet.proxy_url, "disk_reserve": 0})
    return replace(database, ca=fake_internet.ca_file)


@pytest.fixture
def video(fake_youtube: FakeYouTube) -> Video:
    fake_youtube.add_video(ID, title="Björk - Jóga (Official Video)", heights=(360, 240))
    made = make_video(make_artist("Björk"), "Jóga", year=1997)
    make_source(video=made, source_id=ID)
    return made


def take(config: Config, stopping: Callable[[], bool] = lambda: False) -> Download:
    """Run the next row that is due, as the worker does."""
    row = claims.claim_next("here.1")
    assert row is not None
    run.run(row, stopping, config)
    return fresh(row)  # type: ignore[no-any-return]


def files_in(folder: Path) -> list[str]:
    """What lies there of videos."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    others = ("artist.nfo", "folder.jpg", "thumb.jpg")
    return sorted(
        path
        for path in found
        if not path.startswith((".mvidarr/.", ".mvidarr/trash")) and Path(path).name not in others
    )


def test_a_download_ends_as_a_file_in_the_library(
    setting: Config, library: Path, video: Video
) -> None:
    queue.add(video.id)

    row = take(setting)

    assert (row.state, row.active_key, row.last_error) == ("done", None, None)
    base = "Björk/Jóga (1997)/Björk - Jóga (1997)"
    endings = ("-fanart.jpg", "-poster.jpg", "-thumb.jpg", ".mp4", ".nfo")
    assert files_in(library) == [base + ending for ending in endings]
    file = VideoFile.get()
    assert (file.path, file.height, file.video_codec) == (f"{base}.mp4", 360, "h264")
    assert file.size == (library / file.path).stat().st_size == row.size
    made = fresh(video)
    assert made.status == VideoStatus.DOWNLOADED
    assert made.image_id is not None
    source = VideoSource.get()
    assert (source.availability, source.checked_at is not None) == ("available", True)
    assert Event.select().where(Event.kind == "video.downloaded").count() == 1


def test_nfo_and_tags_say_what_the_library_knows(
    setting: Config, library: Path, video: Video
) -> None:
    from mutagen.mp4 import MP4

    from mvidarr.media import nfo

    queue.add(video.id)
    take(setting)

    told = nfo.read(next(library.rglob("* - *.nfo")).read_bytes())
    assert (told.title, told.artists, told.year, told.youtube_id) == ("Jóga", ("Björk",), 1997, ID)
    tags = MP4(next(library.rglob("*.mp4"))).tags
    assert (tags["\xa9nam"], tags["\xa9ART"], len(tags["covr"])) == (["Jóga"], ["Björk"], 1)


def test_captions_lie_beside_the_file(
    setting: Config, library: Path, video: Video, fake_youtube: FakeYouTube
) -> None:
    settings.change({"subtitle_languages": "en"})
    fake_youtube.videos[ID].captions = ("en",)
    queue.add(video.id)

    take(setting)

    file = VideoFile.get()
    assert file.subtitles == ["Björk - Jóga (1997).en.vtt"]
    assert (library / file.path).with_name(file.subtitles[0]).is_file()


def test_progress_is_written_while_it_runs(
    setting: Config, video: Video, fake_internet: FakeInternet
) -> None:
    fake_internet.fault(Fault(host=FakeYouTube.MEDIA, bytes_per_s=60_000))
    queue.add(video.id)
    with running(setting) as thread:
        seen = until(
            lambda: Download.get_or_none((Download.percent > 5) & (Download.percent < 100)),
            seconds=60,
        )
        queue.cancel(seen.id)
        thread.join(20)

    assert (seen.state, seen.stage, seen.step) == ("running", "fetch", "fetch")
    assert seen.speed > 0
    assert seen.size > seen.done_bytes > 0


def test_cancel_kills_the_child_and_removes_what_it_left(
    setting: Config, library: Path, video: Video, fake_internet: FakeInternet
) -> None:
    fake_internet.fault(Fault(host=FakeYouTube.MEDIA, bytes_per_s=20_000))
    row = queue.add(video.id)
    with running(setting) as thread:
        until(lambda: list(library.rglob("*.part")), seconds=60)
        queue.cancel(row.id)
        thread.join(20)
        assert not thread.is_alive()

    assert fresh(row).state == WorkState.CANCELLED
    assert files_in(library) == []
    assert fresh(video).status == VideoStatus.WANTED


def test_pause_keeps_the_part_and_resume_goes_on_from_it(
    setting: Config, library: Path, video: Video, fake_internet: FakeInternet
) -> None:
    slow = Fault(host=FakeYouTube.MEDIA, bytes_per_s=40_000)
    fake_internet.fault(slow)
    row = queue.add(video.id)
    with running(setting) as thread:
        part = until(lambda: next(iter(big(library.rglob("*.part"))), None), seconds=60)
        queue.pause(row.id)
        thread.join(20)
    kept = part.stat().st_size
    slow.times = 0
    fake_internet.requests.clear()
    queue.resume(row.id)

    assert take(setting).state == WorkState.DONE
    ranges = [r.headers.get("range", "") for r in fake_internet.requests if "googlevideo" in r.host]
    assert any(asked.startswith(f"bytes={kept}-") for asked in ranges)


def test_a_stop_of_the_program_queues_the_row_again_uncounted(
    setting: Config, library: Path, video: Video, fake_internet: FakeInternet
) -> None:
    fake_internet.fault(Fault(host=FakeYouTube.MEDIA, bytes_per_s=20_000))
    row = queue.add(video.id)
    stop = threading.Event()
    with running(setting, stop.is_set) as thread:
        until(lambda: list(library.rglob("*.part")), seconds=60)
        stop.set()
        thread.join(20)

    row = fresh(row)
    assert (row.state, row.owner, row.attempts, row.losses) == ("queued", None, 0, 0)
    assert list(library.rglob("*.part"))
    assert fresh(video).status == VideoStatus.QUEUED


def test_a_removed_upload_gives_way_to_the_next_best(
    setting: Config, video: Video, fake_youtube: FakeYouTube
) -> None:
    fake_youtube.videos[ID].availability = "removed"
    fake_youtube.add_video(OTHER, title="Björk - Jóga", heights=(240,))
    second = make_source(video=video, source_id=OTHER, score=60)
    queue.add(video.id)

    row = take(setting)
    assert (row.state, row.cause, row.source_id) == ("queued", Cause.REMOVED, second.id)
    row = take(setting)

    assert (row.state, row.source_id) == ("done", second.id)
    first = VideoSource.get(VideoSource.source_id == ID)
    assert first.availability == Availability.REMOVED


def test_without_another_upload_it_fails_and_leaves_nothing(
    setting: Config, library: Path, video: Video, fake_youtube: FakeYouTube
) -> None:
    fake_youtube.videos[ID].availability = "private"
    queue.add(video.id)

    row = take(setting)

    assert (row.state, row.cause) == ("failed", Cause.PRIVATE)
    assert fresh(video).status == VideoStatus.FAILED
    assert files_in(library) == []
    assert Event.select().where(Event.kind == "video.failed").count() == 1


def test_a_bot_wall_closes_youtube_and_counts_no_attempt(
    setting: Config, video: Video, fake_youtube: FakeYouTube
) -> None:
    fake_youtube.videos[ID].availability = "bot_wall"
    queue.add(video.id)

    row = take(setting)

    assert (row.state, row.attempts, row.cause) == ("queued", 0, Cause.BOT_WALL)
    assert breaker.is_open("youtube")
    assert row.next_try_at > clock.now()
    assert claims.claim_next("here.1") is None


def test_a_file_shorter_than_its_upload_is_refused(
    setting: Config, library: Path, video: Video, fake_youtube: FakeYouTube
) -> None:
    fake_youtube.videos[ID].duration = 200
    queue.add(video.id)

    row = take(setting)

    assert (row.state, row.cause) == ("failed", Cause.WRONG_DURATION)
    assert VideoSource.get().verdict == "refused"
    assert files_in(library) == []


def test_a_cut_connection_is_tried_again_later_from_where_it_broke(
    setting: Config,
    video: Video,
    fake_internet: FakeInternet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = fetch._order
    monkeypatch.setattr(fetch, "_order", lambda job: replace(order(job), retries=1))
    fault = Fault(host=FakeYouTube.MEDIA, cut_after=1_000)
    fake_internet.fault(fault)
    queue.add(video.id)

    row = take(setting)

    assert (row.state, row.attempts, row.cause) == ("queued", 1, Cause.NETWORK)
    assert 48_000 <= row.next_try_at - clock.now() <= 72_000
    fault.times = 0
    Download.update(next_try_at=0).execute()
    assert take(setting).state == WorkState.DONE


@pytest.mark.parametrize("broken", [name for name, _, _ in steps.STEPS])
def test_a_crash_after_any_step_loses_and_doubles_nothing(
    setting: Config,
    library: Path,
    video: Video,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    """The thread dies as if the process had: nothing of its ending runs."""
    row = queue.add(video.id)
    with monkeypatch.context() as patch:
        patch.setattr(steps, "STEPS", breaking(broken))
        with pytest.raises(Killed):
            take(setting)
    claims.release("here")
    reconcile.clear_staging()
    before = fresh(row)
    if broken == "finish":
        assert before.state == WorkState.DONE
    else:
        assert (before.state, before.losses) == (WorkState.QUEUED, 1)
        assert take(setting).state == WorkState.DONE

    assert len(files_in(library)) == 5
    assert VideoFile.select().count() == 1
    assert Event.select().where(Event.kind == "video.downloaded").count() == 1
    assert fresh(video).status == VideoStatus.DOWNLOADED


def test_a_crash_between_move_and_row_finds_the_file_in_place(
    setting: Config, library: Path, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add(video.id)
    real = place.place

    def crash(*args: Any) -> Path:
        real(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(place, "place", crash)
        with pytest.raises(Killed):
            take(setting)
    assert len(files_in(library)) >= 5
    claims.release("here")

    assert take(setting).state == WorkState.DONE
    assert len(files_in(library)) == 5


def test_a_second_download_replaces_the_file(setting: Config, library: Path, video: Video) -> None:
    queue.add(video.id)
    take(setting)
    old = library / VideoFile.get().path
    old.write_bytes(b"damaged")
    queue.add(video.id)

    assert take(setting).state == WorkState.DONE
    assert old.stat().st_size > 1000
    assert VideoFile.select().count() == 1
    assert len(files_in(library)) == 5
    kept = TrashItem.get()
    assert (kept.reason, kept.path, kept.files) == ("replaced", VideoFile.get().path, [old.name])
    assert (library / f".mvidarr/trash/{kept.id}" / old.name).read_bytes() == b"damaged"


def test_a_file_is_back_when_its_successor_cannot_take_its_place(
    setting: Config, library: Path, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add(video.id)
    take(setting)
    old = library / VideoFile.get().path
    before = old.read_bytes()
    queue.add(video.id)

    def full(*args: Any) -> Path:
        assert not old.exists()
        raise disks.DiskFull("There is no room.")

    monkeypatch.setattr(place, "place", full)

    assert take(setting).cause == Cause.DISK_FULL
    assert old.read_bytes() == before
    assert fresh(video).status == VideoStatus.DOWNLOADED


def test_a_file_is_back_after_a_crash_and_a_cancel(
    setting: Config, library: Path, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add(video.id)
    take(setting)
    old = library / VideoFile.get().path
    row = queue.add(video.id)

    def killed(job: Job) -> Any:
        old.rename(job.staging / aside.FOLDER / old.name)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(replaced, "set_aside", killed)
        patch.setattr(steps, "STEPS", [*steps.STEPS[:3], ("place", Stage.SHELVE, making_room)])
        with pytest.raises(Killed):
            take(setting)
    assert not old.exists()
    queue.cancel(row.id)

    reconcile.clear_staging()

    assert old.is_file()


def making_room(job: Job) -> Job:
    (job.staging / aside.FOLDER).mkdir()
    return shelve.shelve(job)


def test_a_better_container_takes_the_former_files_place(
    setting: Config, library: Path, video: Video, fake_youtube: FakeYouTube
) -> None:
    queue.add(video.id)
    take(setting)
    fake_youtube.videos[ID].codec, fake_youtube.videos[ID].heights = "vp9", (360,)
    fake_youtube.videos[ID].audio_codecs = ("opus",)
    models.QualityProfile.update(standard=None).execute()
    models.QualityProfile.update(standard=1).where(models.QualityProfile.name == "Best").execute()
    queue.add(video.id)

    assert take(setting).state == WorkState.DONE
    assert [Path(file.path).suffix for file in VideoFile.select()] == [".mkv"]
    assert len(files_in(library)) == 5
    assert Event.select().where(Event.kind == "video.downloaded").count() == 2
    assert TrashItem.get().path.endswith(".mp4")


@pytest.mark.parametrize("done", [0, 1])
def test_a_crash_on_the_way_into_the_trash_loses_nothing(
    setting: Config, library: Path, video: Video, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    """The row is written, and the former file lies in staging still, or in the trash already."""
    queue.add(video.id)
    take(setting)
    former = (library / VideoFile.get().path).read_bytes()
    queue.add(video.id)
    real = folders.take

    def crash(*args: Any, **more: Any) -> Any:
        if done:
            real(*args, **more)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(folders, "take", crash)
        with pytest.raises(Killed):
            take(setting)
    assert Download.select().where(Download.state == WorkState.DONE).count() == 2

    reconcile.clear_staging()

    item = TrashItem.get()
    assert (library / f".mvidarr/trash/{item.id}" / item.files[0]).read_bytes() == former
    assert (library / VideoFile.get().path).is_file()
    assert list((library / ".mvidarr/staging").iterdir()) == []


def test_a_changed_nfo_survives_a_better_file(setting: Config, library: Path, video: Video) -> None:
    queue.add(video.id)
    take(setting)
    first = VideoFile.get()
    beside = next(library.rglob("* - *.nfo"))
    assert first.sidecar_hash == sidecars.digest(beside.read_bytes())
    assert set(first.artwork) == {"-poster.jpg", "-thumb.jpg", "-fanart.jpg"}
    beside.write_text("<musicvideo><title>By hand</title></musicvideo>")
    poster = next(library.rglob("*-poster.jpg"))
    poster.write_bytes(b"mine")
    queue.add(video.id)

    take(setting)

    assert "By hand" in beside.read_text()
    assert poster.read_bytes() == b"mine"
    assert VideoFile.get().sidecar_hash == first.sidecar_hash
    *_, event = Event.select().where(Event.kind == "video.downloaded").order_by(Event.id)
    assert sorted(event.data["kept"]) == ["-poster.jpg", ".nfo"]


def test_a_changed_nfo_goes_along_to_another_name(
    setting: Config, library: Path, video: Video
) -> None:
    queue.add(video.id)
    take(setting)
    next(library.rglob("* - *.nfo")).write_text("<musicvideo><title>By hand</title></musicvideo>")
    settings.change({"naming_template": "{Artist}/{Title}/{Artist} - {Title}"})
    queue.add(video.id)

    take(setting)

    assert "By hand" in (library / "Björk/Jóga/Björk - Jóga.nfo").read_text()
    assert files_in(library)[0].startswith("Björk/Jóga/")
    assert len(files_in(library)) == 5
    assert len(TrashItem.get().files) == 5


def test_what_others_put_beside_a_file_goes_along_to_another_name(
    setting: Config, library: Path, video: Video
) -> None:
    queue.add(video.id)
    take(setting)
    former = library / VideoFile.get().path
    mine = {"-poster.jpg": b"mine", "-clearlogo.png": b"a logo", ".is.srt": b"captions"}
    for ending, data in mine.items():
        former.with_name(former.stem + ending).write_bytes(data)
    settings.change({"naming_template": "{Artist}/{Title}/{Artist} - {Title}"})
    queue.add(video.id)

    take(setting)

    now = library / VideoFile.get().path
    assert now.name == "Björk - Jóga.mp4"
    for ending, data in mine.items():
        assert now.with_name(now.stem + ending).read_bytes() == data
    assert set(VideoFile.get().artwork) == {"-thumb.jpg", "-fanart.jpg"}


def test_files_of_ours_are_still_ours_after_a_disk_was_full(
    setting: Config, library: Path, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was to be written is noted already; what lies there is of the former file still."""
    queue.add(video.id)
    take(setting)
    beside = next(library.rglob("* - *.nfo"))
    Video.update(album="Homogenic").execute()
    row = queue.add(video.id)

    def full(*args: Any) -> Path:
        raise disks.DiskFull("There is no room.")

    with monkeypatch.context() as patch:
        patch.setattr(place, "place", full)
        assert take(setting).cause == Cause.DISK_FULL
    Download.update(next_try_at=0, state=WorkState.QUEUED).where(Download.id == row.id).execute()

    assert take(setting).state == WorkState.DONE

    assert "Homogenic" in beside.read_text()
    assert VideoFile.get().sidecar_hash == sidecars.digest(beside.read_bytes())


def test_a_former_file_in_staging_is_back_before_another_upload_is_fetched(
    setting: Config, library: Path, video: Video
) -> None:
    queue.add(video.id)
    take(setting)
    old = library / VideoFile.get().path
    before = old.read_bytes()
    row = queue.add(video.id)
    target = VideoFile.get().path
    Download.update(notes={"source": 0, "target": target}).where(Download.id == row.id).execute()
    kept = aside.path(place.staging(library, row.id), target)
    kept.parent.mkdir()
    old.rename(kept)

    assert take(setting).state == WorkState.DONE

    item = TrashItem.get()
    assert (library / f".mvidarr/trash/{item.id}" / old.name).read_bytes() == before


def test_a_file_that_somebody_left_is_not_written_over(
    setting: Config, library: Path, video: Video
) -> None:
    theirs = library / "Björk/Jóga (1997)/Björk - Jóga (1997).nfo"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("<musicvideo><title>Theirs</title></musicvideo>")
    queue.add(video.id)

    take(setting)

    assert "Theirs" in theirs.read_text()
    assert VideoFile.get().sidecar_hash is None


def test_the_settings_say_what_lies_beside_a_file(
    setting: Config, library: Path, video: Video
) -> None:
    from mutagen.mp4 import MP4

    settings.change(
        {"nfo_files": False, "artwork_files": ["thumb"], "embed_picture": False}
        | {"artist_files": False}
    )
    queue.add(video.id)

    take(setting)

    found = sorted(path.name for path in library.rglob("*") if path.is_file())
    assert [name for name in found if name.startswith(("Björk", "artist"))] == [
        *("Björk - Jóga (1997)-thumb.jpg", "Björk - Jóga (1997).mp4")
    ]
    assert "covr" not in MP4(next(library.rglob("*.mp4"))).tags


def test_an_artists_files_come_with_the_first_video(
    setting: Config, library: Path, video: Video
) -> None:
    queue.add(video.id)

    take(setting)

    assert "<name>Björk</name>" in (library / "Björk/artist.nfo").read_text()
    assert fresh(video).artist.sidecar_hash


def test_media_servers_are_told_of_what_came(setting: Config, library: Path, video: Video) -> None:
    settings.change({"kodi_enabled": True, "kodi_url": "http://127.0.0.1:9"})
    queue.add(video.id)

    take(setting)

    told = [e.data["changes"] for e in Event.select().where(Event.kind == "files.changed")]
    paths = {path for changes in told for path, what in changes if what == "created"}
    assert paths == {*files_in(library), "Björk/artist.nfo"}


def test_without_a_picture_a_frame_is_taken(
    setting: Config, library: Path, video: Video, fake_internet: FakeInternet
) -> None:
    fake_internet.fault(Fault(host=FakeYouTube.PICTURES, answer=answers.server_error(404)))
    queue.add(video.id)

    assert take(setting).state == WorkState.DONE
    assert fresh(video).image_id is not None
    assert len(list(library.rglob("*-poster.jpg"))) == 1


def test_somebody_elses_file_of_that_name_stays(
    setting: Config, library: Path, video: Video
) -> None:
    theirs = library / "Björk/Jóga (1997)/Björk - Jóga (1997).mp4"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"theirs")
    queue.add(video.id)

    assert take(setting).state == WorkState.DONE
    assert theirs.read_bytes() == b"theirs"
    assert VideoFile.get().path != theirs.relative_to(library).as_posix()


def test_a_library_that_is_away_is_waited_for(setting: Config, library: Path, video: Video) -> None:
    queue.add(video.id)
    row = claims.claim_next("here.1")
    assert row is not None
    shutil.rmtree(library)

    run.run(row, lambda: False, setting)

    row = fresh(row)
    assert (row.state, row.attempts, row.cause) == ("queued", 0, Cause.LIBRARY_OFFLINE)
    assert not library.exists()


class running:
    """The next row in a thread of its own, joined at the end."""

    def __init__(self, config: Config, stopping: Callable[[], bool] = lambda: False) -> None:
        self.thread = threading.Thread(target=self.work, args=(config, stopping))

    def work(self, config: Config, stopping: Callable[[], bool]) -> None:
        with db.session():
            row = claims.claim_next("here.1")
        assert row is not None
        run.run(row, stopping, config)

    def __enter__(self) -> threading.Thread:
        self.thread.start()
        return self.thread

    def __exit__(self, *_: object) -> None:
        self.thread.join(30)


def breaking(name: str) -> tuple[Any, ...]:
    """The steps, with a crash after one of them."""

    def wrap(step: steps.Step) -> steps.Step:
        def broken(job: Any) -> Any:
            step(job)
            raise Killed

        return broken

    return tuple(
        (each, stage, wrap(step) if each == name else step) for each, stage, step in steps.STEPS
    )


def big(paths: Iterator[Path]) -> list[Path]:
    return [path for path in paths if path.stat().st_size > 20_000]
