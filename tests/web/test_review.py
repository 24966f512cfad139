"""The review inbox over HTTP: pages, fragments, JSON, roles, decisions and their undoing."""

import pytest

from mvidarr.core import db
from mvidarr.core.terms import Role, Verdict, VideoStatus
from mvidarr.models import Block, Decision, Job, Video, VideoSource
from tests.client import Client
from tests.factories import fresh, make_artist, make_source, make_video

ORIGIN = {"HX-Current-URL": "http://testserver/review?type=official"}


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


@pytest.fixture
def reader(client: Client) -> Client:
    return client.as_role(Role.READONLY)


def decide(client: Client, source: VideoSource, verb: str, **data: str) -> str:
    """As the buttons of the list do it: the changed regions."""
    region = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "article#x"}
    reply = client.send(
        "POST", f"/sources/{source.id}/{verb}", data=data, headers={**region, **ORIGIN}
    )
    assert reply.status_code == 200, reply.text
    text: str = reply.text
    return text


def test_an_empty_inbox_says_so(reader: Client) -> None:
    assert "Nothing to review" in reader.get("/review").text
    assert reader.get("/api/review?count=1").json() == {
        "items": [],
        "next": None,
        "count": 0,
        "count_is": "exact",
    }


def test_a_candidate_is_shown_with_song_reasons_and_rivals(manager: Client) -> None:
    artist = make_artist("Björk")
    song = {"title": "Jóga", "year": 1997, "album": "Homogenic", "duration": 305.0}
    make_source(
        artist,
        score=70,
        song=song,
        title="Bjork joga video",
        channel="90s clips",
        duration=305,
        group_key="joga",
        reasons=[{"text": "Channel of somebody else", "points": -20}],
    )
    rival = make_source(artist, score=60, group_key="joga", availability="geo_blocked")

    page = manager.get("/review").text

    for text in ("Björk", "Jóga", "1997", "Homogenic", "Channel of somebody else −20", "5:05"):
        assert text in page
    assert "Not in your country" in page
    assert f'action="/sources/{rival.id}/accept"' in page
    [item] = manager.get("/api/review").json()["items"]
    assert item["song"]["album"] == "Homogenic"
    assert [one["id"] for one in item["rivals"]] == [rival.id]
    assert item["artist"]["name"] == "Björk"


def test_a_reader_sees_but_decides_nothing(reader: Client) -> None:
    source = make_source()
    page = reader.get("/review").text
    assert source.title in page
    assert "/accept" not in page
    for verb in ("accept", "refuse", "block", "song", "undecide"):
        assert reader.post(f"/sources/{source.id}/{verb}").status_code == 403
    assert reader.get("/review/bulk").status_code == 403


def test_the_address_holds_the_filters(reader: Client) -> None:
    artist = make_artist("Björk")
    make_source(artist, title="Alpha", score=80, type="live", group_key="alpha|live")
    make_source(artist, title="Beta", score=50, channel="Clips")
    make_source(title="Gamma", score=60)
    for query, expected in (
        (f"artist={artist.id}", ["Alpha", "Beta"]),
        ("type=live", ["Alpha"]),
        ("type=live&type=official", ["Alpha", "Gamma", "Beta"]),
        ("min_score=60", ["Alpha", "Gamma"]),
        ("max_score=60", ["Gamma", "Beta"]),
        ("channel=Clips", ["Beta"]),
        ("q=alph", ["Alpha"]),
        ("q=björk", ["Alpha", "Beta"]),
        ("q=BJORK", ["Alpha", "Beta"]),
        ("sort=score", ["Beta", "Gamma", "Alpha"]),
    ):
        found = reader.get(f"/api/review?{query}").json()["items"]
        assert [item["title"] for item in found] == expected, query
        assert reader.get(f"/review?{query}").status_code == 200
    fragment = reader.fragment("/review?type=live", "results").text
    assert ("Alpha" in fragment, "Beta" in fragment) == (True, False)
    for wrong in ("type=x", "min_score=101", "artist=x", "sort=title", "colour=red"):
        assert reader.get(f"/api/review?{wrong}").status_code == 422, wrong
    assert "Nothing matches" in reader.get("/review?q=nothing").text


def test_pages_of_the_inbox_lead_to_each_other(reader: Client) -> None:
    artist = make_artist()
    for score in range(70, 60, -1):
        make_source(artist, score=score)
    first = reader.get("/api/review?limit=4").json()
    rest = reader.get(f"/api/review?limit=10&after={first['next']}").json()
    scores = [item["score"] for item in [*first["items"], *rest["items"]]]
    assert scores == list(range(70, 60, -1))
    assert 'rel="next"' in reader.get("/review?limit=4").text


