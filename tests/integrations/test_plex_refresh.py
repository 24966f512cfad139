"""Plex reads exactly those folders again in which something changed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf, NotThere
from mvidarr.integrations import plex
from mvidarr.integrations.protocols import Change, Changed, Item, Refreshes
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.internet import FakeInternet
from tests.fakes.plex import FakePlex

RECORDED = Path(__file__).parents[2] / "../shared/recorded/plex"
CAN_REFRESH: Refreshes = plex.refresh


@pytest.fixture
def fake(fake_internet: FakeInternet) -> FakePlex:
    return FakePlex(fake_internet)


def conf(fake: FakePlex, folder: str = "", **changes: Any) -> Conf:
    also = {"plex_refresh": True, "plex_folder": folder, "library_path": "/media/mv"}
    known = Conf(
        service="plex",
        title="Plex",
        base_url=fake.base_url,
        key=fake.token,
        backoff=0.001,
        also=also,
    )
    return replace(known, **changes)


def changed(*some: str) -> list[Changed]:
    return [
        Changed(path=f"{folder}/x.mp4", folder=folder, change=Change.CREATED, item=Item.VIDEO)
        for folder in some
    ]


def test_the_library_with_the_nearest_folder_is_asked(fake: FakePlex) -> None:
    fake.add_section("Everything", "movie", "/media")
    fake.add_section("Music videos", "movie", "/other", "/media/mv")
    fake.add_section("More", "movie", "/media/mv2")

    said = plex.refresh(conf(fake), changed("/media/mv/Björk/100% é & so", "/media/mv/Air"))

    assert said == "2 folders refreshed."
    assert fake.refreshed == [("2", "/media/mv/Björk/100% é & so"), ("2", "/media/mv/Air")]


def test_a_folder_is_asked_for_once(fake: FakePlex) -> None:
    fake.add_section("Music videos", "movie", "/media/mv")

    assert plex.refresh(conf(fake), changed("/media/mv/a", "/media/mv/a")) == "1 folder refreshed."
    assert fake.refreshed == [("1", "/media/mv/a")]


def test_two_libraries_of_one_folder_are_both_asked(fake: FakePlex) -> None:
    fake.add_section("Music videos", "movie", "/media/mv")
    fake.add_section("Music", "artist", "/media/mv")

    plex.refresh(conf(fake), changed("/media/mv/a"))

    assert fake.refreshed == [("1", "/media/mv/a"), ("2", "/media/mv/a")]


def test_a_library_of_single_folders_of_ours_is_asked_for_those(fake: FakePlex) -> None:
    fake.add_section("Björk", "movie", "/media/mv/Björk")
    fake.add_section("Films", "movie", "/films")

    plex.refresh(conf(fake), changed("/media/mv", "/media/mv/Air"))

    assert fake.refreshed == [("1", "/media/mv/Björk")]


def test_newer_servers_are_asked_by_post(fake: FakePlex) -> None:
    fake.refreshes_by = "POST"
    fake.add_section("Music videos", "movie", "/media/mv")

    plex.refresh(conf(fake), changed("/media/mv/a"))

    assert fake.refreshed == [("1", "/media/mv/a")]


def test_windows_paths_are_found_and_sent(fake: FakePlex) -> None:
    fake.add_section("Music videos", "movie", "d:\\videos\\")

    plex.refresh(conf(fake, "D:\\Videos"), changed("D:\\Videos\\Air"))

    assert fake.refreshed == [("1", "D:\\Videos\\Air")]


def test_a_folder_that_no_library_holds_is_told(fake: FakePlex) -> None:
    fake.add_section("Films", "movie", "/films")

    for ask in (plex.check, lambda known: plex.refresh(known, changed("/media/mv/a"))):
        with pytest.raises(NotThere) as caught:
            ask(conf(fake))
        assert str(caught.value) == (
            "Plex has no library that contains /media/mv. Its folders are /films: enter the "
            "library folder as Plex sees it."
        )
        assert caught.value.permanent
    assert fake.refreshed == []


def test_the_test_proves_that_it_sees_the_folder(fake: FakePlex) -> None:
    fake.add_section("Music videos", "movie", "/media/mv")

    assert plex.check(conf(fake)) == (
        "Plex 1.43.0 answers and accepts the token; it has no music library. It has /media/mv in "
        "its library “Music videos”."
    )


def test_who_only_imports_needs_no_folder(fake: FakePlex) -> None:
    fake.add_section("Music", "artist", "/music")

    assert plex.check(conf(fake, also={"plex_refresh": False})).endswith("has 1 music library.")


@pytest.mark.parametrize(
    ("answer", "word", "permanent"),
    [
        (answers.text_of("<h1>Unauthorized</h1>", status=401), "refused the token", True),
        (answers.server_error(404), "does not have that", True),
        (answers.server_error(500), "of its own", False),
        (answers.server_error(503), "not available", False),
        (Answer(status=302, headers={"Location": "http://169.254.169.254/"}), "sends us on", True),
    ],
    ids=range(5),
)
def test_faults_are_sentences(fake: FakePlex, answer: Answer, word: str, permanent: bool) -> None:
    fake.add_section("Music videos", "movie", "/media/mv")
    fake.fails(answer, path="/library/sections/1/refresh")

    with pytest.raises(errors.ServiceError, match=word) as caught:
        plex.refresh(conf(fake), changed("/media/mv/a"))
    assert caught.value.permanent is permanent
    assert fake.refreshed == []


@pytest.mark.parametrize("key", ["../../identity", "1/../2", "", "é"])
def test_a_section_with_an_odd_key_is_none(fake: FakePlex, key: str) -> None:
    fake.add_section("Music videos", "movie", "/media/mv").key = key

    with pytest.raises(NotThere):
        plex.refresh(conf(fake), changed("/media/mv/a"))


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")
def test_recorded_locations_of_old_servers_are_found(fake: FakePlex) -> None:
    content = (RECORDED / "legacy_library_sections.json").read_bytes()
    fake.fails(Answer(body=content), path="/library/sections")
    fake.add_section("Movies", "movie", "/Users/foobar/Movies")

    plex.refresh(conf(fake), changed("/Users/foobar/Movies/a"))

    assert fake.refreshed == [("1", "/Users/foobar/Movies/a")]
