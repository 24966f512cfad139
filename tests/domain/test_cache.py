"""Kept answers: what was asked once is not asked again, also by the next process."""

from dataclasses import replace
from typing import Any

import pytest

from mvidarr import models
from mvidarr.core import clock, db, errors, http
from mvidarr.core.http import Ask, Conf
from mvidarr.governor import cache
from mvidarr.system import housekeeping
from tests.conftest import SetClock
from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.asking import HOST, plain
from tests.fakes.internet import FakeInternet

HOUR = clock.HOUR


class Library:
    """A service whose answer changes; it says 304 to who knows the present one."""

    def __init__(self, internet: FakeInternet, etag: bool = True) -> None:
        self.version, self.has_etag, self.internet = 1, etag, internet
        internet.add(HOST, self.answer)

    def answer(self, request: Request) -> Answer:
        etag = f'"v{self.version}"'
        if self.has_etag and request.headers.get("if-none-match") == etag:
            return Answer(status=304, body=b"", headers={"ETag": etag})
        headers = {"ETag": etag} if self.has_etag else {}
        return answers.json_of({"version": self.version}, headers=headers)

    @property
    def asked(self) -> int:
        return len(self.internet.asked(HOST))


@pytest.fixture
def keeping(fake_internet: FakeInternet, database: None) -> Conf:
    return replace(plain(fake_internet), answers=cache.Cache(service="library"))


def ask(conf: Conf, keep: int = HOUR, **params: Any) -> Any:
    with http.operator(conf) as client:
        return client.get_json("things", params or None, secret={"key": "k3y"}, keep=keep)


def test_answer_is_asked_for_once(keeping: Conf, fake_internet: FakeInternet) -> None:
    library = Library(fake_internet)

    assert [ask(keeping) for _ in range(3)] == [{"version": 1}] * 3
    assert library.asked == 1


def test_other_params_are_another_answer(keeping: Conf, fake_internet: FakeInternet) -> None:
    library = Library(fake_internet)
    for page in (1, 2, 1):
        ask(keeping, page=page)

    assert library.asked == 2


def test_key_is_sent_and_not_kept(keeping: Conf, fake_internet: FakeInternet) -> None:
    Library(fake_internet)
    ask(keeping)

    [request] = fake_internet.asked(HOST)
    assert request.query == {"key": ["k3y"]}
    assert ask(replace(keeping, key="another")) == {"version": 1}
    assert len(fake_internet.asked(HOST)) == 1


def test_old_answer_is_asked_for_by_its_etag(
    keeping: Conf, fake_internet: FakeInternet, set_clock: SetClock
) -> None:
    library = Library(fake_internet)
    ask(keeping)
    set_clock.forward(2 * HOUR)

    assert ask(keeping) == {"version": 1}
    assert fake_internet.asked(HOST)[-1].headers["if-none-match"] == '"v1"'
    ask(keeping)
    assert library.asked == 2  # the second time renewed it


def test_changed_answer_replaces_the_kept_one(
    keeping: Conf, fake_internet: FakeInternet, set_clock: SetClock
) -> None:
    library = Library(fake_internet)
    ask(keeping)
    library.version = 2
    set_clock.forward(2 * HOUR)

    assert [ask(keeping) for _ in range(2)] == [{"version": 2}] * 2
    assert library.asked == 2


def test_person_gets_no_answer_that_is_older_than_asked(
    keeping: Conf, fake_internet: FakeInternet, set_clock: SetClock
) -> None:
    library = Library(fake_internet, etag=False)
    ask(keeping)
    set_clock.forward(20 * clock.MINUTE)
    library.version = 2

    assert ask(keeping) == {"version": 1}
    hurried = replace(keeping, answers=cache.Cache(service="library", oldest=10 * clock.MINUTE))
    assert ask(hurried) == {"version": 2}
    assert ask(keeping) == {"version": 2}


def test_error_is_not_kept(keeping: Conf, fake_internet: FakeInternet) -> None:
    library = Library(fake_internet)
    fake_internet.fault(answers.Fault(host=HOST, answer=answers.html_with_200(), times=1))
    with pytest.raises(errors.ServiceError):
        ask(keeping)

    assert ask(keeping) == {"version": 1}
    assert library.asked == 2


@pytest.mark.parametrize("size", [cache.LARGEST + 1])
def test_very_large_answer_is_asked_for_again(
    size: int, keeping: Conf, fake_internet: FakeInternet
) -> None:
    fake_internet.add(HOST, lambda request: answers.json_of("x" * size))
    ask(keeping)
    ask(keeping)

    assert len(fake_internet.asked(HOST)) == 2


def test_large_answer_is_kept_whole(keeping: Conf, fake_internet: FakeInternet) -> None:
    fake_internet.add(HOST, lambda request: answers.json_of("é" * 400_000))

    assert ask(keeping) == ask(keeping) == "é" * 400_000
    assert len(fake_internet.asked(HOST)) == 1


def test_post_is_sent_with_its_form(keeping: Conf, fake_internet: FakeInternet) -> None:
    fake_internet.add(HOST, lambda request: answers.json_of({"error": "no"}, status=400))
    with http.operator(keeping) as client:
        answer = client.ask(Ask(path="token", form={"code": "a b"}))

    [request] = fake_internet.asked(HOST)
    assert (request.method, request.body) == ("POST", b"code=a+b")
    assert (answer.status, answer.json()) == (400, {"error": "no"})


def test_what_expired_long_ago_is_dropped(
    keeping: Conf, fake_internet: FakeInternet, set_clock: SetClock
) -> None:
    Library(fake_internet)
    ask(keeping)
    set_clock.forward(2 * HOUR)
    with db.session():
        housekeeping.clean(lambda done, total, note: None)
        assert models.HttpCache.select().count() == 1  # its etag may still save an answer
    set_clock.forward(15 * clock.DAY)
    with db.session():
        housekeeping.clean(lambda done, total, note: None)
        assert models.HttpCache.select().count() == 0
