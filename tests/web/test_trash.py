"""The trash as page, fragment and JSON; deletes offer to be undone."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr.library import artists, files, trash
from mvidarr.models import Job, TrashItem, Video, VideoFile
from tests.client import Client
from tests.factories import fresh, make_artist, make_file, make_video

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


def shelved(library: Path, title: str = "Jóga") -> VideoFile:
    path = f"Björk/{title}/Björk - {title}.mp4"
    (library / path).parent.mkdir(parents=True)
    (library / path).write_bytes(b"a video")
    artist = artists.find_by_name("Björk") or make_artist("Björk")
    return make_file(make_video(artist, title), path=path)


def thrown_away(library: Path, title: str = "Jóga") -> int:
    file = shelved(library, title)
    item = trash.delete_file(file.video_id, file.id)
    assert item is not None
    return item


def offered(answer: Any) -> dict[str, str]:
    """The header with which a browser brings back what it was told to keep."""
    kept = [one for one in answer.headers.get_list("set-cookie") if one.startswith("undo=")]
    return {"Cookie": kept[0].partition(";")[0]}


def test_an_empty_trash_says_what_it_is_for(manager: Client) -> None:
    page = manager.get("/trash")

    assert "The trash is empty" in page.text
    assert "kept for 30 days" in page.text
    assert "Empty the trash…" not in page.text
    assert manager.get("/api/v1/trash?count=1").json() == {
        **{"items": [], "next": None},
        **{"count": 0, "count_is": "exact"},
    }


def test_the_trash_lists_what_lies_in_it(manager: Client, library: Path) -> None:
    item = thrown_away(library)

    page = manager.get("/trash").text
    assert "Björk/Jóga/Björk - Jóga.mp4" in page
    assert "goes for good" in page
    assert "1 file" in page
    [shown] = manager.get("/api/v1/trash").json()["items"]
    assert (shown["id"], shown["title"], shown["reason"]) == (item, "Jóga", "deleted")
    assert (shown["artist"], shown["files"]) == ("Björk", ["Björk - Jóga.mp4"])
    assert shown["goes_at"]


def test_a_user_sees_no_trash(client: Client, library: Path) -> None:
    item = thrown_away(library)
    user = client.as_role("user")

    assert user.get("/trash").status_code == 403
    assert user.post(f"/trash/{item}/restore").status_code == 403
    assert 'href="/trash"' not in user.get("/videos").text
    assert 'href="/trash"' in client.as_role("manager").get("/videos").text


def test_one_is_put_back(manager: Client, library: Path) -> None:
    item = thrown_away(library)

    answer = manager.fragment(f"/trash/{item}/restore", f"trash-{item}", "POST")

    assert "Back at Björk/Jóga/Björk - Jóga.mp4" in answer.text
    assert 'hx-target="#trash-head"' in answer.text
    assert (library / "Björk/Jóga/Björk - Jóga.mp4").is_file()
    again = manager.post(f"/trash/{item}/restore")
    assert again.status_code == 404


def test_putting_back_says_where_as_json(manager: Client, library: Path) -> None:
    item = thrown_away(library)
    video = Video.get()

    answer = manager.send("POST", f"/api/v1/trash/{item}/restore", json={})

    assert answer.json() == {"video_id": video.id, "path": "Björk/Jóga/Björk - Jóga.mp4"}


def test_one_is_deleted_for_good(manager: Client, library: Path) -> None:
    item = thrown_away(library)
    assert "cannot be undone" in manager.get(f"/trash/{item}/delete").text

    answer = manager.send("DELETE", f"/trash/{item}")

    assert answer.status_code == 303
    assert not TrashItem.select().exists()
    assert manager.send("DELETE", f"/api/v1/trash/{item}", is_json=True).status_code == 404


def test_the_trash_is_emptied_by_a_job_up_to_what_was_seen(manager: Client, library: Path) -> None:
    item = thrown_away(library)
    dialog = manager.get("/trash/empty").text
    assert f'name="up_to" value="{item}"' in dialog

    answer = manager.send("DELETE", "/api/v1/trash", json={"up_to": item})

    assert answer.status_code == 202
    job = Job.get(Job.kind == "empty_trash")
    assert job.args == {"up_to": item}


def test_a_deleted_video_can_be_had_back_at_once(manager: Client, library: Path) -> None:
    file = shelved(library)
    dialog = manager.get(f"/videos/{file.video_id}/delete").text
    assert "Files go to the trash for 30 days." in dialog

    answer = manager.send("DELETE", f"/videos/{file.video_id}", data={"with_files": "true"})
    headers = {"Cookie": f"{_session(manager)}; {offered(answer)['Cookie']}"}
    shown = manager.http.get("/videos", headers=headers).text
    assert "Jóga</span> lies in the trash." in shown

    batch = TrashItem.get().batch
    undone = manager.post("/trash/restore", {"batch": batch})

    video = Video.get()
    assert undone.headers["location"] == f"/videos/{video.id}"
    assert files.main_of(video.id).path == file.path
    assert "lies in the trash" not in manager.http.get("/videos", headers=headers).text


def _session(client: Client) -> str:
    from mvidarr.accounts.identify import COOKIE

    return f"{COOKIE}={client.token}"


def test_a_deleted_artist_can_be_had_back_by_a_job(manager: Client, library: Path) -> None:
    shelved(library)
    shelved(library, "Hunter")
    artist = artists.find_by_name("Björk")
    assert artist is not None
    assert "Files go to the trash" in manager.get(f"/artists/{artist.id}/delete").text

    answer = manager.send("DELETE", f"/artists/{artist.id}", data={"with_files": "true"})
    headers = {"Cookie": f"{_session(manager)}; {offered(answer)['Cookie']}"}
    assert "2 files lie in the trash" in manager.http.get("/artists", headers=headers).text
    batch = TrashItem.select().first().batch
    listed = manager.get(f"/trash?batch={batch}").text
    assert "Put all of these back" in listed
    manager.post("/trash/restore", {"batch": batch})

    assert Job.get(Job.kind == "restore").subject == str(batch)


def test_what_was_not_deleted_with_files_offers_nothing(manager: Client, library: Path) -> None:
    file = shelved(library)

    answer = manager.send("DELETE", f"/videos/{file.video_id}")

    assert "undo" not in answer.headers.get("set-cookie", "")
    assert (library / file.path).is_file()


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 40, "²", "12345"])
def test_an_odd_cookie_offers_nothing(manager: Client, value: str) -> None:
    headers = {b"Cookie": f"{_session(manager)}; undo={value}".encode()}

    answer = manager.http.get("/videos", headers=headers)

    assert answer.status_code == 200
    assert 'id="undo"' not in answer.text


def test_a_file_is_deleted_and_the_video_left_alone_from_then_on(
    manager: Client, library: Path
) -> None:
    file = shelved(library)
    where = f"/videos/{file.video_id}/files/{file.id}"
    assert "Never download this video again" in manager.get(f"{where}/delete").text

    answer = manager.send("DELETE", where, data={"ignore": "true"})

    assert answer.headers["location"] == f"/videos/{file.video_id}"
    assert fresh(Video.get()).status == "ignored"
    assert TrashItem.get().path == file.path
    assert manager.get(f"{where}/delete").status_code == 404


def test_a_library_that_is_away_is_said(manager: Client, library: Path) -> None:
    item = thrown_away(library)
    library.rename(library.with_name("away"))

    for method, path in (("POST", f"/trash/{item}/restore"), ("DELETE", f"/trash/{item}")):
        answer = manager.send(method, f"/api/v1{path}", is_json=True)
        assert answer.status_code == 503
        assert "mounted" in answer.json()["detail"]
    assert TrashItem.select().count() == 1


def test_the_list_takes_a_bounded_number_of_queries(manager: Client, library: Path) -> None:
    from mvidarr.core import db

    thrown_away(library)
    with db.counting() as few:
        manager.get("/trash")
    for number in range(5):
        thrown_away(library, f"Song {number}")
    with db.counting() as many:
        manager.get("/trash")

    assert len(many) == len(few)
