"""NFO files, pictures and tags written anew: whole, and never over somebody's work unasked."""

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid, Unavailable
from mvidarr.downloads import covers, rewrite, rewriting
from mvidarr.downloads.covers import Choice
from mvidarr.downloads.rewrite import Order, Part
from mvidarr.downloads.rewriting import Selection
from mvidarr.jobs.watch import Left
from mvidarr.library import (
    artist_files,
    artists,
    filters,
    merge,
    pictures,
    restore,
    trash,
    videos,
)
from mvidarr.media import nfo, place, sidecars, tags, thumbnails
from mvidarr.models import Event, Job, VideoFile
from tests.factories import fresh, make_artist, make_download, make_file, make_video
from tests.fakes import media

pytestmark = [
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
    pytest.mark.usefixtures("library"),
]
ALL = Order(parts=frozenset(Part))
OVER = Order(parts=frozenset(Part), overwrite=True)


def shelved(library: Path, title: str = "Jóga", **columns: Any) -> VideoFile:
    """A real film of a video in its place, with nothing beside it."""
    artist = artists.find_by_name("Björk") or make_artist("Björk")
    video = make_video(artist, title, **columns)
    path = f"Björk/{title}/Björk - {title}.mp4"
    (library / path).parent.mkdir(parents=True)
    shutil.copyfile(media.film(144, seconds=1), library / path)
    return make_file(video, path=path, size=(library / path).stat().st_size, duration=1.0)


def beside(library: Path, file: VideoFile, ending: str = ".nfo") -> Path:
    path = library / file.path
    return path.with_name(path.stem + ending)


