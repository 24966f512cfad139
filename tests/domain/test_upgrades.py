"""Files below the cutoff: which they are, and which are looked for by whom."""

from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, NotFound
from mvidarr.core.terms import Finding, WorkState
from mvidarr.downloads import claims, profiles, quality, queue, unmet, upgrades
from mvidarr.downloads.profiles import NewProfile
from mvidarr.downloads.unmet import Wanted
from mvidarr.jobs import jobs
from mvidarr.library import offers, status
from mvidarr.models import Download, Job, QualityProfile, Video, VideoSource
from tests.conftest import SetClock
from tests.factories import (
    fresh,
    make_artist,
    make_download,
    make_file,
    make_source,
    make_user,
    make_video,
)

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture(autouse=True)
def standard(database: Config) -> QualityProfile:
    QualityProfile.delete().execute()
    return profiles.make_standard(profiles.create(profiles.PRESETS[0].profile).id)


class Quiet:
    """The surroundings of a job, as far as these jobs ask."""

    def __init__(self, stop_after: int = 10**6) -> None:
        self.said = ""
        self.left = stop_after

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        self.left -= 1
        if self.left < 0:
            raise InterruptedError

    def result(self, note: str, problem: str | None = None) -> None:
        self.said = note


def make_low(height: int = 480, title: str | None = None, **columns: Any) -> Video:
    """A video with a file of so many lines, and another upload of unknown height."""
    source = columns.pop("source", True)
    video = make_video(columns.pop("artist", None), title, **columns)
    make_file(video, width=height * 16 // 9, height=height)
    if source:
        make_source(video=video)
    return fresh(video)  # type: ignore[no-any-return]


def run(by_user: int | None = None, **args: Any) -> str:
    quiet = Quiet()
    job = Job(kind="upgrades", args=args, by_user=by_user, created_at=clock.now())
    upgrades.run(job, quiet)  # type: ignore[arg-type]
    return quiet.said


def looked_for() -> list[int]:
    rows = Download.select().where(Download.active_key.is_null(False)).order_by(Download.id)
    return [row.video_id for row in rows]


def end(row: Download, state: WorkState = WorkState.DONE) -> None:
    columns = {"state": state, "active_key": None, "ended_at": clock.now()}
    Download.update(**columns).where(Download.id == row.id).execute()


def listed(wanted: Wanted | None = None) -> list[str]:
    page = unmet.page(wanted or Wanted(), db.Place(limit=50))
    return [row.video.title for row in page.rows]


@pytest.mark.parametrize(
    ("width", "height", "is_listed"),
    [
        (1920, 1080, False),
        (1920, 800, False),
        (1440, 1080, False),
        (1080, 1920, False),
        (1840, 1036, False),
        (1800, 1013, True),
        (1280, 720, True),
        (720, 1280, True),
        (854, 480, True),
        (None, None, False),
    ],
)
def test_files_with_fewer_lines_than_the_cutoff_are_listed(
    width: int | None, height: int | None, is_listed: bool
) -> None:
    video = make_video(title="Song")
    make_file(video, width=width, height=height)

    assert listed() == (["Song"] if is_listed else [])
    if width and height:
        lines = quality.lines(width, height)
        assert quality.meets_cutoff(lines, profiles.quality_of(None)) != is_listed
    assert unmet.count(Wanted()) == (int(is_listed), True)


def test_each_file_is_measured_by_its_own_profile(standard: QualityProfile) -> None:
    modest = profiles.create(NewProfile(name="Modest", heights=[720, 480], cutoff=480))
    best = profiles.create(profiles.PRESETS[1].profile)
    artist = make_artist(profile=modest.id)
    make_low(480, "Enough for its artist", artist=artist)
    make_low(480, "Not enough itself", artist=artist, profile=best.id)
    make_low(480, "Not enough for the standard")
    make_low(1080, "Not the best", profile=best.id)

    rows = {row.video.title: row for row in unmet.page(Wanted(), db.Place(limit=9)).rows}
    assert {title: (row.cutoff, row.profile) for title, row in rows.items()} == {
        "Not enough itself": (2160, "Best"),
        "Not enough for the standard": (1080, "Plays everywhere"),
        "Not the best": (2160, "Best"),
    }


def test_a_list_is_read_a_page_at_a_time_and_by_words() -> None:
    artist = make_artist("Björk")
    for number in range(5):
        make_low(title=f"Song {number}", artist=artist)
    make_low(title="Another", artist=make_artist("Air"))

    first = unmet.page(Wanted(q="björk"), db.Place(limit=3))
    second = unmet.page(Wanted(q="björk"), db.Place(limit=3, after=first.next))
    assert [row.video.title for row in (*first.rows, *second.rows)] == [
        f"Song {number}" for number in (4, 3, 2, 1, 0)
    ]
    assert listed(Wanted(q="air")) == ["Another"]


def test_files_with_a_finding_are_listed_whatever_their_lines() -> None:
    video = make_video(title="Blown up")
    make_file(video, findings=["upscaled", "letterbox"])
    make_low(title="Low")

    assert listed(Wanted(finding=Finding.UPSCALED)) == ["Blown up"]
    assert listed(Wanted(finding=Finding.SILENT)) == []
    (row,) = unmet.page(Wanted(finding=Finding.LETTERBOX), db.Place(limit=5)).rows
    assert row.findings == [Finding.UPSCALED, Finding.LETTERBOX]


def test_what_is_ignored_or_has_no_file_is_not_listed() -> None:
    make_low(title="Ignored", wish="ignore")
    make_video(title="Missing", source=True)
    assert listed() == []
    assert unmet.one(make_video().id) is None


def test_a_list_costs_the_same_whatever_its_length() -> None:
    for number in range(3):
        make_download(make_low(title=f"Song {number}"), is_upgrade=True)
    with db.counting() as few:
        unmet.page(Wanted(), db.Place(limit=2))
    with db.counting() as many:
        unmet.page(Wanted(), db.Place(limit=3))
    assert len(many) == len(few)


def test_a_few_are_looked_for_by_the_clock_behind_all_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upgrades, "A_RUN", 2)
    low = [make_low() for _ in range(3)]

    assert run() == "Looking for 2 better files."

    assert looked_for() == [low[0].id, low[1].id]
    row = Download.get()
    assert (row.is_upgrade, row.priority, row.by_user_id) == (True, queue.LATER, None)
    assert fresh(low[0]).status == "downloaded"
    assert run() == "Nothing to look for."  # while those wait
    end(row)
    assert run() == "Looking for 1 better file."
    assert run() == "Nothing to look for."


