"""yt-dlp is kept working: the newest is known, tested before it is used, and one can go back."""

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, ServiceError, Unavailable
from mvidarr.core.terms import Cause, WorkState
from mvidarr.governor import budget
from mvidarr.integrations import packages, pip_child
from mvidarr.integrations.youtube import selftest, tools, updated
from mvidarr.jobs import jobs, run
from mvidarr.library.tables import Download, Event
from mvidarr.models import Job
from mvidarr.system import health, ytdlp
from tests import factories
from tests.conftest import SetClock
from tests.fakes import package_index
from tests.fakes.package_index import NEWER, NEWEST, PackageIndex

needs_pip = pytest.mark.skipif(pip_child.find_pip() is None, reason="there is no pip")
OWNER = "here.1"
REAL_TEST = selftest.check


@pytest.fixture
def index(database: Config) -> Iterator[PackageIndex]:
    with PackageIndex() as made:
        settings.change({"package_index": made.url})
        yield made


class Pip:
    """What stands for pip: which version is newest, and what is put into the folder."""

    def __init__(self) -> None:
        self.version = NEWER
        self.asked = 0
        self.fails: Exception | None = None
        self.while_installing: Callable[[Path], None] = lambda folder: None

    def newest(self, package: str, extra: str, way: packages.Way) -> str:
        self.asked += 1
        if self.fails:
            raise self.fails
        return self.version

    def install(self, requirement: str, folder: Path, way: packages.Way) -> None:
        (folder / "yt_dlp").mkdir()
        info = folder / f"yt_dlp-{self.version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: yt-dlp\nVersion: {self.version}\n"
        )
        self.while_installing(folder)


@pytest.fixture
def pip(database: Config, monkeypatch: pytest.MonkeyPatch) -> Pip:
    """No network, no child: installs at once, and every version passes its test."""
    made = Pip()
    monkeypatch.setattr(packages, "newest", made.newest)
    monkeypatch.setattr(packages, "install", made.install)
    monkeypatch.setattr(selftest, "check", lambda folder, version: None)
    return made


def do(job: Job, config: Config, stopping: Callable[[], bool] = lambda: False) -> Any:
    """Have a job done as the worker does it; answers its row."""
    claimed = jobs.claim_due(OWNER)
    assert claimed is not None
    assert claimed.id == job.id

    def work(row: Job, context: run.Context) -> None:
        if row.kind == ytdlp.LOOK:
            ytdlp.run_look(row, context, config)
        else:
            ytdlp.run_update(context, config)

    run.run(claimed, work, stopping)
    return jobs.get(job.id)


def look(config: Config, by_user: int | None = None) -> Any:
    return do(jobs.add(ytdlp.LOOK, by_user=by_user), config)


def update(config: Config) -> Any:
    return do(jobs.add(ytdlp.UPDATE), config)


def used(config: Config) -> str | None:
    return tools.ytdlp_version(updated.current(config.tools))


def folders(config: Config) -> set[str]:
    return {path.name for path in config.tools.iterdir()}


def events() -> list[tuple[str, str]]:
    return list(Event.select(Event.kind, Event.title).order_by(Event.id).tuples())


def misunderstood(count: int, **columns: Any) -> None:
    for _ in range(count):
        video = factories.make_video()
        source = factories.make_source(video=video)
        factories.make_download(video, source=source, cause=Cause.EXTRACTOR, **columns)


# with the real pip and the real yt-dlp


@needs_pip
def test_the_newest_is_fetched_tested_and_used(database: Config, index: PackageIndex) -> None:
    installed = tools.ytdlp_version()
    index.offer(NEWER)

    job = update(database)

    assert (job.state, job.note, job.last_error) == ("done", f"yt-dlp {NEWER} is in use.", None)
    assert used(database) == NEWER
    assert folders(database) == {"current", updated.name_of(NEWER)}
    assert events() == [("ytdlp.updated", f"yt-dlp {NEWER} is in use")]
    found = ytdlp.state(database.tools)
    assert (found.used, found.installed, found.before) == (NEWER, installed, installed)
    assert (found.newest, found.has_newer, found.is_own) == (NEWER, False, False)


