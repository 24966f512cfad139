"""The trash: files go in with what deletes them, come back, and go for good; a crash loses none."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, NotFound, Unavailable
from mvidarr.core.terms import TrashReason, VideoStatus
from mvidarr.library import (
    artists,
    bulk,
    details,
    files,
    merge,
    pictures,
    restore,
    trash,
    videos,
)
from mvidarr.library.videos import Song
from mvidarr.media import place, thumbnails
from mvidarr.media import trash as folders
from mvidarr.models import Block, Event, TrashItem, Video, VideoFile, VideoSource
from tests.conftest import SetClock
from tests.factories import fresh, make_artist, make_file, make_source, make_video
from tests.fakes import media

pytestmark = pytest.mark.usefixtures("library")
ENDINGS = (".nfo", "-poster.jpg", ".en.srt")


def shelved(library: Path, title: str = "Jóga", artist: Any = None, **columns: Any) -> VideoFile:
    """A video with a file and sidecars on the disk."""
    artist = artist or artists.find_by_name("Björk") or make_artist("Björk")
    video = make_video(artist, title, **columns)
    path = f"{artist.name}/{title}/{artist.name} - {title}.mp4"
    final = library / path
    final.parent.mkdir(parents=True, exist_ok=True)
    final.write_bytes(b"a video")
    for ending in ENDINGS:
        final.with_name(final.stem + ending).write_text(ending)
    return make_file(video, path=path, size=7, loudness=-9.3, findings=["letterbox"])


def seen(library: Path) -> list[str]:
    return sorted(
        file.relative_to(library).as_posix()
        for file in library.rglob("*")
        if file.is_file() and place.OWN_FOLDER not in file.parts
    )


def test_a_deleted_file_goes_into_the_trash_and_comes_back_as_it_was(library: Path) -> None:
    file = shelved(library)
    before = seen(library)

    batch = trash.delete_file(file.video_id, file.id)

    assert seen(library) == []
    row = TrashItem.get()
    assert (row.batch, row.reason, row.path) == (batch, "deleted", file.path)
    assert row.files[0] == "Björk - Jóga.mp4"
    assert len(row.files) == 4
    assert row.size == 7 + sum(map(len, ENDINGS))
    assert fresh(Video.get()).status == VideoStatus.WANTED

    assert restore.restore(row.id).path == file.path

    assert seen(library) == before
    again = files.main_of(file.video_id)
    assert (again.path, again.loudness, again.findings) == (file.path, -9.3, ["letterbox"])
    assert fresh(Video.get()).status == VideoStatus.DOWNLOADED
    assert not TrashItem.select().exists()
    assert not folders.folder(library, row.id).exists()
    assert [event.kind for event in Event.select()] == ["files.restored"]


def test_a_deleted_video_is_made_again(library: Path) -> None:
    file = shelved(library, type="live", version="Unplugged", year=1994)
    batch = videos.delete([file.video_id], with_files=True) or 0
    other = make_video(title="Another", id=file.video_id)  # the number is given out again
    assert TrashItem.get().video_id is None

    restore.restore(batch)  # the first of a batch names it

    row = Video.get(Video.title == "Jóga")
    assert (row.type, row.version, row.year, row.status) == (
        *("live", "Unplugged", 1994),
        VideoStatus.DOWNLOADED,
    )
    assert files.main_of(row.id).path == file.path
    assert not VideoFile.select().where(VideoFile.video == other.id).exists()


def test_a_deleted_video_has_its_words_its_picture_and_its_upload_again(
    library: Path, database: Config
) -> None:
    artist = make_artist("Björk")
    song = Song(
        title="Jóga", album="Homogenic", directors=["Michel Gondry"], ids={"imvdb_video": "7"}
    )
    video = videos.add(artist.id, song)
    videos.change(video.id, {"rating": 9, "genres": ["Pop"]})
    why = [{"text": "Linked by MusicBrainz", "points": 45}]
    source = make_source(video=video, channel="björk", source_id="joga1234567", reasons=why)
    pictures.choose(video, thumbnails.make(media.jpeg("x"), database.thumbs))
    path = "Björk/Jóga.mp4"
    (library / path).parent.mkdir()
    (library / path).write_bytes(b"a video")
    make_file(video, path=path, source=source.id)
    before = details.load(video.id)
    batch = videos.delete([video.id], with_files=True) or 0

    restore.restore(batch)

    after = details.load(Video.get().id)
    for name in ("album", "rating", "wish", "locked", "origins", "image_id"):
        assert getattr(after.video, name) == getattr(before.video, name), name
    assert (after.names, after.ids) == (before.names, before.ids)
    [upload] = after.sources
    assert (upload.source_id, upload.channel, upload.verdict) == (
        *("joga1234567", "björk"),
        "accepted",
    )
    assert upload.reasons == why
    assert after.files[0].source_id == upload.id


@pytest.mark.parametrize("what", ["another video's", "blocked", "refused since"])
def test_an_upload_is_taken_again_only_where_it_may_be(library: Path, what: str) -> None:
    file = shelved(library)
    source = make_source(video=Video.get(), source_id="joga1234567")
    VideoFile.update(source=source.id).execute()
    artist = artists.get(Video.get().artist_id)
    batch = videos.delete([file.video_id], with_files=True) or 0
    if what == "another video's":
        make_source(video=make_video(artist, "Other"), source_id="joga1234567")
    elif what == "blocked":
        Block.create(provider="youtube", source_id="joga1234567", title="x")
    else:
        make_source(artist, source_id="joga1234567", verdict="refused")

    restore.restore(batch)

    again = Video.get(Video.title == "Jóga")
    assert files.main_of(again.id).path == file.path
    is_taken = VideoSource.select().where(VideoSource.video == again.id).exists()
    assert is_taken == (what == "refused since")


def test_a_video_that_was_found_again_gets_its_file_back(library: Path) -> None:
    file = shelved(library)
    artist_id = Video.get().artist_id
    batch = videos.delete([file.video_id], with_files=True) or 0
    again = make_video(artists.get(artist_id), "JÓGA")

    restore.restore(batch)

    assert files.main_of(again.id).path == file.path
    assert Video.select().count() == 1


def test_a_deleted_artist_is_made_again_and_not_monitored(library: Path) -> None:
    one = shelved(library)
    shelved(library, "Hunter")
    batch = artists.delete(artists.find_by_name("Björk").id, with_files=True)  # type: ignore[union-attr]
    assert seen(library) == []
    assert {row.batch for row in TrashItem.select()} == {batch}
    told: list[tuple[int, int | None]] = []

    done = restore.batch(batch, lambda *said: told.append(said[:2]))  # type: ignore[arg-type]

    assert done == 2
    assert told[-1] == (2, 2)
    artist = artists.find_by_name("Björk")
    assert artist is not None
    assert (artist.monitored, fresh(artist).have) == (False, 2)
    assert (library / one.path).is_file()


def test_deleting_many_goes_into_the_trash(library: Path) -> None:
    ids = [shelved(library, title).video_id for title in ("A", "B", "C")]

    class Quiet:
        def progress(self, *_: Any) -> None:
            pass

    job = bulk.change_videos(bulk.Selection(ids=ids), "delete_with_files", None)
    bulk.run_change_videos(job, Quiet())  # type: ignore[arg-type]

    assert seen(library) == []
    assert TrashItem.select().count() == 3


def test_a_taken_place_is_not_overwritten(library: Path) -> None:
    file = shelved(library)
    trash.delete_file(file.video_id, file.id)
    shelved(library, artist=make_artist("Björk", disambiguation="2", folder="x"))

    assert restore.restore(TrashItem.get().id).path == "Björk/Jóga (2)/Björk - Jóga (2).mp4"

    assert (library / "Björk/Jóga (2)/Björk - Jóga (2).nfo").is_file()
    assert (library / file.path).read_bytes() == b"a video"


def test_a_place_taken_at_the_last_moment_can_be_tried_again(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library)
    trash.delete_file(file.video_id, file.id)
    item = TrashItem.get().id
    real = folders.give_back

    def late(*args: Any) -> list[Path]:
        (library / file.path).parent.mkdir(parents=True)
        (library / file.path).write_bytes(b"another")
        monkeypatch.setattr(folders, "give_back", real)
        return real(*args)

    monkeypatch.setattr(folders, "give_back", late)
    with pytest.raises(Conflict):
        restore.restore(item)

    assert restore.restore(item).path == "Björk/Jóga (2)/Björk - Jóga (2).mp4"
    assert (library / file.path).read_bytes() == b"another"


def test_a_library_that_is_away_loses_nothing(library: Path) -> None:
    file = shelved(library)
    away = library.rename(library.with_name("away"))
    with pytest.raises(Unavailable):
        trash.delete_file(file.video_id, file.id)
    with pytest.raises(Unavailable):
        videos.delete([file.video_id], with_files=True)
    assert VideoFile.select().count() == 1
    away.rename(library)
    trash.delete_file(file.video_id, file.id)
    item = TrashItem.get().id
    away = library.rename(library.with_name("away"))

    with pytest.raises(Unavailable):
        restore.restore(item)
    with pytest.raises(Unavailable):
        trash.remove(item)
    settings.change({"trash_days": 1})
    TrashItem.update(created_at=0).execute()
    assert trash.purge() == 0
    assert TrashItem.select().count() == 1
    away.rename(library)
    assert restore.restore(item).path == file.path


def test_a_disk_that_refuses_is_tried_again(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shelved(library)

    def broken(*_: Any, **__: Any) -> list[str]:
        raise OSError(5, "broken")

    with monkeypatch.context() as patched:
        patched.setattr(folders, "take", broken)
        trash.delete_file(file.video_id, file.id)
        assert trash.settle() == 1
        with pytest.raises(Unavailable, match="on its way"):
            restore.restore(TrashItem.get().id)
    assert (library / file.path).is_file()

    assert restore.settle() == 0

    assert seen(library) == []
    assert TrashItem.get().moved_at


class Killed(BaseException):
    """Nobody has time to say anything."""


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Die at the n-th move of a file; what happens after is another process."""

    def at(number: int) -> None:
        real, left = place.move, [number]

        def move(source: Path, final: Path) -> None:
            if not left[0]:
                monkeypatch.setattr(place, "move", real)
                raise Killed
            left[0] -= 1
            real(source, final)

        monkeypatch.setattr(place, "move", move)

    return at


