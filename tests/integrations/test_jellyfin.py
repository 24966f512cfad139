"""Jellyfin and Emby over HTTP against their fakes."""

from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Blocked, Conf, NotThere
from mvidarr.integrations import jellyfin
from mvidarr.integrations.protocols import Change, Changed, Checks, Item, Refreshes
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.emby import FakeEmby
from tests.fakes.internet import FakeInternet
from tests.fakes.jellyfin import FakeJellyfin

CAN_CHECK: Checks = jellyfin.check
CAN_REFRESH: Refreshes = jellyfin.refresh
OURS = "/media/mv"


@pytest.fixture(params=[FakeJellyfin, FakeEmby], ids=["jellyfin", "emby"])
def fake(request: pytest.FixtureRequest, fake_internet: FakeInternet) -> FakeJellyfin:
    made: FakeJellyfin = request.param(fake_internet)
    return made


@pytest.fixture
def emby(fake_internet: FakeInternet) -> FakeEmby:
    return FakeEmby(fake_internet)


def conf(fake: FakeJellyfin, folder: str = "", **changes: Any) -> Conf:
    name = fake.host.partition(".")[0]
    known = Conf(
        service=name,
        title=name.capitalize(),
        base_url=fake.url,
        key=fake.key,
        backoff=0.001,
        also={"library_path": OURS, f"{name}_folder": folder},
    )
    return replace(known, **changes)


def video(path: str, change: Change = Change.CREATED, item: Item = Item.VIDEO) -> Changed:
    folder = path.rpartition("/")[0]
    return Changed(path=path, folder=folder, change=change, item=item)


def test_the_test_proves_address_key_and_folder(fake: FakeJellyfin) -> None:
    fake.add_library("Films", "/media/films", kind="movies")
    fake.add_library("Music videos", "/media", "/elsewhere")

    said = jellyfin.check(conf(fake))

    who, version = conf(fake).title, fake.about["Version"]
    assert said == (
        f"{who} {version} answers and accepts the key. It has /media/mv in its library "
        "“Music videos”."
    )


def test_a_library_of_another_kind_is_seen_too(fake: FakeJellyfin) -> None:
    fake.add_library("Films", OURS, kind="movies")

    said = jellyfin.check(conf(fake))

    assert "in its library “Films”. That is not one of music videos" in said


def test_a_folder_that_it_names_otherwise_is_mapped(fake: FakeJellyfin) -> None:
    fake.add_library("Music videos", "D:\\Videos")

    assert "D:\\Videos\\mv in its library" in jellyfin.check(conf(fake, "D:\\Videos\\mv"))
    with pytest.raises(NotThere):
        jellyfin.check(conf(fake))


def test_a_folder_that_it_does_not_see_is_told_with_what_it_sees(fake: FakeJellyfin) -> None:
    who = conf(fake).title
    fake.add_library("Films", "/media/mv2", kind="movies")
    with pytest.raises(NotThere, match="Its folders are /media/mv2: enter"):
        jellyfin.check(conf(fake))
    fake.add_library("Music videos", "/data/videos", "/data/more")

    with pytest.raises(NotThere) as caught:
        jellyfin.check(conf(fake))

    assert str(caught.value) == (
        f"{who} has no library that contains /media/mv. Its music video folders are /data/videos, "
        f"/data/more: enter the library folder as {who} sees it."
    )
    assert caught.value.permanent


def test_a_server_without_libraries_is_told_what_to_add(fake: FakeJellyfin) -> None:
    with pytest.raises(NotThere, match="none of videos at all: add one with that folder"):
        jellyfin.check(conf(fake))


def test_a_wrong_key_is_told(fake: FakeJellyfin) -> None:
    fake.add_library("Music videos", OURS)
    wrong = conf(fake, key="wrong")

    for ask in (jellyfin.check, lambda known: jellyfin.refresh(known, [video("/media/mv/x.mp4")])):
        with pytest.raises(errors.ServiceError, match="refused the key") as caught:
            ask(wrong)
        assert caught.value.permanent
    assert fake.told == []


