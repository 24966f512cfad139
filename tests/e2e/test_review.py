"""The review inbox in a browser: by keyboard alone, on a phone, with two tabs, and to axe."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import until
from tests.e2e.browsing import DESKTOP, NARROW, PHONE, Tabs, overflow, shoot, turn, violations
from tests.world import World, world

FAN = "90s clips"


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The program with candidates that wait, and nothing that downloads."""
    with world(tmp_path_factory.mktemp("world")) as made:
        made.upload("hunter_fan2", "Björk - Hunter (Official Video) HD", channel="Clips and more")
        made.program.set_up()
        made.program.api("PATCH", "/settings", {"automatic_download": False})
        made.add_artist()
        until(made.is_done, seconds=120)
        yield made


@pytest.fixture(autouse=True)
def _undecided(inbox: World) -> Iterator[None]:
    """Each test finds the same candidates."""
    yield
    for block in inbox.program.api("GET", "/blocks")["items"]:
        inbox.program.api("DELETE", f"/blocks/{block['id']}")
    for decision in inbox.program.api("GET", "/decisions")["items"]:
        inbox.program.api("DELETE", f"/decisions/{decision['id']}")


def waiting(made: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.program.api("GET", "/review")["items"]
    return found


def verdicts(made: World) -> dict[str, str]:
    """Of every decided upload, by its title."""
    items = made.program.api("GET", "/decisions")["items"]
    return {item["title"]: item["verdict"] for item in items}


def focused_title(page: Page) -> str:
    found = page.locator("[data-title]:focus").all_text_contents()
    return found[0].removesuffix("(opens YouTube)").strip() if found else ""


def titles(page: Page) -> list[str]:
    return [
        text.removesuffix("(opens YouTube)").strip()
        for text in page.locator("[data-title]").all_text_contents()
    ]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everything_is_decided_by_keyboard_alone(
    inbox: World, tabs: Tabs, size: tuple[int, int]
) -> None:
    page = tabs.open(inbox.program, "/review", size=size)
    first, second, *rest = titles(page)
    assert len(rest) > 1

    page.keyboard.press("j")
    assert focused_title(page) == first
    page.keyboard.press("ArrowDown")
    assert focused_title(page) == second
    page.keyboard.press("k")
    assert focused_title(page) == first
    page.keyboard.press("x")
    expect(page.locator("[data-selected]")).to_have_text("1")
    page.keyboard.press("Escape")

    page.keyboard.press("a")
    expect(page.locator("[data-decided]")).to_have_count(1)
    until(lambda: focused_title(page) == second)
    assert verdicts(inbox) == {first: "accepted"}

    page.keyboard.press("u")  # the one before, although the focus has gone on
    expect(page.locator("[data-decided]")).to_have_count(0)
    assert verdicts(inbox) == {}

    until(lambda: focused_title(page) in {first, second})
    page.locator("[data-title]").nth(0).focus()
    page.keyboard.press("n")
    until(lambda: verdicts(inbox) == {first: "refused"})
    until(lambda: focused_title(page) != first)
    page.locator("[data-title]").last.focus()
    page.keyboard.press("b")
    until(lambda: inbox.program.api("GET", "/blocks")["items"])
    expect(page.locator("[data-decided]").last).to_be_visible()


def test_other_song_is_said_in_a_dialog(inbox: World, tabs: Tabs) -> None:
    page = tabs.open(inbox.program, "/review")
    count = len(titles(page))
    page.keyboard.press("j")
    page.keyboard.press("o")
    dialog = page.locator("#dialog[open]")
    expect(dialog.get_by_label("Title")).to_be_focused()
    dialog.get_by_label("Title").fill("Violently Happy")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-decided]")).to_have_count(1)
    until(lambda: focused_title(page) != "")
    assert len(titles(page)) == count - 1
    assert "Violently Happy" in inbox.videos()


def test_a_rival_comes_up_when_the_best_is_refused(inbox: World, tabs: Tabs) -> None:
    page = tabs.open(inbox.program, "/review")
    place = page.locator("[data-item]:has([data-compare])").first.get_attribute("id")
    item = page.locator(f"#{place}")
    name = item.locator("[data-title]").text_content()
    item.locator("[data-title]").focus()
    page.keyboard.press("r")
    expect(item.locator(".review-last")).to_contain_text("Refused")
    assert item.locator("[data-title]").text_content() != name
    until(lambda: focused_title(page) != "")
    item.get_by_role("button", name="Take back").click()
    expect(item.locator(".review-last")).to_have_count(0)
    expect(item.locator("[data-title]")).to_have_text(str(name))


