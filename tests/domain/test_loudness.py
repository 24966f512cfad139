"""The job that measures loudness: every file once, later ones too, and none twice."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.errors import Unavailable
from mvidarr.core.terms import Cause
from mvidarr.downloads import loudness
from mvidarr.jobs.watch import Left
from mvidarr.media import loudness as listening
from mvidarr.media import place
from mvidarr.media.loudness import Loudness, LoudnessError
from mvidarr.models import Job, VideoFile
from tests.factories import fresh, make_file, make_video

pytestmark = pytest.mark.usefixtures("library")
LOUD = Loudness(integrated=-9.3, true_peak=-0.2)


class Quiet:
    def __init__(self) -> None:
        self.watch = SimpleNamespace(should_stop=lambda: False)
        self.answer = ""

    def progress(self, *_: Any) -> None:
        pass

    def result(self, note: str) -> None:
        self.answer = note


def run() -> str:
    quiet = Quiet()
    loudness.run(Job(), quiet)  # type: ignore[arg-type]
    return quiet.answer


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are listened to; a test may say what is heard."""
    names: list[str] = []

    def measure(path: Path, **_: Any) -> Loudness | None:
        names.append(path.name)
        return LOUD

    monkeypatch.setattr(listening, "measure", measure)
    return names


def shelved(library: Path, name: str, **columns: Any) -> VideoFile:
    (library / name).touch()
    return make_file(make_video(), path=name, **columns)


def test_each_file_is_measured_once(library: Path, heard: list[str]) -> None:
    file = shelved(library, "a.mp4")
    shelved(library, "known.mp4", measured_at=1)

    assert run() == "1 file measured."

    after = fresh(file)
    assert (after.loudness, after.true_peak, after.measured_at is not None) == (-9.3, -0.2, True)
    assert run() == "0 files measured."
    assert heard == ["a.mp4"]


def test_a_file_that_comes_meanwhile_is_measured_too(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelved(library, "a.mp4")
    late: list[VideoFile] = []

    def measure(path: Path, **_: Any) -> Loudness:
        if not late:
            late.append(shelved(library, "b.mp4"))
        return LOUD

    monkeypatch.setattr(listening, "measure", measure)

    assert run() == "2 files measured."


def test_what_cannot_be_heard_is_not_tried_for_ever(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library, "a.mp4")

    def measure(path: Path, **_: Any) -> Loudness:
        raise LoudnessError("It could not be measured.")

    monkeypatch.setattr(listening, "measure", measure)
    run()

    assert (fresh(file).loudness, fresh(file).measured_at is None) == (None, False)


def test_without_ffmpeg_it_waits(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shelved(library, "a.mp4")

    def measure(path: Path, **_: Any) -> Loudness:
        raise LoudnessError("ffmpeg is missing.", Cause.TOOL_MISSING)

    monkeypatch.setattr(listening, "measure", measure)

    with pytest.raises(LoudnessError):
        run()
    assert fresh(file).measured_at is None


def test_a_stop_leaves_the_file_for_the_next_time(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library, "a.mp4")
    monkeypatch.setattr(listening, "measure", lambda *_, **__: None)

    with pytest.raises(Left):
        run()
    assert fresh(file).measured_at is None


def test_a_file_that_is_not_there_is_looked_for_again_later(
    library: Path, heard: list[str]
) -> None:
    file = make_file(path="gone.mp4")
    place.own_folder(library)

    assert run() == "0 files measured."
    assert fresh(file).measured_at is None
    library.rename(library.with_name("away"))
    with pytest.raises(Unavailable):
        run()


def test_a_file_that_was_replaced_meanwhile_is_measured_anew(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelved(library, "a.mp4")

    def measure(path: Path, **_: Any) -> Loudness:
        VideoFile.update(mtime=5).execute()
        return LOUD

    monkeypatch.setattr(listening, "measure", measure)
    run()

    assert fresh(file).loudness is None


def test_the_setting_says_whether(library: Path, heard: list[str]) -> None:
    shelved(library, "a.mp4")
    settings.change({"measure_loudness": False})

    loudness.ask()
    assert not Job.select().exists()
    assert run() == "0 files measured."
    settings.change({"measure_loudness": True})
    loudness.ask()
    assert Job.get().kind == "measure"


def test_a_link_out_of_the_library_stops_no_later_file(library: Path, heard: list[str]) -> None:
    shelved(library, "a.mp4")
    (library / "a.mp4").unlink()
    (library / "a.mp4").symlink_to("/etc/hostname")
    shelved(library, "b.mp4")

    assert run() == "1 file measured."

    assert heard == ["b.mp4"]