def test_a_key_that_no_header_can_hold_is_told(fake: FakeJellyfin) -> None:
    with pytest.raises(errors.ServiceError, match="holds characters that no key has"):
        jellyfin.check(conf(fake, key="ключ"))


def test_changes_are_told_as_they_are(fake: FakeJellyfin) -> None:
    fake.add_library("Music videos", OURS)
    some = [
        video("/media/mv/Björk/100% é/Jóga & more.mp4"),
        video("/media/mv/Air/x.mkv", Change.DELETED),
        video("/media/mv/Air/y.mkv", Change.MODIFIED),
        video("/media/mv/Air/z.nfo", Change.CREATED, Item.BESIDE),
        video("/media/mv/Air/z-poster.jpg", Change.DELETED, Item.BESIDE),
    ]

    said = jellyfin.refresh(conf(fake), some)

    assert said == "Told of 4 changes."
    assert fake.messages == 1
    assert fake.told == [
        ("/media/mv/Björk/100% é/Jóga & more.mp4", "Created"),
        ("/media/mv/Air/x.mkv", "Deleted"),
        ("/media/mv/Air/y.mkv", "Modified"),
        ("/media/mv/Air", "Modified"),
    ]


def test_very_many_changes_are_told_as_folders(fake: FakeJellyfin) -> None:
    fake.add_library("Music videos", OURS)
    some = [video(f"/media/mv/{number % 7}/{number}.mp4") for number in range(501)]

    jellyfin.refresh(conf(fake), some)

    assert fake.told == [(f"/media/mv/{number}", "Modified") for number in range(7)]


def test_nothing_is_told_to_a_server_that_does_not_see_it(fake: FakeJellyfin) -> None:
    fake.add_library("Music videos", "/data/videos")

    with pytest.raises(NotThere):
        jellyfin.refresh(conf(fake), [video("/media/mv/x.mp4")])
    assert fake.told == []


@pytest.mark.parametrize("typed", ["", "/", "/web", "/web/", "/web/index.html", "/web/#/home"])
def test_address_may_be_that_of_its_page(fake: FakeJellyfin, typed: str) -> None:
    fake.add_library("Music videos", OURS)

    assert "accepts the key" in jellyfin.check(conf(fake, base_url=fake.url + typed))


@pytest.mark.parametrize("kind", [FakeJellyfin, FakeEmby])
def test_a_base_url_is_kept(fake_internet: FakeInternet, kind: type[FakeJellyfin]) -> None:
    fake = kind(fake_internet, "/tv")
    fake.add_library("Music videos", OURS)

    assert "accepts the key" in jellyfin.check(conf(fake))
    with pytest.raises(errors.ServiceError, match="That address is not"):
        jellyfin.check(conf(fake, base_url=fake_internet.base_url(fake.host)))


@pytest.mark.parametrize(
    ("prefixes", "typed"),
    [
        (("/emby",), ""),
        (("/emby",), "/emby"),
        (("/emby",), "/emby/"),
        (("",), ""),
        (("/emby", ""), ""),
        (("/emby", ""), "/emby"),
    ],
)
def test_emby_is_found_with_and_without_its_folder(
    emby: FakeEmby, prefixes: tuple[str, ...], typed: str
) -> None:
    emby.prefixes = prefixes
    emby.known_prefixes = ("/emby/emby", "/emby", "")
    emby.add_library("Music videos", OURS)

    assert "accepts the key" in jellyfin.check(conf(emby, base_url=emby.url + typed))
    assert "Told of 1 change." in jellyfin.refresh(conf(emby), [video("/media/mv/x.mp4")])


