"""Review, uploads, decisions and artists over HTTP, with hostile words and hostile requests."""

from html.parser import HTMLParser
from typing import Any

import pytest

from mvidarr.core import db
from mvidarr.core.terms import Role, Verdict
from mvidarr.models import Decision, Download, Event, Job, Schedule, Service, Video, VideoSource
from tests.client import Client
from tests.factories import make_artist, make_source, make_video

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}javascript:alert(3)"
BODILESS = (
    "/sources/{source}/accept",
    "/sources/{source}/refuse",
    "/sources/{source}/block",
    "/sources/{source}/unblock",
    "/sources/{source}/undecide",
    "/sources/{source}/use",
)


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


@pytest.fixture
def reader(client: Client) -> Client:
    return client.as_role(Role.READONLY)


@pytest.fixture
def poisoned(database: Any) -> dict[str, int]:
    """An artist, a video and uploads of which every word is hostile."""
    artist = make_artist(
        XSS, folder="x", bio=XSS, genres=[XSS], disambiguation=XSS, country=XSS[:64]
    )
    video = make_video(artist, XSS, album=XSS, label=XSS, source=True)
    words: dict[str, Any] = {
        "title": XSS,
        "channel": XSS,
        "channel_id": "'\"><script>x",
        "version": XSS,
        "song": {"title": XSS, "album": XSS, "version": XSS, "year": 1997},
        "reasons": [{"text": XSS, "points": 5}],
        "group_key": XSS,
        "found_by": XSS[:64],
    }
    source = make_source(artist, source_id="\"'><script>a", **words)
    make_source(artist, source_id="\"'><script>b", score=50, **words)
    make_source(video=video, **words, verdict=Verdict.REFUSED)
    decided = make_source(artist, **{**words, "group_key": "other"})
    Decision.create(
        provider="youtube",
        source_id=decided.source_id,
        artist_key=artist.name_key,
        verdict="accepted",
        title=XSS,
        details={"title": XSS, "version": XSS, "reason": XSS},
    )
    return {"artist": artist.id, "video": video.id, "source": source.id}


PAGES = (
    "/review",
    "/review?channel=%3Cscript%3Ealert(1)&q=%22%3E%3Cscript%3E",
    "/review/bulk?action=%3Cscript%3Ealert(1)%3C/script%3E&q=%22%3E%3Cscript%3E",
    "/artists",
    "/artists/{artist}",
    "/artists/{artist}/edit",
    "/artists/{artist}/delete",
    "/videos/{video}",
    "/videos/{video}/candidates",
    "/sources/{source}/song",
    "/activity/decisions",
    "/wanted",
)