@pytest.mark.parametrize("moves", range(4))
def test_killed_while_a_file_goes_in_it_goes_on(library: Path, kill_at: Any, moves: int) -> None:
    file = shelved(library)
    kill_at(moves)
    with pytest.raises(Killed):
        trash.delete_file(file.video_id, file.id)
    assert not VideoFile.select().exists()

    assert restore.settle() == 0

    assert seen(library) == []
    row = TrashItem.get()
    assert (len(row.files), row.files[0]) == (4, "Björk - Jóga.mp4")
    restore.restore(row.id)
    assert len(seen(library)) == 4


@pytest.mark.parametrize("moves", range(4))
def test_killed_while_a_file_comes_back_it_goes_on(library: Path, kill_at: Any, moves: int) -> None:
    file = shelved(library)
    trash.delete_file(file.video_id, file.id)
    kill_at(moves)
    with pytest.raises(Killed):
        restore.restore(TrashItem.get().id)
    assert not VideoFile.select().exists()

    assert restore.settle() == 0

    assert len(seen(library)) == 4
    assert files.main_of(file.video_id).path == file.path
    assert not TrashItem.select().exists()


def test_killed_before_the_row_of_a_file_that_came_back(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library)
    trash.delete_file(file.video_id, file.id)

    def killed(*_: Any) -> None:
        raise Killed

    item = TrashItem.get().id
    with monkeypatch.context() as patched:
        patched.setattr(restore, "_write", killed)
        with pytest.raises(Killed):
            restore.restore(item)
    with pytest.raises(Conflict):
        trash.remove(TrashItem.get().id)

    assert restore.settle() == 0
    assert files.main_of(file.video_id).path == file.path


