"""Changing settings on somebody's behalf: checks that look at the world, and the audit."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr import activity, settings
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.library.tables import Event
from mvidarr.models import Job
from mvidarr.settings import download_options, file_options
from mvidarr.system import configure
from tests.conftest import SECRET


def problems(values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        configure.change(values)
    assert all(text.endswith(".") for text in caught.value.fields.values())
    return caught.value.fields


def audit() -> list[str]:
    kind = Event.kind == "setting.changed"
    return [row.data["key"] for row in Event.select().where(kind).order_by(Event.id)]


def test_a_change_is_written_down_with_who_made_it(database: Config) -> None:
    with activity.acting(activity.Actor(user_id=4, ip="192.0.2.7")):
        changed = configure.change({"download_retries": "5", "sponsorblock": "off"}, 4)

    row = Event.get()
    assert changed == audit() == ["download_retries"]
    assert (row.user_id, row.ip) == (4, "192.0.2.7")
    assert row.title == f"{download_options.download_retries.label} changed"


def test_the_audit_never_holds_a_value(database: Config) -> None:
    configure.change({"imvdb_api_key": "imvdb-key-of-the-tests"})

    row = Event.get()
    assert "imvdb-key" not in f"{row.title} {row.data}"


def test_a_reset_is_written_down_too(database: Config) -> None:
    configure.change({"download_retries": 5})
    configure.reset("download_retries")

    assert audit() == ["download_retries"] * 2
    assert settings.get(download_options.download_retries) == 3


def test_a_library_folder_must_be_usable(database: Config, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert problems({"library_path": str(tmp_path / "none")}) == {
        "library_path": "This folder does not exist."
    }
    assert problems({"library_path": str(tmp_path / "file")}) == {
        "library_path": "This is a file, not a folder."
    }
    assert problems({"library_path": "videos"}) == {
        "library_path": "Enter the whole path, beginning with /."
    }
    assert configure.change({"library_path": f"{tmp_path}/"}) == ["library_path"]
    assert settings.get(file_options.library_path) == str(tmp_path)


@pytest.mark.parametrize("path", ["/" + "x" * 300, "/proc/self/mem/x", "/dev/null/x"])
def test_a_folder_that_cannot_even_be_looked_at_is_no_crash(database: Config, path: str) -> None:
    assert "library_path" in problems({"library_path": path})


def test_a_folder_that_cannot_be_written_to_is_refused(
    database: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert problems({"library_path": str(tmp_path)}) == {
        "library_path": "MVidarr may not write to this folder."
    }


def test_a_library_that_went_away_does_not_block_other_changes(
    database: Config, tmp_path: Path
) -> None:
    gone = tmp_path / "share"
    gone.mkdir()
    configure.change({"library_path": str(gone)})
    gone.rmdir()

    changed = configure.change({"library_path": str(gone), "download_retries": 5})

    assert changed == ["download_retries"]


def test_a_naming_template_is_checked(database: Config) -> None:
    assert "Nope" in problems({"naming_template": "{Nope}"})["naming_template"]


def test_the_two_lines_keep_their_order(database: Config) -> None:
    assert list(problems({"review_score": 80})) == ["review_score"]
    assert list(problems({"accept_score": 40})) == ["accept_score"]
    assert list(problems({"accept_score": 40, "review_score": 41})) == ["review_score"]
    assert configure.change({"accept_score": 90, "review_score": 80})
    with pytest.raises(Invalid) as caught:
        configure.reset("accept_score")  # 75 again
    assert list(caught.value.fields) == ["accept_score"]


def test_all_that_is_wrong_is_said_at_once(database: Config) -> None:
    found = problems(
        {"library_path": "/none", "sponsorblock": "all", "review_score": 99, "download_retries": 5}
    )

    assert set(found) == {"library_path", "sponsorblock", "review_score"}
    assert settings.get(download_options.download_retries) == 3
    assert audit() == []


def test_what_is_of_the_wrong_kind_is_said_by_the_setting(database: Config) -> None:
    assert problems({"library_path": 5, "accept_score": "many"}) == {
        "library_path": "Enter text.",
        "accept_score": "Enter a whole number.",
    }


def test_what_the_environment_fixes_stays(database: Config) -> None:
    settings.set_up((SECRET,), {"MVIDARR_DOWNLOAD_RETRIES": "9"})

    with pytest.raises(Conflict):
        configure.change({"download_retries": 5})
    with pytest.raises(Conflict):
        configure.reset("download_retries")
    assert audit() == []


def test_an_unknown_setting(database: Config) -> None:
    assert problems({"nothing": 1}) == {"nothing": "There is no such setting."}
    with pytest.raises(NotFound):
        configure.reset("nothing")


def test_a_new_line_has_what_was_found_before_judged_again(database: Config) -> None:
    configure.change({"download_retries": 5})
    assert Job.select().count() == 0

    configure.change({"accept_score": 80}, None)
    configure.reset("accept_score")

    assert [job.kind for job in Job.select()] == ["rejudge_all"]
