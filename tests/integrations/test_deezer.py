"""Deezer, over HTTP against its fake."""

from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf
from mvidarr.integrations import deezer as adapter
from mvidarr.integrations.protocols import Checks, DescribesArtist, FoundFacts, Wanted
from tests.fakes import answers
from tests.fakes.deezer import FakeDeezer

CAN_DESCRIBE: DescribesArtist = adapter.describe
CAN_CHECK: Checks = adapter.check

ONE, TWO = "97fae13b2b30e4aec2e8c9e0c7839d92", "c8241e15efdefa9465c7b470643efb3b"
NOTHING = "d41d8cd98f00b204e9800998ecf8427e"


def conf(fake: FakeDeezer) -> Conf:
    return Conf(service="deezer", base_url=fake.base_url, backoff=0.001)


def describe(fake: FakeDeezer, name: str, **ids: str) -> FoundFacts | None:
    return adapter.describe(conf(fake), Wanted(name=name, ids=ids))


def test_picture_of_the_best_known_artist_of_the_name(deezer: FakeDeezer) -> None:
    deezer.add_artist("Air Supply", fans=900, picture=TWO)
    deezer.add_artist("AIR", fans=7, picture=TWO)
    best = deezer.add_artist("Air", fans=800, picture=ONE)

    facts = describe(deezer, "air")

    assert facts == FoundFacts(found_by="deezer", pictures=(best.picture_xl,))


def test_nobody_who_is_only_called_alike_is_taken(deezer: FakeDeezer) -> None:
    deezer.add_artist("Airbourne", fans=900, picture=ONE)

    assert describe(deezer, "Air") is None


@pytest.mark.parametrize("picture", ["", NOTHING])
def test_grey_figure_is_no_picture(deezer: FakeDeezer, picture: str) -> None:
    deezer.add_artist("Air", fans=9, picture=picture)
    deezer.add_artist("Air", fans=1, picture=ONE)  # somebody else of the name

    assert describe(deezer, "Air") is None


def test_known_id_is_surer_than_the_name(deezer: FakeDeezer) -> None:
    deezer.add_artist("Nirvana", fans=900, picture=ONE)
    other = deezer.add_artist("Nirvana", fans=1, picture=TWO)

    facts = describe(deezer, "Nirvana", deezer_artist=str(other.id))

    assert facts is not None
    assert facts.pictures == (other.picture_xl,)
    assert deezer.asked == [f"/artist/{other.id}"]


def test_id_that_is_gone_leads_on_to_the_name(deezer: FakeDeezer) -> None:
    deezer.add_artist("Air", picture=ONE)

    assert describe(deezer, "Air", deezer_artist="999") is not None


@pytest.mark.parametrize("number", ["", "../search", "٣", "1/2"])
def test_id_that_is_none_is_not_asked_for(deezer: FakeDeezer, number: str) -> None:
    assert describe(deezer, "Air", deezer_artist=number) is None
    assert deezer.asked == ["/search/artist?q=Air"]


@pytest.mark.parametrize("name", ["", " ", "\u200b"])
def test_no_name_asks_nothing(deezer: FakeDeezer, name: str) -> None:
    assert describe(deezer, name) is None
    assert deezer.asked == []


def test_used_up_quota_is_a_pause(deezer: FakeDeezer) -> None:
    deezer.exceeds_quota()

    for ask in (lambda: describe(deezer, "Air"), lambda: adapter.check(conf(deezer))):
        with pytest.raises(errors.ServiceError, match="Deezer asks for a pause") as caught:
            ask()
        assert (caught.value.retry_after, caught.value.permanent) == (5.0, False)


@pytest.mark.parametrize("error", [{"code": 700}, {"code": "x"}, {"message": "no"}])
def test_other_errors_with_a_status_of_success_are_errors(deezer: FakeDeezer, error: Any) -> None:
    deezer.fails(answers.json_of({"error": error}))

    with pytest.raises(errors.ServiceError, match="problem of its own") as caught:
        describe(deezer, "Air")
    assert not caught.value.permanent


def test_check_says_that_it_answers(deezer: FakeDeezer) -> None:
    assert adapter.check(conf(deezer)) == "Deezer answers."
