import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core.terms import Cause
from mvidarr.media import place, probe, tags
from mvidarr.media.disks import DiskFull
from mvidarr.media.tags import TagError, TagFacts
from tests.fakes import media

Make = Callable[..., Path]

pytestmark = pytest.mark.ffmpeg

FACTS = TagFacts(
    title="Jóga",
    artists=("Björk", "Evelyn Glennie"),
    album="Homogenic",
    date="1997-09-15",
    genres=("Electronic", "Pop"),
    description="Iceland\nmoves.",
    label="One Little Indian",
)


@pytest.fixture
def cover() -> bytes:
    return media.jpeg("cover", 320, 180)


def shown(path: Path) -> dict[str, Any]:
    """What ffprobe says, tags with lower-case names."""
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    found["tags"] = {key.lower(): value for key, value in found["format"].get("tags", {}).items()}
    found["covers"] = [s for s in found["streams"] if s["disposition"]["attached_pic"]]
    return dict(found)


def temporary_files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.name.startswith(".")]


def test_an_mp4_gets_atoms_and_a_cover(make: Make, cover: bytes) -> None:
    path = make("a.mp4", "-c copy -metadata comment=kept -metadata album=Wrong")

    tags.write(path, FACTS, cover)

    found = shown(path)
    assert (
        found["tags"].items()
        >= {
            "title": "Jóga",
            "artist": "Björk / Evelyn Glennie",
            "album_artist": "Björk",
            "album": "Homogenic",
            "date": "1997-09-15",
            "genre": "Electronic / Pop",
            "description": "Iceland\nmoves.",
            "synopsis": "Iceland\nmoves.",
            "copyright": "One Little Indian",
            "media_type": "6",
            "comment": "kept",
        }.items()
    )
    assert [picture["codec_name"] for picture in found["covers"]] == ["mjpeg"]
    assert probe.probe(path).duration == pytest.approx(12, abs=0.1)
    assert not temporary_files(path.parent)


def test_a_matroska_file_gets_tags_and_an_attached_cover(
    make: Make, cover: bytes, tmp_path: Path
) -> None:
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:01,000 --> 00:00:02,000\nIceland\n")
    path = make("a.mkv", "-map 0 -map 1 -c copy -c:s srt", words)

    tags.write(path, FACTS, cover)
    tags.write(path, FACTS, cover)

    found = shown(path)
    assert (
        found["tags"].items()
        >= {
            "title": "Jóga",
            "artist": "Björk / Evelyn Glennie",
            "album_artist": "Björk",
            "album": "Homogenic",
            "date": "1997-09-15",
            "date_released": "1997-09-15",
            "genre": "Electronic / Pop",
            "description": "Iceland\nmoves.",
            "copyright": "One Little Indian",
        }.items()
    )
    assert [picture["tags"] for picture in found["covers"]] == [
        {"filename": "cover.jpg", "mimetype": "image/jpeg"}
    ]
    assert probe.probe(path).subtitles == ("und",)
    assert not temporary_files(path.parent)


def test_a_file_without_a_place_for_tags_gets_one(make: Make) -> None:
    path = make("a.mov")

    tags.write(path, FACTS)

    assert shown(path)["tags"]["title"] == "Jóga"


@pytest.mark.root
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_full_disk_is_said_and_the_file_stays(make: Make, small_disk: Path, name: str) -> None:
    made = make(name, "-c copy -t 4")
    path = small_disk / name
    path.write_bytes(made.read_bytes())
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (place.free_bytes(small_disk) - 20_000))

    with pytest.raises(DiskFull):
        tags.write(path, FACTS)

    assert path.read_bytes() == made.read_bytes()
    assert {*small_disk.iterdir()} == {path, ballast}


def test_a_png_is_a_cover_too(make: Make) -> None:
    png = make("cover.png", "-frames:v 1 -s 64x36").read_bytes()
    for name in ("a.mp4", "a.mkv"):
        path = make(name)
        tags.write(path, FACTS, png)
        assert [picture["codec_name"] for picture in shown(path)["covers"]] == ["png"]


def test_webm_gets_tags_without_a_cover(make: Make, cover: bytes) -> None:
    path = make("a.webm", "-c:v libvpx -deadline realtime -c:a libopus -t 2")

    tags.write(path, FACTS, cover)

    found = shown(path)
    assert found["tags"]["title"] == "Jóga"
    assert found["format"]["format_name"] == "matroska,webm"
    assert not found["covers"]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_what_is_empty_is_taken_out(make: Make, name: str) -> None:
    path = make(name)
    tags.write(path, FACTS)

    tags.write(path, TagFacts(title="Only"))

    found = shown(path)["tags"]
    assert found["title"] == "Only"
    assert not {"album", "artist", "genre", "date", "description"} & set(found)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_any_words_are_taken(make: Make, name: str) -> None:
    path = make(name)

    tags.write(path, TagFacts(title="-i \x00=;\\'\"\n#\ud800 日本", description="x" * 20_000))

    found = shown(path)["tags"]
    assert found["title"] == "-i =;\\'\"\n# 日本"
    assert len(found["description"]) == tags.MAX_TEXT


