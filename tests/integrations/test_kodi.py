"""Kodi over HTTP against its fake, which fails the test when one scan would stop another."""

from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.core.http import Conf, NotThere
from mvidarr.integrations import kodi
from mvidarr.integrations.protocols import Change, Changed, Checks, Item, Refreshes
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.internet import FakeInternet
from tests.fakes.kodi import BAD, UNKNOWN, FakeKodi

CAN_CHECK: Checks = kodi.check
CAN_REFRESH: Refreshes = kodi.refresh
OURS = "smb://nas/mv"


@pytest.fixture
def fake(fake_internet: FakeInternet) -> FakeKodi:
    made = FakeKodi(fake_internet)
    made.sources = ["/storage/films/", f"{OURS}/"]
    return made


def conf(fake: FakeKodi, **changes: Any) -> Conf:
    known = Conf(
        service="kodi",
        title="Kodi",
        base_url=fake.url,
        key=fake.password,
        backoff=0.001,
        also={"kodi_user": fake.user, "kodi_folder": OURS, "library_path": "/media/mv"},
    )
    return replace(known, **changes)


def elsewhere(fake: FakeKodi, folder: str) -> Conf:
    return conf(fake, also={"kodi_user": fake.user, "kodi_folder": folder})


def changed(path: str, change: str = "created", folder: str = "", ours: str = OURS) -> Changed:
    between = "\\" if "\\" in ours else "/"
    full = f"{ours}/{path}".replace("/", between) if between == "\\" else f"{ours}/{path}"
    item = Item.BESIDE if path.endswith((".nfo", ".jpg")) else Item.VIDEO
    near = folder or full.rpartition(between)[0]
    return Changed(path=full, folder=near, change=Change(change), item=item)


def test_the_test_proves_address_password_and_folder(fake: FakeKodi) -> None:
    said = kodi.check(conf(fake))

    assert said == "Kodi 21.3 answers, accepts the password and sees smb://nas/mv/."


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        ("smb://NAS/MV/", "smb://nas/mv"),
        ("smb://me:secret@nas/mv/", "smb://nas/mv/"),
        ("nfs://nas/vol/", "nfs://nas/vol/mv"),
        ("D:\\Videos\\", "d:\\videos\\mv"),
        ("multipath://smb%3a%2f%2fnas%2ffilms%2f/smb%3a%2f%2fnas%2fmv%2f/", "smb://nas/mv"),
        ("/media/e\u0301/", "/media/\u00e9"),
    ],
)
def test_sources_are_compared_as_places(fake: FakeKodi, source: str, folder: str) -> None:
    fake.sources = [source]

    assert "accepts the password and sees" in kodi.check(elsewhere(fake, folder))


def test_a_folder_in_no_source_is_told_without_its_secrets(fake: FakeKodi) -> None:
    fake.sources = ["smb://me:secret@nas/films/"]

    for ask in (kodi.check, lambda known: kodi.refresh(known, [changed("x.mp4")])):
        with pytest.raises(NotThere) as caught:
            ask(conf(fake))
        assert str(caught.value) == (
            "Kodi has no library that contains smb://nas/mv. Its sources of videos are "
            "smb://nas/films/: enter the library folder as Kodi sees it."
        )
    assert fake.scanned == []


def test_a_folder_that_cannot_be_opened_is_told(fake: FakeKodi) -> None:
    fake.offline = {f"{OURS}/"}

    with pytest.raises(errors.ServiceError, match="Kodi cannot open smb://nas/mv/"):
        kodi.check(conf(fake))


@pytest.mark.parametrize("ask", ["check", "refresh"])
def test_a_wrong_password_is_told(fake: FakeKodi, ask: str) -> None:
    wrong = conf(fake, key="wrong")

    with pytest.raises(errors.ServiceError, match="refused the user or the password") as caught:
        kodi.check(wrong) if ask == "check" else kodi.refresh(wrong, [changed("x.mp4")])
    assert caught.value.permanent


@pytest.mark.parametrize("typed", ["", "/", "/jsonrpc", "/jsonrpc/"])
def test_address_may_end_in_the_api(fake: FakeKodi, typed: str) -> None:
    assert "answers" in kodi.check(conf(fake, base_url=fake.url + typed))


def test_folders_of_new_videos_are_scanned_one_after_the_other(fake: FakeKodi) -> None:
    fake.scan_looks = 4
    some = [changed("Björk/100% é/x.mp4"), changed("Air/y.mp4"), changed("Air/z.mp4")]

    said = kodi.refresh(conf(fake), some)

    assert said == "2 folders scanned."
    assert fake.scanned == [f"{OURS}/Björk/100% é/", f"{OURS}/Air/"]
    assert (fake.cleaned, fake.read_again) == ([], [])


def test_folders_of_windows_end_as_they_do_there(fake: FakeKodi) -> None:
    fake.sources = ["D:\\Videos\\"]

    kodi.refresh(elsewhere(fake, "D:\\Videos"), [changed("Air/x.mp4", ours="D:\\Videos")])

    assert fake.scanned == ["D:\\Videos\\Air\\"]


def test_it_is_left_alone_while_it_scans(fake: FakeKodi) -> None:
    fake.running = 100

    with pytest.raises(errors.TooSoon, match="Kodi scans its library") as caught:
        kodi.refresh(conf(fake), [changed("Air/x.mp4"), changed("Air/y.mp4", "deleted")])

    assert caught.value.retry_after == kodi.PAUSE
    assert (fake.scanned, fake.cleaned) == ([], [])
    assert fake.running == 100 - kodi.LOOKS


