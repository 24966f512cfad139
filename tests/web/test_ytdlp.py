"""yt-dlp on the System page: what is in use, look, update, go back; for people and scripts."""

from typing import Any

import pytest

from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.terms import Role, WorkState
from mvidarr.governor import services
from mvidarr.integrations.youtube import tools, updated
from mvidarr.jobs import claim, jobs
from mvidarr.models import Job
from mvidarr.system import ytdlp
from mvidarr.web import live
from tests.client import Client
from tests.conftest import SetClock
from tests.fakes.package_index import NEWER, NEWEST

PATH = "/system/ytdlp"


@pytest.fixture
def admin(client: Client) -> Client:
    return client.as_role(Role.ADMIN)


def have(config: Config, version: str) -> None:
    """An update as it lies in the data folder."""
    folder = config.tools / updated.name_of(version)
    info = folder / f"yt_dlp-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: yt-dlp\nVersion: {version}\n")
    updated.choose(config.tools, folder.name)


def data(client: Client) -> Any:
    return client.get(f"/api/v1{PATH}").json()


def test_before_anything_was_asked(admin: Client) -> None:
    installed = tools.ytdlp_version()

    assert data(admin) == {
        "in_use": installed,
        "installed": installed,
        "is_own": True,
        "newest": None,
        "has_newer": False,
        "before": None,
        "looked_at": None,
        "updated_at": None,
        "problem": None,
        "job": None,
    }
    page = admin.get("/system").text
    assert "Nobody has asked yet" in page
    assert "Update now" in page
    assert "Go back" not in page


def test_a_newer_one_is_offered(admin: Client, set_clock: SetClock) -> None:
    ytdlp._note(None, newest=NEWER, looked_at=set_clock.at)
    found = data(admin)

    assert (found["newest"], found["has_newer"]) == (NEWER, True)
    assert found["looked_at"] == clock.iso(set_clock.at)
    page = admin.get(PATH)
    assert f"Update to {NEWER}" in page.text
    assert f"{NEWER} can be had" in page.text


@pytest.mark.parametrize("action", ["look", "update"])
def test_work_begins_in_the_background_and_once(admin: Client, action: str) -> None:
    first = admin.send("POST", f"/api/v1{PATH}/{action}", json={})
    second = admin.send("POST", f"/api/v1{PATH}/{action}", json={})

    assert first.status_code == 202
    assert first.json()["job"]["kind"] == f"ytdlp_{action}"
    assert first.headers["location"] == f"/api/v1/jobs/{first.json()['job']['id']}"
    assert second.json()["job"]["id"] == first.json()["job"]["id"]
    assert data(admin)["job"]["state"] == "queued"
    page = admin.get("/system").text
    assert "Waits for its turn" in page
    assert f"{PATH}/{action}" not in page


def test_a_plain_form_leads_back_to_the_page(admin: Client) -> None:
    answer = admin.post(f"{PATH}/update")

    assert (answer.status_code, answer.headers["location"]) == (303, "/system#ytdlp")


def test_a_fragment_is_the_panel(admin: Client) -> None:
    part = admin.fragment(f"{PATH}/look", "ytdlp", "POST")

    assert part.text.startswith('<hx-partial hx-target="#ytdlp"')
    assert 'aria-busy="true"' in part.text


def test_going_back(admin: Client, database: Config) -> None:
    have(database, NEWER)
    have(database, NEWEST)
    assert f"Go back to {NEWER}" in admin.get("/system").text

    found = admin.send("POST", f"/api/v1{PATH}/back", json={}).json()

    assert (found["in_use"], found["before"], found["is_own"]) == (NEWER, NEWEST, False)
    page = admin.post(f"{PATH}/back")
    assert page.headers["location"] == "/system#ytdlp"
    assert data(admin)["in_use"] == NEWEST


def test_without_anything_to_go_back_to_it_is_a_conflict(admin: Client) -> None:
    answer = admin.send("POST", f"/api/v1{PATH}/back", json={})

    assert answer.status_code == 409
    assert answer.json()["detail"] == "There is no version to go back to."


def test_a_problem_is_shown(admin: Client) -> None:
    ytdlp._note("The package index cannot be reached.")

    assert data(admin)["problem"] == "The package index cannot be reached."
    assert "The package index cannot be reached." in admin.get("/system").text


@pytest.mark.parametrize("role", [Role.READONLY, Role.MANAGER])
def test_others_see_it_and_change_nothing(client: Client, role: Role) -> None:
    other = client.as_role(role)

    assert other.get(f"/api/v1{PATH}").status_code == 200
    assert f"{PATH}/update" not in other.get("/system").text
    for action in ("look", "update", "back"):
        assert other.send("POST", f"/api/v1{PATH}/{action}", json={}).status_code == 403
    assert Job.select().count() == 0


def test_live_pages_follow_the_job_to_its_end(admin: Client, database: Config) -> None:
    services.set_up(database)
    job = jobs.add(ytdlp.UPDATE)
    audience = live.Audience(role=Role.ADMIN)

    def drawn(topic: str) -> str:
        return live._draw(topic, audience, [job.id])

    assert "Waits for its turn" in drawn("jobs")
    assert "Waits for its turn" in drawn("services")
    row = jobs.claim_due("here.1")
    assert row is not None
    claim.finish(Job, row.id, str(row.owner), WorkState.DONE)

    assert "Update now" in drawn("jobs")
    assert 'id="ytdlp"' in drawn("jobs")


def test_reading_the_page_asks_nobody_and_writes_nothing(
    admin: Client, database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvidarr.core import child
    from mvidarr.models import Service

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a page started a child")

    monkeypatch.setattr(child, "run", refuse)
    admin.get("/system")
    admin.get(PATH)

    assert Service.select().count() == 0