def test_a_file_that_is_not_on_the_disk_leaves_no_item(library: Path) -> None:
    file = shelved(library)
    place.own_folder(library)
    for path in list((library / file.path).parent.iterdir()):
        path.unlink()

    trash.delete_file(file.video_id, file.id)

    assert not TrashItem.select().exists()


def test_a_place_in_use_again_is_left_alone(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shelved(library)
    with monkeypatch.context() as patched:
        patched.setattr(trash, "_follow", lambda ids: None)
        trash.delete_file(file.video_id, file.id)
    make_file(Video.get(), path=file.path)

    restore.settle()

    assert (library / file.path).is_file()
    assert not TrashItem.select().exists()


def days_go_by(set_clock: SetClock, days: int) -> list[int]:
    """What each day's cleaning removes for good."""
    removed = []
    for _ in range(days):
        removed.append(trash.purge())
        set_clock.forward(clock.DAY)
    return [*removed, trash.purge()]


@pytest.mark.parametrize("when", ["ahead now", "behind at first", "there and back"])
def test_a_clock_that_is_wrong_removes_nothing_early(
    library: Path, set_clock: SetClock, when: str
) -> None:
    before = shelved(library, "Before")
    trash.delete_file(before.video_id, before.id)
    days_go_by(set_clock, 1)
    if when == "behind at first":
        set_clock.forward(-365 * clock.DAY)
    file = shelved(library)
    trash.delete_file(file.video_id, file.id)
    days_go_by(set_clock, 1)
    set_clock.forward(365 * clock.DAY)
    assert trash.purge() == 0
    if when == "there and back":
        set_clock.forward(-365 * clock.DAY)

    assert sum(days_go_by(set_clock, 20)) == 0

    assert TrashItem.select().count() == 2
    assert sum(days_go_by(set_clock, 12)) == 2


def test_what_has_lain_long_enough_goes_for_good(library: Path, set_clock: SetClock) -> None:
    old, new = shelved(library, "Old"), shelved(library, "New")
    trash.delete_file(old.video_id, old.id)
    assert sum(days_go_by(set_clock, 29)) == 0
    trash.delete_file(new.video_id, new.id)

    assert sum(days_go_by(set_clock, 2)) == 1

    assert [row.title for row in TrashItem.select()] == ["New"]
    assert len(list((library / place.OWN_FOLDER / "trash").iterdir())) == 1
    settings.change({"trash_days": 0})
    set_clock.forward(1000 * clock.DAY)
    assert trash.purge() == 0


def test_emptying_takes_what_the_person_saw(library: Path) -> None:
    old, new = shelved(library, "Old"), shelved(library, "New")
    trash.delete_file(old.video_id, old.id)
    seen_up_to = trash.newest()
    trash.delete_file(new.video_id, new.id)
    assert trash.total()[0] == 2

    assert trash.empty(seen_up_to, lambda *_: None) == 1

    assert [row.title for row in TrashItem.select()] == ["New"]
    with pytest.raises(NotFound):
        trash.get(seen_up_to)
    assert Event.select().where(Event.kind == "trash.emptied").count() == 1


def test_joined_videos_share_what_lies_in_the_trash(library: Path) -> None:
    file = shelved(library)
    other = file.video_id
    trash.delete_file(other, file.id)
    keep = make_video(artists.find_by_name("Björk"), "Joga")

    merge.videos_into(keep.id, other)
    restore.restore(TrashItem.get().id)

    assert files.main_of(keep.id).path == file.path


def test_an_upload_that_is_gone_is_not_named_again(library: Path) -> None:
    file = shelved(library)
    source = make_source(video=Video.get())
    VideoFile.update(source=source.id).execute()
    trash.delete_file(file.video_id, file.id)
    source.delete_instance()

    restore.restore(TrashItem.get().id)

    assert VideoFile.get().source_id is None


def test_a_path_out_of_the_library_is_not_moved(library: Path) -> None:
    outside = library.parent / "secret.mp4"
    outside.write_bytes(b"secret")
    video = make_video()
    for path in ("../secret.mp4", "link.mp4"):
        file = make_file(video, path=path, main_key=None)
        (library / "link.mp4").unlink(missing_ok=True)
        (library / "link.mp4").symlink_to(outside)
        trash.delete_file(video.id, file.id)

    assert outside.read_bytes() == b"secret"
    assert (library / "link.mp4").is_symlink()
    assert trash.settle() == 0
    assert not TrashItem.select().exists()


def test_media_servers_are_told(library: Path) -> None:
    from mvidarr.models import Outbox

    settings.change({"kodi_url": "http://127.0.0.1:8080", "kodi_enabled": True})
    file = shelved(library)
    trash.delete_file(file.video_id, file.id)
    restore.restore(TrashItem.get().id)

    changes = [e.data["changes"] for e in Event.select().where(Event.kind == "files.changed")]
    assert changes[0] == [[file.path, "deleted"]]
    assert sorted(path for path, _ in changes[1]) == seen(library)
    assert {what for _, what in changes[1]} == {"created"}
    assert Outbox.select().count() == 2


def test_the_list_and_its_batches(library: Path) -> None:
    ids = [shelved(library, title).video_id for title in ("A", "B")]
    batch = videos.delete(ids, with_files=True)
    other = shelved(library, "C")
    trash.delete_file(other.video_id, other.id)

    assert [row.title for row in trash.page(db.Place()).rows] == ["C", "B", "A"]
    assert [row.title for row in trash.page(db.Place(), batch).rows] == ["B", "A"]
    assert trash.count(batch) == (2, True)
    assert TrashReason(TrashItem.get().reason) is TrashReason.DELETED


def test_captions_are_called_as_the_file_is_that_came_back(library: Path) -> None:
    file = shelved(library, "Hyper")
    VideoFile.update(subtitles=["Björk - Hyper.en.srt"]).execute()
    trash.delete_file(file.video_id, file.id)
    (library / file.path).parent.mkdir(parents=True)
    (library / file.path).write_bytes(b"another")

    restore.restore(TrashItem.get().id)

    [caption] = files.captions(files.main_of(file.video_id))
    assert caption.language == "en"
    assert (library / caption.path).is_file()


def test_an_artist_that_is_another_ones_name_by_now_is_no_hindrance(library: Path) -> None:
    file = shelved(library)
    artist = Video.get().artist_id
    batch = artists.delete(artist, with_files=True)
    other = make_artist("Guðmundsdóttir")
    artists.change(other.id, {"aliases": ["Björk"]})

    found = restore.restore(batch or 0)

    assert found.path == file.path
    assert Video.get().artist_id == other.id


def test_two_who_put_a_file_back_take_the_same_place(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one comes while the first one has begun, and does it all."""
    file = shelved(library)
    trash.delete_file(file.video_id, file.id)
    item, real = TrashItem.get().id, restore._go_on

    def overtaken(*args: Any) -> Any:
        monkeypatch.setattr(restore, "_go_on", real)
        assert restore.restore(item).path == file.path
        return real(*args)

    monkeypatch.setattr(restore, "_go_on", overtaken)

    assert restore.restore(item).path == file.path

    assert (library / file.path).is_file()
    assert [row.path for row in VideoFile.select()] == [file.path]
    assert not TrashItem.select().exists()


def test_a_name_as_long_as_a_disk_takes_finds_another_place(library: Path) -> None:
    file = shelved(library, "x" * 180)
    long = f"Björk/{'x' * 251}.mp4"
    (library / file.path).rename(library / long)
    VideoFile.update(path=long, path_key=files.path_key(long)).execute()
    trash.delete_file(file.video_id, file.id)
    (library / "Björk").mkdir(exist_ok=True)
    (library / long).write_bytes(b"another")

    found = restore.restore(TrashItem.get().id)

    assert found.path.endswith(" (2).mp4")
    assert (library / found.path).read_bytes() == b"a video"


def test_an_item_that_the_disk_refuses_to_remove_stops_no_other(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("A", "B"):
        file = shelved(library, title)
        trash.delete_file(file.video_id, file.id)
    stays, real = TrashItem.select().order_by(TrashItem.id).first().id, folders.remove

    def refusing(root: Path, item: int) -> None:
        if item == stays:
            raise place.LibraryOffline("Permission denied.")
        real(root, item)

    monkeypatch.setattr(folders, "remove", refusing)

    assert trash.empty(trash.newest(), lambda *_: None) == 1
    assert [row.id for row in TrashItem.select()] == [stays]


def test_a_linked_artist_folder_is_no_hindrance(library: Path) -> None:
    file = shelved(library)
    (library / "Björk").rename(library / "Elsewhere")
    (library / "Björk").symlink_to(library / "Elsewhere")

    trash.delete_file(file.video_id, file.id)

    assert TrashItem.get().moved_at
    assert (library / "Björk").is_symlink()
    assert trash.settle() == 0


def test_a_linked_video_goes_without_what_it_leads_to(library: Path) -> None:
    file = shelved(library)
    (library / file.path).rename(library / "film.mp4")
    (library / file.path).symlink_to(library / "film.mp4")

    trash.delete_file(file.video_id, file.id)
    trash.remove(TrashItem.get().id)

    assert (library / "film.mp4").read_bytes() == b"a video"
    assert seen(library) == ["film.mp4"]