def test_a_short_scan_is_waited_for(fake: FakeKodi) -> None:
    fake.running = 10

    assert kodi.refresh(conf(fake), [changed("Air/x.mp4")]) == "1 folder scanned."


def test_a_scan_that_does_not_end_keeps_the_next_from_beginning(fake: FakeKodi) -> None:
    fake.scan_looks = 1000

    with pytest.raises(errors.TooSoon):
        kodi.refresh(conf(fake), [changed("Air/x.mp4"), changed("Björk/x.mp4")])

    assert fake.scanned == [f"{OURS}/Air/"]


def test_deleted_videos_are_cleaned_in_their_folder_only(fake: FakeKodi) -> None:
    gone = [changed("Air/x.mp4", "deleted"), changed("Air/y/z.mp4", "deleted", f"{OURS}/Air")]

    said = kodi.refresh(conf(fake), gone)

    assert said == "Deleted videos cleaned."
    assert fake.cleaned == [f"{OURS}/Air/"]
    assert fake.scanned == []


def test_an_old_kodi_cleans_all_music_videos(fake: FakeKodi) -> None:
    fake.is_old = True

    kodi.refresh(conf(fake), [changed("Air/x.mp4", "deleted")])

    assert fake.cleaned == [""]


def test_nothing_is_cleaned_that_it_cannot_reach(fake: FakeKodi) -> None:
    """It would take everything there for deleted."""
    fake.offline = {f"{OURS}/Air/"}

    with pytest.raises(errors.ServiceError, match="cannot open") as caught:
        kodi.refresh(conf(fake), [changed("Air/x.mp4", "deleted")])

    assert not caught.value.permanent
    assert fake.cleaned == []


def test_videos_whose_nfo_changed_are_read_again(fake: FakeKodi) -> None:
    fake.videos = {
        f"{OURS}/Air/x/Air - x.mp4": 7,
        f"{OURS}/Air/x/Air - x-live.mp4": 8,
        f"{OURS}/Air/y/y.mp4": 9,
        f"{OURS}/Airbourne/x.mp4": 10,
    }
    some = [
        changed("Air/x/Air - x.nfo", "modified"),
        changed("Air/x/Air - x-poster.jpg", "created"),
        changed("Air/x/Air - x-thumb.jpg", "deleted"),
        changed("Air/artist.nfo", "modified"),
        changed("Air/y/y.mp4", "modified"),
        changed("Air/new/new.nfo", "created"),
    ]

    said = kodi.refresh(conf(fake), some)

    assert fake.read_again == [7, 9]
    assert fake.scanned == [f"{OURS}/Air/y/"]
    assert fake.cleaned == []
    assert said == "2 videos read again, 1 folder scanned."


def test_pictures_of_nobody_are_nothing_to_scan(fake: FakeKodi) -> None:
    assert kodi.refresh(conf(fake), [changed("Air/folder.jpg")]) == "Nothing to scan."


def test_thousands_of_videos_are_read_again_in_a_few_messages(fake: FakeKodi) -> None:
    fake.videos = {f"{OURS}/a/{number}.mp4": number for number in range(1, 1001)}

    kodi.refresh(conf(fake), [changed(f"a/{number}.nfo") for number in range(1, 1001)])

    assert fake.read_again == list(range(1, 1001))
    assert len(fake.asked) == 3 + 10


def test_the_whole_library_is_one_scan(fake: FakeKodi) -> None:
    whole = Changed(path=OURS, folder=OURS, change=Change.MODIFIED, item=Item.FOLDER)

    assert kodi.refresh(conf(fake), [whole]) == "1 folder scanned."
    assert fake.scanned == [f"{OURS}/"]
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    ("answer", "word", "permanent"),
    [
        (answers.json_of({"id": 1, "error": UNKNOWN}), "too old", True),
        (answers.json_of({"id": 1, "error": BAD}), r"could not do .* \(code -32602\)", False),
        (answers.json_of({"id": 1, "result": "ping"}), "That address is not Kodi's", True),
        (answers.json_of([]), r"could not do what it was asked\.", False),
        (answers.json_of(None), r"could not do what it was asked\.", False),
        (answers.invalid_json(), "damaged", False),
        (answers.html_with_200(), "That address is not Kodi's", True),
        (answers.server_error(404), "That address is not Kodi's", True),
        (answers.server_error(500), "of its own", False),
        (Answer(status=302, headers={"Location": "http://169.254.169.254/"}), "sends us on", True),
    ],
    ids=range(10),
)
def test_faults_are_sentences(fake: FakeKodi, answer: Answer, word: str, permanent: bool) -> None:
    fake.fails(answer)

    with pytest.raises(errors.ServiceError, match=word) as caught:
        kodi.check(conf(fake))
    assert caught.value.permanent is permanent


@pytest.mark.parametrize(
    "rubbish", [None, [], {"sources": None}, {"sources": [1, {"file": 7}, {}]}], ids=range(4)
)
def test_rubbish_is_no_source(fake: FakeKodi, rubbish: Any) -> None:
    fake.fails(answers.json_of({"id": 1, "result": rubbish}))

    with pytest.raises(NotThere, match="has no library that contains"):
        kodi.refresh(conf(fake), [changed("x.mp4")])


def test_one_that_is_not_set_up_is_told(fake: FakeKodi) -> None:
    with pytest.raises(errors.NotConfigured, match="Enter the address of Kodi"):
        kodi.check(conf(fake, base_url=""))
    with pytest.raises(errors.NotConfigured, match="Choose a library folder"):
        kodi.check(conf(fake, also={}))