def test_what_a_person_looks_for_leaves_the_clock_its_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upgrades, "A_RUN", 1)
    upgrades.look(make_low().id, make_user().id)
    make_low()
    assert run() == "Looking for 1 better file."


def test_no_more_is_read_than_what_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousands of files may be below the cutoff."""
    monkeypatch.setattr(upgrades, "A_RUN", 1)
    low = [make_low(artist=artist) for artist in [make_artist()] for _ in range(5)]
    read: list[int] = []
    real = upgrades._found

    def counted(ids: Any) -> Any:
        read.extend(ids)
        return real(ids)

    monkeypatch.setattr(upgrades, "_found", counted)
    monkeypatch.setattr(status, "chunks", lambda ids: [[one] for one in ids])
    run()
    assert looked_for() == read == [low[0].id]


def test_what_was_fetched_in_vain_is_not_fetched_again_by_the_clock(set_clock: SetClock) -> None:
    video = make_low(source=False)
    source = make_source(video=video, max_height=1080)
    row = upgrades.look(video.id)
    why = "The lines of the new file seem to be blown up from fewer."
    Download.update(last_error=why, notes={"file": "a.mp4", "offered": 1080}).execute()
    end(row)
    set_clock.forward(2 * upgrades.PAUSE)

    assert run() == "Nothing to look for."

    assert upgrades.look(video.id, make_user().id).source_id == source.id


def test_an_upload_that_was_not_in_vain_goes_before_one_that_was(set_clock: SetClock) -> None:
    video = make_low(source=False)
    vain = make_source(video=video, max_height=2160)
    other = make_source(video=video, max_height=1080)
    row = upgrades.look(video.id)
    assert row.source_id == vain.id
    Download.update(last_error="No better.", notes={"file": "a.mp4"}).execute()
    end(row)
    end(upgrades.look(video.id))
    set_clock.forward(2 * upgrades.PAUSE)

    run()

    assert Download.get(Download.active_key.is_null(False)).source_id == other.id


def test_the_longest_ago_is_looked_for_first(
    set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrades, "A_RUN", 1)
    first, second = make_low(), make_low()
    for video in (second, first):
        end(upgrades.look(video.id))
        set_clock.forward(clock.DAY)
    set_clock.forward(upgrades.PAUSE)

    run()

    assert looked_for() == [second.id]


def test_it_is_not_looked_for_again_before_long_unless_there_is_a_new_upload(
    set_clock: SetClock,
) -> None:
    video = make_low()
    run()
    end(Download.get())
    set_clock.forward(clock.DAY)
    assert run() == "Nothing to look for."

    new = make_source(video=video, score=40)
    assert run() == "Looking for 1 better file."
    row = Download.get(Download.active_key == str(video.id))
    assert row.source_id == new.id
    end(row)
    set_clock.forward(clock.DAY)
    assert run() == "Nothing to look for."

    set_clock.forward(upgrades.PAUSE)
    assert run() == "Looking for 1 better file."


def test_uploads_that_an_earlier_search_passed_by_count_as_tried(set_clock: SetClock) -> None:
    video = make_low(source=False)
    one, other = make_source(video=video), make_source(video=video)
    end(make_download(video, is_upgrade=True, source=other.id, notes={"tried": [one.id]}))
    set_clock.forward(clock.DAY)
    assert run() == "Nothing to look for."


def test_nothing_is_looked_for_where_nothing_better_can_be() -> None:
    make_low(1080)
    make_low(source=False)
    known = make_low(source=False)
    make_source(video=known, max_height=480)
    gone = make_low(source=False)
    make_source(video=gone, availability="private")
    asked = make_low(source=False)
    make_source(video=asked, verdict="review", accepted_key=None)
    assert run() == "Nothing to look for."


def test_a_profile_may_leave_files_as_they_are(standard: QualityProfile) -> None:
    make_low()
    profiles.change(standard.id, {"is_upgrading": False})
    assert run() == "Nothing to look for."
    assert len(listed()) == 1


def test_the_settings_may_switch_it_off() -> None:
    make_low()
    settings.change({"automatic_upgrades": False})
    assert run() == "Switched off in the settings."
    assert run(by_user=make_user().id) == "Looking for 1 better file."


def test_without_a_library_nothing_is_looked_for() -> None:
    make_low()
    settings.change({"library_path": ""})
    assert run() == "There is no library yet."


def test_the_upload_that_is_known_to_offer_most_is_taken() -> None:
    video = make_low(source=False)
    own = make_source(video=video, score=95)
    next_best = make_source(video=video, score=90)
    larger = make_source(video=video, score=70, max_height=1080)
    largest = make_source(video=video, score=60, max_height=2160)

    taken = []
    for expected in (largest, larger, own, next_best):
        row = upgrades.look(video.id)
        taken.append((row.source_id, expected.id))
        end(row)
        VideoSource.update(availability="private").where(VideoSource.id == row.source_id).execute()
    assert [one for one, _ in taken] == [other for _, other in taken]


def test_the_upload_that_the_file_came_from_is_asked_last() -> None:
    video = make_video()
    own = make_source(video=video, score=95)
    other = make_source(video=video, score=60)
    make_file(video, width=854, height=480, source=own.id)
    assert upgrades.look(video.id).source_id == other.id


def test_where_a_person_chose_an_upload_no_other_one_is_taken() -> None:
    video = make_low(source=False)
    chosen = make_source(video=video, score=10, verdict_by=make_user().id)
    make_source(video=video, score=90, max_height=2160)
    assert upgrades.look(video.id).source_id == chosen.id


def test_a_person_looks_for_one_at_once() -> None:
    video, user = make_low(), make_user()
    row = upgrades.look(video.id, user.id)
    assert (row.is_upgrade, row.priority, row.by_user_id) == (True, queue.NORMAL, user.id)
    assert upgrades.look(video.id, user.id).id == row.id


def test_a_person_hears_why_nothing_can_be_looked_for() -> None:
    video = make_low(source=False)
    make_source(video=video, max_height=480)
    with pytest.raises(Conflict, match="No upload in use"):
        upgrades.look(video.id)
    with pytest.raises(NotFound):
        upgrades.look(make_video(source=True).id)


def test_a_file_with_enough_lines_may_be_better_in_other_ways() -> None:
    video = make_low(1080, source=False)
    source = make_source(video=video, max_height=1080)
    row = upgrades.look(video.id)
    assert row.source_id == source.id
    assert upgrades.better_than(row, profiles.quality_of(None)) is None


def test_an_upload_must_offer_more_than_a_few_lines_more() -> None:
    row = upgrades.look(make_low(480).id)
    assert upgrades.better_than(row, profiles.quality_of(None)) == 505
    row.is_upgrade = False
    assert upgrades.better_than(row, profiles.quality_of(None)) is None


def test_all_that_are_shown_are_looked_for_but_for_what_is_done_already(
    set_clock: SetClock,
) -> None:
    user, artist = make_user(), make_artist("Air")
    first, second = make_low(artist=artist), make_low(artist=artist)
    make_low(title="Of somebody else")
    job = upgrades.look_for_all(Wanted(q="air"), user.id)
    assert jobs.get(job.id).args == {"q": "air", "finding": ""}
    set_clock.forward(1000)
    with pytest.raises(InterruptedError):
        upgrades.run(job, Quiet(stop_after=1))  # type: ignore[arg-type]
    end(Download.get(Download.video == first.id))
    set_clock.forward(1000)

    quiet = Quiet()
    upgrades.run(job, quiet)  # type: ignore[arg-type]

    assert looked_for() == [second.id]
    assert {row.by_user_id for row in Download.select()} == {user.id}


def test_two_filters_are_two_jobs() -> None:
    user = make_user()
    one = upgrades.look_for_all(Wanted(), user.id)
    other = upgrades.look_for_all(Wanted(finding=Finding.SILENT), user.id)
    assert one.id != other.id
    assert upgrades.look_for_all(Wanted(), user.id).id == one.id


def test_a_search_that_finds_nothing_better_is_done_and_says_why() -> None:
    video = make_low()
    upgrades.look(video.id)
    row = claims.claim_next("here.1")
    assert row is not None

    upgrades.stay(row, str(row.owner), "The file in place is as good.")

    ended = fresh(row)
    assert (ended.state, ended.active_key) == (WorkState.DONE, None)
    assert ended.last_error == "The file in place is as good."
    assert fresh(video).status == "downloaded"
    assert unmet.one(video.id).tried_at == ended.ended_at  # type: ignore[union-attr]


def test_heights_of_uploads_are_noted() -> None:
    video = make_low(source=False)
    source = make_source(video=video)
    make_source(video=video, max_height=4320, availability="removed")
    assert (offers.highest(video.id), offers.highest(video.id, 720)) == (0, 720)
    offers.note_height(source.id, 1080)
    assert (fresh(source).max_height, offers.highest(video.id)) == (1080, 1080)
    assert offers.highest(video.id, 720) == 1080
