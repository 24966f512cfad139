"""Every catalogue's adapter against every way in which a service can fail it."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Blocked, Conf, NotThere
from mvidarr.integrations import links
from mvidarr.integrations.links import YOUTUBE_ID
from tests.fakes import answers, catalogues
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogues import ADAPTERS, ASKS, Catalogue
from tests.fakes.internet import FakeInternet

EVERYTHING = (*ASKS, *((name, "check") for name in ADAPTERS))
# these ask a search, or a service that has the key in its path: there a 404 is an answer of none
WITHOUT_404 = {
    *(("theaudiodb", verb) for verb in catalogues.VERBS),
    *(("musicbrainz", "find_artists"), ("musicbrainz", "find_videos")),
    *(("imvdb", "find_artists"), ("imvdb", "find_videos"), ("deezer", "describe")),
}
Spoil = Callable[[Any], Any]


@pytest.fixture
def opened(fake_internet: FakeInternet) -> Callable[[str], Catalogue]:
    return lambda name: catalogues.OPEN[name](fake_internet)


def quick(catalogue: Catalogue) -> Conf:
    return replace(catalogue.conf, backoff=0.001)


def failure(name: str, verb: str, catalogue: Catalogue, conf: Conf) -> errors.ServiceError:
    with pytest.raises(errors.ServiceError) as caught:
        catalogues.ask(name, verb, conf, catalogue.wanted)
    assert caught.value.service == name
    assert catalogue.title in str(caught.value)
    assert str(caught.value).endswith(".")
    assert not (conf.key and conf.key in str(caught.value))
    return caught.value


@pytest.mark.parametrize(("name", "verb"), EVERYTHING)
@pytest.mark.parametrize(
    ("answer", "sentence", "is_permanent", "wait"),
    [
        (answers.unauthorized(), "refused the key", True, None),
        (answers.json_of({"error": "no"}, status=403), "refused the key", True, None),
        (answers.too_many(), "asks for a pause", False, None),
        (answers.too_many(0), "asks for a pause", False, 0),
        (answers.too_many(5), "asks for a pause", False, 5),
        (answers.too_many(80_000), "asks for a pause", False, 80_000),
        (answers.server_error(), "problem of its own", False, None),
        (answers.server_error(503), "not available right now", False, None),
        (answers.invalid_json(), "damaged data", False, None),
        (Answer(body=b""), "damaged data", False, None),
        (answers.html_with_200(), "a web page instead of data", False, None),
    ],
)
def test_failure_is_said_by_name(
    opened: Callable[[str], Catalogue],
    name: str,
    verb: str,
    answer: Answer,
    sentence: str,
    is_permanent: bool,
    wait: float | None,
) -> None:
    catalogue = opened(name)
    catalogue.fake.fails(answer)

    error = failure(name, verb, catalogue, quick(catalogue))

    assert sentence in str(error)
    assert (error.permanent, error.retry_after) == (is_permanent, wait)


@pytest.mark.parametrize(("name", "verb"), EVERYTHING)
def test_page_that_forbids_access_never_means_a_bad_key(
    opened: Callable[[str], Catalogue], name: str, verb: str
) -> None:
    catalogue = opened(name)
    catalogue.fake.fails(answers.forbidden_html())

    error = failure(name, verb, catalogue, quick(catalogue))

    assert not error.permanent
    assert "refused" not in str(error)
    assert isinstance(error, Blocked) or "out of order" in str(error)


@pytest.mark.parametrize(("name", "verb"), EVERYTHING)
def test_slow_service_is_given_up(opened: Callable[[str], Catalogue], name: str, verb: str) -> None:
    catalogue = opened(name)
    catalogue.fake.fails(delay=20)

    error = failure(name, verb, catalogue, replace(quick(catalogue), deadline=0.2))

    assert "took too long" in str(error)


@pytest.mark.parametrize(("name", "verb"), EVERYTHING)
def test_cut_connection_is_asked_again_and_then_reported(
    opened: Callable[[str], Catalogue], name: str, verb: str
) -> None:
    catalogue = opened(name)
    catalogue.fake.fails(cut_after=5, times=2)
    assert catalogues.ask(name, verb, quick(catalogue), catalogue.wanted)

    catalogue.fake.fails(cut_after=5)
    error = failure(name, verb, catalogue, quick(catalogue))

    assert "ended the connection too early" in str(error)
    assert not error.permanent


@pytest.mark.parametrize(("name", "verb"), sorted({*ASKS} - WITHOUT_404))
def test_artist_that_is_not_there_is_no_failure(
    opened: Callable[[str], Catalogue], name: str, verb: str
) -> None:
    catalogue = opened(name)
    catalogue.fake.fails(404)

    assert catalogues.ask(name, verb, quick(catalogue), catalogue.wanted) == []


@pytest.mark.parametrize(("name", "verb"), sorted(WITHOUT_404))
def test_search_that_is_not_there_is_reported(
    opened: Callable[[str], Catalogue], name: str, verb: str
) -> None:
    catalogue = opened(name)
    catalogue.fake.fails(404)

    assert failure(name, verb, catalogue, quick(catalogue)).permanent


@pytest.mark.parametrize(("name", "verb"), EVERYTHING)
@pytest.mark.parametrize("odd", [[], None, "", 5, True, {}, [None], [[]], {"x": 1}])
def test_answer_of_another_kind_is_no_answer(
    opened: Callable[[str], Catalogue], name: str, verb: str, odd: Any
) -> None:
    catalogue = opened(name)
    catalogue.fake.fails(answers.json_of(odd))

    found = catalogues.ask(name, verb, quick(catalogue), catalogue.wanted)

    assert found == [] or verb == "check"


def leaves(change: Spoil) -> Spoil:
    """Change all that is neither object nor list."""

    def spoil(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: spoil(value) for key, value in data.items()}
        if isinstance(data, list):
            return [spoil(value) for value in data]
        return change(data)

    return spoil


def boxes(change: Spoil) -> Spoil:
    """Change objects and lists below the first, from inside to outside."""

    def spoil(data: Any, is_first: bool = True) -> Any:
        if isinstance(data, dict):
            data = {key: spoil(value, False) for key, value in data.items()}
        elif isinstance(data, list):
            data = [spoil(value, False) for value in data]
        else:
            return data
        return data if is_first else change(data)

    return spoil


SPOILED: dict[str, Spoil] = {
    "nulls": leaves(lambda leaf: None),
    "empty texts": leaves(lambda leaf: ""),
    "numbers for texts": leaves(lambda leaf: 7 if isinstance(leaf, str) else leaf),
    "texts for numbers": leaves(lambda leaf: str(leaf) if isinstance(leaf, int) else leaf),
    "truths": leaves(lambda leaf: True),
    "fractions": leaves(lambda leaf: -1.5),
    "lists for leaves": leaves(lambda leaf: [leaf]),
    "objects for leaves": leaves(lambda leaf: {"x": leaf}),
    "nonsense": leaves(
        lambda leaf: "../../x?y=\u202e<b>\x00" if isinstance(leaf, str) else -(10**30)
    ),
    "long names": leaves(lambda leaf: leaf + "é" * 10_000 if isinstance(leaf, str) else 10**30),
    "lists for objects": boxes(lambda box: [box] if isinstance(box, dict) else box),
    "objects for lists": boxes(lambda box: {"0": box} if isinstance(box, list) else box),
    "nothing in lists": boxes(lambda box: [None, *box, []] if isinstance(box, list) else box),
}


@pytest.mark.parametrize(("name", "verb"), ASKS)
@pytest.mark.parametrize("how", SPOILED)
def test_rubbish_is_left_out_and_breaks_nothing(
    fake_internet: FakeInternet, name: str, verb: str, how: str
) -> None:
    catalogue = catalogues.OPEN[name](fake_internet)

    def rubbish(request: Request) -> Answer | None:
        answer = catalogue.fake.answer(request)
        if answer is None or answer.status != 200:
            return answers.json_of({}, status=404)
        return answers.json_of(SPOILED[how](json.loads(answer.body)))

    fake_internet.add(catalogue.fake.host, rubbish)
    try:
        found = catalogues.ask(name, verb, quick(catalogue), catalogue.wanted)
    except NotThere:
        found = []
    for one in found:
        check_value(asdict(one))
        for upload in getattr(one, "uploads", ()):
            assert YOUTUBE_ID.fullmatch(upload.source_id)


def check_value(found: dict[str, Any]) -> None:
    """What the domain may rely on, whatever a service sent."""
    for kind, value in found["ids"].items():
        assert isinstance(value, str)
        assert 0 < len(value) <= 255, (kind, value)
        if kind.startswith("mb_"):
            assert links.MBID.fullmatch(value)
        elif not kind.endswith("slug"):
            assert value.isdecimal()
    for field in ("name", "title", "bio", "image_url"):
        assert isinstance(found.get(field), str | None)
    for field in ("artists", "featured", "directors", "genres", "aliases", "pictures"):
        assert all(isinstance(value, str) and value for value in found.get(field, ()))
    for url in (*found.get("pictures", ()), found.get("image_url") or catalogues.PICTURE):
        assert url.startswith("https://")
    for alias in found.get("aliases", ()):
        assert len(alias) <= 200
    assert isinstance(found.get("year"), int | None)
