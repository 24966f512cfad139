"""Notifications in a browser: making one, its test, its log, the news and the bell."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mvidarr import activity, settings
from mvidarr.core import db
from mvidarr.models import Artist
from tests.conftest import SECRET, until
from tests.e2e.browsing import DESKTOP, PHONE, Tabs, overflow, shoot, turn, violations
from tests.factories import make_artist, make_video
from tests.fakes.answers import Answer
from tests.fakes.receiver import Receiver, receiving
from tests.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program with an artist whom nobody searches for; the test writes what happens."""
    with Program(tmp_path) as made:
        made.set_up()
        db.connect(f"sqlite:///{made.data / 'mvidarr.db'}", db.Options(full_sync=False))
        settings.set_up((SECRET,), {})
        with db.session():
            make_artist("Björk", monitored=False)
            yield made
        db.disconnect()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def happen() -> None:
    artist = Artist.get(Artist.name == "Björk")
    video = make_video(artist, "Jóga", year=1997)
    about = {"artist_id": artist.id, "video_id": video.id}
    activity.record(
        "video.downloaded", "Jóga", size=53_000_000, lines=1080, video_codec="h264", **about
    )
    activity.record("service.broken", "YouTube does not work: it asks to sign in.")
    activity.record("disk.low", "The disk of the library has 1.2 GB left.")
    activity.record("video.failed", "Jóga", error="Nobody has a whole copy.", **about)


def add(page: Page, receiver: Receiver) -> None:
    page.goto("/settings")
    page.get_by_role("link", name="Notifications").click()
    page.get_by_role("link", name="Add notification").first.click()
    page.get_by_role("link", name="Webhook").click()
    page.get_by_label("Name", exact=True).fill("Home")
    page.get_by_label("Address", exact=True).fill(receiver.url)


def save(page: Page, receiver: Receiver) -> None:
    page.get_by_role("button", name="Add notification").click()
    receiver.secret = page.get_by_label("The secret").input_value()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()


def test_a_notification_is_made_tested_and_told(
    program: Program, tabs: Tabs, receiver: Receiver, tmp_path: Path
) -> None:
    page = tabs.open(program)
    add(page, receiver)
    page.get_by_label("Only for these artists").fill("Nobody")
    page.get_by_role("button", name="Add notification").click()
    tabs.excuse("422")
    expect(page.get_by_text("There is no artist called Nobody")).to_be_visible()
    page.get_by_label("Only for these artists").fill("")
    page.get_by_label("Address", exact=True).fill(receiver.url)
    save(page, receiver)

    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#target-test[data-state=ok]")).to_have_text(
        "The receiver took it (status 204)."
    )
    receiver.answers = [Answer(status=410)]
    happen()
    until(lambda: len(receiver.requests) == 5, seconds=60)
    page.reload()
    log = page.locator("#deliveries article")
    expect(log).to_have_count(5)
    expect(log.filter(has_text="Not delivered")).to_have_count(1)

    log.filter(has_text="Not delivered").get_by_role("button", name="Send again").click()
    expect(log.filter(has_text="The receiver took it")).to_have_count(5)
    assert len(set(receiver.deliveries)) == 5
    log.first.get_by_role("link").click()
    expect(page.locator("dialog[open]").get_by_text('"kind": "video.failed"')).to_be_visible()
    shoot(page, "targets-delivery", tmp_path, whole=False)


def test_what_is_typed_is_tested_without_a_script_too(
    program: Program, tabs: Tabs, receiver: Receiver
) -> None:
    page = tabs.open(program, script=False)
    add(page, receiver)
    page.get_by_label("Address", exact=True).fill("http://127.0.0.1:1/")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("The receiver cannot be reached.")).to_be_visible()
    page.get_by_role("link", name="Go back").click()
    page.get_by_label("Name", exact=True).fill("Home")
    page.get_by_label("Address", exact=True).fill(receiver.url)
    save(page, receiver)

    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The receiver took it (status 204).")).to_be_visible()
    page.get_by_role("link", name="Go back").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete notification").click()
    expect(page.get_by_text("Nobody else is told yet")).to_be_visible()


def test_the_bell_says_what_is_new_until_it_was_seen(program: Program, tabs: Tabs) -> None:
    page = tabs.open(program, "/artists")
    happen()
    until(lambda: page.reload() and page.get_by_role("link", name="News, ").count(), seconds=20)

    page.get_by_role("link", name="News, ").click()
    expect(page.get_by_role("heading", name="Disk almost full")).to_be_visible()
    expect(page.get_by_role("link", name="News", exact=True)).to_be_visible()
    expect(page.get_by_text("New", exact=True).first).to_be_visible()
    activity.record("artist.added", "Tricky")
    expect(page.get_by_text("Something happened.")).to_be_visible()
    page.get_by_role("link", name="Show it").click()
    expect(page.get_by_role("heading", name="Artist added")).to_be_visible()
    page.get_by_label("Level").select_option("bad")
    expect(page.get_by_role("heading", name="Artist added")).to_have_count(0)
    expect(page.get_by_role("heading", name="Service broken")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_the_pages_look_as_they_should(
    program: Program,
    tabs: Tabs,
    receiver: Receiver,
    tmp_path: Path,
    size: tuple[int, int],
    theme: str,
) -> None:
    chat = {"kind": "apprise", "name": "Phone", "url": "ntfy://topic", "events": ["disk.low"]}
    program.api("POST", "/targets", chat | {"active": False})
    home = {"kind": "webhook", "name": "Home", "url": receiver.url, "artists": []}
    made = program.api("POST", "/targets", home)
    receiver.secret = made["secret"]
    receiver.answers = [Answer(status=204), Answer(status=410)]
    happen()
    until(lambda: len(receiver.requests) == 4, seconds=60)
    page = tabs.open(program, size=size, theme=theme)
    wrong: list[str] = []
    for name, path in (
        ("news", "/feed"),
        ("targets", "/targets"),
        ("target-choose", "/targets/new"),
        ("target-new", "/targets/new?kind=webhook"),
        ("target", f"/targets/{made['id']}"),
        ("target-edit", f"/targets/{made['id']}/edit"),
        ("target-delete", f"/targets/{made['id']}/delete"),
        ("target-renew", f"/targets/{made['id']}/secret"),
        ("target-delivery", f"/targets/{made['id']}/deliveries/1"),
    ):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        wrong += [f"{name} {one}" for one in [*violations(page), *overflow(page)]]
        shoot(page, f"{name}-{theme}-{size[0]}", tmp_path)
        turn(page, "light" if theme == "dark" else "dark")
        wrong += [f"{name} turned {one}" for one in violations(page, colours_only=True)]
    assert wrong == []
