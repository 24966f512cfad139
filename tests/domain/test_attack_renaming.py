"""Renaming against whatever else happens to a library meanwhile: others, disks, deletions."""

import ctypes
import os
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core.errors import Conflict, NotFound, TooSoon
from mvidarr.core.terms import MoveState
from mvidarr.jobs import jobs
from mvidarr.library import renaming, renaming_run
from mvidarr.library.renaming import Stage
from mvidarr.media import disks, place, relocate
from mvidarr.models import Artist, Job, Move, Video
from tests.factories import fresh, make_artist, make_download
from tests.fakes.renamings import (
    SIDECARS,
    Notes,
    Shelf,
    approved,
    errors,
    in_rows,
    moves,
    on_disk,
    planned,
    renamed,
    taken_back,
    work,
)


@pytest.fixture
def shelf(library: Path) -> Shelf:
    return Shelf(library)


def test_a_hard_link_of_the_same_name_is_not_taken_for_a_move(library: Path, shelf: Shelf) -> None:
    file = shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    (library / "Björk").mkdir()
    os.link(library / "old/a.mp4", library / "Björk/Jóga.mp4")

    renamed()

    assert fresh(file).path == "Björk/Jóga.mp4"
    assert set(on_disk(library)) == {"Björk/Jóga.mp4"}