class Quiet:
    """A job's surroundings that keep what they are told."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.kept: dict[str, Any] = {}
        self.said: list[tuple[int, int | None]] = []
        self.answer: tuple[str, str | None] = ("", None)
        self.stop_at = stop_at

    def keep(self, args: Mapping[str, Any]) -> None:
        self.kept = dict(args)

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        self.said.append((done, total))
        if done == self.stop_at:
            raise Left

    def result(self, note: str, problem: str | None = None) -> None:
        self.answer = (note, problem)


def run(selection: Selection, what: Order, config: Config, context: Quiet | None = None) -> Quiet:
    job = rewriting.add(selection, what, None)
    quiet = context or Quiet()
    rewriting.run(job, quiet, config)  # type: ignore[arg-type]
    return quiet


def test_all_of_it_is_written_and_noted(database: Config, library: Path) -> None:
    from mutagen.mp4 import MP4

    file = shelved(library, type="lyric", year=1997)

    done = rewrite.video(file.video_id, ALL, database)

    told = nfo.read(beside(library, file).read_bytes())
    assert (told.title, told.artists, told.tags) == ("Jóga", ("Björk",), ("Lyric video",))
    assert told.added_at == file.created_at // 1000 * 1000
    tags = MP4(library / file.path).tags
    assert (tags["\xa9nam"], tags["\xa9day"], tags["stik"], len(tags["covr"])) == (
        *(["Jóga"], ["1997"]),
        *([6], 1),
    )
    after = fresh(file)
    assert after.size == (library / file.path).stat().st_size != file.size
    assert after.sidecar_hash == sidecars.digest(beside(library, file).read_bytes())
    assert set(after.artwork) == {"-poster.jpg", "-thumb.jpg", "-fanart.jpg"}
    assert {what for _, what in done.written} == {"created", "modified"}
    assert len(done.written) == 5


def test_writing_twice_changes_nothing(database: Config, library: Path) -> None:
    file = shelved(library)
    rewrite.video(file.video_id, ALL, database)
    stamps = {path: path.stat().st_mtime_ns for path in library.rglob("*") if path.is_file()}

    again = rewrite.video(file.video_id, ALL, database)

    assert again.written == []
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_what_changed_is_written(database: Config, library: Path) -> None:
    file = shelved(library)
    rewrite.video(file.video_id, ALL, database)
    videos.change(file.video_id, {"album": "Homogenic", "directors": ["Michel Gondry"]})

    done = rewrite.video(file.video_id, ALL, database)

    assert sorted(path.rpartition(".")[2] for path, _ in done.written) == ["mp4", "nfo"]
    assert nfo.read(beside(library, file).read_bytes()).directors == ("Michel Gondry",)


def test_what_somebody_changed_stays_until_it_is_asked_for(database: Config, library: Path) -> None:
    file = shelved(library)
    rewrite.video(file.video_id, ALL, database)
    by_hand = beside(library, file).read_text().replace("Jóga", "By hand")
    by_hand = by_hand.replace("</musicvideo>", "<top250>3</top250></musicvideo>")
    beside(library, file).write_text(by_hand)
    beside(library, file, "-poster.jpg").write_bytes(b"mine")
    assert rewrite.foreign(file.video_id) == ["Björk - Jóga.nfo", "Björk - Jóga-poster.jpg"]

    kept = rewrite.video(file.video_id, ALL, database)

    assert sorted(kept.kept) == [
        f"{file.path[:-4]}-poster.jpg",
        f"{file.path[:-4]}.nfo",
    ]
    assert beside(library, file).read_text() == by_hand

    done = rewrite.video(file.video_id, OVER, database)

    assert done.kept == []
    written = beside(library, file).read_text()
    assert "<title>Jóga</title>" in written
    assert "<top250>3</top250>" in written
    assert beside(library, file, "-poster.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    assert rewrite.foreign(file.video_id) == []


def test_a_picture_that_nobody_wrote_down_is_somebodys(database: Config, library: Path) -> None:
    file = shelved(library)
    beside(library, file, "-thumb.jpg").write_bytes(b"theirs")

    done = rewrite.video(file.video_id, ALL, database)

    assert done.kept == [f"{file.path[:-4]}-thumb.jpg"]
    assert "-thumb.jpg" not in fresh(file).artwork


def test_only_what_is_asked_for_and_what_the_settings_want(database: Config, library: Path) -> None:
    file = shelved(library)
    rewrite.video(file.video_id, Order(parts=frozenset({Part.NFO})), database)
    assert sorted(path.suffix for path in beside(library, file).parent.iterdir()) == [
        *(".mp4", ".nfo")
    ]
    assert fresh(file).size == file.size
    settings.change({"nfo_files": False, "artwork_files": ["fanart"], "embed_picture": False})
    other = shelved(library, "Hunter")

    rewrite.video(other.video_id, ALL, database)

    assert sorted(path.name for path in beside(library, other).parent.iterdir()) == [
        *("Björk - Hunter-fanart.jpg", "Björk - Hunter.mp4")
    ]


def test_the_picture_that_a_person_chose_is_written(database: Config, library: Path) -> None:
    from PIL import Image

    file = shelved(library)
    red = media.jpeg("red", 640, 360)
    video = videos.get(file.video_id)
    pictures.choose(video, thumbnails.make(red, database.thumbs))

    rewrite.video(file.video_id, ALL, database)

    def colour(path: Path) -> tuple[int, ...]:
        with Image.open(path) as picture:
            return tuple(picture.convert("RGB").resize((1, 1)).getpixel((0, 0)))  # type: ignore[arg-type]

    assert colour(beside(library, file, "-poster.jpg")) == pytest.approx(
        [int(fresh(video).image.colour[at : at + 2], 16) for at in (1, 3, 5)], abs=12
    )


def test_a_chosen_picture_takes_the_place_of_ours_and_of_nobody_elses(
    database: Config, library: Path
) -> None:
    file = shelved(library)
    rewrite.video(file.video_id, ALL, database)
    beside(library, file, "-fanart.jpg").write_bytes(b"mine")
    before = beside(library, file, "-poster.jpg").read_bytes()

    covers.set_video(file.video_id, Choice(content=media.jpeg("blue", 640, 360)), database)

    assert beside(library, file, "-poster.jpg").read_bytes() != before
    assert beside(library, file, "-fanart.jpg").read_bytes() == b"mine"
    assert rewrite.foreign(file.video_id) == ["Björk - Jóga-fanart.jpg"]


def test_a_running_download_is_not_written_into(database: Config, library: Path) -> None:
    file = shelved(library)
    make_download(videos.get(file.video_id), state="running")

    assert rewrite.video(file.video_id, ALL, database).written == []


def test_what_is_not_on_the_disk_is_counted(database: Config, library: Path) -> None:
    file = shelved(library)
    place.own_folder(library)
    (library / file.path).unlink()

    quiet = run(Selection(ids=[file.video_id]), ALL, database)

    assert quiet.answer == (
        "1 video, 0 files written.",
        "1 file not found on the disk.",
    )


def test_a_file_that_cannot_be_tagged_stops_nobody(database: Config, library: Path) -> None:
    broken, whole = shelved(library, "A"), shelved(library, "B")
    (library / broken.path).write_bytes(b"no film")

    quiet = run(Selection(ids=[broken.video_id, whole.video_id]), ALL, database)

    assert quiet.answer[1] == "1 file could not be written."
    assert (library / broken.path).read_bytes() == b"no film"
    assert beside(library, whole).is_file()


def test_a_job_goes_on_where_it_was_left(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [shelved(library, title) for title in ("A", "B", "C")]
    what = Order(parts=frozenset({Part.NFO}))
    job = rewriting.add(Selection(wanted=filters.parse([("has_file", "yes")])), what, None)
    first = Quiet(stop_at=2)
    with pytest.raises(Left):
        rewriting.run(job, first, database)  # type: ignore[arg-type]
    assert [beside(library, file).exists() for file in files] == [True, True, False]
    Job.update(args=first.kept).where(Job.id == job.id).execute()
    seen: list[int] = []
    real = rewrite.video

    def watched(video_id: int, *args: Any) -> Any:
        seen.append(video_id)
        return real(video_id, *args)

    monkeypatch.setattr(rewrite, "video", watched)

    second = Quiet()
    rewriting.run(fresh(job), second, database)  # type: ignore[arg-type]

    assert seen == [files[2].video_id]
    assert second.said == [(3, 3)]
    assert second.answer == ("3 videos, 3 files written.", None)
    event = Event.get(Event.kind == "files.rewritten")
    assert (event.title, event.data["written"], event.data["parts"]) == ("3 videos", 3, ["nfo"])


def test_a_selection_may_be_ids_an_artist_or_a_filter(database: Config, library: Path) -> None:
    files = [shelved(library, title) for title in ("A", "B", "C")]
    make_video(artists.find_by_name("Björk"), "Without a file")
    what = Order(parts=frozenset({Part.NFO}))

    one = run(Selection(ids=[files[1].video_id]), what, database)
    assert one.said == [(1, 1)]
    assert [beside(library, file).exists() for file in files] == [False, True, False]
    artist = artists.find_by_name("Björk")
    assert artist is not None
    run(Selection(artist_id=artist.id), what, database)
    assert all(beside(library, file).exists() for file in files)
    assert (library / "Björk/artist.nfo").is_file()
    events = list(Event.select().where(Event.kind == "files.rewritten").order_by(Event.id))
    assert [(event.video_id, event.artist_id) for event in events] == [
        (files[1].video_id, artist.id),
        (None, artist.id),
    ]
    assert run(Selection(wanted=filters.parse([("q", "nothing")])), what, database).said == []


def test_the_same_order_is_one_job(database: Config) -> None:
    what = Order(parts=frozenset({Part.NFO}))
    first = rewriting.add(Selection(ids=[1, 2]), what, None)

    assert rewriting.add(Selection(ids=[2, 1]), what, None).id == first.id
    assert rewriting.add(Selection(ids=[2, 1]), OVER, None).id != first.id
    with pytest.raises(Invalid):
        rewriting.order([], overwrite=False)
    with pytest.raises(Invalid):
        rewriting.order(["nfo", "x"], overwrite=False)


def test_a_library_that_is_away_is_said(database: Config, library: Path) -> None:
    file = shelved(library)
    library.rename(library.with_name("away"))

    with pytest.raises(Unavailable):
        rewrite.video(file.video_id, ALL, database)


def test_nothing_half_written_is_left_by_a_kill(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is replaced at the moment of death is there whole, old or new."""

    class Killed(BaseException):
        pass

    for number in range(6):
        file = shelved(library, f"Song {number}")
        real, left = Path.replace, [number]

        def replace(self: Path, target: Path, real: Any = real, left: list[int] = left) -> Path:
            if not left[0]:
                raise Killed
            left[0] -= 1
            return real(self, target)  # type: ignore[no-any-return]

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", replace)
            with contextlib.suppress(Killed):
                rewrite.video(file.video_id, ALL, database)
        for path in beside(library, file).parent.iterdir():
            if path.suffix == ".nfo":
                assert nfo.read(path.read_bytes()).title == f"Song {number}"
        rewrite.video(file.video_id, OVER, database)
        assert rewrite.foreign(file.video_id) == []
        assert len([p for p in beside(library, file).parent.iterdir() if p.name[0] != "."]) == 5