def test_a_container_that_is_not_ours_to_tag_stays_as_it_is(make: Make) -> None:
    path = make("a.ts")
    before = path.read_bytes()

    tags.write(path, FACTS)

    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_file_that_cannot_be_tagged_stays_as_it_was(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"no video at all")

    with pytest.raises(TagError) as failed:
        tags.write(path, FACTS)

    assert failed.value.cause is Cause.TOOL_FAILED
    assert path.read_bytes() == b"no video at all"
    assert list(tmp_path.iterdir()) == [path]


def test_a_playlist_named_matroska_is_not_followed(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    path.write_text(f"ffconcat version 1.0\nfile '{film}'\n")

    with pytest.raises(TagError):
        tags.write(path, FACTS)


def test_a_missing_ffmpeg_is_named(make: Make) -> None:
    with pytest.raises(TagError) as failed:
        tags.write(make("a.mkv"), FACTS, ffmpeg="/nowhere/ffmpeg")

    assert failed.value.cause is Cause.TOOL_MISSING


def test_an_ffmpeg_that_takes_too_long_is_ended(make: Make, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o755)

    with pytest.raises(TagError):
        tags.write(make("a.mkv"), FACTS, ffmpeg=slow, timeout=1)


def test_a_cover_of_another_kind_is_refused(make: Make) -> None:
    with pytest.raises(TagError):
        tags.write(make("a.mp4"), FACTS, b"GIF89a")


# what the tables of readers call each fact: atom, key of FFmpeg, tag of Matroska
ATOMS = {
    "\xa9nam": "J\u00f3ga",
    "\xa9ART": "Bj\u00f6rk / Evelyn Glennie",
    "aART": "Bj\u00f6rk",
    "\xa9alb": "Homogenic",
    "\xa9day": "1997-09-15",
    "\xa9gen": "Electronic / Pop",
    "desc": "Iceland\nmoves.",
    "ldes": "Iceland\nmoves.",
    "cprt": "One Little Indian",
    "stik": 6,
}
TAGS = {
    "TITLE": "J\u00f3ga",
    "ARTIST": "Bj\u00f6rk / Evelyn Glennie",
    "ALBUM_ARTIST": "Bj\u00f6rk",
    "ALBUM": "Homogenic",
    "DATE": "1997-09-15",
    "DATE_RELEASED": "1997-09-15",
    "GENRE": "Electronic / Pop",
    "DESCRIPTION": "Iceland\nmoves.",
    "COPYRIGHT": "One Little Indian",
}


@pytest.mark.parametrize(("atom", "value"), ATOMS.items(), ids=lambda value: ascii(value)[:20])
def test_an_mp4_has_each_atom(make: Make, cover: bytes, atom: str, value: Any) -> None:
    from mutagen.mp4 import MP4, MP4Cover

    path = make("a.mp4")
    tags.write(path, FACTS, cover)

    found = MP4(path).tags
    assert found[atom] == [value]
    assert found["covr"][0].imageformat == MP4Cover.FORMAT_JPEG
    assert bytes(found["covr"][0]) == cover


def test_a_matroska_file_has_each_tag(make: Make, cover: bytes) -> None:
    import av

    path = make("a.mkv")
    tags.write(path, FACTS, cover)

    with av.open(str(path)) as container:
        found = {name.upper(): value for name, value in container.metadata.items()}
        kinds = [stream.type for stream in container.streams]
    assert found.items() >= TAGS.items()
    assert kinds.count("video") == 2  # the picture, and the cover as an attachment


def test_chapters_and_captions_of_a_matroska_file_stay(make: Make, tmp_path: Path) -> None:
    words, marks = tmp_path / "words.srt", tmp_path / "marks.txt"
    words.write_text("1\n00:00:01,000 --> 00:00:02,000\nIceland\n")
    marks.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=Intro\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=4000\ntitle=Song\n"
    )
    path = make("a.mkv", "-map 0 -map 1 -c copy -c:s srt -metadata:s:s:0 language=isl", words)
    marked = path.with_name("b.mkv")
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-i", str(marks), "-map", "0"]
    command += ["-map_chapters", "1", "-c", "copy", str(marked)]
    subprocess.run(command, check=True)

    tags.write(marked, FACTS)

    shows = ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", str(marked)]
    found = json.loads(subprocess.run(shows, check=True, capture_output=True).stdout)
    assert [one["tags"]["title"] for one in found["chapters"]] == ["Intro", "Song"]
    assert probe.probe(marked).subtitles == ("isl",)


def test_an_mp4_that_says_it_already_is_not_written(make: Make, cover: bytes) -> None:
    path = make("a.mp4")
    assert tags.write(path, FACTS, cover)
    before = path.stat()

    assert not tags.write(path, FACTS, cover)

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert tags.write(path, FACTS)
    assert not shown(path)["covers"]
    assert tags.write(path, TagFacts(title="Other"))