def test_the_number_of_statements_does_not_grow(client: Client) -> None:
    """Artists, rivals, videos: each asked for once."""
    from mvidarr.library import review_rows

    counts = []
    for number in (1, 30):
        for _ in range(number):
            artist = make_artist()
            video = make_video(artist)
            make_source(artist, group_key="g", score=70)
            make_source(artist, group_key="g", score=60)
            make_source(video=video, verdict="review", group_key="v")
        with db.counting() as statements:
            page = review_rows.page(review_rows.Wanted(), "-score", db.Place())
        assert page.rows
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_taking_one_answers_with_its_entry_alone(manager: Client) -> None:
    source = make_source(song={"title": "Jóga"})
    html = decide(manager, source, "accept", seen="review")
    assert html.count("<hx-partial") == 1
    assert "data-decided" in html
    assert f'action="/sources/{source.id}/undecide"' in html
    assert Video.get().title == "Jóga"


def test_refusing_the_best_brings_its_rival_up(manager: Client) -> None:
    artist = make_artist()
    best = make_source(artist, score=70, group_key="g", title="First")
    make_source(artist, score=60, group_key="g", title="Second")
    html = decide(manager, best, "refuse", seen="review", reason="not_this_artist")
    assert ("data-decided" in html, "Second" in html) == (False, True)
    assert "Not this artist" in html
    assert Decision.get().details["reason"] == "not_this_artist"


def test_without_scripts_a_decision_leads_back_to_the_list(manager: Client) -> None:
    source = make_source()
    reply = manager.post(
        f"/sources/{source.id}/refuse",
        {"seen": "review"},
        Referer="http://testserver/review?type=official",
    )
    assert (reply.status_code, reply.headers["location"]) == (303, "/review?type=official")
    away = manager.post(f"/sources/{source.id}/undecide", Referer="http://elsewhere/[")
    assert away.headers["location"] == f"/artists/{source.artist_id}"


def test_the_second_of_two_tabs_is_told_and_changes_nothing(manager: Client) -> None:
    source = make_source(song={"title": "Jóga"})
    decide(manager, source, "accept", seen="review")
    for verb in ("refuse", "block", "song"):
        late = manager.send(
            "POST",
            f"/api/sources/{source.id}/{verb}",
            json={"seen": "review", **({"title": "Hunter"} if verb == "song" else {})},
        )
        if verb == "song":
            assert late.status_code == 200  # taken already, and now it is said for which song
        else:
            assert late.status_code == 409
            assert "taken in the meantime, for Jóga" in late.json()["detail"]
    assert fresh(source).verdict == Verdict.ACCEPTED


def test_a_double_click_takes_once(manager: Client) -> None:
    source = make_source(song={"title": "Jóga"})
    for _ in range(2):
        reply = manager.send("POST", f"/api/sources/{source.id}/accept", json={"seen": "review"})
        assert reply.status_code == 200
    assert Video.select().count() == 1
    assert Decision.select().count() == 1


def test_other_song_files_an_upload_under_what_a_person_names(manager: Client) -> None:
    artist = make_artist("Björk")
    hunter = make_video(artist, "Hunter")
    source = make_source(artist, song={"title": "Jóga"})
    dialog = manager.fragment(f"/sources/{source.id}/song", "dialog").text
    assert 'value="Jóga"' in dialog
    assert '<option value="Hunter">' in dialog

    html = decide(manager, source, "song", title="hunter", type="official", version="")

    assert "data-decided" in html
    assert fresh(source).video_id == hunter.id
    empty = manager.send("POST", f"/api/sources/{source.id}/song", json={})
    assert empty.json()["errors"][0]["field"] == "title"
    shown = manager.fragment(f"/sources/{source.id}/song", "dialog", "POST", title="")
    assert (shown.status_code, "Give the title" in shown.text) == (422, True)


def test_what_was_decided_can_be_taken_back(manager: Client) -> None:
    source = make_source(song={"title": "Jóga"})
    decide(manager, source, "accept", seen="review")
    html = decide(manager, source, "undecide")
    assert "data-decided" not in html
    assert (fresh(source).verdict, Video.select().count()) == (Verdict.REVIEW, 0)
    decide(manager, source, "block", seen="review")
    decide(manager, source, "undecide")
    assert (fresh(source).verdict, Block.select().count()) == (Verdict.REVIEW, 0)