@needs_pip
def test_one_that_is_broken_is_never_used(database: Config, index: PackageIndex) -> None:
    index.offer(NEWER, package_index.broken(NEWER))

    job = update(database)

    assert used(database) == tools.ytdlp_version()
    assert job.note == "yt-dlp stays as it was."
    assert "half an update" in job.last_error
    assert folders(database) == set()
    assert [kind for kind, _ in events()] == ["ytdlp.failed"]
    found = ytdlp.state(database.tools)
    assert (found.refused, found.has_newer) == (NEWER, True)
    assert "half an update" in str(found.problem)


@needs_pip
def test_an_index_that_is_away_changes_nothing(database: Config) -> None:
    settings.change({"package_index": "http://127.0.0.1:1/simple"})

    job = look(database, by_user=factories.make_user().id)

    assert job.last_error == "The package index cannot be reached."
    assert ytdlp.state(database.tools).problem == "The package index cannot be reached."
    assert events() == []


# looking


def test_nothing_is_known_before_the_first_look(database: Config) -> None:
    found = ytdlp.state(database.tools)

    assert (found.newest, found.looked_at, found.problem, found.before) == (None,) * 4
    assert found.used == found.installed == tools.ytdlp_version()
    assert not found.has_newer
    assert ytdlp.state(None).used == found.used


def test_the_index_is_asked_once_a_day(database: Config, pip: Pip, set_clock: SetClock) -> None:
    assert look(database).note == f"yt-dlp {NEWER} can be had, {used(database)} is in use."
    set_clock.forward(6 * clock.HOUR)
    look(database)
    assert pip.asked == 1
    set_clock.forward(18 * clock.HOUR)
    look(database)

    assert pip.asked == 2
    assert ytdlp.state(database.tools).looked_at == clock.now()


def test_a_person_who_looks_is_answered_at_once(database: Config, pip: Pip) -> None:
    look(database)
    look(database, by_user=factories.make_user().id)

    assert pip.asked == 2


def test_nothing_is_asked_where_updates_are_off_but_by_a_person(database: Config, pip: Pip) -> None:
    settings.change({"ytdlp_updates": "off"})
    assert "only by hand" in look(database).note
    assert pip.asked == 0
    look(database, by_user=factories.make_user().id)

    assert pip.asked == 1


def test_a_look_that_succeeds_clears_the_problem(database: Config, pip: Pip) -> None:
    pip.fails = ServiceError("packages", "The package index cannot be reached.")
    look(database)
    assert ytdlp.state(database.tools).problem
    pip.fails = None
    look(database)

    assert ytdlp.state(database.tools).problem is None


# updating by itself


def added() -> bool:
    return jobs.of(ytdlp.UPDATE, "") is not None


def test_it_updates_when_youtube_no_longer_works_with_it(database: Config, pip: Pip) -> None:
    misunderstood(1)
    look(database)
    assert not added()
    misunderstood(1)
    look(database)

    assert added()


def test_many_failures_of_one_upload_are_its_own(database: Config) -> None:
    video = factories.make_video(source=True)
    source = factories.make_source(video=video)
    for state in (WorkState.FAILED, WorkState.FAILED, WorkState.QUEUED):
        active = {"active_key": None} if state is WorkState.FAILED else {}
        factories.make_download(video, source=source, cause=Cause.EXTRACTOR, state=state, **active)

    assert not ytdlp.needs_update()


def test_failures_before_the_last_success_are_over(database: Config, set_clock: SetClock) -> None:
    misunderstood(2, updated_at=clock.now() - clock.HOUR)
    assert ytdlp.needs_update()
    factories.make_download(state=WorkState.DONE, ended_at=clock.now())

    assert not ytdlp.needs_update()


def test_failures_of_long_ago_are_over(database: Config, set_clock: SetClock) -> None:
    misunderstood(2, updated_at=clock.now() - 2 * clock.DAY)

    assert not ytdlp.needs_update()


