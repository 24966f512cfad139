"""Better files by real yt-dlp, ffmpeg and PyAV: replaced when provably better, else left alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mvidarr import models, settings
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Cause, VideoStatus, WorkState
from mvidarr.downloads import claims, profiles, queue, run, steps, unmet, upgrades
from mvidarr.media import probe
from mvidarr.models import Download, Event, TrashItem, Video, VideoFile, VideoSource
from tests.factories import fresh, make_artist, make_source, make_video
from tests.fakes import media
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube

LOW, HIGH = "abcdefghi12", "abcdefghi34"

pytestmark = pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed")


@pytest.fixture
def setting(
    database: Config, library: Path, fake_internet: FakeInternet, fake_youtube: FakeYouTube
) -> Config:
    """A library, YouTube behind the proxy, and a profile that is hard to please."""
    settings.change({"outbound_proxy": fake_internet.proxy_url, "disk_reserve": 0})
    models.QualityProfile.delete().execute()
    profiles.make_standard(profiles.create(profiles.PRESETS[0].profile).id)
    return replace(database, ca=fake_internet.ca_file)


@pytest.fixture
def video(setting: Config, fake_youtube: FakeYouTube) -> Video:
    """A video with a file of 240 lines, the most that its upload offers."""
    fake_youtube.add_video(LOW, title="Björk - Jóga", heights=(240,))
    made = make_video(make_artist("Björk"), "Jóga", year=1997)
    make_source(video=made, source_id=LOW)
    queue.add(made.id)
    assert take(setting).state == WorkState.DONE
    return fresh(made)  # type: ignore[no-any-return]


def take(config: Config) -> Download:
    row = claims.claim_next("here.1")
    assert row is not None
    run.run(row, lambda: False, config)
    return fresh(row)  # type: ignore[no-any-return]


def better(fake_youtube: FakeYouTube, video: Video, **more: Any) -> VideoSource:
    """Another upload of the same video, of 480 lines unless it says otherwise."""
    fake_youtube.add_video(HIGH, title="Björk - Jóga", **{"heights": (480,), **more})
    return make_source(video=video, source_id=HIGH, score=60)


def staged(library: Path) -> list[Path]:
    return list((library / ".mvidarr/staging").iterdir())


def test_a_better_file_takes_the_place_and_the_former_one_goes_to_the_trash(
    setting: Config, library: Path, video: Video, fake_youtube: FakeYouTube
) -> None:
    before = VideoFile.get()
    former = (library / before.path).read_bytes()
    source = better(fake_youtube, video)
    upgrades.look(video.id)

    row = take(setting)

    assert (row.state, row.last_error) == (WorkState.DONE, None)
    file = VideoFile.get()
    assert (file.height, file.source_id) == (480, source.id)
    event = Event.get(Event.kind == "video.upgraded")
    assert event.data["lines"] == 480
    assert event.data["replaces"]["lines"] == 240
    assert event.data["replaces"]["why"] == "It has 480 lines instead of 240."
    kept = TrashItem.get()
    assert (library / f".mvidarr/trash/{kept.id}" / kept.files[0]).read_bytes() == former
    assert fresh(video).status == VideoStatus.DOWNLOADED
    assert staged(library) == []
    assert unmet.one(video.id).tried_at == row.ended_at  # type: ignore[union-attr]


def test_nothing_is_fetched_where_nothing_better_is_offered(
    setting: Config,
    library: Path,
    video: Video,
    fake_youtube: FakeYouTube,
    fake_internet: FakeInternet,
) -> None:
    before = (library / VideoFile.get().path).stat()
    VideoSource.update(max_height=None).execute()
    fake_internet.requests.clear()
    upgrades.look(video.id)

    row = take(setting)

    assert (row.state, row.cause) == (WorkState.DONE, None)
    assert row.last_error == upgrades.NOTHING_OFFERED
    assert not [one for one in fake_internet.requests if "googlevideo" in one.host]
    assert (library / VideoFile.get().path).stat() == before
    assert Event.select().where(Event.kind.in_(("video.upgraded", "video.failed"))).count() == 0
    assert staged(library) == []


def test_a_file_that_turns_out_no_better_is_thrown_away(
    setting: Config,
    library: Path,
    video: Video,
    fake_youtube: FakeYouTube,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The upload promises more than the file keeps."""
    before = (library / VideoFile.get().path).stat()
    better(fake_youtube, video)
    real = probe.probe

    def measured(path: Path, **more: Any) -> probe.FileFacts:
        facts = real(path, **more)
        return replace(facts, findings=("upscaled",)) if "staging" in path.parts else facts

    monkeypatch.setattr(probe, "probe", measured)
    upgrades.look(video.id)

    row = take(setting)

    assert row.state == WorkState.DONE
    assert row.last_error == "The lines of the new file seem to be blown up from fewer."
    assert (library / VideoFile.get().path).stat() == before
    assert fresh(video).status == VideoStatus.DOWNLOADED
    assert staged(library) == []
    assert TrashItem.select().count() == 0