def test_what_a_killed_process_left_is_cleared_when_nobody_writes_it_any_more(
    database: Config, library: Path
) -> None:
    file = shelved(library)
    folder = beside(library, file).parent
    old, new = folder / f".{'a' * 32}.mp4", folder / f".{'b' * 32}.part"
    theirs = folder / ".hidden.mp4"
    for path in (old, new, theirs):
        path.touch()
    for path in (old, theirs):
        os.utime(path, (1, 1))

    rewrite.video(file.video_id, ALL, database)

    assert [path.exists() for path in (old, new, theirs)] == [False, True, True]


def test_artist_files_follow_the_artist(database: Config, library: Path) -> None:
    file = shelved(library)
    artist = artists.get(videos.get(file.video_id).artist_id)
    artist_files.write(artist.id, database.thumbs)
    told = (library / "Björk/artist.nfo").read_text()
    assert "<name>Björk</name>" in told
    assert not (library / "Björk/folder.jpg").exists()

    artists.change(artist.id, {"bio": "From Iceland.", "genres": ["Electronic"]})
    pictures.choose(
        artists.get(artist.id), thumbnails.make(media.jpeg("b", 640, 640), database.thumbs)
    )
    assert (
        Job.select().where(Job.kind == "artist_files", Job.subject == str(artist.id)).count() == 1
    )
    artist_files.write(artist.id, database.thumbs)

    told = (library / "Björk/artist.nfo").read_text()
    assert "<biography>From Iceland.</biography>" in told
    assert "<genre>Electronic</genre>" in told
    for name in ("folder.jpg", "thumb.jpg"):
        assert (library / "Björk" / name).read_bytes().startswith(b"\xff\xd8\xff")
    after = fresh(artist)
    assert (len(after.sidecar_hash), sorted(after.artwork)) == (64, ["folder.jpg", "thumb.jpg"])


