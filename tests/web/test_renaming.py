"""The pages of renaming: choose, look, approve, take back."""

import re
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.errors import Conflict
from mvidarr.library import renaming
from mvidarr.models import Artist, Job, Video, VideoFile
from tests import factories
from tests.client import Client
from tests.fakes.renamings import work


@pytest.fixture
def manager(client: Client, library: Path) -> Client:
    settings.change({"naming_template": "{Artist}/{Title}"})
    return client.as_role("manager")


def shelved(library: Path, title: str, path: str, artist: str = "Björk") -> VideoFile:
    (library / path).parent.mkdir(exist_ok=True)
    (library / path).write_text(title)
    (library / path).with_suffix(".nfo").write_text(title)
    known = Artist.get_or_none(Artist.name == artist)
    video = factories.make_video(known or factories.make_artist(artist), title)
    return factories.make_file(video, path=path)


def test_files_are_renamed_by_json_alone(manager: Client, library: Path) -> None:
    shelved(library, "Jóga", "old/a.mp4")
    made = manager.send("POST", "/api/v1/renaming", json={})
    path = f"/api/v1/renaming/{made.json()['id']}"
    assert (made.status_code, made.json()["stage"]) == (202, "planning")
    work()

    one = manager.get(path).json()
    items = manager.get(f"{path}/files?count=1").json()
    assert (one["stage"], one["total"], one["looked_at"]) == ("planned", 1, 1)
    assert (items["count"], items["next"]) == (1, None)
    [item] = items["items"]
    assert (item["former"], item["target"]) == ("old/a.mp4", "Björk/Jóga.mp4")
    assert (item["others"], item["problem"], item["state"]) == (["Jóga.nfo"], None, "planned")

    seen = {"template": one["template"], "fingerprint": one["fingerprint"]}
    wrong = manager.send("POST", f"{path}/approve", json=seen | {"template": "x"})
    assert wrong.status_code == 409
    job = manager.send("POST", f"{path}/approve", json=seen)
    assert (job.status_code, job.json()["job"]["kind"]) == (202, "rename")
    work()
    assert manager.get(path).json()["counts"]["moved"] == 1
    assert (library / "Björk" / "Jóga.nfo").is_file()

    assert manager.send("POST", f"{path}/undo", is_json=True).status_code == 202
    work()
    assert manager.get(path).json()["stage"] == "undone"
    assert (library / "old" / "a.mp4").is_file()
    assert [item["id"] for item in manager.get("/api/v1/renaming").json()["items"]] == [one["id"]]


def test_files_are_renamed_by_plain_forms(manager: Client, library: Path) -> None:
    shelved(library, "Jóga", "old/a.mp4")
    assert "All files" in manager.get("/renaming").text
    made = manager.send("POST", "/renaming", data={"filter": ""})
    path = made.headers["location"]
    assert made.status_code == 303
    assert "Names are being worked out" in manager.get(path).text
    work()

    page = manager.get(path).text
    assert "old/a.mp4" in page
    assert "Björk/Jóga.mp4" in page
    assert "With 1 more file" in page
    assert "Rename 1 file" in page
    fields = dict(re.findall(r'name="(template|fingerprint)" value="([^"]*)"', page))
    started = manager.send("POST", f"{path}/approve", data=fields)
    assert (started.status_code, started.headers["location"]) == (303, path)
    assert "Running" in manager.get(path).text
    work()

    done = manager.get(path).text
    assert "1 renamed" in done
    assert f'action="{path}/undo"' in done
    assert "1 file" in manager.get("/renaming").text


