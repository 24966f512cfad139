"""Services that stand in for one another, and searches that want fresh answers."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.errors import ServiceError
from mvidarr.core.http import Conf, NotThere
from mvidarr.discovery import finders
from mvidarr.governor import breaker, services
from mvidarr.integrations.protocols import Found, Wanted
from tests.fakes import finders as fakes
from tests.fakes.finders import FakeService

BJORK = Wanted(name="Björk")
THREE = ("youtube", "musicbrainz", "imvdb")


def nothing(conf: Conf, wanted: Wanted, /) -> Iterator[Found]:
    return iter(())


KEYED = fakes.kind("keyed", instead_of="youtube", find_videos=nothing)


@pytest.fixture
def faked(database: Config, monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    """The three services, and one with a key that YouTube need not be asked beside."""
    settings.change({"imvdb_api_key": "a key"})
    return fakes.install(monkeypatch, KEYED, only=THREE)


def titles(asked: finders.Asked) -> list[str]:
    return [one.title for one in asked.found]


def test_who_stands_in_is_asked_alone(faked: dict[str, FakeService]) -> None:
    faked["keyed"].finds(fakes.upload("Björk - Jóga"))
    faked["youtube"].finds(fakes.upload("Björk - Jóga"))

    asked = finders.ask(BJORK)

    assert faked["youtube"].asked == []
    assert titles(asked) == ["Björk - Jóga"]
    assert set(asked.asked) == {"keyed", "musicbrainz", "imvdb"}


def test_not_knowing_the_artist_is_an_answer_too(faked: dict[str, FakeService]) -> None:
    faked["keyed"].fails(NotThere("keyed", "Keyed does not have that."))

    assert "keyed" in finders.ask(BJORK).asked
    assert faked["youtube"].asked == []


def test_a_used_up_quota_has_the_other_one_asked_and_nobody_misses_anything(
    faked: dict[str, FakeService],
) -> None:
    faked["keyed"].finds(fakes.upload("Björk - Jóga"))
    faked["keyed"].fails(ServiceError("keyed", "The quota is used up.", retry_after=3600))
    faked["youtube"].finds(fakes.upload("Björk - Hunter"))

    asked = finders.ask(BJORK)

    assert titles(asked) == ["Björk - Jóga", "Björk - Hunter"]
    assert asked.errors == []
    assert {"keyed", "youtube"} <= set(asked.asked)


def test_who_rests_is_stood_in_for(faked: dict[str, FakeService]) -> None:
    breaker.failed("keyed", "It failed.", retry_after=600)
    faked["youtube"].finds(fakes.upload("Björk - Hunter"))

    asked = finders.ask(BJORK)

    assert faked["keyed"].asked == []
    assert titles(asked) == ["Björk - Hunter"]
    assert (asked.errors, "keyed" in asked.asked) == ([], False)


def test_when_both_fail_both_are_said(faked: dict[str, FakeService]) -> None:
    for name in ("keyed", "youtube"):
        faked[name].fails(ServiceError(name, "It failed."))

    assert [error.service for error in finders.ask(BJORK).errors] == ["keyed", "youtube"]


@pytest.mark.parametrize("is_keyed_off", [True, False])
def test_one_that_is_off_changes_nothing_for_the_other(
    faked: dict[str, FakeService], monkeypatch: pytest.MonkeyPatch, is_keyed_off: bool
) -> None:
    if is_keyed_off:
        off = [kind for kind in services.ALL if kind.name != "keyed"]
        fakes.declare(monkeypatch, off)
    else:
        settings.change({"youtube_enabled": False})

    finders.ask(BJORK)

    assert (faked["keyed"].asked, faked["youtube"].asked) == (
        ([], ["Björk"]) if is_keyed_off else (["Björk"], [])
    )


@pytest.mark.parametrize(
    "down", [names for size in range(4) for names in combinations(THREE, size)], ids=str
)
@pytest.mark.parametrize("is_off", [True, False], ids=["off", "broken"])
def test_any_services_may_be_down_and_the_others_are_heard(
    faked: dict[str, FakeService],
    monkeypatch: pytest.MonkeyPatch,
    down: tuple[str, ...],
    is_off: bool,
) -> None:
    fakes.declare(monkeypatch, [kind for kind in services.ALL if kind.name != "keyed"])
    for name in THREE:
        faked[name].finds(fakes.upload(f"Björk - {name}"))
    for name in down:
        if is_off:
            settings.change({f"{name}_enabled": False})
        else:
            faked[name].found.clear()
            faked[name].fails(ServiceError(name, "It failed."))

    asked = finders.ask(BJORK)

    there = [name for name in THREE if name not in down]
    assert titles(asked) == [f"Björk - {name}" for name in there]
    assert list(asked.asked) == there
    assert {error.service for error in asked.errors} == (set() if is_off else set(down))


def test_answers_are_told_of_once_for_each_line(faked: dict[str, FakeService]) -> None:
    faked["keyed"].fails(ServiceError("keyed", "It failed."))
    notes: list[str] = []

    finders.ask(BJORK, notes.append)

    assert len(notes) == len(finders.queues()) == 3
    assert "YouTube knows 0" in notes


@pytest.mark.parametrize("oldest", [None, 10 * clock.MINUTE])
def test_how_old_a_kept_answer_may_be_reaches_the_adapter(
    database: Config, monkeypatch: pytest.MonkeyPatch, oldest: int | None
) -> None:
    seen: list[int | None] = []

    def look(conf: Conf, wanted: Wanted, /) -> Iterator[Found]:
        seen.append(getattr(conf.answers, "oldest", -1))
        return iter(())

    kind = replace(services.find("youtube"), pace=0, find_videos=look)
    fakes.declare(monkeypatch, [kind])

    finders.ask(BJORK, oldest=oldest)

    assert seen == [oldest]
