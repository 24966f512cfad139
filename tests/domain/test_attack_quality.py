"""Quality under attack: several people at the profiles at once, and what changes in between."""

import threading
from collections.abc import Callable

import pytest

from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Error
from mvidarr.downloads import profiles, unmet
from mvidarr.downloads.profiles import NewProfile
from mvidarr.downloads.unmet import Wanted
from mvidarr.models import QualityProfile
from tests.factories import fresh, make_artist, make_file, make_video

ROUNDS = 8


@pytest.fixture(autouse=True)
def standard(database: Config) -> QualityProfile:
    QualityProfile.delete().execute()
    return profiles.make_standard(profiles.create(profiles.PRESETS[0].profile).id)


def at_once(*works: Callable[[], object]) -> list[Exception]:
    """Each on a thread of its own; answers what was raised that nobody is told of in words."""
    raised: list[Exception] = []
    ready = threading.Barrier(len(works))

    def go(work: Callable[[], object]) -> None:
        with db.session():
            ready.wait()
            try:
                work()
            except Error:
                pass
            except Exception as error:
                raised.append(error)

    threads = [threading.Thread(target=go, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def standards() -> list[int]:
    return [row.id for row in QualityProfile.select().where(QualityProfile.standard == 1)]


def test_several_who_make_a_standard_at_once_leave_one() -> None:
    made = [profiles.create(NewProfile(name=f"Profile {number}")).id for number in range(4)]
    for _ in range(ROUNDS):
        works = [lambda ident=ident: profiles.make_standard(ident) for ident in made]
        assert at_once(*works) == []
        assert len(standards()) == 1


def test_a_profile_deleted_while_it_becomes_the_standard_leaves_one() -> None:
    for number in range(ROUNDS):
        ident = profiles.create(NewProfile(name=f"Profile {number}")).id
        raised = at_once(
            lambda ident=ident: profiles.make_standard(ident),  # type: ignore[misc]
            lambda ident=ident: profiles.delete(ident),  # type: ignore[misc]
        )
        assert raised == []
        assert len(standards()) == 1


def test_what_became_the_standard_a_moment_ago_is_not_deleted(
    standard: QualityProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = profiles.create(NewProfile(name="Other"))
    seen = profiles.get(other.id)
    profiles.make_standard(other.id)
    monkeypatch.setattr(profiles, "get", lambda profile_id: seen)
    with pytest.raises(Conflict):
        profiles.delete(other.id)
    assert standards() == [other.id]


def test_two_of_one_name_at_once_are_one() -> None:
    work = [lambda: profiles.create(NewProfile(name="Twice"))] * 2
    assert at_once(*work) == []
    assert QualityProfile.select().where(QualityProfile.name == "Twice").count() == 1


def test_a_profile_that_is_deleted_while_a_list_is_read_is_the_standard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = profiles.create(NewProfile(name="Other", heights=[2160], cutoff=2160))
    video = make_video(make_artist(), "Song", profile=other.id)
    make_file(video, width=854, height=480)
    without = [row for row in profiles.rows() if row.id != other.id]
    real = profiles.in_use()
    monkeypatch.setattr(profiles, "in_use", lambda: real)
    monkeypatch.setattr(profiles, "rows", lambda: without)

    (row,) = unmet.page(Wanted(), db.Place(limit=5)).rows

    assert (row.profile, row.cutoff) == ("Plays everywhere", 1080)
    assert unmet.ids(Wanted(), automatic=True) == [video.id]
    assert fresh(video).profile_id == other.id