def test_it_updates_every_week_when_that_is_wished(
    database: Config, pip: Pip, set_clock: SetClock
) -> None:
    settings.change({"ytdlp_updates": "weekly"})
    look(database)
    do(jobs.add(ytdlp.UPDATE), database)
    pip.version = NEWEST
    set_clock.forward(6 * clock.DAY)
    look(database)
    assert used(database) == NEWER
    assert not _waits()
    set_clock.forward(2 * clock.DAY)
    look(database)

    assert _waits()


def test_a_clock_that_was_a_year_ahead_keeps_no_update_away(
    database: Config, pip: Pip, set_clock: SetClock
) -> None:
    settings.change({"ytdlp_updates": "weekly"})
    set_clock.forward(365 * clock.DAY)
    update(database)
    factories.make_download(state=WorkState.DONE, ended_at=clock.now())
    pip.version = NEWEST
    set_clock.forward(-365 * clock.DAY)
    misunderstood(2)

    assert ytdlp.needs_update()
    look(database)
    assert _waits()


def test_a_test_that_hangs_ends_and_the_old_one_stays(
    database: Config, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "check", REAL_TEST)
    monkeypatch.setattr(selftest, "TIMEOUT", 0.5)
    hang = "import time\ntime.sleep(600)\n"
    pip.while_installing = lambda folder: _write(folder / "yt_dlp" / "__init__.py", hang)

    assert "did not end in time" in update(database).last_error
    assert folders(database) == set()
    assert ytdlp.state(database.tools).refused == NEWER


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def test_without_the_folder_of_updates_the_installed_one_is_shown(database: Config) -> None:
    database.tools.rmdir()

    assert ytdlp.state(database.tools).used == tools.ytdlp_version()
    assert "yt-dlp" in {finding.check for finding in health.findings(database)}


def _waits() -> bool:
    return Job.select().where(Job.kind == ytdlp.UPDATE, Job.state == "queued").exists()