def test_only_what_was_chosen_is_looked_at(manager: Client, library: Path) -> None:
    shelved(library, "Jóga", "old/a.mp4")
    kelly = shelved(library, "Kelly", "old/b.mp4", artist="Air")

    page = manager.get("/renaming?q=air").text
    assert 'value="q=air"' in page
    made = manager.send("POST", "/renaming", data={"filter": "q=air"})
    work()
    shown = manager.get(made.headers["location"]).text
    assert "old/b.mp4" in shown
    assert "old/a.mp4" not in shown

    by_id = manager.get(f"/renaming?ids={kelly.video_id}").text
    assert f'name="ids" value="{kelly.video_id}"' in by_id
    assert manager.get("/renaming?nothing=1").status_code == 422
    assert "None of these videos has a file" in manager.get("/renaming?q=zzzz").text


def test_what_cannot_be_renamed_says_why(manager: Client, library: Path) -> None:
    gone = shelved(library, "Jóga", "old/a.mp4")
    loading = shelved(library, "Hunter", "old/b.mp4")
    factories.make_download(Video.get_by_id(loading.video_id))
    (library / gone.path).unlink()
    made = manager.send("POST", "/renaming", data={})
    work()

    page = manager.get(made.headers["location"]).text

    assert "The file is not on the disk." in page
    assert "Its video is being downloaded." in page


def test_nothing_to_rename_is_said(manager: Client, library: Path) -> None:
    shelved(library, "Jóga", "Björk/Jóga.mp4")
    made = manager.send("POST", "/renaming", data={})
    work()

    page = manager.get(made.headers["location"]).text

    assert "Nothing to rename" in page
    assert "/approve" not in page
    dropped = manager.send("DELETE", made.headers["location"])
    assert dropped.headers["location"] == "/renaming"
    assert manager.get(made.headers["location"]).status_code == 404


def test_a_running_renaming_redraws_its_regions(manager: Client, library: Path) -> None:
    shelved(library, "Jóga", "old/a.mp4")
    path = manager.send("POST", "/renaming", data={}).headers["location"]

    part = manager.fragment(path, "renaming").text

    assert 'hx-target="#renaming"' in part
    assert 'hx-target="#results"' in part
    assert "every 2s" in part
    work()
    assert "every 2s" not in manager.fragment(path, "renaming").text
    assert manager.get(f"{path}?state=nonsense").status_code == 422


def test_a_page_of_files_asks_as_much_as_a_page_of_one(manager: Client, library: Path) -> None:
    def asked() -> int:
        made = manager.send("POST", "/renaming", data={})
        work()
        with db.counting() as counter:
            manager.get(made.headers["location"])
        return len(counter)

    shelved(library, "Jóga", "old/a.mp4")
    few = asked()
    for number in range(20):
        shelved(library, f"Song {number}", f"old/s{number}.mp4")

    assert asked() == few


def test_a_library_that_changed_after_the_look_asks_for_another_one(
    manager: Client, library: Path
) -> None:
    file = shelved(library, "Jóga", "old/a.mp4")
    path = manager.send("POST", "/renaming", data={}).headers["location"]
    work()
    fields = dict(
        re.findall(r'name="(template|fingerprint)" value="([^"]*)"', manager.get(path).text)
    )
    manager.send("POST", f"{path}/approve", data=fields)
    Video.update(title="Hunter").where(Video.id == file.video_id).execute()
    with pytest.raises(Conflict):
        work()
    Job.update(state="failed", active_key=None, last_error=renaming.CHANGED).execute()

    page = manager.get(path).text

    assert renaming.CHANGED in page
    assert "Work out again" in page
    assert "/approve" not in page
    assert (library / "old/a.mp4").is_file()


def test_what_could_not_be_taken_back_is_offered_once_more(manager: Client, library: Path) -> None:
    file = shelved(library, "Jóga", "old/a.mp4")
    shelved(library, "Hunter", "old/b.mp4")
    path = manager.send("POST", "/renaming", data={}).headers["location"]
    work()
    one = renaming.newest()[0]
    renaming.approve(one.id, one.row.template, one.fingerprint, None)
    work()
    factories.make_download(Video.get_by_id(file.video_id))
    manager.send("POST", f"{path}/undo")
    work()

    page = manager.get(path).text

    assert "Try 1 file again" in page
    assert f'action="{path}/continue"' in page
