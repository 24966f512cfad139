"""Background jobs over the web: list, look, stop, and start what is scheduled."""

from typing import Any

import pytest

from mvidarr.core import clock, db
from mvidarr.core.terms import Role, WorkState
from mvidarr.jobs import claim, jobs
from mvidarr.models import Job
from mvidarr.system import schedule
from mvidarr.web import jobs as jobs_page
from mvidarr.web import live
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
    assert f'hx-target="#job-{three.id}"' in part.text  # the list of all jobs shows it as a row
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


# the history


def ended(kind: str, state: str = "done", **columns: Any) -> Job:
    at = clock.now() - clock.MINUTE
    times = {"started_at": at, "ended_at": at + 4 * clock.SECOND}
    job: Job = Job.create(kind=kind, state=state, **{**times, **columns})
    return job


def ids(answer: Any) -> list[int]:
    return [one["id"] for one in answer.json()["items"]]


def test_the_history_is_filtered_by_kind_and_state(client: Client) -> None:
    fine = ended("sweep")
    failed = ended("sweep", "failed", last_error="The disk is full.")
    other = ended("discover", "failed", subject="7")
    reader = client.as_role(Role.READONLY)

    assert ids(reader.get("/api/jobs")) == [other.id, failed.id, fine.id]
    assert ids(reader.get("/api/jobs?kind=sweep")) == [failed.id, fine.id]
    assert ids(reader.get("/api/jobs?state=failed")) == [other.id, failed.id]
    found = reader.get("/api/jobs?kind=sweep&state=failed&count=1").json()
    assert ([one["id"] for one in found["items"]], found["count"]) == ([failed.id], 1)


@pytest.mark.parametrize("query", ["kind=nothing", "state=parked", "state=nothing"])
def test_a_filter_that_is_not_offered(client: Client, query: str) -> None:
    reader = client.as_role(Role.READONLY)

    answer = reader.get(f"/api/jobs?{query}")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [query.partition("=")[0]]
    assert reader.get(f"/jobs?{query}").status_code == 422


def test_the_page_tells_what_came_of_each(client: Client, set_clock: SetClock) -> None:
    ended("watch", note="9 uploads looked at, 1 gone.", done=9, total=9)
    ended("housekeeping", "failed", last_error="The disk is full.")
    ended("a kind of before")
    running = jobs.add("feeds")
    Job.update(state="running", done=3, total=400).where(jobs.Job.id == running.id).execute()

    page = client.as_role(Role.READONLY).get("/jobs").text

    assert "Look after uploads in use" in page
    assert "9 uploads looked at, 1 gone." in page
    assert "took 4 seconds" in page
    assert "9 of 9" in page
    assert "The disk is full." in page
    assert "a kind of before" in page
    assert "Running, 3 of 400" in page
    assert "topics=nav,jobs" in page
    assert f'action="/jobs/{running.id}"' not in page  # a reader stops nothing
    assert f'action="/jobs/{running.id}"' in client.as_role(Role.MANAGER).get("/jobs").text


def test_the_page_has_ways_on_and_a_region_of_its_own(client: Client) -> None:
    for _ in range(61):
        ended("sweep")
    ended("watch")
    reader = client.as_role(Role.READONLY)

    page = reader.get("/jobs?kind=sweep").text
    part = reader.fragment("/jobs?kind=sweep", "results").text

    assert "/jobs?kind=sweep&amp;after=" in page
    assert ">61</strong> jobs" in page
    assert part.startswith('<hx-partial hx-target="#results"')
    assert "Look after uploads in use</h3>" not in part
    assert "Nothing matches" in reader.get("/jobs?kind=feeds").text
    assert 'href="/jobs"' in reader.get("/system").text


def test_rows_are_redrawn_where_they_are(client: Client) -> None:
    job = ended("sweep", note="20 artists queued.")
    audience = live.Audience(role=Role.READONLY)

    parts = {target: template for target, template, _ in jobs_page.redraw(audience, [job.id, 999])}

    assert parts == {"jobs": "system/_jobs.html", f"job-{job.id}": "system/_job.html"}


def test_the_system_page_costs_the_same_for_many_jobs(client: Client) -> None:
    reader = client.as_role(Role.READONLY)
    counts = []
    for _ in range(2):
        with db.counting() as counter:
            jobs_page.tasks()
        counts.append(len(counter))
        for kind in schedule.BY_NAME.values():
            ended(kind.kind)
    assert reader.get("/system").status_code == 200
    assert counts == [3, 3]


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
    assert found["sweep"]["last_job"] is None


def test_the_last_result_stands_beside_what_runs_now(client: Client, set_clock: SetClock) -> None:
    last = ended("sweep", note="20 artists queued, 3 due later.")
    now = jobs.add("sweep")
    reader = client.as_role(Role.READONLY)
    found = {one["name"]: one for one in reader.get("/api/schedule").json()["items"]}["sweep"]

    assert (found["job"]["id"], found["last_job"]["id"]) == (now.id, last.id)
    assert found["last_job"]["note"] == "20 artists queued, 3 due later."
    page = reader.get("/system").text
    assert "20 artists queued, 3 due later." in page
    assert "4 seconds" in page  # that it took


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