def test_the_other_tab_sees_it_and_cannot_decide_again(inbox: World, tabs: Tabs) -> None:
    tabs.excuse("status of 409", "htmx:response:error")
    context = tabs.context(inbox.program)
    one, two = context.new_page(), context.new_page()
    for page in (one, two):
        page.goto("/review")
    two.evaluate("document.getElementById('live').remove()")  # it does not hear of it in time
    three = context.new_page()
    three.goto("/review")
    one.bring_to_front()
    one.locator("[data-item]").first.get_by_role("button", name="Take", exact=False).first.click()
    expect(one.locator("[data-decided]")).to_have_count(1)
    two.bring_to_front()
    two.locator("[data-item]").first.get_by_role("button", name="Refuse").first.click()
    expect(two.locator("#problem")).to_contain_text("taken in the meantime")
    three.bring_to_front()
    expect(three.locator("[data-decided]")).to_have_count(1)
    assert list(verdicts(inbox).values()) == ["accepted"]


def test_many_are_ticked_and_refused(inbox: World, tabs: Tabs) -> None:
    page = tabs.open(inbox.program, "/review")
    before = len(waiting(inbox))
    page.locator("[name=ids]").nth(0).check()
    page.locator("[name=ids]").nth(1).check()
    page.locator("#bulk").get_by_role("button", name="Refuse").click()
    until(lambda: len(verdicts(inbox)) == 2)
    until(inbox.is_done)
    assert len(waiting(inbox)) < before
    page.goto("/review?max_score=100")
    page.get_by_role("link", name="Decide about all of them").click()
    dialog = page.locator("#dialog[open]")
    expect(dialog.get_by_role("heading")).to_contain_text("Decide about")
    dialog.get_by_role("button", name="Decide about").click()
    until(lambda: not waiting(inbox))
    page.goto("/review")
    expect(page.locator(".empty")).to_contain_text("Nothing to review")


def test_filters_change_the_list_in_place(inbox: World, tabs: Tabs) -> None:
    page = tabs.open(inbox.program, "/review")
    page.keyboard.press("/")
    page.keyboard.type("hunter")
    expect(page).to_have_url(
        f"{inbox.program.url}/review?q=hunter&min_score=&max_score=&sort=-score"
    )
    until(lambda: all("Hunter" in title for title in titles(page)))
    page.get_by_role("link", name="Clear filters").click()
    expect(page).to_have_url(f"{inbox.program.url}/review")


def test_without_scripts_the_buttons_do_the_same(inbox: World, tabs: Tabs) -> None:
    page = tabs.open(inbox.program, "/review", script=False)
    first = titles(page)[0]
    page.get_by_role("button", name="Take").first.click()
    expect(page).to_have_url(f"{inbox.program.url}/review")
    assert verdicts(inbox) == {first: "accepted"}
    page.goto("/activity/decisions")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(".empty")).to_be_visible()


def test_axe_finds_nothing(inbox: World, tabs: Tabs, tmp_path: Path) -> None:
    for theme, size, other in (("dark", DESKTOP, "light"), ("light", PHONE, "dark")):
        page = tabs.open(inbox.program, theme=theme, size=size)
        for name, path in (
            ("review", "/review"),
            ("review-none", "/review?q=zzz"),
            ("review-bulk", "/review/bulk"),
            ("review-song", f"/sources/{waiting(inbox)[0]['id']}/song"),
            ("choose", f"/videos/{inbox.videos()['Hunter']['id']}/candidates"),
            ("decisions", "/activity/decisions"),
        ):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.goto(path)
            if name == "review":
                page.locator("[data-item]").first.get_by_role("button", name="Refuse").first.click()
                expect(page.locator(".review-last").first).to_be_visible()
                expect(page.locator(".toast")).to_have_count(0, timeout=15_000)
            shoot(page, f"{name}-{size[0]}-{theme}", tmp_path)
            assert violations(page) == [], name
            assert overflow(page) == [], name
            turn(page, other)
            assert violations(page, colours_only=True) == [], name
            page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
            assert overflow(page) == [], name
            turn(page, theme)
        page.context.close()