def test_a_version_that_failed_its_test_is_not_fetched_again_by_itself(
    database: Config, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.change({"ytdlp_updates": "weekly"})

    def refuse(folder: Path, version: str) -> None:
        raise selftest.Broken("It does not start: half an update.")

    monkeypatch.setattr(selftest, "check", refuse)
    update(database)
    look(database)
    assert not _waits()
    pip.version = NEWEST
    look(database, by_user=factories.make_user().id)

    assert _waits()


def test_two_clicks_are_one_update(database: Config, pip: Pip) -> None:
    assert jobs.add(ytdlp.UPDATE).id == jobs.add(ytdlp.UPDATE).id
    found = ytdlp.state(database.tools).job

    assert found is not None
    assert found.kind == ytdlp.UPDATE


def test_what_is_newest_already_is_left_alone(database: Config, pip: Pip) -> None:
    pip.version = str(tools.ytdlp_version())

    job = update(database)

    assert job.note == f"yt-dlp {pip.version} is in use."
    assert folders(database) == set()
    assert events() == []


def test_an_older_index_takes_nothing_back(database: Config, pip: Pip) -> None:
    pip.version = "2020.1.1"
    update(database)

    assert used(database) == tools.ytdlp_version()


# going back


def test_going_back_and_forth(database: Config, pip: Pip) -> None:
    installed = tools.ytdlp_version()
    update(database)
    found = ytdlp.back(database)
    assert (found.used, found.before) == (installed, NEWER)
    assert events()[-1] == ("ytdlp.updated", f"Back to yt-dlp {installed}")

    assert ytdlp.back(database).used == NEWER


def test_what_a_person_left_does_not_come_back_by_itself(database: Config, pip: Pip) -> None:
    settings.change({"ytdlp_updates": "weekly"})
    update(database)
    ytdlp.back(database)
    budget.locked(ytdlp.ROW)
    look(database, by_user=factories.make_user().id)
    assert not _waits()

    update(database)  # the button does it all the same, without fetching it again

    assert used(database) == NEWER


def test_of_many_updates_the_one_before_stays(database: Config, pip: Pip) -> None:
    for version in (NEWER, "2099.2.1", NEWEST):
        pip.version = version
        update(database)

    assert folders(database) == {*("current", updated.name_of("2099.2.1"), updated.name_of(NEWEST))}
    assert ytdlp.back(database).used == "2099.2.1"


def test_a_version_that_a_child_still_loads_from_stays_until_that_ended(
    database: Config, pip: Pip
) -> None:
    update(database)
    old = updated.current(database.tools)
    with updated.held(old):
        for version in ("2099.2.1", NEWEST):
            pip.version = version
            update(database)
        assert updated.name_of(NEWER) in folders(database)
    pip.version = "2099.9.9"
    update(database)

    assert updated.name_of(NEWER) not in folders(database)


def test_one_that_was_damaged_meanwhile_is_fetched_again(
    database: Config, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(folder: Path, version: str) -> None:
        if not (folder / "yt_dlp").is_dir():
            raise selftest.Broken("It does not start.")

    monkeypatch.setattr(selftest, "check", check)
    update(database)
    ytdlp.back(database)
    (database.tools / updated.name_of(NEWER) / "yt_dlp").rmdir()

    assert update(database).last_error is None
    assert used(database) == NEWER
    assert (database.tools / updated.name_of(NEWER) / "yt_dlp").is_dir()


def test_nothing_is_gone_back_to_that_would_not_be_used(
    database: Config, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade of MVidarr brought one that is newer than both."""
    update(database)
    pip.version = NEWEST
    update(database)
    real = tools.ytdlp_version
    monkeypatch.setattr(
        tools, "ytdlp_version", lambda folder=None: real(folder) if folder else "2100.1.1"
    )

    assert ytdlp.state(database.tools).before is None
    with pytest.raises(Conflict, match="no version to go back to"):
        ytdlp.back(database)


def test_a_folder_that_takes_nothing_keeps_what_is_in_use(
    database: Config, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(database)

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(Unavailable, match="cannot be written to: Read-only file system"):
        ytdlp.back(database)
    assert used(database) == NEWER
    assert folders(database) == {"current", updated.name_of(NEWER)}


def test_there_may_be_nothing_to_go_back_to(database: Config) -> None:
    with pytest.raises(Conflict, match="no version to go back to"):
        ytdlp.back(database)


def test_nobody_goes_back_while_it_is_updated(database: Config, pip: Pip) -> None:
    update(database)
    jobs.add(ytdlp.UPDATE)

    with pytest.raises(Conflict, match="being updated"):
        ytdlp.back(database)


# what goes wrong


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, packages.NO_ROOM),
        (errno.EACCES, "The data folder cannot be written to: Permission denied."),
    ],
)
def test_a_folder_that_takes_nothing(
    database: Config, pip: Pip, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    def refuse(**_: Any) -> str:
        raise OSError(number, "Permission denied")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    job = update(database)

    assert job.last_error == sentence
    assert used(database) == tools.ytdlp_version()


@pytest.mark.parametrize(
    "version", ["../../evil", "/evil", "2099.1.2+x", "9" * 5000, "x\0y"], ids=range(5)
)
def test_a_version_that_is_no_name_of_a_folder_is_refused(
    database: Config, pip: Pip, version: str
) -> None:
    pip.version = version
    job = update(database)
    look(database, by_user=factories.make_user().id)

    found = ytdlp.state(database.tools)
    assert "no version is called so" in job.last_error
    assert (found.newest, found.used) == (None, tools.ytdlp_version())
    assert folders(database) == set()


def test_a_folder_for_passing_things_that_is_full_is_told(database: Config, pip: Pip) -> None:
    pip.fails = OSError(errno.ENOSPC, "No space left on device")

    assert look(database).last_error == packages.NO_ROOM


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe\0", b"../../evil\n\n", b"yt-dlp-2099.1.2-py3.11", b"\n" * 9000],
    ids=range(5),
)
def test_a_damaged_note_of_what_is_in_use_means_the_installed_one(
    database: Config, text: bytes
) -> None:
    (database.tools / "current").write_bytes(text)

    found = ytdlp.state(database.tools)
    assert (found.used, found.before) == (tools.ytdlp_version(), None)
    assert updated.current(database.tools) is None


def test_damaged_facts_of_the_one_in_use_break_no_page(database: Config, pip: Pip) -> None:
    update(database)
    info = database.tools / updated.name_of(NEWER) / f"yt_dlp-{NEWER}.dist-info"
    (info / "METADATA").write_bytes(b"\xff\xfe")

    assert ytdlp.state(database.tools).used == NEWER


def test_a_disk_that_is_full_halfway_leaves_nothing(database: Config, pip: Pip) -> None:
    def fill(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    pip.while_installing = fill
    job = update(database)

    assert job.last_error == packages.NO_ROOM
    assert folders(database) == set()


def test_when_the_program_stops_the_update_begins_again(database: Config, pip: Pip) -> None:
    stopping: list[bool] = []

    def stop(folder: Path) -> None:
        stopping.append(True)
        raise packages.Stopped

    pip.while_installing = stop
    job = do(jobs.add(ytdlp.UPDATE), database, lambda: bool(stopping))
    assert job.state == "queued"
    assert folders(database) == set()

    pip.while_installing = lambda folder: None
    again = do(job, database)
    assert (again.state, used(database)) == ("done", NEWER)


class Killed(BaseException):
    """The process ends here, and nothing after it is done."""


@pytest.mark.parametrize(
    "where", ["clear", "mkdtemp", "install", "check", "rename", "choose", "after"]
)
def test_killed_anywhere_the_old_one_or_the_new_one_works(
    database: Config, pip: Pip, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)  # nobody cleans up
    installed = tools.ytdlp_version()
    with monkeypatch.context() as patch:
        _kill(patch, where)
        job = jobs.claim_due(OWNER) if jobs.add(ytdlp.UPDATE) else None
        assert job is not None
        with pytest.raises(Killed):
            run.run(job, lambda _, context: ytdlp.run_update(context, database), lambda: False)
    monkeypatch.undo()

    assert used(database) == (NEWER if where == "after" else installed)
    Job.update(state="queued", owner=None, lease_until=None).execute()
    again = Pip()
    monkeypatch.setattr(packages, "newest", again.newest)
    monkeypatch.setattr(packages, "install", again.install)
    monkeypatch.setattr(selftest, "check", lambda folder, version: None)
    assert do(job, database).state == "done"

    assert used(database) == NEWER
    left = folders(database)
    if where != "after":  # where the new one was in use already, the next update clears
        assert left == {"current", updated.name_of(NEWER)}


def _kill(patch: pytest.MonkeyPatch, where: str) -> None:
    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    match where:
        case "clear":
            patch.setattr(updated, "clear", die)
        case "mkdtemp":
            real = tempfile.mkdtemp

            def made(**more: Any) -> str:
                real(**more)
                raise Killed

            patch.setattr(tempfile, "mkdtemp", made)
        case "install":
            patch.setattr(packages, "install", die)
        case "check":
            patch.setattr(selftest, "check", die)
        case "rename":
            patch.setattr(Path, "rename", die)
        case "choose":
            patch.setattr(updated, "choose", die)
        case "after":
            note = ytdlp._note

            def noted(problem: str | None, **details: Any) -> None:
                note(problem, **details)
                if "updated_at" in details:
                    raise Killed

            patch.setattr(ytdlp, "_note", noted)


def test_a_missing_ytdlp_can_be_installed(
    database: Config, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tools.ytdlp_version
    monkeypatch.setattr(
        tools, "ytdlp_version", lambda folder=None: real(folder) if folder else None
    )
    update(database)
    found = ytdlp.state(database.tools)

    assert (found.used, found.installed, found.before) == (NEWER, None, None)
    assert Download.select().count() == 0