class Tags(HTMLParser):
    """What a browser would make of a page: its elements with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", PAGES)
def test_hostile_words_stay_words(manager: Client, poisoned: dict[str, int], path: str) -> None:
    reply = manager.get(path.format(**poisoned))
    assert reply.status_code == 200, reply.text[:300]
    tags = Tags()
    tags.feed(reply.text)
    assert len(tags.found) > 20
    for tag, attributes in tags.found:
        assert tag != "script" or (attributes.get("src") or "").startswith("/static/")
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("src") != "x"
        for name in ("href", "action", "src"):
            assert not (attributes.get(name) or "").strip().lower().startswith("javascript:")
    assert "49javascript" not in reply.text


@pytest.mark.parametrize("path", PAGES)
def test_looking_writes_nothing(manager: Client, poisoned: dict[str, int], path: str) -> None:
    tables: tuple[Any, ...] = (
        *(Decision, Download, Event, Job, Schedule, Service),
        *(Video, VideoSource),
    )
    manager.get(path.format(**poisoned))
    before = [list(table.select().order_by(table.id).dicts()) for table in tables]
    manager.get(path.format(**poisoned))
    assert [list(table.select().order_by(table.id).dicts()) for table in tables] == before


@pytest.mark.parametrize("path", BODILESS)
def test_who_may_only_read_decides_nothing(
    reader: Client, poisoned: dict[str, int], path: str
) -> None:
    before = list(VideoSource.select().dicts())
    for prefix in ("", "/api/v1"):
        reply = reader.send("POST", prefix + path.format(**poisoned), is_json=bool(prefix))
        assert reply.status_code == 403
    assert list(VideoSource.select().dicts()) == before


@pytest.mark.parametrize("role", [Role.READONLY, Role.USER, Role.MANAGER])
def test_only_who_runs_the_program_has_a_service_asked_again(client: Client, role: Role) -> None:
    for path in ("/services/youtube/retry", "/schedule/sweep/run"):
        assert client.as_role(role).send("POST", f"/api/v1{path}", is_json=True).status_code == 403
    assert Job.select().count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/review?bogus=1",
        "/review?type=bogus",
        "/review?min_score=101",
        "/review?artist=-1",
        "/review?sort=bogus",
        "/review?after=bogus",
        "/review?limit=0",
        "/decisions?bogus=1",
        "/jobs?bogus=1",
        "/artists?bogus=1",
        "/artists?show=bogus",
        "/artists/{artist}/videos?bogus=1",
    ],
)
def test_what_cannot_be_asked_for_is_said_to_be_so(
    reader: Client, poisoned: dict[str, int], path: str
) -> None:
    assert reader.get(f"/api/v1{path.format(**poisoned)}").status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sources/{source}/refuse", {"reason": "because"}),
        ("/sources/{source}/refuse", {"bogus": 1}),
        ("/sources/{source}/accept", {"seen": "bogus"}),
        ("/sources/{source}/song", {"title": "x", "type": "bogus"}),
        ("/sources/{source}/song", {}),
        ("/sources/{source}/song", {"title": "x" * 501}),
        ("/sources/{source}/song", {"title": "x", "version": "v" * 256}),
        ("/sources/{source}/block", {"reason": "x" * 256}),
        ("/sources/{source}/use", {"video_id": "x"}),
        ("/review/bulk", {"action": "bogus", "ids": [1]}),
        ("/review/bulk", {"action": "accept"}),
        ("/review/bulk", {"action": "accept", "ids": ["x"]}),
        ("/review/bulk", {"action": "accept", "filter": "bogus=1&type=bogus", "expected": 1}),
        ("/review/bulk", {"action": "accept", "ids": list(range(1, 10_002))}),
    ],
)
def test_a_body_that_says_nothing_known_changes_nothing(
    manager: Client, poisoned: dict[str, int], path: str, body: dict[str, Any]
) -> None:
    before = list(VideoSource.select().dicts())
    reply = manager.send("POST", f"/api/v1{path.format(**poisoned)}", json=body)
    assert reply.status_code == 422, reply.text
    assert list(VideoSource.select().dicts()) == before
    assert Job.select().count() == 0


@pytest.mark.parametrize("verb", ["accept", "refuse", "block", "undecide", "unblock", "use"])
def test_an_upload_that_is_gone_is_not_found(manager: Client, verb: str) -> None:
    reply = manager.send("POST", f"/api/v1/sources/999999/{verb}", is_json=True)
    assert reply.status_code == 404


def test_a_number_beyond_all_numbers_is_no_error_of_ours(manager: Client) -> None:
    for path in (f"/sources/{10**30}", f"/artists/{10**30}", f"/decisions/{10**30}"):
        assert manager.get(f"/api/v1{path}").status_code in {404, 405}
    reply = manager.send("POST", "/api/v1/review/bulk", json={"action": "accept", "ids": [10**30]})
    assert reply.status_code in {202, 422}


def test_an_upload_elsewhere_leads_elsewhere(manager: Client) -> None:
    artist = make_artist()
    for number in range(2):
        make_source(artist, provider="vimeo", source_id=f"1234{number}", group_key="song")
    page = manager.get("/review").text
    assert "youtube.com/watch?v=1234" not in page


def test_what_is_fetched_from_a_refused_upload_is_stopped(manager: Client, library: Any) -> None:
    video = make_video(source=True)
    source = VideoSource.get(VideoSource.video == video.id)
    manager.send("POST", f"/api/v1/videos/{video.id}/download", is_json=True)
    assert Download.select().where(Download.active_key.is_null(False)).count() == 1
    reply = manager.send("POST", f"/api/v1/sources/{source.id}/refuse", is_json=True)
    assert (reply.status_code, reply.json()["verdict"]) == (200, "refused")
    assert Download.select().where(Download.active_key.is_null(False)).count() == 0


def test_a_large_artist_costs_no_more_questions_than_a_small_one(reader: Client) -> None:
    def asked(path: str) -> int:
        with db.counting() as counted:
            assert reader.get(path).status_code == 200
        return len(counted)

    few, many = make_artist(), make_artist()
    for artist, number in ((few, 3), (many, 40)):
        for one in range(number):
            make_video(artist, f"Song {one}", year=1990 + one % 7, source=True)
            make_source(artist, group_key=f"{artist.id} {one // 2}")
    asked("/artists")
    assert asked(f"/artists/{many.id}") <= asked(f"/artists/{few.id}")
    assert asked(f"/review?artist={many.id}") <= asked(f"/review?artist={few.id}") + 1