def test_the_sibling_is_told_apart(fake_internet: FakeInternet) -> None:
    real, emby = FakeJellyfin(fake_internet), FakeEmby(fake_internet)
    real.known_prefixes = ("/emby", "")

    with pytest.raises(errors.ServiceError, match=r"^Emby answers at that address"):
        jellyfin.check(conf(real, base_url=emby.url))
    with pytest.raises(errors.ServiceError, match=r"^Jellyfin answers at that address"):
        jellyfin.check(conf(emby, base_url=real.url))


def test_emby_may_wrap_its_libraries(emby: FakeEmby) -> None:
    emby.fails(
        answers.json_of({"Items": [{"Name": "Videos", "Locations": [OURS]}]}),
        path="/emby/Library/VirtualFolders",
    )

    assert "“Videos”" in jellyfin.check(conf(emby))


@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        (answers.invalid_json(), errors.ServiceError, "damaged"),
        (answers.html_with_200(), errors.ServiceError, "That address is not"),
        (answers.forbidden_html(), Blocked, "forbids access"),
        (answers.json_of({}, status=403), errors.ServiceError, "refused the key"),
        (answers.server_error(404), errors.ServiceError, "That address is not"),
        (answers.server_error(500), errors.ServiceError, "of its own"),
        (answers.server_error(503), errors.ServiceError, "not available"),
        (answers.too_many(5), errors.ServiceError, "asks for a pause"),
        (answers.json_of([]), errors.ServiceError, "That address is not"),
        (answers.json_of(None), errors.ServiceError, "That address is not"),
        (answers.json_of({"Version": 12}), errors.ServiceError, "That address is not"),
        (
            Answer(status=302, headers={"Location": "http://169.254.169.254/"}),
            errors.ServiceError,
            "sends us on",
        ),
    ],
    ids=range(12),
)
def test_faults_are_sentences(
    fake: FakeJellyfin, answer: Answer, kind: type[Exception], word: str
) -> None:
    fake.fails(answer)

    with pytest.raises(kind, match=word):
        jellyfin.check(conf(fake))


@pytest.mark.parametrize("status", [302, 307, 400, 401, 413, 500, 503])
def test_changes_that_were_not_taken_are_told(fake: FakeJellyfin, status: int) -> None:
    fake.add_library("Music videos", OURS)
    headers = {"Location": f"{fake.url}/elsewhere"} if status < 400 else {}
    fake.fails(Answer(status=status, headers=headers), path="*/Library/Media/Updated")

    with pytest.raises(errors.ServiceError) as caught:
        jellyfin.refresh(conf(fake), [video("/media/mv/x.mp4")])

    assert caught.value.permanent is (status < 500)
    assert fake.told == []


@pytest.mark.parametrize(
    "rubbish",
    [{}, None, [None, 1, {}], [{"Locations": "x"}], [{"Locations": [1, None], "Name": 7}]],
    ids=range(5),
)
def test_rubbish_is_no_library(fake: FakeJellyfin, rubbish: Any) -> None:
    fake.fails(answers.json_of(rubbish), path="*/Library/VirtualFolders")

    with pytest.raises(NotThere, match="has no library that contains"):
        jellyfin.check(conf(fake))


def test_one_that_is_not_set_up_is_told(fake: FakeJellyfin) -> None:
    with pytest.raises(errors.NotConfigured, match="Enter the address"):
        jellyfin.check(conf(fake, base_url=""))
    with pytest.raises(errors.NotConfigured, match="Choose a library folder"):
        jellyfin.check(conf(fake, also={}))


def test_one_that_is_down_is_told(fake: FakeJellyfin) -> None:
    with pytest.raises(errors.ServiceError, match="cannot be reached") as caught:
        jellyfin.check(conf(fake, base_url="http://127.0.0.1:9"))
    assert not caught.value.permanent


def test_one_that_is_slow_is_told(fake: FakeJellyfin) -> None:
    fake.fails(delay=5.0)

    with pytest.raises(errors.ServiceError, match="took too long"):
        jellyfin.check(conf(fake, timeouts=(0.2, 0.2)))
