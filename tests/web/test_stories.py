"""History in words."""

from typing import Any

import pytest

from mvidarr import activity
from mvidarr.core.terms import Role
from mvidarr.library import details
from mvidarr.web import stories
from tests.client import Client
from tests.factories import make_artist, make_video

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("kind", "data", "headline", "text"),
    [
        ("video.found", {}, "Found", ""),
        ("video.found", {"by_hand": True}, "Added by hand", ""),
        (
            "video.downloaded",
            {"lines": 1080, "video_codec": "h264", "size": 50_000_000},
            "Video downloaded",
            "1080p, h264, 50.0 MB",
        ),
        (
            "video.upgraded",
            {"lines": 1080, "replaces": {"lines": 480, "why": "It has 1080 lines."}},
            "Better file in place",
            "1080p. It has 1080 lines.",
        ),
        ("video.upgraded", {"lines": 1080}, "Better file in place", "1080p"),
        ("video.parked", {"error": "Low."}, "Download waits for a decision", "Low."),
        ("video.failed", {"error": "It is private."}, "Download failed", "It is private."),
        ("video.changed", {"wish": "ignore"}, "Ignored", ""),
        ("video.changed", {"fields": ["title", "year"]}, "Edited", "Title, year"),
        ("source.judged", {"verdict": "refused"}, "Upload refused", ""),
        ("source.blocked", {"reason": "stolen"}, "Upload blocked", "stolen"),
        (
            "artist.discovered",
            {"added": 1, "candidates": 2, "queued": 1, "errors": ["IMVDb: it is down."]},
            "Artist searched",
            "1 new video, 2 to review, 1 queued; IMVDb: it is down.",
        ),
        ("video.cancelled", {}, "Download cancelled", ""),
        ("video.merged", {"other": "Joga"}, "Videos joined", "With Joga"),
        ("source.gone", {"availability": "geo_blocked"}, "Upload gone", "Geo blocked"),
        (
            "list.read",
            {"entries": 214, "new": 12, "ambiguous": 3, "problem": "Two pages were missing."},
            "List read",
            "214 entries, 12 new, 3 to decide. Two pages were missing.",
        ),
        ("list.applied", {"artists": 1, "videos": 2}, "List imported", "1 artist, 2 videos"),
        ("list.applied", {}, "List imported", "Nothing new"),
    ],
)
def test_an_event_is_told_in_words(
    kind: str, data: dict[str, Any], headline: str, text: str
) -> None:
    activity.record(kind, "Jóga", artist_id=1, **data)
    [story] = stories.tell(details.history(artist_id=1))
    assert (story.headline, story.text) == (headline, text)


def test_history_is_json_too(client: Client) -> None:
    video = make_video(make_artist())
    activity.record("video.failed", "Jóga", artist_id=video.artist_id, video_id=video.id, error="x")
    reader = client.as_role(Role.READONLY)
    for path in (f"/api/videos/{video.id}/events", f"/api/artists/{video.artist_id}/events"):
        [item] = reader.get(path).json()["items"]
        assert (item["kind"], item["level"], item["data"]) == (
            "video.failed",
            "bad",
            {"error": "x"},
        )
    assert reader.get("/api/videos/999/events").status_code == 404