def test_decisions_are_listed_and_taken_back(manager: Client) -> None:
    artist = make_artist("Björk")
    source = make_source(artist, title="A strange upload")
    decide(manager, source, "refuse", seen="review", reason="not_a_video")
    page = manager.get("/activity/decisions").text
    assert "A strange upload" in page
    assert "Not a music video" in page
    [item] = manager.get("/api/decisions?count=1").json()["items"]
    assert (item["artist"], item["verdict"], item["reason"]) == ("Björk", "refused", "not_a_video")

    reply = manager.send("DELETE", f"/decisions/{item['id']}")

    assert reply.headers["location"] == "/activity/decisions"
    assert fresh(source).verdict == Verdict.REVIEW
    assert "Nothing is decided yet" in manager.get("/activity/decisions").text


def test_many_are_decided_in_the_background(manager: Client) -> None:
    one, two = make_source(score=50), make_source(score=40)
    make_source(score=90)
    dialog = manager.fragment("/review/bulk?max_score=60&action=block", "dialog").text
    assert "Decide about 2 uploads" in dialog
    data = {"filter": "max_score=60", "expected": "2", "action": "refuse"}
    reply = manager.post("/review/bulk", data)
    assert (reply.status_code, reply.headers["location"]) == (303, "/review?max_score=60")
    job = Job.get()
    assert (job.kind, job.args) == ("review_bulk", {"ids": [one.id, two.id], "action": "refuse"})
    ticked = manager.send("POST", "/api/review/bulk", json={"ids": [one.id], "action": "accept"})
    assert ticked.status_code == 202
    changed = manager.send(
        "POST", "/api/review/bulk", json={"filter": "", "expected": 2, "action": "refuse"}
    )
    assert (changed.status_code, "3 uploads match now" in changed.json()["detail"]) == (409, True)
    none = manager.send("POST", "/api/review/bulk", json={"action": "refuse"})
    assert none.status_code == 422
    assert manager.fragment("/review/bulk", "dialog", "POST", action="refuse").status_code == 422


def test_the_picture_of_an_upload_passes_through_or_is_not_there(reader: Client) -> None:
    vimeo = make_source(provider="vimeo")
    assert reader.get(f"/sources/{vimeo.id}/picture").status_code == 404
    assert reader.get("/sources/999/picture").status_code == 404


def test_the_wanted_page_counts_what_is_to_review(reader: Client) -> None:
    make_source()
    page = reader.get("/wanted").text
    assert 'href="/review"' in page
    assert "To review" in page


def test_only_copies_are_marked_and_can_be_listed(reader: Client) -> None:
    alone = make_video(title="Alone", file=True)
    make_source(video=alone, availability="removed")
    safe = make_video(title="Safe", file=True)
    make_source(video=safe, availability="private")
    make_source(video=safe)
    make_video(title="Adopted", file=True)
    wanted = make_video(title="Missing")
    make_source(video=wanted, availability="removed")

    found = reader.get("/api/videos?only_copy=1").json()["items"]

    assert [(item["title"], item["only_copy"]) for item in found] == [("Alone", True)]
    assert not any(
        item["only_copy"]
        for item in reader.get("/api/videos").json()["items"]
        if item["title"] != "Alone"
    )
    for path in ("/videos?only_copy=1", "/videos?only_copy=1&view=list", f"/videos/{alone.id}"):
        assert "Only copy" in reader.get(path).text, path
    assert reader.get("/api/videos?only_copy=2").status_code == 422
    assert fresh(alone).status == VideoStatus.DOWNLOADED


def test_uploads_of_a_wanted_video_are_chosen_in_a_dialog(manager: Client) -> None:
    video = make_video(title="Jóga")
    reasons = [{"text": "Artist named in the title", "points": 35}]
    source = make_source(video=video, verdict="review", accepted_key=None, reasons=reasons)
    make_source(video=video, verdict="blocked", accepted_key=None, title="Never")
    assert f'hx-get="/videos/{video.id}/candidates"' in manager.get("/wanted").text

    dialog = manager.fragment(f"/videos/{video.id}/candidates", "dialog").text

    assert "Artist named in the title +35" in dialog
    assert "Never" not in dialog
    reply = manager.fragment(
        f"/sources/{source.id}/use", f"video-{video.id}-wanted", "POST", video_id=str(video.id)
    )
    assert f"video-{video.id}-wanted" in reply.text
    assert fresh(source).verdict == Verdict.ACCEPTED
    bare = make_video()
    assert "No upload" in manager.fragment(f"/videos/{bare.id}/candidates", "dialog").text
