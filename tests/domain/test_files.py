"""Files of videos: noted, opened inside the library only, captions as browsers read them."""

from pathlib import Path

import pytest

from mvidarr.core.errors import Conflict, NotConfigured, NotFound
from mvidarr.core.terms import VideoStatus
from mvidarr.library import files, trash
from mvidarr.library.files import NewFile
from mvidarr.models import VideoFile
from tests.factories import fresh, make_file, make_video

pytestmark = pytest.mark.usefixtures("database")


def new(path: str = "A/B.mp4", **more: object) -> NewFile:
    return NewFile(path=path, size=10, mtime=1, **more)  # type: ignore[arg-type]


def test_a_file_makes_its_video_downloaded() -> None:
    video = make_video()
    file = files.attach(video.id, new(height=1080, subtitles=["B.en.srt"]))

    assert (file.main_key, file.height, file.subtitles) == (video.id, 1080, ["B.en.srt"])
    assert fresh(video).status == VideoStatus.DOWNLOADED


def test_attaching_the_same_file_again_keeps_one_row() -> None:
    video = make_video()
    first = files.attach(video.id, new())
    second = files.attach(video.id, NewFile(path="a/b.MP4", size=20, mtime=2))

    assert (first.id, second.size) == (second.id, 20)
    assert VideoFile.select().count() == 1


def test_a_newer_file_plays_and_the_older_one_stays_until_it_is_forgotten() -> None:
    video = make_video()
    old = files.attach(video.id, new("A/old.mp4"))
    better = files.attach(video.id, new("A/new.mkv"))
    assert [file.id for file in files.of(video.id)] == [better.id, old.id]

    files.forget(video.id, "A/new.mkv")
    assert files.main_of(video.id).id == old.id
    files.forget(video.id, "A/old.mp4")
    assert fresh(video).status == VideoStatus.WANTED


def test_a_path_belongs_to_one_video() -> None:
    files.attach(make_video().id, new())
    with pytest.raises(Conflict, match="Another video"):
        files.attach(make_video().id, new("a/B.MP4"))


def test_a_file_of_a_deleted_video_is_not_noted() -> None:
    with pytest.raises(NotFound, match="deleted"):
        files.attach(99, new())


def test_deleting_a_file_has_the_next_one_play(library: Path) -> None:
    video = make_video()
    for name in ("one.mp4", "two.mp4"):
        (library / name).write_bytes(b"a video")
        files.attach(video.id, new(name))

    trash.delete_file(video.id, files.main_of(video.id).id)

    assert not (library / "two.mp4").exists()
    assert files.main_of(video.id).path == "one.mp4"
    with pytest.raises(NotFound):
        trash.delete_file(make_video().id, files.main_of(video.id).id)


def test_playing_stays_inside_the_library(library: Path) -> None:
    outside = library.parent / "secret.mp4"
    outside.write_bytes(b"secret")
    (library / "link.mp4").symlink_to(outside)

    for path in ("../secret.mp4", "link.mp4", "missing.mp4", str(outside)):
        video = make_video()
        make_file(video, path=path)
        with pytest.raises(NotFound):
            files.stream_path(video.id)


def test_a_video_without_a_file_cannot_be_played(library: Path) -> None:
    with pytest.raises(NotFound, match="no file"):
        files.stream_path(make_video().id)


def test_without_a_library_folder_it_says_what_to_do() -> None:
    with pytest.raises(NotConfigured, match="Choose a library folder"):
        files.stream_path(make_file().video_id)


def test_captions_are_offered_by_language_and_served_as_webvtt(library: Path) -> None:
    (library / "A").mkdir()
    (library / "A" / "B.en.srt").write_text(
        "1\n00:00:01,500 --> 00:00:03,000\nEmotional landscapes\n", encoding="utf-8-sig"
    )
    (library / "A" / "B.de.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nHallo\n")
    video = make_video()
    file = files.attach(video.id, new(subtitles=["B.en.srt", "B.de.vtt", "../../x.srt"]))

    assert [caption.language for caption in files.captions(file)][:2] == ["en", "de"]
    english = files.caption_text(video.id, 0)
    assert english.startswith("WEBVTT\n\n1\n00:00:01.500 --> 00:00:03.000\n")
    assert files.caption_text(video.id, 1).endswith("Hallo\n")
    for number in (2, 3, -1):
        with pytest.raises(NotFound):
            files.caption_text(video.id, number)


def test_the_type_of_a_file_is_what_browsers_play() -> None:
    assert files.media_type(Path("a.MP4")) == "video/mp4"
    assert files.media_type(Path("a.mkv")) == "video/x-matroska"
    assert files.media_type(Path("a.xyz")) == "application/octet-stream"