def test_a_disk_that_goes_in_the_middle_stops_the_work_and_marks_nothing(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist = make_artist("Björk")
    for number in range(4):
        shelf(artist, f"Song {number}", f"old/{number}.mp4")
    shown = approved()
    real = renaming_run._do

    def do(move: Any, way: Any, root: Path) -> None:
        real(move, way, root)
        if library.is_dir() and move.target.endswith("1.mp4"):
            library.rename(library.with_name("unmounted"))
            library.mkdir()

    monkeypatch.setattr(renaming_run, "_do", do)
    with pytest.raises(place.LibraryOffline):
        work()

    assert list(library.iterdir()) == []
    assert [state for *_, state in moves(shown)] == ["moved", "moved", "planned", "planned"]


def test_a_disk_that_goes_between_look_and_move_gets_no_folders(library: Path) -> None:
    with pytest.raises((place.LibraryOffline, NotFound)):
        relocate.move_all(library / "gone", [("a.mp4", "b/c.mp4")])

    assert not (library / "gone").exists()


def test_what_stands_aside_and_is_deleted_by_others_does_not_hold_up_the_rest(
    library: Path, shelf: Shelf
) -> None:
    artist = make_artist("Björk")
    shelf(artist, "Jóga", "Björk/Hunter.mp4")
    gone = shelf(artist, "Hunter", "Björk/Jóga.mp4")
    shelf(artist, "Cocoon", "old/c.mp4")
    shown = approved()
    Move.update(state=MoveState.ASIDE, files=[["Björk/Jóga.mp4", "Björk/Hunter.mp4"]]).where(
        Move.file_id == gone.id
    ).execute()
    (library / "Björk/Jóga.mp4").unlink()

    work()

    assert renaming.get(shown.id).stage is Stage.DONE
    assert "Björk/Cocoon.mp4" in in_rows()
    assert fresh(gone).path == "Björk/Jóga.mp4"
    assert set(on_disk(library)) >= {"Björk/Cocoon.mp4"}


def test_what_could_not_be_taken_back_can_be_tried_again(library: Path, shelf: Shelf) -> None:
    artist = make_artist("Björk")
    shelf(artist, "Jóga", "old/a.mp4", (".nfo",))
    loading = shelf(artist, "Hunter", "old/b.mp4", (".nfo",))
    before = on_disk(library)
    shown = renamed()
    row = make_download(Video.get_by_id(loading.video_id))
    half = taken_back(shown)
    assert (half.stage, half.moved, half.counts["undone"]) == (Stage.UNDONE, 1, 1)
    row.delete_instance()

    renaming.go_on(shown.id, None)
    work()

    assert renaming.get(shown.id).counts == {"undone": 2}
    assert on_disk(library) == before
    with pytest.raises(Conflict):
        renaming.go_on(shown.id, None)


def test_a_video_deleted_while_its_file_moves_leaves_it_where_it_was(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelf(make_artist("Björk"), "Jóga", "old/a.mp4", SIDECARS)
    before = on_disk(library)
    shown = approved()
    real = relocate.move_all

    def move_all(*args: Any) -> None:
        real(*args)
        Video.delete().where(Video.id == file.video_id).execute()

    monkeypatch.setattr(relocate, "move_all", move_all)
    work()

    assert on_disk(library) == before
    assert errors(shown) == ["The video was deleted in the meantime."]


def test_an_artist_deleted_while_its_files_are_looked_at_ends_nothing(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist = make_artist("Björk")
    shelf(artist, "Jóga", "old/a.mp4")
    shelf(make_artist("Air"), "Kelly", "old/b.mp4")
    shown = approved()
    real = relocate.companions

    def companions(*args: Any) -> Any:
        Artist.delete().where(Artist.id == artist.id).execute()
        return real(*args)

    monkeypatch.setattr(relocate, "companions", companions)
    work()

    assert [state for *_, state in moves(shown)] == ["failed", "moved"]


def test_a_sidecar_deleted_by_others_after_a_kill_does_not_keep_the_video_back(
    library: Path, shelf: Shelf
) -> None:
    file = shelf(make_artist("Björk"), "Jóga", "old/a.mp4", SIDECARS)
    shown = approved()
    pairs = [(f"old/a{one}", f"Björk/Jóga{one}") for one in (*SIDECARS, ".mp4")]
    Move.update(state=MoveState.MOVING, files=pairs).execute()
    (library / "old/a.nfo").unlink()

    work()

    assert fresh(file).path == "Björk/Jóga.mp4"
    assert renaming.get(shown.id).left == 0


def test_nothing_follows_a_link_out_of_the_library(
    library: Path, shelf: Shelf, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (library / "Björk").symlink_to(outside)
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4", SIDECARS)
    (outside / "b.mp4").write_text("not ours")
    (library / "old" / "b.mp4").symlink_to(outside / "b.mp4")
    shown = renamed()

    assert [state for *_, state in moves(shown)] == ["failed"]
    assert [one.name for one in outside.iterdir()] == ["b.mp4"]


def test_a_download_that_gets_the_name_first_keeps_it(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    shown = approved()
    real = disks.rename_new

    def late(source: Path, final: Path) -> None:
        final.write_text("placed at this moment")
        real(source, final)

    monkeypatch.setattr(relocate, "rename_new", late)
    work()

    assert on_disk(library) == {
        "old/a.mp4": "old/a.mp4",
        "Björk/Jóga.mp4": "placed at this moment",
    }
    assert [state for *_, state in moves(shown)] == ["failed"]


def test_a_link_to_the_file_that_has_the_name_does_not_replace_it(
    library: Path, shelf: Shelf
) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    (library / "Björk").mkdir()
    (library / "old/a.mp4").rename(library / "Björk/Jóga.mp4")
    (library / "old/a.mp4").symlink_to(library / "Björk/Jóga.mp4")

    shown = renamed()

    assert [state for *_, state in moves(shown)] == ["failed"]
    assert not (library / "Björk/Jóga.mp4").is_symlink()
    assert (library / "Björk/Jóga.mp4").read_text() == "old/a.mp4"


@pytest.mark.parametrize("system", ["Linux", "an older Linux", "another system"])
def test_a_name_is_never_taken_from_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    if system != "Linux":
        monkeypatch.setattr(disks, "_NO_REPLACE", 1 << 20)  # EINVAL
    if system == "another system":
        monkeypatch.setattr(ctypes, "CDLL", lambda *args, **named: object())
    one, other, link = (tmp_path / name for name in ("one", "other", "link"))
    one.write_text("one")
    other.write_text("other")
    link.symlink_to("nothing")

    for final in (other, link):
        with pytest.raises(FileExistsError):
            disks.rename_new(one, final)
    disks.rename_new(one, tmp_path / "new")

    assert on_disk(tmp_path) == {"new": "one", "other": "other"}
    with pytest.raises(FileNotFoundError):
        disks.rename_new(one, tmp_path / "newer")


def test_of_two_renamings_at_one_moment_the_second_waits(library: Path, shelf: Shelf) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    first = approved()
    second = jobs.add(renaming.UNDO, str(first.id))
    Job.update(state="running").execute()

    with pytest.raises(TooSoon):
        renaming_run.run(second, Notes())  # type: ignore[arg-type]
    renaming_run.run(Job.get(Job.id != second.id), Notes())  # type: ignore[arg-type]

    assert in_rows() == {"Björk/Jóga.mp4"}


def test_the_library_is_looked_at_again_by_the_worker_before_anything_moves(
    library: Path, shelf: Shelf
) -> None:
    file = shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    shown = approved()
    Video.update(title="Joga").where(Video.id == file.video_id).execute()

    with pytest.raises(Conflict, match="changed"):
        work()
    Job.update(state="failed", active_key=None, last_error="It changed.").execute()

    assert renaming.get(shown.id).stage is Stage.STOPPED
    assert on_disk(library) == {"old/a.mp4": "old/a.mp4"}
    assert moves(planned()) == [("old/a.mp4", "Björk/Joga.mp4", "planned")]


def test_an_approval_reads_no_file_of_the_plan(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    shown = planned()
    monkeypatch.setattr("mvidarr.library.renaming_plan.fingerprint", None)

    renaming.approve(shown.id, shown.row.template, shown.fingerprint, None)