def test_another_cut_does_not_take_the_place(
    setting: Config,
    video: Video,
    fake_youtube: FakeYouTube,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    better(fake_youtube, video)
    real = probe.probe

    def measured(path: Path, **more: Any) -> probe.FileFacts:
        facts = real(path, **more)
        return facts if "staging" in path.parts else replace(facts, duration=240.0)

    monkeypatch.setattr(probe, "probe", measured)
    upgrades.look(video.id)

    row = take(setting)

    assert row.state == WorkState.DONE
    assert row.last_error is not None
    assert "another cut" in row.last_error
    assert VideoFile.get().height == 240


@pytest.mark.parametrize("cause", [Cause.CRASHED, Cause.TOOL_FAILED])
def test_a_file_that_could_not_be_measured_now_is_no_damaged_one(
    setting: Config,
    video: Video,
    fake_youtube: FakeYouTube,
    monkeypatch: pytest.MonkeyPatch,
    cause: Cause,
) -> None:
    better(fake_youtube, video)
    real = probe.probe

    def measured(path: Path, **more: Any) -> probe.FileFacts:
        if "staging" in path.parts:
            return real(path, **more)
        raise probe.ProbeError(cause)

    monkeypatch.setattr(probe, "probe", measured)
    upgrades.look(video.id)

    row = take(setting)

    assert (row.state, row.cause) == (WorkState.QUEUED, cause)
    assert VideoFile.get().height == 240


def test_a_file_that_is_fetched_anew_is_compared_anew(
    setting: Config, library: Path, video: Video, fake_youtube: FakeYouTube
) -> None:
    """An earlier attempt was better; then its folder was lost, and the upload changed."""
    better(fake_youtube, video, heights=(144,))
    row = upgrades.look(video.id)
    Download.update(notes={"source": row.source_id, "replaces": {"lines": 240}}).where(
        Download.id == row.id
    ).execute()
    VideoFile.update(width=1, height=1).execute()  # else nothing would be fetched

    row = take(setting)

    assert row.state == WorkState.DONE
    assert row.last_error == "The file in place has 240 lines, the new one 144."
    assert TrashItem.select().count() == 0


def test_a_file_fetched_once_more_is_no_better_one(
    setting: Config, video: Video, fake_youtube: FakeYouTube
) -> None:
    queue.add(video.id)
    assert take(setting).state == WorkState.DONE
    assert Event.select().where(Event.kind == "video.downloaded").count() == 2
    assert Event.select().where(Event.kind == "video.upgraded").count() == 0


def test_a_damaged_file_is_replaced_by_any_whole_one(
    setting: Config, library: Path, video: Video, fake_youtube: FakeYouTube
) -> None:
    better(fake_youtube, video)
    (library / VideoFile.get().path).write_bytes(b"damaged")
    upgrades.look(video.id)

    assert take(setting).last_error is None
    assert VideoFile.get().height == 480


def test_a_search_that_fails_leaves_the_video_as_it_is(
    setting: Config, library: Path, video: Video, fake_youtube: FakeYouTube
) -> None:
    better(fake_youtube, video, availability="private")
    VideoSource.update(availability="private").where(VideoSource.source_id == LOW).execute()
    upgrades.look(video.id)

    row = take(setting)

    assert (row.state, row.cause) == (WorkState.FAILED, Cause.PRIVATE)
    assert fresh(video).status == VideoStatus.DOWNLOADED
    assert Event.select().where(Event.kind == "video.failed").count() == 0
    with pytest.raises(Conflict):
        upgrades.look(video.id)


def test_heights_that_were_seen_are_noted(setting: Config, video: Video) -> None:
    assert VideoSource.get().max_height == 240


def test_360_lines_wait_for_a_person_while_there_is_better(
    setting: Config, library: Path, fake_youtube: FakeYouTube
) -> None:
    fake_youtube.add_video(LOW, title="Björk - Jóga", heights=(240,))
    fake_youtube.add_video(HIGH, title="Björk - Jóga", heights=(480,))
    video = make_video(make_artist("Björk"), "Jóga")
    make_source(video=video, source_id=LOW, score=90)
    second = make_source(video=video, source_id=HIGH, score=60, max_height=480)
    queue.add(video.id)

    row = take(setting)

    assert (row.state, row.cause) == (WorkState.PARKED, Cause.LOW_QUALITY)
    assert row.last_error is not None
    assert row.last_error.startswith("The file has only 240 lines, and 480 are offered.")
    assert fresh(video).status == VideoStatus.QUEUED
    event = Event.get(Event.kind == "video.parked")
    assert (event.video_id, event.data["cause"]) == (video.id, "low_quality")

    queue.use_source(row.id, second.id)
    assert take(setting).state == WorkState.DONE
    assert VideoFile.get().height == 480
    assert VideoFile.get().findings == []


def test_a_parked_file_can_be_kept_and_says_what_is_odd(
    setting: Config, library: Path, fake_youtube: FakeYouTube
) -> None:
    fake_youtube.add_video(LOW, title="Björk - Jóga", heights=(240,))
    video = make_video(make_artist("Björk"), "Jóga")
    make_source(video=video, source_id=LOW, score=90)
    make_source(video=video, source_id=HIGH, score=60, max_height=480)
    row = queue.add(video.id)
    assert take(setting).state == WorkState.PARKED

    queue.keep(row.id)

    assert take(setting).state == WorkState.DONE
    assert VideoFile.get().findings == ["low_resolution"]


def test_the_profile_that_holds_when_it_begins_counts(
    setting: Config, library: Path, fake_youtube: FakeYouTube
) -> None:
    fake_youtube.add_video(HIGH, title="Björk - Jóga", heights=(480, 240))
    video = make_video(make_artist("Björk"), "Jóga")
    make_source(video=video, source_id=HIGH)
    queue.add(video.id)
    small = profiles.create(profiles.NewProfile(name="Small", heights=[240], cutoff=240))
    Video.update(profile=small.id).execute()

    assert take(setting).state == WorkState.DONE
    assert VideoFile.get().height == 240


def test_a_crash_after_the_comparison_loses_nothing(
    setting: Config,
    library: Path,
    video: Video,
    fake_youtube: FakeYouTube,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    better(fake_youtube, video)
    row = upgrades.look(video.id)

    class Killed(BaseException):
        pass

    def die(*args: Any, **more: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        before = [step for step in steps.STEPS if step[0] in ("fetch", "probe", "describe")]
        patch.setattr(steps, "STEPS", [*before, ("place", before[0][1], die)])
        with pytest.raises(Killed):
            take(setting)
    claims.release("here")

    assert take(setting).state == WorkState.DONE
    assert fresh(row).notes["replaces"]["lines"] == 240
    assert VideoFile.get().height == 480