def test_artist_files_of_others_stay(database: Config, library: Path) -> None:
    file = shelved(library)
    artist_id = videos.get(file.video_id).artist_id
    theirs = library / "Björk/artist.nfo"
    theirs.write_text("<artist><name>Theirs</name><mood>Happy</mood></artist>")

    assert artist_files.write(artist_id, database.thumbs) == ["artist.nfo"]
    assert "Theirs" in theirs.read_text()

    assert artist_files.write(artist_id, database.thumbs, overwrite=True) == []
    assert "<name>Björk</name>" in theirs.read_text()
    assert "<mood>Happy</mood>" in theirs.read_text()


def test_artist_files_go_with_the_artist(database: Config, library: Path) -> None:
    file = shelved(library)
    artist_id = videos.get(file.video_id).artist_id
    artist_files.write(artist_id, database.thumbs)

    artists.delete(artist_id, with_files=True)

    assert not (library / "Björk").exists()


def test_no_artist_files_without_a_folder_or_where_they_are_not_wanted(
    database: Config, library: Path
) -> None:
    artist = make_artist("Air")
    assert artist_files.write(artist.id, database.thumbs) == []
    assert not (library / "Air").exists()
    assert artist_files.write(999, database.thumbs) == []
    file = shelved(library)
    settings.change({"artist_files": False})
    artist_id = videos.get(file.video_id).artist_id
    artist_files.write(artist_id, database.thumbs)
    artists.change(artist_id, {"bio": "From Iceland."})

    assert not (library / "Björk/artist.nfo").exists()
    assert not Job.select().where(Job.kind == "artist_files").exists()
    artist_files.try_writing(artist_id, database.thumbs)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Have something happen while the tags of a file are being written into its copy."""
    real = tags._write_mp4

    def slow(*args: Any) -> None:
        real(*args)
        act()

    monkeypatch.setattr(tags, "_write_mp4", slow)


TAGS = Order(parts=frozenset({Part.TAGS}))


def test_a_file_that_came_meanwhile_is_not_written_over(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library)
    meanwhile(monkeypatch, lambda: place.replace(library / file.path, b"a better file"))

    done = rewrite.video(file.video_id, TAGS, database)

    assert (library / file.path).read_bytes() == b"a better file"
    assert done.failed == [file.path]


def test_a_file_that_was_deleted_meanwhile_does_not_come_back(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library)
    meanwhile(monkeypatch, lambda: trash.delete_file(file.video_id, file.id))

    done = rewrite.video(file.video_id, TAGS, database)

    assert done.failed == [file.path]
    assert not (library / file.path).exists()
    assert not list(library.rglob(".*.mp4"))


def test_what_a_person_changes_right_after_us_is_not_taken_for_ours(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library)
    real = rewrite._write

    def edited(task: Any, ending: str, data: bytes) -> Any:
        outcome = real(task, ending, data)
        beside(library, file, ending).write_bytes(b"by hand")
        return outcome

    with monkeypatch.context() as patched:
        patched.setattr(rewrite, "_write", edited)
        rewrite.video(file.video_id, ALL, database)

    assert len(rewrite.video(file.video_id, ALL, database).kept) == 4
    assert beside(library, file).read_bytes() == b"by hand"


def test_a_file_renamed_while_its_picture_came_has_nothing_written_at_its_former_place(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library)
    real = rewrite._task

    def slow(*args: Any) -> Any:
        task = real(*args)
        VideoFile.update(path="x.mp4", path_key="x.mp4").execute()
        return task

    monkeypatch.setattr(rewrite, "_task", slow)

    assert rewrite.video(file.video_id, ALL, database).written == []
    assert not beside(library, file).exists()


@pytest.mark.parametrize("why", ["a link", "a folder"])
def test_one_file_that_cannot_be_reached_stops_no_other(
    database: Config, library: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    bad, good = shelved(library, "A"), shelved(library, "B")
    if why == "a link":
        (library / bad.path).unlink()
        (library / bad.path).symlink_to("/etc/hostname")
    else:
        real = sidecars.write

        def refusing(path: Path, *args: Any, **more: Any) -> Any:
            if path.name.startswith("Björk - A"):
                raise place.LibraryOffline("Permission denied.")
            return real(path, *args, **more)

        monkeypatch.setattr(sidecars, "write", refusing)

    quiet = run(Selection(ids=[bad.video_id, good.video_id]), ALL, database)

    assert quiet.answer[1] == (
        "1 file not found on the disk." if why == "a link" else "1 file could not be written."
    )
    assert beside(library, good).is_file()


@pytest.mark.parametrize(("age", "is_ours"), [(60, True), (-60, False), (9000, False)])
def test_pictures_of_versions_that_noted_none(
    database: Config, library: Path, age: int, is_ours: bool
) -> None:
    """What came with the file is ours; what is older or younger than that is somebody's."""
    file = shelved(library)
    rewrite.video(file.video_id, ALL, database)
    VideoFile.update(artwork={}).execute()
    poster = beside(library, file, "-poster.jpg")
    poster.write_bytes(b"as an earlier version made it")
    os.utime(poster, (file.created_at / 1000 - age, file.created_at / 1000 - age))

    foreign = rewrite.foreign(file.video_id)

    assert (poster.name in foreign) is not is_ours


