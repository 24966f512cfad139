"""Renaming real files in a real folder: planned, approved, done, taken back."""

import random
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import MoveState
from mvidarr.jobs import jobs
from mvidarr.library import filters, renaming, renaming_run
from mvidarr.library.renaming import Stage
from mvidarr.media import naming, place, relocate
from mvidarr.models import Event, Job, Move, Outbox, Renaming, Video, VideoFile
from tests.factories import fresh, make_artist, make_download, make_file, make_source, make_video
from tests.fakes.renamings import (
    ALL,
    SIDECARS,
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


def test_files_go_where_a_download_would_put_them_and_back(library: Path, shelf: Shelf) -> None:
    artist = make_artist("Björk")
    file = shelf(artist, "Jóga", "old/a.mp4", SIDECARS)
    shelf(artist, "Hunter", "Björk/Hunter.mp4")
    (library / "old" / "other.txt").write_text("somebody else's")
    before = on_disk(library)

    shown = planned()
    assert (shown.stage, shown.row.total, shown.looked_at) == (Stage.PLANNED, 1, 2)
    assert moves(shown) == [("old/a.mp4", "Björk/Jóga.mp4", "planned")]
    assert on_disk(library) == before

    renaming.approve(shown.id, shown.row.template, shown.fingerprint, None)
    assert renaming.get(shown.id).stage is Stage.RUNNING
    assert work() == "1 files renamed."

    assert on_disk(library) == {
        "Björk/Hunter.mp4": "Björk/Hunter.mp4",
        "Björk/Jóga.mp4": "old/a.mp4",
        **{f"Björk/Jóga{ending}": f"old/a.mp4{ending}" for ending in SIDECARS},
        "old/other.txt": "somebody else's",
    }
    assert (fresh(file).path, fresh(file).subtitles) == ("Björk/Jóga.mp4", ["Jóga.en.srt"])
    assert renaming.get(shown.id).stage is Stage.DONE
    assert Event.select().where(Event.kind == "files.renamed").count() == 1

    assert taken_back(shown).stage is Stage.UNDONE
    assert on_disk(library) == before
    assert (fresh(file).path, fresh(file).subtitles) == ("old/a.mp4", ["a.en.srt"])


def test_a_library_that_is_as_it_should_be_stays(library: Path, shelf: Shelf) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    renamed()

    again = planned()

    assert (again.stage, again.row.total) == (Stage.PLANNED, 0)


def test_names_that_collide_get_a_mark_and_keep_it(library: Path, shelf: Shelf) -> None:
    artist = make_artist("KISS")
    first = shelf(artist, "Beth", "KISS/Beth.mp4")
    second = shelf(artist, "BETH", "x/1.mkv", type="remix", version="Beth")
    third = shelf(artist, "beth", "x/2.mkv", type="live", version="Beth")
    settings.change({"naming_template": "{Artist}/{Title}"})
    make_source(video=Video.get_by_id(second.video_id), source_id="abcdefghijk")

    shown = renamed()

    assert fresh(first).path == "KISS/Beth.mp4"
    assert fresh(second).path == "KISS/BETH [abcdefghijk].mkv"
    assert fresh(third).path == "KISS/beth (2).mkv"
    assert shown.marked == 2
    assert planned().row.total == 0


@pytest.mark.parametrize("count", [2, 3])
def test_files_that_stand_in_each_others_place_change_places(
    library: Path, shelf: Shelf, count: int
) -> None:
    artist = make_artist("Björk")
    titles = ["Jóga", "Hunter", "Cocoon"][:count]
    wrong = [*titles[1:], titles[0]]
    files = [
        shelf(artist, title, f"Björk/{other}.mp4", SIDECARS)
        for title, other in zip(titles, wrong, strict=True)
    ]
    before = on_disk(library)

    shown = renamed()

    assert [fresh(file).path for file in files] == [f"Björk/{title}.mp4" for title in titles]
    now = on_disk(library)
    assert len(now) == count * 4
    for title, other in zip(titles, wrong, strict=True):
        assert now[f"Björk/{title}.mp4"] == f"Björk/{other}.mp4"
        assert now[f"Björk/{title}.nfo"] == f"Björk/{other}.mp4.nfo"
    assert taken_back(shown).stage is Stage.UNDONE
    assert on_disk(library) == before


def test_a_chain_goes_without_detour(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist = make_artist("Björk")
    shelf(artist, "Hunter", "Björk/Jóga.mp4")
    shelf(artist, "Cocoon", "Björk/Hunter.mkv", SIDECARS)
    monkeypatch.setattr(relocate, "aside", None)

    renamed()

    assert in_rows() == {"Björk/Hunter.mp4", "Björk/Cocoon.mkv"}
    assert set(on_disk(library)) == in_rows() | {f"Björk/Cocoon{one}" for one in SIDECARS}


def test_letters_case_alone_is_a_change(library: Path, shelf: Shelf) -> None:
    file = shelf(make_artist("Björk"), "Jóga", "Björk/JÓGA.mp4", SIDECARS)

    renamed()

    assert fresh(file).path == "Björk/Jóga.mp4"
    assert set(on_disk(library)) == {"Björk/Jóga.mp4", *(f"Björk/Jóga{one}" for one in SIDECARS)}


def test_a_file_of_somebody_else_is_never_replaced(library: Path, shelf: Shelf) -> None:
    artist = make_artist("Björk")
    shelf(artist, "Jóga", "old/a.mp4", SIDECARS)
    shelf(artist, "Hunter", "old/b.mp4", SIDECARS)
    (library / "Björk").mkdir()
    (library / "Björk" / "Jóga.nfo").write_text("mine")
    before = on_disk(library)

    shown = renamed()

    assert [state for *_, state in moves(shown)] == ["failed", "moved"]
    assert "already" in errors(shown)[0]
    kept = {path: text for path, text in before.items() if not path.startswith("old/b")}
    assert kept.items() <= on_disk(library).items()
    assert shown.left == 1

    (library / "Björk" / "Jóga.nfo").unlink()
    renaming.go_on(shown.id, None)
    work()

    assert in_rows() == {"Björk/Jóga.mp4", "Björk/Hunter.mp4"}


def test_what_cannot_be_moved_is_left_with_its_reason(library: Path, shelf: Shelf) -> None:
    artist = make_artist("Björk")
    gone = shelf(artist, "Jóga", "old/gone.mp4")
    loading = shelf(artist, "Hunter", "old/loading.mp4")
    changed = shelf(artist, "Cocoon", "old/changed.mp4")
    deleted = shelf(artist, "Bachelorette", "old/deleted.mp4")
    shown = approved()
    renaming.confirm(renaming.get(shown.id).row)
    (library / gone.path).unlink()
    make_download(Video.get_by_id(loading.video_id))
    VideoFile.update(path="elsewhere.mp4", path_key="x").where(VideoFile.id == changed.id).execute()
    VideoFile.delete().where(VideoFile.id == deleted.id).execute()

    said = work()

    assert "4 could not be" in said
    assert set(errors(shown)) == {
        "The file is not on the disk.",
        renaming_run.LOADING,
        "It lies elsewhere by now.",
        "The video was deleted in the meantime.",
    }
    assert renaming.get(shown.id).stage is Stage.DONE


def test_a_video_with_an_own_folder_takes_all_that_is_in_it(library: Path, shelf: Shelf) -> None:
    settings.reset("naming_template")
    file = shelf(
        make_artist("Björk"),
        "Jóga",
        "Björk/Joga (1997)/Björk - Joga (1997).mp4",
        (".nfo",),
        year=1997,
    )
    (library / "Björk/Joga (1997)/poster.jpg").write_text("poster")
    (library / "Björk/artist.nfo").write_text("artist")
    before = on_disk(library)

    shown = renamed()

    assert fresh(file).path == "Björk/Jóga (1997)/Björk - Jóga (1997).mp4"
    assert set(on_disk(library)) == {
        "Björk/artist.nfo",
        *(f"Björk/Jóga (1997)/{name}" for name in ("Björk - Jóga (1997).mp4",)),
        "Björk/Jóga (1997)/Björk - Jóga (1997).nfo",
        "Björk/Jóga (1997)/poster.jpg",
    }
    taken_back(shown)
    assert on_disk(library) == before


def test_the_artists_own_files_go_with_its_last_video(library: Path, shelf: Shelf) -> None:
    artist = make_artist("Björk", folder="Iceland/Björk")
    for title in ("Jóga", "Hunter"):
        shelf(artist, title, f"Bjork/{title}.mp4")
    for name in ("artist.nfo", "folder.jpg", "notes.txt"):
        (library / "Bjork" / name).write_text(name)
    before = on_disk(library)

    shown = renamed()

    assert set(on_disk(library)) == {
        "Bjork/notes.txt",
        *(f"Iceland/Björk/{name}" for name in ("Jóga.mp4", "Hunter.mp4")),
        *(f"Iceland/Björk/{name}" for name in ("artist.nfo", "folder.jpg")),
    }
    taken_back(shown)
    assert on_disk(library) == before


def test_empty_folders_go_and_the_library_stays(library: Path, shelf: Shelf) -> None:
    shelf(make_artist("Björk"), "Jóga", "a/b/c/d.mp4")

    renamed()

    assert [path.name for path in library.iterdir()] == ["Björk"]


def test_an_approval_of_something_else_is_refused(library: Path, shelf: Shelf) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    shown = planned()
    seen = (shown.id, shown.row.template, shown.fingerprint, None)

    with pytest.raises(Conflict, match="changed"):
        renaming.approve(shown.id, "{Title}", shown.fingerprint, None)
    with pytest.raises(Conflict, match="changed"):
        renaming.approve(shown.id, shown.row.template, "another", None)
    settings.change({"naming_template": "{Title}"})
    with pytest.raises(Conflict, match="changed"):
        renaming.approve(*seen)
    settings.change({"naming_template": shown.row.template})

    assert renaming.approve(*seen).kind == renaming.RENAME
    with pytest.raises(Conflict):
        renaming.approve(*seen)


@pytest.mark.parametrize("what", ["title", "style", "nothing", "another video"])
def test_nothing_is_renamed_when_anything_changed_since_it_was_seen(
    library: Path, shelf: Shelf, what: str
) -> None:
    file = shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    shelf(make_artist("Air"), "Kelly", "Air/Kelly.mp4")
    shown = approved()
    if what == "title":
        Video.update(title="Joga").where(Video.id == file.video_id).execute()
    elif what == "style":
        settings.change({"naming_bytes": 100})
    elif what == "another video":
        make_video(title="Another one", file=True)  # it has nothing to do with this
    if what in ("title", "style"):
        with pytest.raises(Conflict, match="changed"):
            work()
        Job.update(state="failed", active_key=None, last_error=renaming.CHANGED).execute()
        assert renaming.get(shown.id).stage is Stage.STOPPED
        assert moves(planned())
    else:
        work()
        assert renaming.get(shown.id).stage is Stage.DONE


def test_only_the_chosen_are_renamed_and_others_keep_their_places(
    library: Path, shelf: Shelf
) -> None:
    one, other = make_artist("Björk"), make_artist("Air")
    settings.change({"naming_template": "Videos/{Title}"})
    file = shelf(one, "Intro", "old/a.mp4")
    shelf(other, "Intro", "Videos/Intro.mp4")
    far = shelf(other, "Kelly", "old/b.mp4")
    of_one = filters.parse([("artist", str(one.id))])

    assert moves(planned(of_one)) == [("old/a.mp4", "Videos/Intro (2).mp4", "planned")]
    assert moves(planned(ids=[far.video_id])) == [("old/b.mp4", "Videos/Kelly.mp4", "planned")]
    assert [renaming.count_files(given) for given in (of_one, ALL)] == [1, 3]
    assert fresh(file).path == "old/a.mp4"


def test_a_plan_that_was_not_approved_makes_room_for_the_next(library: Path) -> None:
    first = planned()
    second = planned()

    assert [one.id for one in renaming.newest()] == [second.id]
    renaming.forget(second.id)
    with pytest.raises(NotFound):
        renaming.get(first.id)
    assert renaming.newest() == []


def test_two_renamings_never_run_at_once(library: Path, shelf: Shelf) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    shown = approved()

    for call in (
        lambda: renaming.plan(ALL, (), None),
        lambda: renaming.undo(shown.id, None),
        lambda: renaming.go_on(shown.id, None),
        lambda: renaming.forget(shown.id),
    ):
        with pytest.raises(Conflict):
            call()


def test_undo_leaves_what_has_changed_since(library: Path, shelf: Shelf) -> None:
    artist = make_artist("Björk")
    shelf(artist, "Jóga", "old/a.mp4", (".nfo",))
    shelf(artist, "Hunter", "old/b.mp4", (".nfo",))
    shown = renamed()
    (library / "Björk" / "Jóga.mp4").unlink()
    (library / "Björk" / "Hunter.de.srt").write_text("new since")

    after = taken_back(shown)

    assert after.stage is Stage.UNDONE
    assert sorted(state for *_, state in moves(shown)) == ["moved", "undone"]
    assert errors(shown) == ["The file is not on the disk."]
    assert set(on_disk(library)) == {"Björk/Jóga.nfo", "old/b.mp4", "old/b.nfo", "old/b.de.srt"}


def test_media_servers_are_told_of_both_places(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr("mvidarr.activity.files_changed", lambda changes: told.extend(changes))
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")

    renamed()

    assert told == [("old/a.mp4", "deleted"), ("Björk/Jóga.mp4", "created")]


def test_a_library_that_is_away_stops_the_work_and_nothing_is_lost(
    library: Path, shelf: Shelf
) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    shown = approved()
    library.rename(library.with_name("unmounted"))

    with pytest.raises(place.LibraryOffline):
        work()
    Job.update(state="failed", active_key=None).execute()
    assert renaming.get(shown.id).stage is Stage.PAUSED

    library.with_name("unmounted").rename(library)
    renaming.go_on(shown.id, None)
    work()
    assert in_rows() == {"Björk/Jóga.mp4"}


def test_a_full_disk_leaves_a_file_whole_where_it_was(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4", SIDECARS)
    before = on_disk(library)
    shown = approved()

    def full(source: Path, final: Path) -> None:
        if source.suffix == ".mp4":
            raise OSError(28, "No space left on device")
        real(source, final)

    real = relocate.rename
    monkeypatch.setattr(relocate, "rename", full)
    with pytest.raises(place.DiskFull):
        work()
    assert on_disk(library) == before

    monkeypatch.setattr(relocate, "rename", real)
    work()
    assert in_rows() == {"Björk/Jóga.mp4"}
    assert renaming.get(shown.id).moved == 1


def test_another_file_system_gets_a_copy(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4", SIDECARS)
    real = Path.rename

    def across(self: Path, target: Path) -> Path:
        if self.parent != Path(target).parent:
            raise OSError(18, "Invalid cross-device link")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", across)
    renamed()

    assert set(on_disk(library)) == {"Björk/Jóga.mp4", *(f"Björk/Jóga{one}" for one in SIDECARS)}


class Killed(BaseException):
    """As if the process had been killed: nothing after it runs, but for `finally`."""


STEPS = (
    ("renaming_run", "_note"),
    ("renaming_run", "_write"),
    ("relocate", "rename"),
    ("relocate", "move_all"),
    ("place", "prune"),
)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 6], ids=lambda nth: f"call{nth}")
@pytest.mark.parametrize("undo", [False, True], ids=["forth", "back"])
def test_killed_at_any_step_it_is_finished_the_next_time(
    library: Path,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    module: str,
    name: str,
    nth: int,
    undo: bool,
) -> None:
    artist = make_artist("Björk", folder="Iceland")
    shelf(artist, "Jóga", "Iceland/Hunter.mp4", (".nfo", "-poster.jpg"))
    shelf(artist, "Hunter", "Iceland/Jóga.mp4", (".nfo",))
    shelf(artist, "Cocoon", "Bjork/c.mp4", (".nfo",))
    (library / "Bjork" / "artist.nfo").write_text("artist")
    before = on_disk(library)
    shown = renamed() if undo else approved()
    goal = before if undo else None
    if undo:
        renaming.undo(shown.id, None)

    owner = {"renaming_run": renaming_run, "relocate": relocate, "place": place}[module]
    real, calls = getattr(owner, name), [0]

    def dying(*args: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == nth and when == "before":
            raise Killed
        answer = real(*args, **named)
        if calls[0] == nth:
            raise Killed
        return answer

    monkeypatch.setattr(owner, name, dying)
    try:
        work()
    except Killed:
        monkeypatch.setattr(owner, name, real)
        assert not db.database.in_transaction()
        assert renaming.get(shown.id).stage is (Stage.UNDOING if undo else Stage.RUNNING)
        work()
    after = renaming.get(shown.id)

    assert after.stage is (Stage.UNDONE if undo else Stage.DONE), errors(shown)
    assert {row.state for row in Move.select()} == {MoveState.UNDONE if undo else MoveState.MOVED}
    now = on_disk(library)
    goal = goal or {
        "Iceland/Jóga.mp4": "Iceland/Hunter.mp4",
        "Iceland/Jóga.nfo": "Iceland/Hunter.mp4.nfo",
        "Iceland/Jóga-poster.jpg": "Iceland/Hunter.mp4-poster.jpg",
        "Iceland/Hunter.mp4": "Iceland/Jóga.mp4",
        "Iceland/Hunter.nfo": "Iceland/Jóga.mp4.nfo",
        "Iceland/Cocoon.mp4": "Bjork/c.mp4",
        "Iceland/Cocoon.nfo": "Bjork/c.mp4.nfo",
        "Iceland/artist.nfo": "artist",
    }
    assert now == goal
    assert in_rows() == {path for path in now if path.endswith(".mp4")}


def test_a_planning_that_was_stopped_begins_anew(library: Path, shelf: Shelf) -> None:
    shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
    made = renaming.plan(ALL, (), None)
    assert renaming.get(made.id).stage is Stage.PLANNING
    Job.update(state="failed", active_key=None).execute()
    assert renaming.get(made.id).stage is Stage.STOPPED

    jobs.add(renaming.PLAN, str(made.id))
    work()
    jobs.add(renaming.PLAN, str(made.id))
    work()

    assert Move.select().count() == 1


def test_too_many_ids_are_refused(library: Path) -> None:
    with pytest.raises(Invalid):
        renaming.plan(ALL, range(1, renaming.MOST_IDS + 2), None)


def test_only_so_many_renamings_are_kept(
    library: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renaming, "KEPT", 2)
    for number in range(4):
        settings.change({"naming_template": f"{{Artist}}/{{Title}} {number}"})
        if not number:
            shelf(make_artist("Björk"), "Jóga", "old/a.mp4")
            settings.change({"naming_template": "{Artist}/{Title} 0"})
        renamed()

    assert Renaming.select().count() == 2
    assert Outbox.select().count() == 0


def test_a_plan_says_what_a_download_would(library: Path, shelf: Shelf, tmp_path: Path) -> None:
    from mvidarr.downloads import describe
    from mvidarr.library import details
    from mvidarr.library.words import set_names

    settings.change(
        {
            "naming_template": "{Artist}/{Title}{ feat. Featured}{ (Version)} "
            "[{Quality} {Video Codec} {Source}]{ - Director}{ [Source Id]}",
            "naming_bytes": 120,
            "naming_characters": "lookalike",
        }
    )
    artist = make_artist("AC/DC", folder="Rock/ACDC")
    for number, title in enumerate(("T.N.T.", "Live: What?", "Part 1", "x" * 200, "t.n.t?")):
        file = shelf(artist, title, f"old/{number}.mp4", type="live", version=f"{number % 2}")
        set_names(file.video_id, {"featured": ["Björk"], "directors": ["Spike Jonze"]})
        source = make_source(video=Video.get_by_id(file.video_id))
        VideoFile.update(source=source.id if number else None).where(
            VideoFile.id == file.id
        ).execute()

    shown = planned()

    assert len(moves(shown)) == 5
    for move in Move.select():
        file = VideoFile.get_by_id(move.file_id)
        video = details.describe(file.video_id, file.source_id)
        facts = describe.noted(file, library / file.path)
        assert describe.target(video, facts, ".mp4") == move.target


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("template", ["{Artist}/{Title}", "{Title:3}/{Artist}", "{Year}/{Title}"])
def test_whatever_lies_wherever_gets_a_place_of_its_own_and_stays_there(
    library: Path, seed: int, template: str
) -> None:
    chance = random.Random(seed)
    settings.change({"naming_template": template})
    titles = ["Jóga", "JÓGA", "joga", "Jóga (2)", "Other", "Jog", "x" * 250, "x" * 249 + "y"]
    places = [f"{chance.choice(['a', 'Air', '1997'])}/{title}" for title in titles]
    places += [f"Air/{title} ({number})" for title in titles for number in range(2, 4)]
    chance.shuffle(places)
    taken: set[str] = set()
    for number, there in enumerate(one[:120] for one in places):
        if naming.path_key(there) in taken:
            continue
        taken.add(naming.path_key(there))
        artist = make_artist(folder=chance.choice(["Air", "a"]) + f"{number}")
        video = make_video(artist, chance.choice(titles), year=1997)
        make_file(video, path=f"{there}.{chance.choice(['mp4', 'mkv'])}")

    shown = planned()
    for move in Move.select().where(Move.renaming == shown.id):
        columns = {"path": move.target, "path_key": f"new {move.id}"}
        VideoFile.update(**columns).where(VideoFile.id == move.file_id).execute()

    places = [naming.stem_key(file.path) for file in VideoFile.select()]
    assert len(set(places)) == len(places)
    assert planned().row.total == 0
