"""Background jobs over the web: list, look, stop, and start what is scheduled."""

import pytest

from mvidarr.core.terms import Role, WorkState
from mvidarr.jobs import claim, jobs
from mvidarr.system import schedule
from tests import factories
from tests.client import Client
from tests.conftest import SetClock


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


def test_jobs_are_listed_newest_first_page_by_page(client: Client) -> None:
    made = [jobs.add("discover", str(number)).id for number in range(5)]
    reader = client.as_role(Role.READONLY)

    first = reader.get("/api/jobs?limit=3&count=1").json()
    rest = reader.get(f"/api/jobs?limit=3&after={first['next']}").json()

    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert (first["count"], first["count_is"], rest["next"]) == (5, "exact", None)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=rubbish", "nothing=1"])
def test_a_list_says_what_it_cannot_be_asked(manager: Client, query: str) -> None:
    answer = manager.get(f"/api/jobs?{query}")

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [query.partition("=")[0]]


def test_one_job_tells_its_progress(client: Client, set_clock: SetClock) -> None:
    job = jobs.add("discover", "7")
    found = client.as_role(Role.READONLY).get(f"/api/jobs/{job.id}").json()

    assert found == {
        "id": job.id,
        "kind": "discover",
        "subject": "7",
        "state": "queued",
        "done": 0,
        "total": None,
        "note": None,
        "cause": None,
        "last_error": None,
        "attempts": 0,
        "created_at": "2026-09-21T14:13:20.000Z",
        "started_at": None,
        "ended_at": None,
    }


def test_a_job_that_is_not_there(manager: Client) -> None:
    assert manager.get("/api/jobs/99").status_code == 404
    assert manager.send("DELETE", "/api/jobs/99", is_json=True).status_code == 404


def test_a_job_is_cancelled_in_every_representation(client: Client, manager: Client) -> None:
    one, two, three = (jobs.add("discover", str(number)) for number in range(3))

    data = manager.send("DELETE", f"/api/jobs/{one.id}", is_json=True)
    page = manager.send("DELETE", f"/jobs/{two.id}")
    part = manager.fragment(f"/jobs/{three.id}", "jobs", "DELETE")

    assert (data.status_code, data.content) == (204, b"")
    assert (page.status_code, page.headers["location"]) == (303, "/system")
    assert part.text.startswith('<hx-partial hx-target="#jobs"')
    assert {factories.fresh(job).state for job in (one, two, three)} == {WorkState.CANCELLED}


def test_a_job_that_ended_cannot_be_cancelled(manager: Client) -> None:
    job = jobs.add("discover", "1")
    running = jobs.claim_due("me")
    assert running is not None
    assert claim.finish(jobs.Job, job.id, str(running.owner), WorkState.DONE)

    answer = manager.send("DELETE", f"/api/jobs/{job.id}", is_json=True)

    assert (answer.status_code, answer.json()["detail"]) == (409, "This job has already ended.")


def test_a_reader_cancels_nothing(client: Client) -> None:
    job = jobs.add("discover", "1")
    for role in (Role.READONLY, Role.USER):
        answer = client.as_role(role).send("DELETE", f"/api/jobs/{job.id}", is_json=True)
        assert answer.status_code == 403
    assert factories.fresh(job).state == WorkState.QUEUED


# the schedule


def test_scheduled_jobs_say_when_they_run(client: Client, set_clock: SetClock) -> None:
    reader = client.as_role(Role.READONLY)
    found = {one["name"]: one for one in reader.get("/api/schedule").json()["items"]}
    assert set(found) == set(schedule.BY_NAME)
    assert (found["sweep"]["next_run_at"], found["sweep"]["job"]) == (None, None)
    assert found["sweep"]["interval"] == 300

    schedule.due(set_clock.at)
    found = {one["name"]: one for one in reader.get("/api/schedule").json()["items"]}

    assert found["sweep"]["last_run_at"] == "2026-09-21T14:13:20.000Z"
    assert found["sweep"]["next_run_at"] == "2026-09-21T14:18:20.000Z"
    assert found["sweep"]["job"]["state"] == "queued"


def test_an_administrator_runs_one_now(client: Client) -> None:
    admin = client.as_role(Role.ADMIN)

    data = admin.send("POST", "/api/schedule/housekeeping/run", json={})
    page = admin.post("/schedule/housekeeping/run")
    part = admin.fragment("/schedule/housekeeping/run", "jobs", "POST")

    job = data.json()["job"]
    assert (data.status_code, job["kind"], job["state"]) == (202, "housekeeping", "queued")
    assert data.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert admin.get(data.headers["location"]).json() == job
    assert (page.status_code, page.headers["location"]) == (303, "/system")
    assert 'hx-target="#jobs"' in part.text
    assert jobs.Job.select().count() == 1  # it waits already


def test_running_one_now_is_for_administrators(manager: Client) -> None:
    assert manager.send("POST", "/api/schedule/sweep/run", json={}).status_code == 403


def test_an_unknown_scheduled_job(client: Client) -> None:
    answer = client.as_role(Role.ADMIN).send("POST", "/api/schedule/nothing/run", json={})

    assert answer.status_code == 404