def test_nothing_is_said_of_an_artist_in_a_folder_that_others_share(
    database: Config, library: Path
) -> None:
    """A template without artists' folders, whose folder happens to be called like an artist."""
    rock, queen = make_artist("Rock"), make_artist("Queen")
    (library / "Rock").mkdir()
    for artist in (rock, queen):
        path = f"Rock/{artist.name} - A.mp4"
        (library / path).touch()
        make_file(make_video(artist, "A"), path=path)

    for artist in (rock, queen):
        artist_files.write(artist.id, database.thumbs)

    assert not (library / "Rock/artist.nfo").exists()


def test_no_file_of_an_artist_is_left_when_two_become_one(database: Config, library: Path) -> None:
    file = shelved(library)
    artist_id = artists.find_by_name("Björk").id  # type: ignore[union-attr]
    artist_files.write(artist_id, database.thumbs)
    theirs = library / "Björk/folder.jpg"
    theirs.write_bytes(b"theirs")

    merge.artists_into(make_artist("Björk Guðmundsdóttir").id, artist_id)

    assert not (library / "Björk/artist.nfo").exists()
    assert theirs.is_file()
    assert (library / file.path).is_file()


def test_an_artist_that_comes_back_has_its_files_again(database: Config, library: Path) -> None:
    shelved(library)
    artist_id = artists.find_by_name("Björk").id  # type: ignore[union-attr]
    batch = artists.delete(artist_id, with_files=True)

    restore.restore(batch or 0)

    artist_id = artists.find_by_name("Björk").id  # type: ignore[union-attr]
    assert Job.get(Job.kind == "artist_files").subject == str(artist_id)
    artist_files.write(artist_id, database.thumbs)
    assert (library / "Björk/artist.nfo").is_file()
