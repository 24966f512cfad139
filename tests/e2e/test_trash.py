"""Deleting and having it back, the trash, and files written anew: in a browser, with real files."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import until
from tests.e2e.browsing import PHONE, Tabs, overflow, shoot, turn, violations
from tests.world import World

pytestmark = pytest.mark.ffmpeg


def look(page: Page, name: str) -> None:
    """Nothing is too wide or hard to use; a picture is kept for whoever wants one."""
    folder = os.environ.get("MVIDARR_SHOTS")
    if folder:
        shoot(page, name, Path(folder))
    assert overflow(page) == []
    for theme in ("dark", "light"):
        turn(page, theme)
        assert violations(page, colours_only=theme == "light") == []
    turn(page, "dark")


def file_of(made: World, title: str) -> Path:
    video = made.program.api("GET", f"/videos/{made.videos()[title]['id']}")
    return made.program.library / str(video["files"][0]["path"])


def test_a_deleted_video_is_had_back_by_one_click(filled: World, tabs: Tabs) -> None:
    number, file = filled.videos()["Jóga"]["id"], file_of(filled, "Jóga")
    page = tabs.open(filled.program, f"/videos/{number}")

    page.get_by_role("button", name="More actions").first.click()
    page.get_by_role("link", name="Delete…").click()
    dialog = page.get_by_role("dialog", name="Delete Jóga?")
    expect(dialog).to_contain_text("Files go to the trash for 30 days.")
    dialog.get_by_label("Delete the file too").check()
    look(page, "delete")
    dialog.get_by_role("button", name="Delete video").click()

    expect(page.locator("#toasts")).to_contain_text("Jóga deleted.")
    undo = page.get_by_role("complementary", name="Undo")
    expect(undo).to_contain_text("Jóga lies in the trash.")
    until(lambda: not file.exists())
    look(page, "undo")
    undo.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Jóga")
    assert file.is_file()
    expect(page.get_by_role("complementary", name="Undo")).to_have_count(0)
    assert filled.videos()["Jóga"]["status"] == "downloaded"


def test_the_trash_lists_gives_back_and_is_emptied(filled: World, tabs: Tabs) -> None:
    titles = ["Army of Me", "Bachelorette"]
    page = tabs.open(filled.program, "/trash")
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    look(page, "trash-empty")
    for title in titles:
        number = filled.videos()[title]["id"]
        page.goto(f"/videos/{number}")
        page.get_by_role("link", name="Delete Björk").click()
        dialog = page.get_by_role("dialog", name="Delete this file?")
        dialog.get_by_label("Never download this video again").check()
        dialog.get_by_role("button", name="Delete file").click()
        expect(page.locator("#toasts")).to_contain_text("The file is in the trash.")

    page.goto("/trash")
    expect(page.get_by_role("article")).to_have_count(2)
    look(page, "trash")
    row = page.get_by_role("article").filter(has_text=titles[0])
    row.get_by_role("button", name="Put back").click()
    expect(page.locator("#main")).to_contain_text("1 file")
    until(lambda: file_of(filled, titles[0]).is_file())

    page.get_by_role("link", name="Empty the trash…").click()
    dialog = page.get_by_role("dialog", name="Empty the trash?")
    expect(dialog).to_contain_text("This cannot be undone.")
    dialog.get_by_role("button", name="Delete 1 file for good").click()

    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    assert not list((filled.program.library / ".mvidarr/trash").iterdir())


def test_files_are_written_anew_and_changes_of_others_kept(filled: World, tabs: Tabs) -> None:
    number, file = filled.videos()["Jóga"]["id"], file_of(filled, "Jóga")
    nfo, poster = file.with_suffix(".nfo"), file.with_name(f"{file.stem}-poster.jpg")
    nfo.write_text("<musicvideo><title>By hand</title></musicvideo>")
    poster.unlink()
    page = tabs.open(filled.program, f"/videos/{number}")
    expect(page.locator(f"#video-{number}-file")).to_contain_text("LUFS")
    look(page, "file")

    page.get_by_role("link", name="Write NFO and tags…").click()
    dialog = page.get_by_role("dialog", name="Write anew: Jóga")
    expect(dialog).to_contain_text(nfo.name)
    dialog.get_by_label("Tags inside the files").check()
    look(page, "rewrite")
    dialog.get_by_role("button", name="Write them").click()

    expect(page.locator("#toasts")).to_contain_text("The files are being written.")
    until(poster.exists)
    assert "By hand" in nfo.read_text()

    page.get_by_role("link", name="Write NFO and tags…").click()
    dialog = page.get_by_role("dialog", name="Write anew: Jóga")
    dialog.get_by_label("Write over them").check()
    dialog.get_by_role("button", name="Write them").click()
    until(lambda: "<title>Jóga</title>" in nfo.read_text())


def test_a_whole_artist_is_written_on_a_phone_without_a_script(filled: World, tabs: Tabs) -> None:
    told = filled.program.library / "Björk/artist.nfo"
    until(told.exists)
    told.unlink()
    page = tabs.open(filled.program, "/artists/1/rewrite", script=False, size=PHONE)

    page.get_by_role("button", name="Write them").click()

    expect(page).to_have_url(f"{filled.program.url}/artists/1")
    until(told.exists)
    page = tabs.open(filled.program, "/artists/1/rewrite", size=PHONE)
    look(page, "rewrite-phone")
    page.goto("/trash")
    look(page, "trash-phone")
